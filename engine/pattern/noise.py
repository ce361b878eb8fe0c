"""How noisy a pattern is, from the pattern itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# The third difference kills parabolas; white noise of variance v leaves 20 v in it.
_THIRD_DIFFERENCE = np.array([-1.0, 3.0, -3.0, 1.0])
_GAIN = float(np.sum(_THIRD_DIFFERENCE**2))
_MAD_TO_SIGMA = 1.482602218505602
_BINS = 24
# Smallest variance, for intensities between 0 and 1.
_FLOOR = 1e-12
_POISSON_SLOPE = (0.33, 3.0)


def estimate_variance(counts: FloatArray) -> tuple[float, float]:
    """Fit var(y) = a + b y to the high-pass residuals of a pattern.

    Parameters
    ----------
    counts : (n,) array
        Equidistant intensities, n of at least 20.

    Returns
    -------
    a, b : float
        Not negative. For raw counts a is about 0 and b about 1.

    Notes
    -----
    Residuals are third differences, grouped by the local level; the spread in a group is taken
    from the median absolute deviation, and groups are fitted by their weighted logarithmic
    mismatch, so that the few groups that lie on steep flanks of lines count little.
    """
    counts = np.asarray(counts, dtype=np.float64)
    top = float(np.max(np.abs(counts)))
    if top == 0.0:
        return 0.0, 0.0
    # On a scale of its own, so that nothing over- or underflows.
    counts = counts / top
    residual = np.convolve(counts, _THIRD_DIFFERENCE, mode="valid") / np.sqrt(_GAIN)
    level = np.maximum(np.convolve(counts, np.full(4, 0.25), mode="valid"), 0.0)
    order = np.argsort(level)
    groups = np.array_split(order, min(_BINS, max(3, len(order) // 40)))
    means = np.array([level[group].mean() for group in groups])
    spread = np.array(
        [(_MAD_TO_SIGMA * np.median(np.abs(residual[group]))) ** 2 for group in groups]
    )
    a, b = _fit_line(means, np.maximum(spread, _FLOOR))
    return a * top**2, b * top


def _fit_line(level: FloatArray, variance: FloatArray) -> tuple[float, float]:
    """Robust non-negative line through (level, variance), with errors in proportion to it."""
    slope = max(float(np.median(variance / np.maximum(level, 1e-12))), 0.0)
    offset = 0.0
    for _ in range(20):
        model = np.maximum(offset + slope * level, _FLOOR)
        # Groups far above the line hold flanks of lines, not noise.
        robust = 1.0 / np.maximum(1.0, np.abs(variance / model - 1.0) / 0.5)
        weight = robust / model**2
        s, sx, sy = weight.sum(), (weight * level).sum(), (weight * variance).sum()
        sxx, sxy = (weight * level**2).sum(), (weight * level * variance).sum()
        determinant = s * sxx - sx**2
        if determinant <= 1e-12 * s * sxx:
            return float(sy / s), 0.0
        offset, slope = (sxx * sy - sx * sxy) / determinant, (s * sxy - sx * sy) / determinant
        if slope < 0.0:
            offset, slope = float(sy / s), 0.0
        if offset < 0.0:
            offset, slope = 0.0, float(sxy / sxx)
    return float(offset), float(slope)


def are_raw_counts(counts: FloatArray) -> bool:
    """Whether numbers are raw counts, whose variance is their mean.

    Raw counts are whole and not negative, their strongest point is not a round 1, 100, 1000 or
    10,000 (the mark of a normalised pattern), and their scatter is that of Poisson's law within
    a factor of three.
    """
    counts = np.asarray(counts, dtype=np.float64)
    top = float(counts.max())
    if counts.min() < 0.0 or top < 2.0 or np.any(np.abs(counts - np.round(counts)) > 1e-6):
        return False
    if top in (10.0, 100.0, 1000.0, 10_000.0, 100_000.0):
        return False
    a, b = estimate_variance(counts)
    typical = float(np.median(counts[counts > 0.0]))
    ratio = (a + b * typical) / typical
    return _POISSON_SLOPE[0] <= ratio <= _POISSON_SLOPE[1]


def estimate_sigma(counts: FloatArray) -> FloatArray:
    """Standard uncertainties (n,) of intensities on an unknown scale, from their own scatter."""
    a, b = estimate_variance(counts)
    variance = a + b * np.maximum(counts, 0.0)
    floor = max(float(np.max(np.abs(counts))) * 1e-6, 1e-12)
    return np.asarray(np.sqrt(np.maximum(variance, floor**2)))
