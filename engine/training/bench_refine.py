"""``densight bench refine``: refinement on measured patterns whose structure is known."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadInputError
from engine.training.bench_results import Row

if TYPE_CHECKING:
    from engine.crystal.structure import CrystalStructure
    from engine.pattern.pattern import PowderPattern
    from engine.refine.result import FitResult

WHOLE_PATTERN, SCREENING = "whole-pattern", "screening"
# The set's name in results files.
SET = "refine"
_LISTED = ("b_iso", "zero", "displacement", "axial")


def add_parser(kinds: Any) -> None:
    """Add ``densight bench refine`` to the command line."""
    parser = kinds.add_parser("refine", help="refine known structures on measured patterns")
    parser.add_argument("--files", nargs="*", default=[], help="paths in the index; default: all")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--engine",
        choices=(WHOLE_PATTERN, SCREENING),
        default=WHOLE_PATTERN,
        help="that of `densight fit`, or the quick one of the solver; default: whole-pattern",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Refine every pattern from its known structure, and compare with Le Bail's fit.

    A run that was stopped goes on where it was.
    """
    from engine.training.bench_results import ResultFile, state_of_program
    from engine.training.bench_sets import measured_files

    names = measured_files(tuple(arguments.files))
    if not names:
        raise BadInputError("None of these files is in the index of measured patterns.")
    changed = {} if arguments.engine == WHOLE_PATTERN else {"engine": arguments.engine}
    made_of = {
        "kind": "refine",
        "set": SET,
        "conditions": changed,
        "sources": {},
        "program": state_of_program(),
    }
    results = ResultFile(arguments.out / "results.jsonl", made_of)
    for name in names:
        if name not in results:
            print(json.dumps(results.add(refine_one(name, arguments.engine))), flush=True)
    return 0


def refine_one(file: str, engine: str = WHOLE_PATTERN) -> Row:
    """R_wp from the known structure and from the lattice alone; errors become rows.

    Parameters
    ----------
    file : str
        Path in the index of measured patterns.
    engine : {"whole-pattern", "screening"}

    Returns
    -------
    dict
        `name`, `phase`, `rwp`, `rwp_lebail`, `ratio` and `seconds` (of a processor); of the
        whole-pattern engine also `r_bragg`, `gof`, `texture` and what `found` says; or `error`.
    """
    from engine.crystal.structure_io import from_pymatgen
    from engine.training.bench_sets import measured_task

    began = time.process_time()
    row: Row = {"name": file}
    try:
        task = measured_task(file)
        row["phase"] = task.phase
        measure = _whole_pattern if engine == WHOLE_PATTERN else _screening
        row |= measure(task.pattern, from_pymatgen(task.truth))
    except Exception as error:
        # One bad pattern must not end a benchmark; the row says what happened.
        return {**row, "error": f"{type(error).__name__}: {error}"}
    row["ratio"] = row["rwp"] / row["rwp_lebail"]
    return {**row, "seconds": time.process_time() - began}


def _whole_pattern(pattern: PowderPattern, structure: CrystalStructure) -> Row:
    """R_wp, and that of free intensities with the same cell, background and line shape."""
    from engine.refine.phases import refine_phases

    fit = refine_phases(pattern, [structure])
    return {"rwp": fit.rwp, "rwp_lebail": fit.rwp_lebail or float("nan"), **found(fit)}


def found(fit: FitResult) -> Row:
    """What else a refinement of one phase found, to see what a poor one lacks."""
    phase = fit.phases[0]
    return {
        "r_bragg": fit.r_bragg,
        "gof": fit.gof,
        "texture": phase.texture if phase.texture_axis is not None else None,
        "texture_axis": phase.texture_axis,
        "parameters": {
            p.name.removeprefix("phase_1:"): p.value
            for p in fit.parameters
            if p.name.removeprefix("phase_1:").lower().startswith(tuple(x.lower() for x in _LISTED))
        },
        "notes": list(fit.notes),
    }


def _screening(pattern: PowderPattern, structure: CrystalStructure) -> Row:
    from engine.refine import stages
    from engine.refine.lebail import le_bail
    from engine.refine.prepared import prepare

    refinement = stages.start(prepare(pattern), structure)
    refinement = stages.refine_atoms(stages.refine_shape(refinement))
    return {"rwp": refinement.rwp, "rwp_lebail": le_bail(refinement).rwp}
