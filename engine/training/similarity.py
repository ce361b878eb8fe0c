"""Structural similarity and signal-to-noise ratio of maps.

SSIM is that of Wang et al., IEEE Trans. Image Process. 13, 600 (2004), with the defaults of
`skimage.metrics.structural_similarity`: a uniform window of 7 points, sample covariance, and the
data range that of the truth. There is a choice of border. Scikit-image leaves out the points
whose window reaches beyond the array: so does the paper's own column (`best_rotation`). A
density has no border: free of the gauge, its windows go on into the next cell (`periodic_ssim`),
else the score of a map would hang on which of a crystal's equivalent origins was taken.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

FloatArray = NDArray[np.float64]
AnyFloats = NDArray[np.floating[Any]]
IntArray = NDArray[np.int64]

WINDOW = 7
_HALF = WINDOW // 2
_POINTS = float(WINDOW**3)
_SAMPLE = _POINTS / (_POINTS - 1.0)


@cache
def cube_rotations() -> IntArray:
    """The 24 rotations of the cube as signed permutation matrices, (24, 3, 3)."""
    found = []
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1, -1), repeat=3):
            matrix = np.zeros((3, 3), dtype=np.int64)
            matrix[range(3), order] = signs
            if round(float(np.linalg.det(matrix))) == 1:
                found.append(matrix)
    return np.array(found)


def ssim(truth: AnyFloats, density: AnyFloats) -> float:
    """Structural similarity of a map with a truth, in double precision."""
    return SimilarityTo(truth, np.float64).ssim(density)


def psnr(truth: AnyFloats, density: AnyFloats) -> float:
    """Peak signal-to-noise ratio in decibels, the data range being the truth's."""
    error = float(np.mean((np.asarray(truth, np.float64) - density) ** 2))
    return float(10.0 * np.log10(np.ptp(truth) ** 2 / max(error, 1e-30)))


class SimilarityTo:
    """SSIM and PSNR of many maps with one truth.

    Parameters
    ----------
    truth : (n, n, n) array
        n of at least 8.
    dtype : dtype
        Of the sums over windows. Maps are centred first, so that single precision, which is
        about three times faster, gives the SSIM to some 1e-6.
    """

    def __init__(self, truth: AnyFloats, dtype: DTypeLike = np.float32) -> None:
        self.truth = np.asarray(truth, dtype=np.float64)
        self.dtype = dtype
        span = float(np.ptp(self.truth))
        self.c1, self.c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
        self.fields = _Fields.of(self.truth, dtype)
        self.inner = self.fields.cut(slice(_HALF, len(self.truth) - _HALF))

    def ssim(self, density: AnyFloats) -> float:
        """Mean structural similarity of a map as it stands, without the border."""
        turned = _Turnable(self, density)
        identity = np.eye(3, dtype=np.int64)
        return turned.ssim(identity, turned.product(identity))

    def periodic_ssim(self, density: AnyFloats) -> float:
        """Mean structural similarity of a map as it stands, over the whole cell."""
        other = _Fields.of(np.asarray(density), self.dtype)
        product = np.pad(self.fields.centred * other.centred, _HALF, mode="wrap")
        return _mean_similarity(self.fields, other, product, self.c1, self.c2)

    def best_rotation(self, density: AnyFloats) -> tuple[float, float]:
        """Best SSIM and best PSNR over the cube's 24 rotations about x = 0, without shifts.

        Rotations take index i to -i modulo n, as `engine.training.metrics.in_basis` does.
        """
        turned = _Turnable(self, density)
        overlaps: dict[float, int] = {}
        best = -1.0
        for number, rotation in enumerate(cube_rotations()):
            product = turned.product(rotation)
            overlap = float(product.sum(dtype=np.float64)) / turned.norm
            # Settings that a symmetric map does not tell apart need to be taken only once.
            if (key := round(overlap, 9)) not in overlaps:
                overlaps[key] = number
                best = max(best, turned.ssim(rotation, product))
        closest = cube_rotations()[overlaps[max(overlaps)]]
        return best, psnr(self.truth, turned.map_in(closest))


