"""Where the time of a solution goes: the share of each stage, with the gaps between reports.

Run by hand: ``python -m tests.benchmarks.bench_solve_stages [--count N]``. Solves made-up
structures from simulated measurements. A long gap between two reports is a time in which the
window cannot cancel.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict

import numpy as np

from engine.crystal.composition import SYMBOLS
from engine.progress import Progress
from engine.solve.result import Problem
from engine.solve.solver import solve
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

NAMES = ("rutile", "corundum", "tenorite", "pyrite", "perovskite", "spinel")
# The fractions at which the stages of `engine.solve` begin.
STAGES = (
    (0.0, "lines"),
    (0.05, "search"),
    (0.3, "placing"),
    (0.6, "atoms"),
    (0.8, "whole pattern"),
    (0.98, "last"),
)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=len(NAMES))
    options = parser.parse_args()
    for name in NAMES[: options.count]:
        structure = BY_NAME[name].structure
        elements = tuple(SYMBOLS[z] for z in np.unique(structure.numbers))
        clock = Clock()
        solution = solve(Problem(measured(structure, 1), elements), clock)
        stages = clock.stages()
        total = sum(stages.values())
        shares = ", ".join(f"{part} {100 * t / total:.0f} %" for part, t in stages.items())
        gap, where = clock.longest_gap()
        best = solution.candidates[0] if solution.candidates else None
        found = f"{best.formula} ({best.space_group})" if best else "nothing"
        print(f"{name:12s} {found:18s} {solution.verdict:12s} {total:5.1f} s: {shares}")
        print(f"{'':12s} longest time without a report: {gap:.2f} s at {100 * where:.0f} %")


if __name__ == "__main__":
    main()
