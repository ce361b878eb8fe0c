"""The electron density of a crystal (CMED): free atoms, smeared by B = 6 square angstrom.

    rho(x) = 1/V sum_h F(h) exp(-B s^2) exp(-2 pi i h.x),   s = 1/(2d)

Each tabulated Gaussian a exp(-b s^2) of an atom becomes, in space,
a (4 pi / (b + B))^(3/2) exp(-4 pi^2 r^2 / (b + B)), the constant c being a Gaussian with b = 0;
some constants are negative. On a grid the sum is taken in reciprocal space, where it converges
beyond s = 1.9 to 1e-8 and is folded onto the grid, so nothing is truncated; at single points it is
taken over atoms and lattice translations. Displacements (U_iso) of the structure do not enter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.crystal.niggli import niggli_reduce
from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import primitive_cell
from engine.diffraction.scattering import coefficients
from engine.errors import BadInputError

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

SMEARING = 6.0  # B in square angstrom
GRID = 50
_S_MAX = 1.9  # 1/angstrom: exp(-6 s^2) is 4e-10 there
_TAIL = np.log(1e10)  # a Gaussian is followed to 1e-10 of its height
_CHUNK = 2_000_000


def niggli_primitive(structure: CrystalStructure, symprec: float = 0.01) -> CrystalStructure:
    """The same crystal in its Niggli-reduced primitive cell, the basis of every CMED.

    Parameters
    ----------
    structure : CrystalStructure
    symprec : float
        Within how many angstrom atoms count as translated copies of each other.

    Raises
    ------
    BadInputError
        If the structure has no atoms, or two different ones at one place.
    """
    primitive = primitive_cell(structure, symprec)
    reduced, transformation = niggli_reduce(primitive.lattice)
    return CrystalStructure(
        reduced,
        primitive.numbers,
        np.asarray((primitive.frac_coords @ np.linalg.inv(transformation)) % 1.0),
        primitive.occupancies,
        primitive.u_iso,
        name=structure.name,
    )


def density_on_grid(structure: CrystalStructure, n: int = GRID) -> FloatArray:
    """CMED of the structure's own cell on the grid (i, j, k)/n.

    Parameters
    ----------
    structure : CrystalStructure
        For the CMED proper, pass `niggli_primitive(structure)`.
    n : int
        Points along each axis; the far face is not repeated.

    Returns
    -------
    (n, n, n) array
        Electrons per cubic angstrom. Its mean times the volume is the number of electrons,
        where the grid is fine enough to integrate on (within 1e-3 at steps of 0.5 angstrom).
    """
    if n < 1:
        raise BadInputError(f"A density needs at least one grid point along each axis, not {n}.")
    indices = _index_ranges(structure)
    folded = np.zeros((n, n, n), dtype=np.complex128)
    k_place, l_place = indices[1] % n, indices[2] % n
    # Half of the indices (l >= 0) suffice: the density is real.
    weight = np.where(indices[2] > 0, 2.0, 1.0)
    rows = max(1, _CHUNK // (len(indices[1]) * len(indices[2])))
    for start in range(0, len(indices[0]), rows):
        h = indices[0][start : start + rows]
        block = _smeared_factors(structure, h, indices[1], indices[2]) * weight
        place = np.ix_(h % n, k_place, l_place)
        np.add.at(folded, place, block)
    density = np.fft.fftn(folded).real / structure.volume
    return np.ascontiguousarray(density)


def _index_ranges(structure: CrystalStructure) -> tuple[NDArray[np.int64], ...]:
    """Indices h, k (both signs) and l (from 0) of the box around the sphere s < s_max."""
    lengths = np.linalg.norm(structure.lattice, axis=1)
    h, k, l = (int(np.ceil(2.0 * _S_MAX * length)) for length in lengths)  # noqa: E741
    return np.arange(-h, h + 1), np.arange(-k, k + 1), np.arange(0, l + 1)


def _smeared_factors(
    structure: CrystalStructure,
    h: NDArray[np.int64],
    k: NDArray[np.int64],
    l: NDArray[np.int64],  # noqa: E741
) -> ComplexArray:
    """F exp(-B s^2) on a box of indices, (len(h), len(k), len(l))."""
    star = np.linalg.inv(structure.lattice)
    metric = star.T @ star / 4.0
    s2 = (
        (metric[0, 0] * h * h)[:, None, None]
        + (metric[1, 1] * k * k)[None, :, None]
        + (metric[2, 2] * l * l)[None, None, :]
        + 2.0 * metric[0, 1] * (h[:, None, None] * k[None, :, None])
        + 2.0 * metric[0, 2] * (h[:, None, None] * l[None, None, :])
        + 2.0 * metric[1, 2] * (k[None, :, None] * l[None, None, :])
    )
    total = np.zeros(s2.shape, dtype=np.complex128)
    for number in np.unique(structure.numbers):
        atoms = structure.numbers == number
        x, y, z = structure.frac_coords[atoms].T
        # exp(2 pi i h.x) is a product over the axes: the sum over atoms is a matrix product.
        along_h = structure.occupancies[atoms][:, None] * np.exp(2j * np.pi * np.outer(x, h))
        along_k = np.exp(2j * np.pi * np.outer(y, k))
        along_l = np.exp(2j * np.pi * np.outer(z, l))
        plane = (along_h[:, :, None] * along_k[:, None, :]).reshape(len(x), -1)
        phases = (plane.T @ along_l).reshape(s2.shape)
        a, b = coefficients(number)
        factor = np.zeros_like(s2)
        for amplitude, exponent in zip(a, b, strict=True):
            factor += amplitude * np.exp(-(exponent + SMEARING) * s2)
        total += phases * factor
    return total


def density_at(structure: CrystalStructure, frac_points: ArrayLike) -> FloatArray:
    """CMED of the structure at any points.

    Parameters
    ----------
    structure : CrystalStructure
    frac_points : (..., 3) array
        Fractional coordinates in the structure's own cell.

    Returns
    -------
    (...) array
        Electrons per cubic angstrom.
    """
    points = np.asarray(frac_points, dtype=np.float64)
    flat = points.reshape(-1, 3)
    total = np.zeros(len(flat))
    for number in np.unique(structure.numbers):
        atoms = np.flatnonzero(structure.numbers == number)
        a, b = coefficients(number)
        # Narrow Gaussians reach few lattice translations, wide ones many.
        for amplitude, width in zip(a, b + SMEARING, strict=True):
            height = amplitude * (4.0 * np.pi / width) ** 1.5
            radius = float(np.sqrt(width * _TAIL) / (2.0 * np.pi))
            for atom in atoms:
                share = height * float(structure.occupancies[atom])
                decay = 4.0 * np.pi**2 / float(width)
                total += share * _periodic_gaussian(
                    structure.lattice, flat - structure.frac_coords[atom], decay, radius
                )
    return total.reshape(points.shape[:-1])


def _periodic_gaussian(
    lattice: FloatArray, apart: FloatArray, decay: float, radius: float
) -> FloatArray:
    """Sum of exp(-decay |r + T|^2) over the lattice translations T that reach within `radius`."""
    wrapped = apart - np.rint(apart)
    star_lengths = np.linalg.norm(np.linalg.inv(lattice), axis=0)
    extents = [int(np.floor(radius * length + 0.5)) for length in star_lengths]
    axes = [np.arange(-extent, extent + 1) for extent in extents]
    translations = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3) @ lattice
    positions = wrapped @ lattice
    out = np.empty(len(positions))
    rows = max(1, _CHUNK // len(translations))
    squares = np.einsum("ij,ij->i", translations, translations)
    for start in range(0, len(positions), rows):
        part = positions[start : start + rows]
        distance = (
            np.einsum("ij,ij->i", part, part)[:, None] + 2.0 * part @ translations.T + squares
        )
        out[start : start + rows] = np.exp(-decay * distance).sum(axis=1)
    return out
