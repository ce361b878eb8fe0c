"""Scores of density maps: free of the gauge, and the paper's own.

A powder pattern fixes a density up to origin, inversion and the choice among bases of the same
metric. The primary score, gfCC, is the Pearson correlation maximised over these. Maps are cubes
(n, n, n) of values at the fractional coordinates (i, j, k)/n.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

METRIC_TOLERANCE = 0.01
SAME_IMAGE = 0.9995  # images of a map that correlate better than this are one
SSIM_WINDOW = 7
# A triclinic lattice, which no change of basis but the identity leaves as it is.
_WITHOUT_SYMMETRY = np.array([[3.0, 0.0, 0.0], [-0.4, 4.0, 0.0], [-0.3, -0.7, 5.0]])
# Upper atomic numbers of the groups in which sites are recalled.
RECALL_GROUPS = {"light": (1, 9), "middle": (10, 20), "heavy": (21, 200)}


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
    aligned: FloatArray
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
    steps = np.array(list(itertools.product((-1, 0, 1), repeat=3)))
    squared = np.einsum("ij,jk,ik->i", steps, metric, steps)
    rows = [
        steps[np.abs(np.sqrt(squared) / np.sqrt(metric[i, i]) - 1.0) <= tolerance] for i in range(3)
    ]
    scale = np.sqrt(np.outer(np.diag(metric), np.diag(metric)))
    found = []
    for choice in itertools.product(*rows):
        basis = np.array(choice)
        if round(float(np.linalg.det(basis))) != 1:
            continue
        if np.all(np.abs(basis @ metric @ basis.T - metric) <= 2.0 * tolerance * scale):
            found.append(basis)
    found.sort(key=lambda basis: not np.array_equal(basis, np.eye(3, dtype=int)))
    return np.array(found, dtype=np.int64)


def in_basis(density: FloatArray, basis: IntArray) -> FloatArray:
    """A map drawn along other basis vectors: value at x' is the old one at x = x' basis."""
    n = len(density)
    index = np.arange(n)
    i, j, k = np.meshgrid(index, index, index, indexing="ij")
    old = [(i * basis[0, c] + j * basis[1, c] + k * basis[2, c]) % n for c in range(3)]
    return np.asarray(density[old[0], old[1], old[2]])


def inverted(density: FloatArray) -> FloatArray:
    """The map about x = 0 inverted: index i goes to -i mod n."""
    return np.roll(density[::-1, ::-1, ::-1], 1, axis=(0, 1, 2))


class Truth:
    """A true map with its distinct images under changes of basis, ready for comparison.

    Parameters
    ----------
    density : (n, n, n) array
    lattice : (3, 3) array
        Niggli-reduced cell, for the metric-preserving changes of basis.
    tolerance : float
    """

    def __init__(
        self, density: FloatArray, lattice: FloatArray, tolerance: float = METRIC_TOLERANCE
    ) -> None:
        self.density = np.asarray(density, dtype=np.float64)
        self.lattice = np.asarray(lattice, dtype=np.float64)
        self._bases: list[IntArray] = []
        self._images: list[NDArray[np.complex128]] = []
        for basis in metric_automorphisms(self.lattice, tolerance):
            image = _normalised(in_basis(self.density, basis))
            transform = np.fft.rfftn(image)
            known = any(_best_shift(seen, transform)[0] > SAME_IMAGE for seen in self._images)
            known = known or any(
                _best_shift(seen, transform.conj())[0] > SAME_IMAGE for seen in self._images
            )
            if not known:
                self._bases.append(basis)
                self._images.append(transform)

    def align(self, density: FloatArray) -> Alignment:
        """Put a map into the setting in which it is most like the truth."""
        transform = np.fft.rfftn(_normalised(density))
        best = (-2.0, 0, False, (0, 0, 0))
        for number, image in enumerate(self._images):
            for hand, candidate in ((False, transform), (True, transform.conj())):
                value, shift = _best_shift(image, candidate)
                if value > best[0]:
                    best = (value, number, hand, shift)
        value, number, hand, shift = best
        moved = inverted(density) if hand else np.asarray(density, dtype=np.float64)
        moved = np.roll(moved, shift, axis=(0, 1, 2))
        basis = self._bases[number]
        back = np.round(np.linalg.inv(basis)).astype(np.int64)
        return Alignment(value, in_basis(moved, back), basis, hand, shift)


def gauge_free_correlation(
    density: FloatArray, truth: FloatArray, lattice: FloatArray | None = None
) -> float:
    """GfCC of a map with a true one, -1 to 1; 0 where the map is constant.

    Without `lattice` only origins and inversion are free.
    """
    reference = Truth(truth, _WITHOUT_SYMMETRY if lattice is None else lattice)
    return reference.align(density).correlation


def _normalised(density: FloatArray) -> FloatArray:
    centred = np.asarray(density, dtype=np.float64) - np.mean(density)
    norm = np.sqrt(np.sum(centred**2))
    return centred / norm if norm > 1e-9 * np.sqrt(centred.size) else np.zeros_like(centred)


def _best_shift(
    truth: NDArray[np.complex128], other: NDArray[np.complex128]
) -> tuple[float, tuple[int, int, int]]:
    """Largest correlation over translations of `other`, from transforms of normalised maps."""
    n = truth.shape[0]
    values = np.fft.irfftn(truth * other.conj(), s=(n, n, n), axes=(0, 1, 2))
    place = int(np.argmax(values))
    i, j, k = (int(x) for x in np.unravel_index(place, values.shape))
    return float(values[i, j, k]), (i, j, k)


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


def ssim(truth: FloatArray, density: FloatArray) -> float:
    """Structural similarity as `skimage.metrics.structural_similarity` has it by default.

    Window of 7 points, sample covariance, the border left out; the data range is the truth's.
    """
    return SimilarityTo(truth).ssim(density)


def psnr(truth: FloatArray, density: FloatArray) -> float:
    """Peak signal-to-noise ratio in decibels, the data range being the truth's."""
    error = float(np.mean((truth - density) ** 2))
    return float(10.0 * np.log10(np.ptp(truth) ** 2 / max(error, 1e-30)))


