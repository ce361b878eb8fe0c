"""How far the ranking of the samples, and the quality that it expects, can be believed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.training.evaluation.results import Results
from engine.training.evaluation.store import Row
from engine.training.evaluation.tables import NAMES, best, first, markdown, mean

FloatArray = NDArray[np.float64]
EDGES = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0001)
SHOWN = ("indexed", "alone", "cell")


def reliability(results: Results, keys: Sequence[str] = SHOWN) -> str:
    """Mean found gfCC where a given gfCC was expected, over all samples, in bins."""
    shown = [key for key in keys if results.network.get(key)]
    body = []
    for low, high in itertools.pairwise(EDGES):
        cells = [f"{low:.2f} to {min(high, 1.0):.2f}"]
        for key in shown:
            expected, found = _pairs(results.network[key])
            inside = (expected >= low) & (expected < high)
            n = int(inside.sum())
            told, got = expected[inside], found[inside]
            cells.append(f"{told.mean():.2f}, {got.mean():.2f} ({n})" if n else "-")
        body.append(cells)
    return markdown(["expected gfCC", *(NAMES[key] for key in shown)], body)


def ranking(results: Results) -> str:
    """What ranking gains over a sample at random, and what it loses against the best of all."""
    body = []
    for key, rows in results.network.items():
        if not rows:
            continue
        expected, found = _pairs(rows)
        top = mean([first(row) for row in rows])
        at_random = mean([float(np.mean(row["gfcc"])) for row in rows])
        most = mean([best(row) for row in rows])
        span = most - at_random
        body.append(
            [
                NAMES[key],
                f"{at_random:.3f}",
                f"{top:.3f}",
                f"{most:.3f}",
                f"{most - top:.3f}",
                f"{100 * (top - at_random) / span:.0f} %" if span > 1e-3 else "-",
                f"{np.abs(expected - found).mean():.3f}",
                f"{(expected - found).mean():+.3f}",
                _correlation(expected, found),
            ]
        )
    head = [
        "answer",
        "gfCC of a sample at random",
        "of the first",
        "of the best",
        "lost by ranking",
        "share of the possible gain",
        "mean error of the expected gfCC",
        "bias",
        "correlation",
    ]
    return markdown(head, body)


def _correlation(one: FloatArray, other: FloatArray) -> str:
    varied = np.ptp(one) > 0.0 and np.ptp(other) > 0.0
    return f"{np.corrcoef(one, other)[0, 1]:.2f}" if varied else "-"


def _pairs(rows: Sequence[Row]) -> tuple[FloatArray, FloatArray]:
    """Expected and found gfCC of all samples."""
    expected = np.concatenate([row["expected"] for row in rows])
    return expected, np.concatenate([row["gfcc"] for row in rows])