@dataclass(frozen=True, eq=False)
class _Fields:
    """A map less its mean, and the means and sample variances of its windows.

    Single precision suffices because the mean, which may be large, is kept apart.
    """

    centred: AnyFloats
    mean: AnyFloats
    variance: AnyFloats
    offset: float

    @classmethod
    def of(cls, values: AnyFloats, dtype: DTypeLike) -> _Fields:
        """With the windows of all points of a periodic map, (n, n, n) each."""
        offset = float(values.mean(dtype=np.float64))
        centred = (np.asarray(values, dtype=np.float64) - offset).astype(dtype)
        periodic = np.pad(centred, _HALF, mode="wrap")
        mean = _window_sum(periodic) / _POINTS
        square = _window_sum(periodic**2) / _POINTS
        return cls(centred, mean, _SAMPLE * (square - mean**2), offset)

    def cut(self, part: slice) -> _Fields:
        """The windows of a part only."""
        where = (part, part, part)
        return replace(self, mean=self.mean[where], variance=self.variance[where])

    def turned(self, rotation: IntArray) -> _Fields:
        """The inner windows of the turned map (all but the border), as views."""
        n = len(self.centred)
        inside = (slice(_HALF, n - _HALF), slice(n - _HALF, _HALF, -1))
        return replace(
            self,
            mean=_view(self.mean, rotation, *inside),
            variance=_view(self.variance, rotation, *inside),
        )


def _mean_similarity(
    truth: _Fields, other: _Fields, product: AnyFloats, c1: float, c2: float
) -> float:
    """Mean SSIM over windows, from the product of the two centred maps.

    `product` reaches half a window beyond the windows' centres on all sides; it is not kept.
    """
    covariance = _window_sum(product)
    covariance /= _POINTS
    covariance -= truth.mean * other.mean
    covariance *= 2.0 * _SAMPLE
    covariance += c2
    one, two = truth.mean + truth.offset, other.mean + other.offset
    above = one * two
    above *= 2.0
    above += c1
    above *= covariance
    one *= one
    two *= two
    one += two
    one += c1
    spread = truth.variance + other.variance
    spread += c2
    one *= spread
    above /= one
    return float(above.mean(dtype=np.float64))


class _Turnable:
    """One map beside the truth, whose rotations are views of one periodic array."""

    def __init__(self, to: SimilarityTo, density: AnyFloats) -> None:
        self.to = to
        self.density = np.asarray(density)
        self.fields = _Fields.of(self.density, to.dtype)
        # One more point than the period, so that taking index i to -i is a reversal.
        self.periodic = np.pad(self.fields.centred, (0, 1), mode="wrap")
        norms = [float(np.linalg.norm(f.centred.ravel())) for f in (to.fields, self.fields)]
        self.norm = max(norms[0] * norms[1], 1e-30)
        self._product = np.empty_like(self.fields.centred)

    def product(self, rotation: IntArray) -> AnyFloats:
        """Product of the centred truth and the centred, turned map; the next call reuses it."""
        n = len(self.density)
        whole = _view(self.periodic, rotation, slice(0, n), slice(n, 0, -1))
        return np.multiply(self.to.fields.centred, whole, out=self._product)

    def ssim(self, rotation: IntArray, product: AnyFloats) -> float:
        """Mean structural similarity of the turned map without the border."""
        inner = self.fields.turned(rotation)
        return _mean_similarity(self.to.inner, inner, product, self.to.c1, self.to.c2)

    def map_in(self, rotation: IntArray) -> AnyFloats:
        """The turned map: `in_basis` for a rotation of the cube."""
        n = len(self.density)
        periodic = np.pad(self.density, (0, 1), mode="wrap")
        return _view(periodic, rotation, slice(0, n), slice(n, 0, -1))


def _view(values: AnyFloats, rotation: IntArray, ahead: slice, back: slice) -> AnyFloats:
    """A turned map as a view: along each new axis `ahead`, or `back` where it is reversed."""
    columns = [int(np.flatnonzero(row)[0]) for row in rotation]
    cuts: list[slice] = [ahead] * 3
    for row, column in zip(rotation, columns, strict=True):
        cuts[column] = ahead if row[column] > 0 else back
    return values[tuple(cuts)].transpose(columns)


def _window_sum(values: AnyFloats) -> AnyFloats:
    """Sums over the windows that lie wholly inside, (n - 6, n - 6, n - 6)."""
    for axis in range(3):
        values = _sum_of_seven(values, axis)
    return values


def _sum_of_seven(values: AnyFloats, axis: int) -> AnyFloats:
    """Sums of seven neighbours: of four and two and one, which takes four additions, not six."""

    def part(of: AnyFloats, start: int, stop: int) -> AnyFloats:
        cut = [slice(None)] * 3
        cut[axis] = slice(start, of.shape[axis] + stop)
        return of[tuple(cut)]

    two = part(values, 0, -1) + part(values, 1, 0)
    four = part(two, 0, -2) + part(two, 2, 0)
    seven = part(four, 0, -3) + part(two, 4, -1)
    seven += part(values, 6, 0)
    return seven
