"""Counts per second turned back into the counts that were counted."""

from __future__ import annotations

import numpy as np

from engine.pattern.readers.scan import FloatArray

# Files give rates with few digits: how far from whole the products may be, as a median.
_WHOLE = 0.1


def counts_from_rate(rate: FloatArray, seconds: float | None) -> tuple[FloatArray, bool | None]:
    """Counts, and whether they are raw ones as `Scan.raw_counts` has it.

    Parameters
    ----------
    rate : (n,) array
        Counts per second.
    seconds : float or None
        Counting time of a point, None where it is not known.

    Returns
    -------
    counts : (n,) array
        The rates themselves without a counting time. Products that are whole numbers up to
        the digits that the file gives are rounded to them.
    raw : bool or None
        None where the counts are whole (Poisson statistics may hold), False where they are not:
        detectors with dead-time corrections or attenuators give such rates.
    """
    if seconds is None:
        return rate, False
    counts = rate * seconds
    valid = counts[np.isfinite(counts)]
    whole = np.round(valid)
    if len(valid) and float(np.median(np.abs(valid - whole))) < _WHOLE * _spread(valid):
        return np.round(counts), None
    return counts, False


def _spread(counts: FloatArray) -> float:
    """1 where numbers are spread over a unit at least; fewer where all are small fractions."""
    return min(1.0, float(np.max(np.abs(counts))))
