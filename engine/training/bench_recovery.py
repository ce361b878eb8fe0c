"""``densight bench recover``: do displaced atoms come home when they are refined?

Structures of a held-out set with few free coordinates are displaced at random within their space
group, and refined on the standard test pattern of the undisplaced ones.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInputError

DISPLACED = 0.3
MOST_FREE = 10
# Root mean square distance, angstrom, at which atoms count as home.
HOME = 0.1


def add_parser(kinds: Any) -> None:
    """Add ``densight bench recover`` to the command line."""
    parser = kinds.add_parser("recover", help="refine structures whose atoms were displaced")
    parser.add_argument("--set", default="val", help="default: val")
    parser.add_argument("--count", type=int, default=40, metavar="N", help="default: 40")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the draw; default: 0")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Displace, refine and compare; print a row a structure and the rate."""
    from engine.training.bench_jobs import read_lines

    records = read_lines(arguments.set)
    if not records:
        raise BadInputError(f"The set '{arguments.set}' has no structure.")
    arguments.out.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    with (arguments.out / "results.jsonl").open("w", encoding="utf-8") as out:
        for line in np.random.default_rng(arguments.seed).permutation(len(records)):
            if len(rows) == arguments.count:
                break
            row = recover_one(arguments.set, int(line))
            if row is None:
                continue
            rows.append(row)
            out.write(json.dumps(row) + "\n")
            out.flush()
            print(json.dumps(row), flush=True)
    print(f"{sum(row['home'] for row in rows)} of {len(rows)} came home")
    return 0


def recover_one(source: str, line: int) -> dict[str, Any] | None:
    """One structure, displaced and refined; None if it has too few or many free coordinates."""
    from engine.crystal.structure_io import from_pymatgen, to_pymatgen
    from engine.refine.crystal_model import free_displacements
    from engine.refine.phases import refine_phases
    from engine.training.bench_jobs import Job
    from engine.training.bench_sets import task_of

    task = task_of(Job(source, line))
    truth = from_pymatgen(task.truth)
    standard, columns = _free(truth, free_displacements)
    if not 1 <= columns.shape[2] <= MOST_FREE:
        return None
    start = displaced(standard, columns, DISPLACED, line)
    began = time.process_time()
    row: dict[str, Any] = {
        "line": line,
        "formula": task.truth.composition.reduced_formula,
        "free": columns.shape[2],
    }
    row["elements"], row["home"] = list(task.elements), False
    try:
        fit = refine_phases(task.pattern, [start])
    except BadInputError as error:
        return {**row, "error": str(error)}
    distance = rms_distance(to_pymatgen(fit.structure), task.truth)
    return {
        **row,
        "start_rms": rms_distance(to_pymatgen(start), task.truth),
        "rms": distance,
        "home": distance is not None and distance < HOME,
        "rwp": fit.rwp,
        "rwp_lebail": fit.rwp_lebail,
        "seconds": time.process_time() - began,
    }


def _free(truth: Any, free_displacements: Any) -> tuple[Any, Any]:
    from engine.crystal.symmetry import standardise

    standardised = standardise(truth, 0.02)
    return standardised.conventional, free_displacements(standardised)


def displaced(cell: Any, columns: Any, rms: float, seed: int) -> Any:
    """A conventional cell whose atoms moved along its free coordinates.

    Parameters
    ----------
    cell : CrystalStructure
    columns : (n, 3, p) array
        From `engine.refine.crystal_model.free_displacements`.
    rms : float
        Root mean square displacement, angstrom, of the atoms that can move.
    seed : int
    """
    from dataclasses import replace

    shifts = np.random.default_rng([17, seed]).normal(size=columns.shape[2])
    moved = np.linalg.norm((columns @ shifts) @ cell.lattice, axis=1)
    unit = np.sqrt((moved[moved > 1e-6] ** 2).mean())
    return replace(cell, frac_coords=cell.frac_coords + columns @ (shifts * rms / unit))


def rms_distance(found: Any, truth: Any) -> float | None:
    """Root mean square distance (angstrom) of matched atoms; None if nothing matches."""
    from pymatgen.analysis.structure_matcher import StructureMatcher

    matcher: Any = StructureMatcher(0.2, 0.5, 5.0)
    matched = matcher.get_rms_dist(found, truth)
    if matched is None:
        return None
    return float(matched[0]) * float((truth.volume / len(truth)) ** (1.0 / 3.0))
