"""Scores of density maps that are free of the gauge.

A powder pattern fixes a density up to origin, inversion and the choice among bases of the same
metric. The primary score, gfCC, is the Pearson correlation maximised over these. Maps are cubes
(n, n, n) of values at the fractional coordinates (i, j, k)/n.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
AnyFloats = NDArray[np.floating[Any]]
IntArray = NDArray[np.int64]

METRIC_TOLERANCE = 0.01
SAME_IMAGE = 0.9995  # images of a map that correlate better than this are one
# How far lengths and scalar products of two cells may be apart for the cells to be compared
# axis by axis: what separates a good guess from another lattice.
SAME_CELL = 0.05
# A triclinic lattice, which no change of basis but the identity leaves as it is.
_WITHOUT_SYMMETRY = np.array([[3.0, 0.0, 0.0], [-0.4, 4.0, 0.0], [-0.3, -0.7, 5.0]])


@dataclass(frozen=True, eq=False)
class Alignment:
    """The best setting of a map on a truth.

    Attributes
    ----------
    correlation : float
        gfCC.
    aligned : (n, n, n) array
        The map, moved, inverted and put into the basis where it is most like the truth.
    basis : (3, 3) int array
        Rows: the truth's new basis in terms of its old one, to which the map was compared.
    inverted : bool
    shift : tuple of int
        In grid steps.
    """

    correlation: float
    aligned: AnyFloats
    basis: IntArray
    inverted: bool
    shift: tuple[int, int, int]


def metric_automorphisms(lattice: FloatArray, tolerance: float = METRIC_TOLERANCE) -> IntArray:
    """Changes of basis that leave a reduced lattice's metric as it is, of determinant +1.

    Those of determinant -1 are the same ones followed by inversion.

    Parameters
    ----------
    lattice : (3, 3) array
        Rows a, b, c of a Niggli-reduced cell.
    tolerance : float
        Relative difference of lengths, and difference of scalar products over lengths.

    Returns
    -------
    (m, 3, 3) int array
        Each row set gives new basis vectors in terms of the old; the identity comes first.
    """
    metric = lattice @ lattice.T
    steps = _lattice_steps()
    squared = np.einsum("ij,jk,ik->i", steps, metric, steps)
    rows = [
        steps[np.abs(np.sqrt(squared) / np.sqrt(metric[i, i]) - 1.0) <= tolerance] for i in range(3)
    ]
    scale = np.sqrt(np.outer(np.diag(metric), np.diag(metric)))
    bases = _products(rows)
    bases = bases[np.round(np.linalg.det(bases)) == 1.0]
    apart = np.abs(bases @ metric @ bases.transpose(0, 2, 1) - metric)
    found = list(bases[np.all(apart <= 2.0 * tolerance * scale, axis=(1, 2))])
    found.sort(key=lambda basis: not np.array_equal(basis, np.eye(3, dtype=int)))
    return np.array(found, dtype=np.int64)


def matching_basis(
    cell: FloatArray, lattice: FloatArray, tolerance: float = SAME_CELL
) -> IntArray | None:
    """The basis of one cell in which its metric is most like another's.

    A cell that is a little off may be reduced to other axes than the true one (two lengths that
    are nearly equal change places); a map on it must be compared along corresponding axes.

    Parameters
    ----------
    cell : (3, 3) array
        Rows a, b, c of a Niggli-reduced cell.
    lattice : (3, 3) array
        Of the true one.
    tolerance : float
        Largest relative difference of lengths, and of scalar products over lengths.

    Returns
    -------
    (3, 3) int array or None
        Rows: the matching basis in terms of `cell`'s own, of determinant +1; None where the
        two lattices are not alike. `in_basis` draws the map along it.
    """
    metric, wanted = cell @ cell.T, lattice @ lattice.T
    steps = _lattice_steps()
    lengths = np.sqrt(np.einsum("ij,jk,ik->i", steps, metric, steps))
    targets = np.sqrt(np.diag(wanted))
    rows = [steps[np.abs(lengths / target - 1.0) <= tolerance] for target in targets]
    bases = _products(rows)
    bases = bases[np.round(np.linalg.det(bases)) == 1.0]
    if len(bases) == 0:
        return None
    apart = np.abs(bases @ metric @ bases.transpose(0, 2, 1) - wanted)
    apart /= np.outer(targets, targets)
    # Of equally good ones the basis as it is.
    off = apart.sum(axis=(1, 2)) + 1e-6 * np.abs(bases - np.eye(3)).sum(axis=(1, 2))
    off[apart.max(axis=(1, 2)) > 2.0 * tolerance] = np.inf
    best = int(np.argmin(off))
    return np.asarray(bases[best], dtype=np.int64) if np.isfinite(off[best]) else None


def _products(rows: list[IntArray]) -> IntArray:
    """Every choice of one row from each of three lists, (m, 3, 3)."""
    i, j, k = np.meshgrid(*(np.arange(len(part)) for part in rows), indexing="ij")
    return np.stack([rows[0][i.ravel()], rows[1][j.ravel()], rows[2][k.ravel()]], axis=1)


def _lattice_steps() -> IntArray:
    return np.array(list(itertools.product((-1, 0, 1), repeat=3)))


def in_basis(density: AnyFloats, basis: IntArray) -> AnyFloats:
    """A map drawn along other basis vectors: value at x' is the old one at x = x' basis."""
    place = _places(len(density), tuple(int(x) for x in np.ravel(basis)))
    return np.asarray(density).reshape(-1)[place].reshape(density.shape)


@lru_cache(maxsize=64)
def _places(n: int, basis: tuple[int, ...]) -> IntArray:
    """Flat index into a map for every point of the map drawn along other basis vectors."""
    rows = np.array(basis).reshape(3, 3)
    i, j, k = np.ogrid[:n, :n, :n]
    old = [(i * rows[0, c] + j * rows[1, c] + k * rows[2, c]) % n for c in range(3)]
    return np.ravel((old[0] * n + old[1]) * n + old[2])


def inverted(density: AnyFloats) -> AnyFloats:
    """The map about x = 0 inverted: index i goes to -i mod n."""
    return np.roll(density[::-1, ::-1, ::-1], 1, axis=(0, 1, 2))


class Truth:
    """A true map with its distinct images under changes of basis, ready for comparison.

    Settings are searched in single precision; the correlation in the best one is then taken in
    double precision.

    Parameters
    ----------
    density : (n, n, n) array
    lattice : (3, 3) array
        Niggli-reduced cell, for the metric-preserving changes of basis.
    tolerance : float
    """

    def __init__(
        self, density: AnyFloats, lattice: FloatArray, tolerance: float = METRIC_TOLERANCE
    ) -> None:
        self.density = np.asarray(density, dtype=np.float64)
        self.lattice = np.asarray(lattice, dtype=np.float64)
        self._normalised = _normalised(self.density)
        self._bases: list[IntArray] = []
        self._images: list[NDArray[np.complex64]] = []
        for basis in metric_automorphisms(self.lattice, tolerance):
            transform = _transform(in_basis(self._normalised, basis))
            known = any(
                _best_shift(seen, hand)[0] > SAME_IMAGE
                for seen in self._images
                for hand in (transform, transform.conj())
            )
            if not known:
                self._bases.append(basis)
                self._images.append(transform)

    def align(self, density: AnyFloats) -> Alignment:
        """Put a map into the setting in which it is most like the truth."""
        transform = _transform(_normalised(density))
        best = (-2.0, 0, False, (0, 0, 0))
        for number, image in enumerate(self._images):
            for hand, candidate in ((False, transform), (True, transform.conj())):
                value, shift = _best_shift(image, candidate)
                if value > best[0]:
                    best = (value, number, hand, shift)
        _, number, hand, shift = best
        moved = inverted(density) if hand else np.asarray(density)
        moved = np.roll(moved, shift, axis=(0, 1, 2))
        basis = self._bases[number]
        back = np.round(np.linalg.inv(basis)).astype(np.int64)
        aligned = in_basis(moved, back)
        value = float(np.vdot(self._normalised, _normalised(aligned)))
        return Alignment(value, aligned, basis, hand, shift)


def gauge_free_correlation(
    density: AnyFloats, truth: AnyFloats, lattice: FloatArray | None = None
) -> float:
    """GfCC of a map with a true one, -1 to 1; 0 where the map is constant.

    Without `lattice` only origins and inversion are free.
    """
    reference = Truth(truth, _WITHOUT_SYMMETRY if lattice is None else lattice)
    return reference.align(density).correlation


def _normalised(density: AnyFloats) -> FloatArray:
    values = np.asarray(density, dtype=np.float64)
    centred = values - np.mean(values)
    norm = np.sqrt(np.sum(centred**2))
    return centred / norm if norm > 1e-9 * np.sqrt(centred.size) else np.zeros_like(centred)


def _transform(normalised: AnyFloats) -> NDArray[np.complex64]:
    """Transform of a map of norm 1, in single precision."""
    from scipy.fft import rfftn

    return np.asarray(rfftn(normalised.astype(np.float32)))


def _best_shift(
    truth: NDArray[np.complex64], other: NDArray[np.complex64]
) -> tuple[float, tuple[int, int, int]]:
    """Largest correlation over translations of `other`, from transforms of normalised maps."""
    from scipy.fft import irfftn

    n = truth.shape[0]
    values = irfftn(truth * other.conj(), s=(n, n, n), overwrite_x=True)
    place = int(np.argmax(values))
    i, j, k = (int(x) for x in np.unravel_index(place, values.shape))
    return float(values[i, j, k]), (i, j, k)


def strongest_maxima(
    density: AnyFloats, count: int, lattice: FloatArray, apart: float
) -> FloatArray:
    """Fractional coordinates (m, 3) of the strongest local maxima, m <= count, strongest first.

    Of maxima nearer to each other than `apart` angstrom only the strongest is one: an atom halfway
    between points of the grid has several that are alike.
    """
    n = len(density)
    highest = density
    for axis in range(3):
        highest = np.maximum(
            highest, np.maximum(np.roll(highest, 1, axis), np.roll(highest, -1, axis))
        )
    places = np.argwhere((density >= highest) & (density > density.mean(dtype=np.float64)))
    values = density[tuple(places.T)]
    found = np.zeros((0, 3))
    for place in places[np.argsort(-values, kind="stable")] / n:
        if len(found) == count:
            break
        if (_distances(place[None], found, lattice) > apart).all():
            found = np.vstack([found, place])
    return found


def _distances(first: FloatArray, second: FloatArray, lattice: FloatArray) -> FloatArray:
    """(n, m) angstrom between points (n, 3) and (m, 3), over the nearest lattice vectors."""
    away = first[:, None, :] - second[None, :, :]
    away -= np.round(away)
    return np.asarray(np.linalg.norm(away @ lattice, axis=-1))


def recalled_sites(
    density: AnyFloats,
    lattice: FloatArray,
    numbers: IntArray,
    frac_coords: FloatArray,
    radius: float = 0.4,
) -> NDArray[np.bool_]:
    """Which true sites lie within `radius` angstrom of one of the N strongest maxima, (N,).

    The map must be in the truth's setting (`Truth.align`).
    """
    maxima = strongest_maxima(density, len(numbers), lattice, radius)
    if len(maxima) == 0:
        return np.zeros(len(numbers), dtype=bool)
    return np.asarray(_distances(frac_coords, maxima, lattice).min(axis=1) <= radius)
