"""Tables of the measured benchmark."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.training.evaluation.store import Row
from engine.training.evaluation.tables import best, first, markdown

FAILURE = 0.7  # gfCC below which a map is counted as a failure


def by_phase(rows: Sequence[Row], score: Callable[[Row], float]) -> np.ndarray:
    """A score averaged over the patterns of each phase."""
    phases: dict[str, list[float]] = {}
    for row in rows:
        phases.setdefault(row["phase"], []).append(score(row))
    return np.array([np.mean(values) for values in phases.values()])


def measured_summary(rows: Sequence[Row]) -> str:
    """Medians and means over phases, beside the zero-phase map."""
    columns: dict[str, Callable[[Row], float]] = {
        "first sample": first,
        "best of five": best,
        "first sample, truth without hydrogen": lambda row: row["gfcc_without_hydrogen"][0],
        "zero-phase map": lambda row: row["zero_phase"],
    }
    body = []
    for name, score in columns.items():
        values = by_phase(rows, score)
        low, high = np.percentile(values, (25, 75))
        failed = int((values < FAILURE).sum())
        body.append(
            [
                name,
                f"{np.median(values):.2f}",
                f"{low:.2f} to {high:.2f}",
                f"{values.mean():.2f}",
                f"{failed} of {len(values)}",
            ]
        )
    head = ["map", "median gfCC", "middle half", "mean", f"phases below {FAILURE}"]
    return markdown(head, body)


def measured_patterns(rows: Sequence[Row]) -> str:
    """Every pattern, the worst first."""
    body = [
        [
            row["file"],
            row["phase"],
            row["system"],
            "no fit" if row["rwp"] is None else f"{100 * row['rwp']:.0f} %",
            f"{100 * row['cell_change']:.1f} %",
            f"{row['gfcc'][0]:.2f}",
            f"{best(row):.2f}",
            f"{row['expected'][0]:.2f}",
            f"{row['zero_phase']:.2f}",
        ]
        for row in sorted(rows, key=first)
    ]
    return markdown(
        [
            "pattern",
            "phase",
            "system",
            "R_wp of the cell's fit",
            "length changed by",
            "gfCC first",
            "best of five",
            "expected",
            "zero-phase",
        ],
        body,
    )
