"""Pseudo-Voigt lines on a measured axis, as sparse matrices with their derivatives.

A line touches only its neighbourhood, so the profile of all lines is a sparse matrix times their
areas, and every derivative of the pattern is the same kind of product.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

FloatArray = NDArray[np.float64]
_GAUSS = 4.0 * np.log(2.0)


@dataclass(frozen=True, eq=False)
class LineProfiles:
    """Area-normalised lines and their derivatives, (n points, p lines) each, per degree.

    Attributes
    ----------
    value, by_position, by_fwhm, by_eta : sparse matrices
        The last three only where they were asked for.
    """

    value: csc_matrix
    by_position: csc_matrix | None
    by_fwhm: csc_matrix | None
    by_eta: csc_matrix | None


def line_profiles(
    two_theta: FloatArray,
    position: FloatArray,
    fwhm: FloatArray,
    eta: FloatArray,
    reach: float = 12.0,
    wanted: Collection[str] = (),
) -> LineProfiles:
    """Draw all lines.

    Parameters
    ----------
    two_theta : (n,) array
        Increasing, degrees.
    position, fwhm : (p,) arrays
        Degrees.
    eta : (p,) array
        Lorentzian share.
    reach : float
        How many FWHM to either side a line is drawn.
    wanted : collection of {"position", "fwhm", "eta"}
        Which derivatives to make.
    """
    first = np.searchsorted(two_theta, position - reach * fwhm)
    last = np.searchsorted(two_theta, position + reach * fwhm)
    counts = last - first
    # 32-bit indices: scipy would otherwise check and convert them for every matrix.
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    rows = (np.arange(ends[-1]) - np.repeat(ends[:-1] - first, counts)).astype(np.int32)
    inverse = np.repeat(1.0 / fwhm, counts)
    share = np.repeat(eta, counts)
    x = (two_theta[rows] - np.repeat(position, counts)) * inverse
    square = x * x
    gauss = np.sqrt(_GAUSS / np.pi) * np.exp(-_GAUSS * square)
    lorentz = (2.0 / np.pi) / (1.0 + 4.0 * square)
    shape = (len(two_theta), len(position))

    def matrix(data: FloatArray) -> csc_matrix:
        return csc_matrix((data, rows, ends), shape=shape)

    difference = lorentz - gauss
    mixed = gauss + share * difference
    value = matrix(mixed * inverse)
    if not wanted:
        return LineProfiles(value, None, None, None)
    falling = 2.0 * _GAUSS * gauss
    slope = x * (share * (falling - 4.0 * np.pi * lorentz**2) - falling)
    squared = inverse * inverse
    return LineProfiles(
        value=value,
        by_position=matrix(-slope * squared) if "position" in wanted else None,
        by_fwhm=matrix(-(mixed + x * slope) * squared) if "fwhm" in wanted else None,
        by_eta=matrix(difference * inverse) if "eta" in wanted else None,
    )
