"""Sub- and superlattices of a lattice, and lattices of other symmetry beside it."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_MOST_VECTORS = 200_000


@cache
def superlattice_matrices(index: int) -> IntArray:
    """All superlattices of an index: Hermite normal forms (k, 3, 3), rows the new basis."""
    found: list[list[list[int]]] = []
    for a in range(1, index + 1):
        if index % a:
            continue
        for d in range(1, index // a + 1):
            if (index // a) % d:
                continue
            f = index // (a * d)
            found.extend(
                [[a, b, c], [0, d, e], [0, 0, f]]
                for b in range(d)
                for c in range(f)
                for e in range(f)
            )
    return np.array(found, dtype=np.int64)


@cache
def sublattice_matrices(index: int) -> FloatArray:
    """All lattices of 1/index of the volume that contain a lattice: (k, 3, 3), rows a basis.

    They are dual to the superlattices of the reciprocal lattice.
    """
    return np.asarray(np.linalg.inv(superlattice_matrices(index)).transpose(0, 2, 1))


def matching_basis(
    one: FloatArray, other: FloatArray, tolerance: float = 0.003, degrees: float = 0.3
) -> IntArray | None:
    """Integer matrix T for which T @ one has the same lengths and angles as `other`.

    |det T| is 1 if the lattices are the same, n if `other` is a superlattice of index n.

    Parameters
    ----------
    one, other : (3, 3) arrays
        Primitive cells, reduced or nearly so.
    tolerance : float
        Relative, of the lengths.
    degrees : float
        Of the angles.

    Returns
    -------
    (3, 3) int array or None
        None where there is none.
    """
    lengths = np.linalg.norm(other, axis=1)
    reach = lengths.max() * (1.0 + tolerance)
    bounds = np.floor(reach * np.linalg.norm(np.linalg.inv(one), axis=0) + 1e-9).astype(np.int64)
    if np.prod(2 * bounds + 1) > _MOST_VECTORS:
        return None
    grid = np.stack(np.meshgrid(*[np.arange(-b, b + 1) for b in bounds], indexing="ij"), axis=-1)
    indices = grid.reshape(-1, 3)
    vectors = indices @ one
    sizes = np.linalg.norm(vectors, axis=1)
    near = [np.flatnonzero(np.abs(sizes / length - 1.0) < tolerance) for length in lengths]
    wanted = _angles(other, other)
    first, second, third = near
    unit = vectors / np.maximum(sizes, 1e-12)[:, None]
    for i in first:
        b = second[np.abs(_turn(unit[second] @ unit[i]) - wanted[0, 1]) < degrees]
        c = third[np.abs(_turn(unit[third] @ unit[i]) - wanted[0, 2]) < degrees]
        fit = np.abs(_turn(unit[b] @ unit[c].T) - wanted[1, 2]) < degrees
        for j, k in np.argwhere(fit):
            matrix = indices[[i, b[j], c[k]]]
            if abs(np.linalg.det(matrix)) > 0.5:
                return np.asarray(matrix)
    return None


def _angles(one: FloatArray, other: FloatArray) -> FloatArray:
    first = one / np.linalg.norm(one, axis=1, keepdims=True)
    second = other / np.linalg.norm(other, axis=1, keepdims=True)
    return _turn(first @ second.T)


def _turn(cosine: FloatArray) -> FloatArray:
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
