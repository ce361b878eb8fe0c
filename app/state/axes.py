"""From 2theta to d or Q and back, and intensities on a square-root or logarithmic scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from app.state.pattern import Scale, XAxis

FloatArray = NDArray[np.float64]
GAP_STEPS = 2.5
X_LABELS: dict[str, tuple[str, str]] = {
    "two_theta": ("2θ", "°"),
    "d": ("d", "Å"),
    "q": ("Q", "Å⁻¹"),
}


def from_two_theta(two_theta: FloatArray | float, wavelength: float, axis: XAxis) -> FloatArray:
    """Bragg: d = lambda / (2 sin theta), Q = 2 pi / d; degrees in, angstrom or 1/angstrom out."""
    angles = np.asarray(two_theta, dtype=float)
    if axis == "two_theta":
        return angles
    sine = np.maximum(np.sin(np.radians(angles / 2.0)), 1e-9)
    if axis == "d":
        return np.asarray(wavelength / (2.0 * sine))
    return np.asarray(4.0 * np.pi * sine / wavelength)


def to_two_theta(x: FloatArray | float, wavelength: float, axis: XAxis) -> FloatArray:
    """Inverse of `from_two_theta`; beyond the sphere of reflection the answer is 180 degrees."""
    values = np.asarray(x, dtype=float)
    if axis == "two_theta":
        return values
    if axis == "d":
        sine = wavelength / (2.0 * np.maximum(values, 1e-9))
    else:
        sine = values * wavelength / (4.0 * np.pi)
    return np.asarray(2.0 * np.degrees(np.arcsin(np.clip(sine, 0.0, 1.0))))


def with_gaps(
    two_theta: FloatArray, y: FloatArray, measured: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """A curve with a point that is not a number wherever measured points were left out of it.

    Parameters
    ----------
    two_theta, y : (n,) arrays
        The curve; it may have been thinned evenly.
    measured : (m,) array
        2theta of all points that were measured, rising.
    """
    if len(two_theta) < 2:
        return two_theta, y
    passed = np.diff(np.searchsorted(measured, two_theta))
    gaps = np.flatnonzero(passed > GAP_STEPS * max(float(np.median(passed)), 1.0)) + 1
    if not len(gaps):
        return two_theta, y
    middle = 0.5 * (two_theta[gaps - 1] + two_theta[gaps])
    return np.insert(two_theta, gaps, middle), np.insert(y, gaps, np.nan)


def scaled(counts: FloatArray, scale: Scale, floor: float) -> FloatArray:
    """Counts as they are drawn; `floor` is the least count that a logarithm shows."""
    if scale == "sqrt":
        return np.sqrt(np.maximum(counts, 0.0))
    if scale == "log":
        return np.log10(np.maximum(counts, floor))
    return np.asarray(counts, dtype=float)


def unscaled(value: float, scale: Scale) -> float:
    """Counts from where they are drawn."""
    if scale == "sqrt":
        return float(value) * abs(float(value))
    if scale == "log":
        return float(10.0 ** min(float(value), 300.0))
    return float(value)


def nice_counts(low: float, high: float, scale: Scale, about: int) -> list[float]:
    """Round numbers of counts to label an axis that shows `low` to `high` (as drawn).

    1, 2 and 5 times powers of ten, thinned so that some `about` labels do not crowd; a short
    range that holds hardly any of those gets even steps.
    """
    bottom, top = unscaled(low, scale), unscaled(high, scale)
    if not top > bottom:
        return []
    highest = int(np.floor(np.log10(max(top, 1e-12))))
    lowest = max(int(np.floor(np.log10(max(bottom, 1e-12)))), highest - 8)
    round_numbers = [0.0] + [
        digit * 10.0**power for power in range(lowest, highest + 1) for digit in (1, 2, 5)
    ]
    inside = [value for value in round_numbers if bottom <= value <= top]
    kept: list[float] = []
    gap = 0.7 * (high - low) / max(about, 1)
    drawn_before = np.inf
    for value in sorted(inside, reverse=True):  # from the top, where labels matter most
        drawn = float(scaled(np.asarray(value), scale, 10.0**lowest))
        if drawn_before - drawn >= gap:
            kept.append(value)
            drawn_before = drawn
    if len(kept) >= 3 or scale == "linear":
        return sorted(kept)
    raw = (top - bottom) / max(about, 1)
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= raw)
    return [float(x) for x in np.arange(np.ceil(bottom / step), top / step + 1e-9) * step]
