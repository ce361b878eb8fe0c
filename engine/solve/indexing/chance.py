"""From scores to the chance that a lattice is the right one."""

from __future__ import annotations

import numpy as np

from engine.solve.indexing.judge import Judged
from engine.solve.indexing.line_list import LineList

# How differences of score become odds, and a logistic model of whether the right lattice is among
# the best at all: constant, evidence a line of the best, share of the lines that it explains, and
# ln of the number of lines. Fitted to the answers for the standard test patterns of 70 validation
# structures, ten a crystal system.
TEMPERATURE = 2.5
COEFFICIENTS = (-0.2, 1.1, 2.0, -0.2)


def chances(judged: list[Judged], lines: LineList) -> list[float]:
    """Chance (0 to 1) of each of several distinct lattices, in falling order of score."""
    if not judged:
        return []
    scores = np.array([one.score for one in judged])
    share = np.exp(np.clip((scores - scores.max()) / TEMPERATURE, -50.0, 0.0))
    trust = 1.0 / (1.0 + np.exp(-features(judged[0], lines) @ np.array(COEFFICIENTS)))
    return [float(x) for x in trust * share / share.sum()]


def features(best: Judged, lines: LineList) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What the trust in the best lattice depends on, (4,)."""
    n = len(lines)
    return np.array([1.0, best.score / n, best.explained / n, np.log(n)])
