"""Backgrounds drawn by hand: curves through anchors, and anchors to begin with."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.pattern.choices import Anchor, BackgroundChoice

FloatArray = NDArray[np.float64]

_SMOOTHED_POINTS = 9
# Anchors that are nearer to each other, in degrees, stand in one place.
_DECIMALS = 6


def through_anchors(two_theta: FloatArray, choice: BackgroundChoice) -> FloatArray:
    """Counts (n,) of a background through anchors at given 2theta (degrees).

    Beyond the outermost anchors it is constant: a polynomial would leave the pattern there.
    """
    order = sorted(choice.anchors)
    x, y = np.array(order).T
    at = np.clip(two_theta, x[0], x[-1])
    if choice.method == "polynomial":
        return _polynomial(x, y, at, choice.degree)
    return monotone_cubic(x, y, at)


def _polynomial(x: FloatArray, y: FloatArray, at: FloatArray, degree: int) -> FloatArray:
    from numpy.polynomial import Chebyshev

    distinct = len(np.unique(x))
    if distinct == 1:
        return np.full(len(at), float(np.mean(y)))
    return np.asarray(Chebyshev.fit(x, y, min(degree, distinct - 1))(at))


def monotone_cubic(x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    """Piecewise cubic through points, smooth, without extrema between them.

    Slopes at the points are the weighted harmonic means of Fritsch and Butland, SIAM J. Sci.
    Stat. Comput. 5, 300 (1984); those at the ends are of the outermost chords.

    Parameters
    ----------
    x, y : (m,) arrays
        Points, x rising; of several with one x the mean counts.
    at : (n,) array
        Where it is wanted, within the range of x.
    """
    x, first, size = np.unique(np.round(x, _DECIMALS), return_index=True, return_counts=True)
    y = np.add.reduceat(y, first) / size
    if len(x) == 1:
        return np.full(len(at), float(y[0]))
    h = np.diff(x)
    chord = np.diff(y) / h
    slope = np.empty(len(x))
    slope[0], slope[-1] = chord[0], chord[-1]
    before, after = chord[:-1], chord[1:]
    turns = before * after <= 0.0
    share = (h[:-1] + 2.0 * h[1:]) / (3.0 * (h[:-1] + h[1:]))
    mean = share * np.where(turns, 1.0, after) + (1.0 - share) * np.where(turns, 1.0, before)
    slope[1:-1] = np.where(turns, 0.0, before * after / mean)
    left = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(h) - 1)
    t = (at - x[left]) / h[left]
    rest = 1.0 - t
    return np.asarray(
        rest**2 * (1.0 + 2.0 * t) * y[left]
        + t**2 * (1.0 + 2.0 * rest) * y[left + 1]
        + t * rest * h[left] * (rest * slope[left] - t * slope[left + 1])
    )


def suggested_anchors(
    two_theta: FloatArray, counts: FloatArray, background: FloatArray, number: int = 12
) -> tuple[Anchor, ...]:
    """Anchors on a background, where the pattern shows it: between the lines.

    Parameters
    ----------
    two_theta, counts, background : (n,) arrays
    number : int
        About how many; one at each end, the others in as many equal parts of the range.
    """
    width = min(_SMOOTHED_POINTS, len(counts))
    above = np.convolve(counts - background, np.full(width, 1.0 / width), mode="same")
    edges = np.linspace(two_theta[0], two_theta[-1], number - 1)
    bounds = np.searchsorted(two_theta, edges)
    rows = [0]
    for first, last in pairwise(bounds):
        quarter = (last - first) // 4  # neighbours keep their distance
        part = above[first + quarter : last - quarter]
        if len(part):
            rows.append(int(first + quarter + np.argmin(part)))
    rows.append(len(two_theta) - 1)
    return tuple(
        (round(float(two_theta[row]), 3), float(background[row])) for row in sorted(set(rows))
    )
