"""Whether the fall of the lines tells automatic divergence slits from fixed ones.

    python -m tests.benchmarks.slit_odds [--per-system 30] [--fixed-only | --automatic-only]

Ln of the odds of automatic slits (`engine.solve.slit_evidence`) of standard test patterns of `val`,
made with fixed and with automatic slits, by how many lines they have: the 5th, 50th and 95th
percentile, and how many lie above what it takes to believe it (decision 0026).
"""

from __future__ import annotations

import argparse
from itertools import pairwise

import numpy as np

from engine.refine.prepared import prepare
from engine.solve.slit_evidence import ASSUMED_ODDS, log_odds_of_automatic
from engine.training.bench_jobs import Conditions, Job, balanced_lines
from engine.training.bench_sets import task_of

LINES = (0, 30, 60, 10_000)


def odds(entry: int, automatic: bool) -> tuple[int, float]:
    """Number of lines, and ln of the odds."""
    task = task_of(Job("val", entry, Conditions(automatic_slits=automatic)))
    prepared = prepare(task.pattern)
    return len(prepared.peaks), log_odds_of_automatic(prepared, task.elements)


def report(entries: list[int], automatic: bool) -> None:
    """Print a line for each number of lines."""
    found = np.array([odds(entry, automatic) for entry in entries])
    for low, high in pairwise(LINES):
        some = found[(low <= found[:, 0]) & (found[:, 0] < high), 1]
        if len(some):
            spread = ", ".join(f"{x:.1f}" for x in np.percentile(some, [5, 50, 95]))
            above = int((some > ASSUMED_ODDS).sum())
            slits = "automatic" if automatic else "fixed"
            print(f"{slits}, {low} lines and more: {spread}; above: {above} of {len(some)}")


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-system", type=int, default=30)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--fixed-only", action="store_true")
    only.add_argument("--automatic-only", action="store_true")
    arguments = parser.parse_args()
    entries = balanced_lines("val", arguments.per_system)
    if not arguments.automatic_only:
        report(entries, automatic=False)
    if not arguments.fixed_only:
        report(entries, automatic=True)


if __name__ == "__main__":
    main()
