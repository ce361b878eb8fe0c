"""Where the time of a solution goes: the share of each stage, with the gaps between reports.

Run by hand: ``python -m tests.benchmarks.bench_solve_stages [--count N] [--out TABLE.json]``.
Solves made-up structures from simulated measurements. A long gap between two reports is a time in
which the window cannot cancel.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from engine.crystal.composition import SYMBOLS
from engine.progress import Progress
from engine.solve.result import Problem
from engine.solve.solver import solve
from engine.training.bench_speed import SpeedTable, write_table
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

NAMES = ("rutile", "corundum", "tenorite", "pyrite", "perovskite", "spinel")
# The fractions at which the stages of `engine.solve` begin.
STAGES = (
    (0.0, "lines"),
    (0.05, "search of the types"),
    (0.3, "refinement"),
    (0.6, "types on cells"),
    (0.72, "network"),
    (0.85, "phasing"),
)
WORDS = """Made-up structures, solved from simulated measurements and their elements: the share of
each stage, and the longest time between two reports of progress, in which a search cannot be
cancelled. By the clock."""


class Clock(Progress):
    """When each report came."""

    def __init__(self) -> None:
        self.seen = [(time.perf_counter(), 0.0)]

    def report(self, fraction: float, message: str = "") -> None:
        self.seen.append((time.perf_counter(), fraction))

    def stages(self) -> dict[str, float]:
        """Seconds of each stage."""
        total: dict[str, float] = defaultdict(float)
        for (start, fraction), (end, _) in zip(self.seen, self.seen[1:], strict=False):
            name = [name for begin, name in STAGES if fraction >= begin - 1e-9][-1]
            total[name] += end - start
        return total

    def longest_gap(self) -> tuple[float, float]:
        """Seconds between the two reports farthest apart, and where it was."""
        times = np.array([moment for moment, _ in self.seen])
        place = int(np.argmax(np.diff(times)))
        return float(np.diff(times)[place]), self.seen[place][1]


def row(name: str) -> tuple[str, ...]:
    """Solve one structure's pattern; what was found, and the share of each stage."""
    structure = BY_NAME[name].structure
    elements = tuple(SYMBOLS[z] for z in np.unique(structure.numbers))
    clock = Clock()
    solution = solve(Problem(measured(structure, 1), elements), clock)
    stages = clock.stages()
    total = sum(stages.values())
    gap, where = clock.longest_gap()
    best = solution.candidates[0] if solution.candidates else None
    return (
        name,
        f"{best.formula} ({best.space_group}), {solution.verdict}" if best else "nothing",
        f"{total:.1f} s",
        *(f"{100 * stages.get(part, 0.0) / total:.0f} %" for _, part in STAGES),
        f"{gap:.2f} s at {100 * where:.0f} %",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=len(NAMES))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    table = SpeedTable(
        "Where the time of a solution goes",
        WORDS,
        "python -m tests.benchmarks.bench_solve_stages",
        ("pattern of", "found", "total", *(part for _, part in STAGES), "longest silence"),
        tuple(row(name) for name in NAMES[: options.count]),
    )
    print(table)
    if options.out is not None:
        write_table(options.out, table)


if __name__ == "__main__":
    main()
