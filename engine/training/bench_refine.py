"""``densight bench refine``: refinement on measured patterns whose structure is known."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from engine.errors import BadInputError


def add_parser(kinds: Any) -> None:
    """Add ``densight bench refine`` to the command line."""
    parser = kinds.add_parser("refine", help="refine known structures on measured patterns")
    parser.add_argument("--files", nargs="*", default=[], help="paths in the index; default: all")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
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
            row = refine_one(name)
            out.write(json.dumps(row) + "\n")
            out.flush()
            print(json.dumps(row), flush=True)
    return 0


def refine_one(file: str) -> dict[str, Any]:
    """R_wp from the known structure and from the lattice alone; errors become rows."""
    from engine.crystal.structure_io import from_pymatgen
    from engine.refine import stages
    from engine.refine.lebail import le_bail
    from engine.refine.prepared import prepare
    from engine.training.bench_sets import measured_task

    began = time.process_time()
    try:
        task = measured_task(file)
        refinement = stages.start(prepare(task.pattern), from_pymatgen(task.truth))
        refinement = stages.refine_atoms(stages.refine_shape(refinement))
        floor = le_bail(refinement).rwp
    except Exception as error:
        # One bad pattern must not end a benchmark; the row says what happened.
        return {"file": file, "error": f"{type(error).__name__}: {error}"}
    return {
        "file": file,
        "rwp": refinement.rwp,
        "rwp_lebail": floor,
        "ratio": refinement.rwp / floor,
        "seconds": time.process_time() - began,
    }
