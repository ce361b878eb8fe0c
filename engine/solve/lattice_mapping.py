"""In which bases a measured lattice has the shape of another one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.metric import metric_to_vector

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# How much two lattices may differ, as a share of lengths and of the products of two vectors.
SAME_SHAPE = 0.06
# Metrics that differ by less than this share are one.
SAME_METRIC = 1e-3
_FARTHEST = 4


def metrics_like(wanted: FloatArray, lattice: FloatArray, most: int) -> list[FloatArray]:
    """Reciprocal metrics of a lattice in the bases that look most like a given one.

    A lattice of lower symmetry than it seems to have can often be laid on another in several
    ways; each is returned once.

    Parameters
    ----------
    wanted : (3, 3) array
        Rows are the basis vectors to be imitated.
    lattice : (3, 3) array
        Reduced, of nearly the same volume.
    most : int
        How many to return.

    Returns
    -------
    list of (6,) arrays
        Order 11, 22, 33, 23, 13, 12, in 1/angstrom^2; the most alike first.
    """
    indices = _short_vectors(lattice, 1.0 + SAME_SHAPE, float(np.linalg.norm(wanted, axis=1).max()))
    vectors = indices @ lattice
    lengths = np.linalg.norm(vectors, axis=1)
    target = wanted @ wanted.T
    sides = np.sqrt(np.diag(target))
    near = [np.flatnonzero(np.abs(lengths / side - 1.0) < SAME_SHAPE) for side in sides]
    if min(len(part) for part in near) == 0:
        return []
    first, second, third = (part.ravel() for part in np.meshgrid(*near, indexing="ij"))
    products = vectors @ vectors.T
    off = np.zeros(len(first))
    for (one, i), (other, j) in (
        ((first, 0), (second, 1)),
        ((first, 0), (third, 2)),
        ((second, 1), (third, 2)),
    ):
        difference = np.abs(products[one, other] - target[i, j]) / (sides[i] * sides[j])
        off = np.maximum(off, difference)
    for chosen, side in ((first, sides[0]), (second, sides[1]), (third, sides[2])):
        off = np.maximum(off, np.abs(lengths[chosen] / side - 1.0))
    kept = np.flatnonzero(off < SAME_SHAPE)
    kept = kept[np.argsort(off[kept], kind="stable")]
    bases = np.stack([indices[first[kept]], indices[second[kept]], indices[third[kept]]], axis=1)
    whole = np.abs(np.round(np.linalg.det(bases)).astype(int)) == 1
    return _distinct(bases[whole], lattice, most)


def _short_vectors(lattice: FloatArray, slack: float, longest: float) -> IntArray:
    """Lattice vectors up to a length, in the basis of the lattice."""
    side = np.arange(-_FARTHEST, _FARTHEST + 1)
    every = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
    lengths = np.linalg.norm(every @ lattice, axis=1)
    return np.asarray(every[(lengths > 1e-6) & (lengths < slack * longest)])


def _distinct(bases: IntArray, lattice: FloatArray, most: int) -> list[FloatArray]:
    found: list[FloatArray] = []
    for basis in bases:
        cell = basis @ lattice
        metric = metric_to_vector(np.linalg.inv(cell @ cell.T))
        scale = SAME_METRIC * float(np.abs(metric[:3]).max())
        if all(np.abs(metric - other).max() > scale for other in found):
            found.append(metric)
            if len(found) == most:
                break
    return found
