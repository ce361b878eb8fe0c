"""Whether two candidates are the same structure, met on two ways.

Candidates of different sources come to the same arrangement in different settings, subgroups or
multiples of the cell, and not quite to the same coordinates. What is compared does not depend on
the description: the distances from each kind of atom to its neighbours of each kind.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure

FloatArray = NDArray[np.float64]

# Neighbours of each kind, and how far (angstrom) they are looked for.
NEIGHBOURS, FARTHEST = 12, 7.0
# The mean distance to the n-th neighbour may differ by this much (angstrom).
SAME_DISTANCE = 0.2
SAME_VOLUME = 0.015
# So many distances are looked at at a time: they stay in the processor's cache.
CHUNK = 60_000
# Larger cells are compared by their contents and volume only.
MOST_ATOMS = 400


def reduced_contents(structure: CrystalStructure) -> tuple[tuple[int, int], ...]:
    """Atomic numbers and how many there are of each, without common divisor."""
    numbers, counts = np.unique(structure.numbers, return_counts=True)
    divisor = int(np.gcd.reduce(counts))
    return tuple((int(z), int(n) // divisor) for z, n in zip(numbers, counts, strict=True))


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What is the same in every description of a structure.

    Attributes
    ----------
    structure : CrystalStructure
    """

    structure: CrystalStructure

    @cached_property
    def contents(self) -> tuple[tuple[int, int], ...]:
        """See `reduced_contents`."""
        return reduced_contents(self.structure)

    @property
    def log_volume(self) -> float:
        """Ln of the volume per atom."""
        return math.log(self.structure.volume / len(self.structure))

    @cached_property
    def distances(self) -> FloatArray:
        """Mean distance from atoms of one element to their n-th neighbour of another.

        Returns
        -------
        (p, 12) array
            For every ordered pair of elements, angstrom; 7 where there are fewer neighbours.
        """
        return _distances(self.structure, np.unique(self.structure.numbers))

    def same(self, other: Surroundings) -> bool:
        """Whether the two are one structure for every practical purpose."""
        if self.contents != other.contents:
            return False
        if abs(self.log_volume - other.log_volume) > SAME_VOLUME:
            return False
        if len(self.distances) == 0 or len(other.distances) == 0:
            return True
        return bool(np.abs(self.distances - other.distances).max() < SAME_DISTANCE)


def _distances(structure: CrystalStructure, numbers: NDArray[np.int64]) -> FloatArray:
    if len(structure) > MOST_ATOMS:
        return np.zeros((0, NEIGHBOURS))
    apart = structure.frac_coords[None] - structure.frac_coords[:, None]
    apart = (apart - np.rint(apart)) @ structure.lattice
    images = _translations(structure.lattice)
    kinds = [np.flatnonzero(structure.numbers == z) for z in numbers]
    at_once = max(1, CHUNK // (len(structure) * len(images)))
    parts = [
        _to_each_kind(apart[begin : begin + at_once], images, kinds)
        for begin in range(0, len(structure), at_once)
    ]
    every = np.concatenate(parts)
    return np.concatenate([every[kind].mean(axis=0) for kind in kinds])


def _to_each_kind(
    apart: FloatArray, images: FloatArray, kinds: list[NDArray[np.int64]]
) -> FloatArray:
    """(a, kinds, 12) from some atoms, by the vectors (a, n, 3) to all, to the next of each kind."""
    # The law of cosines: much faster than to form all the vectors.
    squared = np.einsum("ijk,ijk->ij", apart, apart)[:, :, None] + 2.0 * (apart @ images.T)
    squared += np.einsum("ik,ik->i", images, images)
    squared[squared < 1e-6] = FARTHEST**2
    return np.stack([_nearest(squared[:, kind]) for kind in kinds], axis=1)


def _nearest(squared: FloatArray) -> FloatArray:
    """(n, 12) the shortest few of squared distances (n, m, images), filled up with the farthest."""
    flat = squared.reshape(len(squared), -1)
    if flat.shape[1] > NEIGHBOURS:
        flat = np.partition(flat, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    lengths = np.full((len(flat), NEIGHBOURS), FARTHEST)
    found = np.sort(np.sqrt(np.minimum(flat, FARTHEST**2)), axis=1)
    lengths[:, : found.shape[1]] = found
    return lengths


def _translations(lattice: FloatArray) -> FloatArray:
    """(t, 3) lattice vectors within reach of an atom whose neighbour is in a nearby cell."""
    spacing = 1.0 / np.linalg.norm(np.linalg.inv(lattice), axis=0)
    reach = np.ceil(FARTHEST / spacing + 0.5).astype(int)
    sides = [np.arange(-n, n + 1) for n in reach]
    return np.asarray(
        np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, 3) @ lattice
    )
