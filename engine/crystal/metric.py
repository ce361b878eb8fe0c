"""The reciprocal metric as a vector, and what symmetry leaves free in it.

1/d^2 is linear in the six elements of the reciprocal metric tensor. A space group leaves one
(cubic) to six (triclinic) combinations of them free.
"""

from __future__ import annotations

import functools
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# The six independent elements of a symmetric 3x3 matrix, and their weight in h G* h.
_PAIRS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
_WEIGHTS = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
# Of `metric_mismatch`: a cell with more has a symmetry only roughly.
ROUGHLY = 2e-3


def metric_to_vector(metric: NDArray[np.floating[Any]]) -> FloatArray:
    """(..., 3, 3) symmetric matrices as (..., 6) vectors (11, 22, 33, 23, 13, 12)."""
    return np.stack([metric[..., i, j] for i, j in _PAIRS], axis=-1)


def vector_to_metric(vector: FloatArray) -> FloatArray:
    """The inverse of `metric_to_vector`."""
    metric = np.empty((*vector.shape[:-1], 3, 3))
    for n, (i, j) in enumerate(_PAIRS):
        metric[..., i, j] = vector[..., n]
        metric[..., j, i] = vector[..., n]
    return metric


def quadratic_form(hkl: NDArray[np.integer[Any]] | FloatArray) -> FloatArray:
    """Rows c with 1/d^2 = c . (G*11, G*22, G*33, G*23, G*13, G*12); shape (..., 6)."""
    indices = np.asarray(hkl, dtype=np.float64)
    columns = [indices[..., i] * indices[..., j] for i, j in _PAIRS]
    return np.asarray(np.stack(columns, axis=-1) * _WEIGHTS)


def invariant_metric_basis(rotations: IntArray) -> FloatArray:
    """Orthonormal basis (6, k) of the reciprocal metrics that the rotations leave unchanged.

    Parameters
    ----------
    rotations : (r, 3, 3) int array
        Rotation parts W acting on fractional coordinates, x' = W x. Reciprocal metric tensors
        transform as G* -> W G* W^T.
    """
    projector = np.zeros((6, 6))
    for column in range(6):
        unit = np.zeros(6)
        unit[column] = 1.0
        metric = vector_to_metric(unit)
        moved = np.einsum("rij,jk,rlk->ril", rotations, metric, rotations)
        projector[:, column] = metric_to_vector(moved).mean(axis=0)
    left, values, _ = np.linalg.svd(projector)
    return np.asarray(left[:, values > 1e-6])


def laue_rotations(rotations: IntArray) -> IntArray:
    """The distinct rotations together with their inverses through the origin."""
    both = np.concatenate([rotations, -rotations])
    return np.unique(both, axis=0).astype(np.int64)


def metric_mismatch(lattice: FloatArray, rotations: NDArray[np.floating[Any]] | IntArray) -> float:
    """How far a lattice is from having a symmetry.

    Parameters
    ----------
    lattice : (3, 3) array
        Rows a, b, c.
    rotations : (r, 3, 3) array
        As in `invariant_metric_basis`.

    Returns
    -------
    float
        Largest change of an element of the reciprocal metric under a rotation, relative to the
        largest element.
    """
    metric = np.linalg.inv(lattice @ lattice.T)
    moved = rotations @ metric @ rotations.transpose(0, 2, 1)
    return float(np.abs(moved - metric).max() / np.abs(metric).max())


# Conventional to primitive basis, (a_p b_p c_p) = (a b c) P, for each centring; spglib's choice.
_TO_PRIMITIVE = {
    "P": np.eye(3),
    "A": np.array([[1, 0, 0], [0, 0.5, -0.5], [0, 0.5, 0.5]]),
    "C": np.array([[0.5, 0.5, 0], [-0.5, 0.5, 0], [0, 0, 1]]),
    "I": np.array([[-0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.5, 0.5, -0.5]]),
    "F": np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]),
    "R": np.array([[2, -1, -1], [1, 1, -2], [1, 1, 1]]) / 3.0,
}


@functools.cache
def primitive_rotations(space_group: int) -> IntArray:
    """Rotation parts of the group in the basis of its standardised primitive cell.

    Parameters
    ----------
    space_group : int
        Number in International Tables A, standard setting (unique axis b, hexagonal axes for
        rhombohedral groups).

    Returns
    -------
    (r, 3, 3) int array
    """
    group = gemmi.find_spacegroup_by_number(space_group)
    operations = group.operations().sym_ops
    rotations = np.array([operation.rot for operation in operations], dtype=np.float64)
    rotations /= gemmi.Op.DEN
    to_primitive = _TO_PRIMITIVE[group.hm[0]]
    moved = np.linalg.inv(to_primitive) @ rotations @ to_primitive
    return np.asarray(np.round(moved).astype(np.int64))


@functools.cache
def metric_basis(space_group: int) -> FloatArray:
    """`invariant_metric_basis` of a space group's standardised primitive cell."""
    return invariant_metric_basis(primitive_rotations(space_group))
