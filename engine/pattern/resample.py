"""Fewer points for drawing and fitting, without losing intensity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.pattern.pattern import PowderPattern

MANY_POINTS = 200_000
FITTED_POINTS = 20_000


def downsample(pattern: PowderPattern, max_points: int = MANY_POINTS) -> PowderPattern:
    """A pattern of at most `max_points` points: means over equal numbers of neighbours.

    Parameters
    ----------
    pattern : PowderPattern
    max_points : int
        At least 1.

    Returns
    -------
    PowderPattern
        The pattern itself where it is short enough. Means keep integrated intensities; sigma is
        that of a mean of independent points.
    """
    n = len(pattern)
    if n <= max_points:
        return pattern
    factor = -(-n // max_points)
    edges = np.arange(0, n, factor)
    size = np.diff(np.append(edges, n))

    def mean(values: np.ndarray) -> np.ndarray:
        return np.asarray(np.add.reduceat(values, edges) / size)

    return replace(
        pattern,
        two_theta=mean(pattern.two_theta),
        counts=mean(pattern.counts),
        sigma=np.sqrt(np.add.reduceat(pattern.sigma**2, edges)) / size,
        # A mean of counts no longer has its mean as variance.
        poisson=False,
    )