class SimilarityTo:
    """SSIM and PSNR of many maps with one truth."""

    def __init__(self, truth: FloatArray) -> None:
        self.truth = np.asarray(truth, dtype=np.float64)
        self.range = float(np.ptp(self.truth))
        self._mean = _window_mean(self.truth)
        self._square = _window_mean(self.truth**2)

    def ssim(self, density: FloatArray) -> float:
        """Mean structural similarity, see `ssim`."""
        y = np.asarray(density, dtype=np.float64)
        return self._combine(y, _window_mean(y), _window_mean(y**2))

    def best_rotation(self, density: FloatArray) -> tuple[float, float]:
        """Best SSIM and best PSNR over the cube's 24 rotations about x = 0, without shifts."""
        y = np.asarray(density, dtype=np.float64)
        mean, square = _window_mean(y), _window_mean(y**2)
        best_ssim, best_psnr, seen = -1.0, -np.inf, set()
        for rotation in cube_rotations():
            turned = _turned(y, rotation)
            ratio = psnr(self.truth, turned)
            best_psnr = max(best_psnr, ratio)
            # Settings that a symmetric map does not tell apart need to be taken only once.
            if (key := round(ratio, 9)) not in seen:
                seen.add(key)
                value = self._combine(turned, _turned(mean, rotation), _turned(square, rotation))
                best_ssim = max(best_ssim, value)
        return best_ssim, best_psnr

    def _combine(self, y: FloatArray, mean: FloatArray, square: FloatArray) -> float:
        points = SSIM_WINDOW**3
        sample = points / (points - 1.0)
        var_x = sample * (self._square - self._mean**2)
        var_y = sample * (square - mean**2)
        cov = sample * (_window_mean(self.truth * y) - self._mean * mean)
        c1, c2 = (0.01 * self.range) ** 2, (0.03 * self.range) ** 2
        above = (2.0 * self._mean * mean + c1) * (2.0 * cov + c2)
        below = (self._mean**2 + mean**2 + c1) * (var_x + var_y + c2)
        inner = slice(SSIM_WINDOW // 2, -(SSIM_WINDOW // 2))
        return float(np.mean((above / below)[inner, inner, inner]))


def _turned(values: FloatArray, rotation: IntArray) -> FloatArray:
    """`in_basis` for a rotation of the cube, by transposing and reversing."""
    order = [int(np.flatnonzero(rotation[:, axis])[0]) for axis in range(3)]
    signs = [int(rotation[row, axis]) for axis, row in enumerate(order)]
    for axis, sign in enumerate(signs):
        if sign < 0:
            values = np.roll(np.flip(values, axis), 1, axis)
    return np.ascontiguousarray(np.transpose(values, np.argsort(order)))


def _window_mean(values: FloatArray) -> FloatArray:
    """Mean over the window around every point, periodic at the faces."""
    from scipy.ndimage import uniform_filter

    return np.asarray(uniform_filter(values, SSIM_WINDOW, mode="wrap"))


def strongest_maxima(density: FloatArray, count: int) -> FloatArray:
    """Fractional coordinates (m, 3) of the strongest local maxima, m <= count, strongest first."""
    n = len(density)
    highest = density
    for axis in range(3):
        highest = np.maximum(
            highest, np.maximum(np.roll(highest, 1, axis), np.roll(highest, -1, axis))
        )
    places = np.argwhere((density >= highest) & (density > density.mean()))
    values = density[tuple(places.T)]
    return places[np.argsort(-values, kind="stable")[:count]] / n


def recalled_sites(
    density: FloatArray,
    lattice: FloatArray,
    numbers: IntArray,
    frac_coords: FloatArray,
    radius: float = 0.4,
) -> NDArray[np.bool_]:
    """Which true sites lie within `radius` angstrom of one of the N strongest maxima, (N,).

    The map must be in the truth's setting (`Truth.align`).
    """
    maxima = strongest_maxima(density, len(numbers))
    if len(maxima) == 0:
        return np.zeros(len(numbers), dtype=bool)
    apart = frac_coords[:, None, :] - maxima[None, :, :]
    apart -= np.round(apart)
    distance = np.linalg.norm(apart @ lattice, axis=-1)
    return np.asarray(distance.min(axis=1) <= radius)
