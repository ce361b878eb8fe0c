"""Pseudo-Voigt lines on a measured axis, as sparse matrices with their derivatives.

A line touches only its neighbourhood, so the profile of all lines is a sparse matrix times their
areas, and every derivative of the pattern is the same kind of product.
"""

from __future__ import annotations

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
        The last three only where derivatives were asked for.
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
    derivatives: bool = True,
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
    derivatives : bool
    """
    first = np.searchsorted(two_theta, position - reach * fwhm)
    last = np.searchsorted(two_theta, position + reach * fwhm)
    counts = last - first
    ends = np.concatenate([[0], np.cumsum(counts)])
    line = np.repeat(np.arange(len(position)), counts)
    rows = np.arange(ends[-1]) - np.repeat(ends[:-1] - first, counts)
    width = fwhm[line]
    share = eta[line]
    x = (two_theta[rows] - position[line]) / width
    gauss = np.sqrt(_GAUSS / np.pi) * np.exp(-_GAUSS * x * x)
    lorentz = (2.0 / np.pi) / (1.0 + 4.0 * x * x)
    shape = (len(two_theta), len(position))

    def matrix(data: FloatArray) -> csc_matrix:
        return csc_matrix((data, rows, ends), shape=shape)

    mixed = share * lorentz + (1.0 - share) * gauss
    value = matrix(mixed / width)
    if not derivatives:
        return LineProfiles(value, None, None, None)
    slope = -share * (4.0 * np.pi) * x * lorentz**2 - (1.0 - share) * 2.0 * _GAUSS * x * gauss
    return LineProfiles(
        value=value,
        by_position=matrix(-slope / width**2),
        by_fwhm=matrix(-(mixed + x * slope) / width**2),
        by_eta=matrix((lorentz - gauss) / width),
    )
