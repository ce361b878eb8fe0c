"""``densight bench refine``: refinement on measured patterns whose structure is known."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadInputError

if TYPE_CHECKING:
    from engine.crystal.structure import CrystalStructure
    from engine.pattern.pattern import PowderPattern


def add_parser(kinds: Any) -> None:
    """Add ``densight bench refine`` to the command line."""
    parser = kinds.add_parser("refine", help="refine known structures on measured patterns")
    parser.add_argument("--files", nargs="*", default=[], help="paths in the index; default: all")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--engine",
        choices=("whole-pattern", "screening"),
        default="whole-pattern",
        help="that of `densight fit`, or the quick one of the solver; default: whole-pattern",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Refine every pattern from its known structure, and compare with Le Bail's fit."""
    from engine.training.bench_sets import measured_files

    names = measured_files(tuple(arguments.files))
    if not names:
        raise BadInputError("None of these files is in the index of measured patterns.")
    arguments.out.mkdir(parents=True, exist_ok=True)
    with (arguments.out / "results.jsonl").open("w", encoding="utf-8") as out:
        for name in names:
            row = refine_one(name, arguments.engine)
            out.write(json.dumps(row) + "\n")
            out.flush()
            print(json.dumps(row), flush=True)
    return 0


def refine_one(file: str, engine: str = "whole-pattern") -> dict[str, Any]:
    """R_wp from the known structure and from the lattice alone; errors become rows."""
    from engine.crystal.structure_io import from_pymatgen
    from engine.training.bench_sets import measured_task

    began = time.process_time()
    try:
        task = measured_task(file)
        measure = _whole_pattern if engine == "whole-pattern" else _screening
        rwp, floor = measure(task.pattern, from_pymatgen(task.truth))
    except Exception as error:
        # One bad pattern must not end a benchmark; the row says what happened.
        return {"file": file, "error": f"{type(error).__name__}: {error}"}
    return {
        "file": file,
        "engine": engine,
        "rwp": rwp,
        "rwp_lebail": floor,
        "ratio": rwp / floor,
        "seconds": time.process_time() - began,
    }


def _whole_pattern(pattern: PowderPattern, structure: CrystalStructure) -> tuple[float, float]:
    """R_wp, and that of free intensities with the same cell, background and line shape."""
    from engine.refine.phases import refine_phases

    fit = refine_phases(pattern, [structure])
    return fit.rwp, fit.rwp_lebail or float("nan")


def _screening(pattern: PowderPattern, structure: CrystalStructure) -> tuple[float, float]:
    from engine.refine import stages
    from engine.refine.lebail import le_bail
    from engine.refine.prepared import prepare

    refinement = stages.start(prepare(pattern), structure)
    refinement = stages.refine_atoms(stages.refine_shape(refinement))
    return refinement.rwp, le_bail(refinement).rwp
