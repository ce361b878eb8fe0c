"""Verdicts of the coefficients that are shipped, on results of a run with earlier ones.

A run stores what the chance of every first candidate was made from. So the coefficients can be
fitted to a run and its verdicts stated with them, without solving everything again.
"""

from __future__ import annotations

from engine.solve.verdict import COEFFICIENTS, probability_of_first, verdict_on_first
from engine.training.bench_results import Row


def judged_anew(row: Row) -> Row:
    """A row with the verdict, and the chance of its first candidate, that it would get now.

    Rows without a candidate, and those whose features are of another version, stay as they are.
    """
    best = row.get("best")
    if not best or len(best.get("features", ())) != len(COEFFICIENTS) - 1:
        return row
    found = best["features"]
    return {
        **row,
        "verdict": verdict_on_first(found),
        "best": {**best, "score": probability_of_first(found)},
    }
