"""Lattices: cell parameters and matrices, reduction, crystal systems, lattice spacings.

A lattice is a (3, 3) array whose rows are a, b, c in angstrom.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.crystal.niggli import niggli_reduce
from engine.crystal.symmetry_search import symmetry_dataset
from engine.errors import BadInputError

FloatArray = NDArray[np.float64]
Cell = tuple[float, float, float, float, float, float]

__all__ = [
    "CELL_PARAMETERS",
    "CRYSTAL_SYSTEMS",
    "cell_from_matrix",
    "crystal_system",
    "d_spacings",
    "lattice_system",
    "matrix_from_cell",
    "metric",
    "niggli_reduce",
    "reciprocal",
]

CRYSTAL_SYSTEMS = (
    "triclinic",
    "monoclinic",
    "orthorhombic",
    "tetragonal",
    "trigonal",
    "hexagonal",
    "cubic",
)
# How many cell parameters each system leaves free (trigonal in either setting).
CELL_PARAMETERS = {
    "triclinic": 6,
    "monoclinic": 4,
    "orthorhombic": 3,
    "tetragonal": 2,
    "trigonal": 2,
    "hexagonal": 2,
    "cubic": 1,
}
# Last space-group number of each system, in the order of CRYSTAL_SYSTEMS.
_LAST_NUMBER = (2, 15, 74, 142, 167, 194, 230)


def matrix_from_cell(
    a: float, b: float, c: float, alpha: float, beta: float, gamma: float
) -> FloatArray:
    """Lattice of given cell parameters, with a along x and b in the xy plane.

    Parameters
    ----------
    a, b, c : float
        Angstrom.
    alpha, beta, gamma : float
        Degrees.

    Returns
    -------
    (3, 3) array
        Rows a, b, c; right-handed.

    Raises
    ------
    BadInputError
        If no cell has these lengths and angles.
    """
    values = np.array([a, b, c, alpha, beta, gamma], dtype=np.float64)
    angles = values[3:]
    if not np.isfinite(values).all() or (values[:3] <= 0).any() or (angles <= 0).any():
        raise BadInputError(
            "The cell parameters must be six positive numbers (angstrom and degrees); "
            f"got {', '.join(f'{x:g}' for x in values)}."
        )
    cos_a, cos_b, cos_g = (_exact_cosine(angle) for angle in angles)
    sin_g = np.sqrt(max(0.0, 1.0 - cos_g**2))
    part = 1.0 - cos_a**2 - cos_b**2 - cos_g**2 + 2.0 * cos_a * cos_b * cos_g
    if part <= 1e-10 or sin_g <= 0.0 or (angles >= 180.0).any():
        raise BadInputError(
            "No cell has the angles "
            f"{alpha:g}, {beta:g}, {gamma:g} degrees; check the cell parameters."
        )
    return np.array(
        [
            [a, 0.0, 0.0],
            [b * cos_g, b * sin_g, 0.0],
            [c * cos_b, c * (cos_a - cos_b * cos_g) / sin_g, c * np.sqrt(part) / sin_g],
        ]
    )


def _exact_cosine(degrees: float) -> float:
    """Cosine that is exact at 90 degrees, so that right-angled cells have exact zeros."""
    return 0.0 if degrees == 90.0 else float(np.cos(np.radians(degrees)))


def cell_from_matrix(lattice: ArrayLike) -> Cell:
    """a, b, c in angstrom and alpha, beta, gamma in degrees of a (3, 3) lattice."""
    rows = np.asarray(lattice, dtype=np.float64).reshape(3, 3)
    lengths = np.linalg.norm(rows, axis=1)
    alpha, beta, gamma = (
        float(np.degrees(_angle_between(rows[i], rows[j]))) for i, j in ((1, 2), (0, 2), (0, 1))
    )
    return float(lengths[0]), float(lengths[1]), float(lengths[2]), alpha, beta, gamma


def _angle_between(u: FloatArray, v: FloatArray) -> float:
    # atan2 keeps full precision near 0 and 180 degrees, where arccos loses half the digits.
    return float(np.arctan2(np.linalg.norm(np.cross(u, v)), u @ v))


def metric(lattice: ArrayLike) -> FloatArray:
    """Metric tensor G = L L^T in square angstrom."""
    rows = np.asarray(lattice, dtype=np.float64)
    return np.asarray(rows @ rows.T)


def reciprocal(lattice: ArrayLike) -> FloatArray:
    """Reciprocal lattice, rows a*, b*, c* in 1/angstrom (without the factor 2 pi)."""
    return np.asarray(np.linalg.inv(np.asarray(lattice, dtype=np.float64)).T)


def d_spacings(lattice: ArrayLike, hkl: ArrayLike) -> FloatArray:
    """Spacing of lattice planes.

    Parameters
    ----------
    lattice : (3, 3) array
    hkl : (n, 3) int array
        Without 000.

    Returns
    -------
    (n,) array
        Angstrom.
    """
    vectors = np.asarray(hkl, dtype=np.float64) @ reciprocal(lattice)
    return np.asarray(1.0 / np.linalg.norm(vectors, axis=-1))


def crystal_system(space_group_number: int) -> str:
    """Crystal system of a space group: one of `CRYSTAL_SYSTEMS`."""
    if not 1 <= space_group_number <= 230:
        raise BadInputError(f"{space_group_number} is no space group: they go from 1 to 230.")
    index = next(i for i, last in enumerate(_LAST_NUMBER) if space_group_number <= last)
    return CRYSTAL_SYSTEMS[index]


def lattice_system(lattice: ArrayLike, tolerance: float = 0.01) -> str:
    """System of the symmetry of the lattice itself (the least symmetric name is triclinic).

    A rhombohedral lattice is called trigonal; a primitive hexagonal one hexagonal.

    Parameters
    ----------
    lattice : (3, 3) array
        Of a primitive cell.
    tolerance : float
        Angstrom.
    """
    found = symmetry_dataset(lattice, [[0.0, 0.0, 0.0]], [1], tolerance)
    return "triclinic" if found is None else crystal_system(int(found.number))
