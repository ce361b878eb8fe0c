"""Spikes: single points far too high, of cosmic rays, electronics or a diamond's Laue spot.

A line is spread over several points by the instrument; a spike is one or two points wide. Where
lines are as narrow as that themselves, nothing is called a spike.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.pattern.pattern import PowderPattern

# A spike stands out above the points around it by so many standard uncertainties, and by as much
# as these differ among themselves.
_CLEAR = 8.0
_REACH = 5
# More of them than this share of the points are no spikes but narrow lines or a bad estimate.
_MOST_SHARE = 2e-3
_MOST = 3


def find_spikes(pattern: PowderPattern) -> NDArray[np.int64]:
    """Indices of the points that are spikes, ascending.

    Parameters
    ----------
    pattern : PowderPattern
    """
    y, n = pattern.counts, len(pattern)
    padded = np.pad(y, _REACH + 2, mode="edge")
    found = np.zeros(n, dtype=bool)
    for width in (1, 2):
        count = n - width + 1
        # The surroundings of each run of `width` points, without the run itself.
        offsets = [k for k in range(-_REACH, _REACH + width) if not 0 <= k < width]
        around = np.stack([padded[_REACH + 2 + k : _REACH + 2 + k + count] for k in offsets])
        highest, lowest = around.max(axis=0), around.min(axis=0)
        top = np.min([y[k : k + count] for k in range(width)], axis=0)
        noise = _noise_of(pattern, highest)
        spiky = top - highest > np.maximum(_CLEAR * noise, highest - lowest)
        for k in range(width):
            found[k : k + count] |= spiky
    indices = np.flatnonzero(found)
    return indices if len(indices) <= max(_MOST, _MOST_SHARE * n) else indices[:0]


def _noise_of(pattern: PowderPattern, level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard uncertainty of a point that stands at `level`."""
    if pattern.poisson:
        return np.sqrt(np.maximum(level, 1.0))
    return np.full(len(level), float(np.median(pattern.sigma)))


def without_spikes(pattern: PowderPattern) -> PowderPattern:
    """The pattern without its spikes; their points are left out, and a warning names them."""
    spikes = find_spikes(pattern)
    details = replace(pattern.details, without_spikes=True)
    if len(spikes) == 0:
        return replace(pattern, details=details)
    kept = np.ones(len(pattern), dtype=bool)
    kept[spikes] = False
    return replace(
        pattern,
        two_theta=pattern.two_theta[kept],
        counts=pattern.counts[kept],
        sigma=pattern.sigma[kept],
        warnings=(*pattern.warnings, in_words(pattern, spikes, "were left out")),
        details=details,
    )


def in_words(pattern: PowderPattern, spikes: NDArray[np.int64], what: str) -> str:
    """One sentence on spikes; empty where there is none."""
    if len(spikes) == 0:
        return ""
    where = ", ".join(f"{pattern.two_theta[i]:.2f}" for i in spikes[:6])
    more = f" and {len(spikes) - 6} more" if len(spikes) > 6 else ""
    return f"Points far too high for a line, at {where} deg{more}, {what}."
