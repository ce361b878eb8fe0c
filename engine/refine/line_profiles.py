"""Pseudo-Voigt lines on a measured axis, as sparse matrices with their derivatives.

A line touches only its neighbourhood, so the profile of all lines is a sparse matrix times their
areas, and every derivative of the pattern is the same kind of product.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

FloatArray = NDArray[np.float64]
AnyFloats = NDArray[np.floating[Any]]
_GAUSS = np.float64(4.0 * np.log(2.0))
DERIVATIVES = ("position", "fwhm", "eta")
CHUNK = 16384


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
    dtype: type[np.float32] | type[np.float64] = np.float64,
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
    dtype : type
        Of the matrices. Single precision is half as dear, and far finer than counting noise.
    """
    first = np.searchsorted(two_theta, position - reach * fwhm)
    last = np.searchsorted(two_theta, position + reach * fwhm)
    # 32-bit indices: scipy would otherwise check and convert them for every matrix.
    ends = np.concatenate([[0], np.cumsum(last - first)]).astype(np.int32)
    rows = np.empty(ends[-1], dtype=np.int32)
    made = ("value", *(name for name in DERIVATIVES if name in wanted))
    data = {name: np.empty(ends[-1], dtype=dtype) for name in made}
    # A few lines at a time: what is worked on then stays in the processor's cache.
    marks = np.searchsorted(ends, np.arange(CHUNK, ends[-1], CHUNK))
    for begin, end in pairwise(np.unique([0, *marks, len(position)])):
        part = slice(ends[begin], ends[end])
        counts = np.diff(ends[begin : end + 1])
        rows[part] = np.arange(part.start, part.stop) - np.repeat(
            ends[begin:end] - first[begin:end], counts
        )
        x = two_theta[rows[part]] - np.repeat(position[begin:end], counts)
        inverse: AnyFloats = np.repeat(np.asarray(1.0 / fwhm[begin:end], dtype=dtype), counts)
        share: AnyFloats = np.repeat(np.asarray(eta[begin:end], dtype=dtype), counts)
        in_widths: AnyFloats = np.asarray(x, dtype=dtype)
        shapes = _shapes(in_widths * inverse, inverse, share, made)
        for name, values in shapes.items():
            data[name][part] = values
    shape = (len(two_theta), len(position))
    value = csc_matrix((data["value"], rows, ends), shape=shape)
    matrices = {name: _with_data(value, data[name]) for name in made}
    return LineProfiles(
        value=matrices["value"],
        by_position=matrices.get("position"),
        by_fwhm=matrices.get("fwhm"),
        by_eta=matrices.get("eta"),
    )


def _with_data(matrix: csc_matrix, data: AnyFloats) -> csc_matrix:
    """The same places with other values; scipy's constructor would check the places again."""
    other = copy.copy(matrix)
    other.data = data
    return other


def _shapes(
    x: AnyFloats, inverse: AnyFloats, share: AnyFloats, made: Collection[str]
) -> dict[str, AnyFloats]:
    """Values and derivatives at distances `x`, in FWHM, from lines of 1/FWHM `inverse`."""
    square = x * x
    gauss = np.sqrt(_GAUSS / np.pi).astype(x.dtype) * np.exp(x.dtype.type(-_GAUSS) * square)
    lorentz = x.dtype.type(2.0 / np.pi) / (1 + 4 * square)
    difference = lorentz - gauss
    mixed = gauss + share * difference
    found = {"value": mixed * inverse}
    if "eta" in made:
        found["eta"] = difference * inverse
    if "position" in made or "fwhm" in made:
        falling = x.dtype.type(2.0 * _GAUSS) * gauss
        steep = falling - x.dtype.type(4.0 * np.pi) * lorentz * lorentz
        slope = x * (share * steep - falling)
        squared = inverse * inverse
        if "position" in made:
            found["position"] = -slope * squared
        if "fwhm" in made:
            found["fwhm"] = -(mixed + x * slope) * squared
    return found


def spread(lines: Any, amounts: FloatArray) -> FloatArray:
    """Lines (n, p) times amounts (p,) or (p, v), in the precision of the lines."""
    return np.asarray(lines @ amounts.astype(lines.dtype, copy=False), dtype=np.float64)
