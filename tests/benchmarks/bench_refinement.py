"""Time of a refinement and its parts, beside one evaluation of the pattern without derivatives.

Run by hand: ``python -m tests.benchmarks.bench_refinement [--repeats N] [--out
TABLE.json]``. Made-up structures of
rising size are simulated with noise and refined from a cell that is 0.1 % off. Ratios to one
evaluation say more than seconds: they hardly depend on the machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.refine import stages
from engine.refine.lebail import le_bail
from engine.refine.prepared import prepare
from engine.refine.profile import refine_profile
from engine.training.bench_speed import SpeedTable, write_table
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

NAMES = ("rock salt", "rutile", "quartz", "perovskite", "baddeleyite", "triclinic, centric")
STRAIN = 1.001
WORDS = """Refinements of simulated measurements from a cell that is 0.1 % off, and their parts, in
times of one evaluation of the pattern without derivatives; the shortest of several runs, by the
processor. Aim for a cell of 20 atoms on 4,250 points: 1 s."""
EVERYTHING = ("scale", "background", "zero", "metric", "caglioti", "mixing", "b_iso", "shifts")


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Shortest of several runs."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def measure(name: str, repeats: int) -> tuple[int, int, dict[str, float]]:
    """Reflections, free coordinates and seconds of each part."""
    structure = BY_NAME[name].structure
    pattern = measured(structure, 1)
    prepared = prepare(pattern)
    strained = replace(structure, lattice=STRAIN * structure.lattice)
    refinement = stages.refine_shape(stages.start(prepared, strained))
    model, parameters = refinement.model, refinement.state.parameters
    work: dict[str, Callable[[], object]] = {
        "pattern": lambda: model.calculate(parameters),
        "with derivatives": lambda: model.calculate(parameters, EVERYTHING),
        "preparation": lambda: prepare(pattern),
        "placing": lambda: stages.start(prepared, strained),
        "refinement": lambda: refine_profile(prepared, strained),
        "Le Bail": lambda: le_bail(refinement),
    }
    found = {part: seconds(job, repeats) for part, job in work.items()}
    return len(model.crystal.hkl), model.crystal.n_coordinates, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows, parts = [], []
    for name in NAMES:
        lines, free, found = measure(name, options.repeats)
        one = found.pop("pattern")
        parts = list(found)
        ratios = (f"{value / one:.0f}" for value in found.values())
        whole = f"{found['refinement']:.2f} s"
        rows.append((name, str(lines), str(free), f"{1e3 * one:.2f} ms", *ratios, whole))
    table = SpeedTable(
        "Refinement",
        WORDS,
        "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.bench_refinement",
        ("structure", "lines", "free coordinates", "one pattern", *parts, "refinement, whole"),
        tuple(rows),
    )
    print(table)
    if options.out is not None:
        write_table(options.out, table)


if __name__ == "__main__":
    main()
