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
    rows = []
    for atom in range(len(structure)):
        length = np.linalg.norm(apart[atom][:, None] + images[None], axis=2)
        length[length < 1e-3] = FARTHEST
        rows.append([_nearest(length[kind].ravel()) for kind in kinds])
    every = np.array(rows)
    return np.concatenate([every[kind].mean(axis=0) for kind in kinds])


def _nearest(lengths: FloatArray) -> FloatArray:
    """The shortest few of some distances, filled up with the farthest."""
    padded = np.append(np.minimum(lengths, FARTHEST), np.full(NEIGHBOURS, FARTHEST))
    return np.asarray(np.sort(np.partition(padded, NEIGHBOURS)[:NEIGHBOURS]))


def _translations(lattice: FloatArray) -> FloatArray:
    """(t, 3) lattice vectors within reach of an atom whose neighbour is in a nearby cell."""
    spacing = 1.0 / np.linalg.norm(np.linalg.inv(lattice), axis=0)
    reach = np.ceil(FARTHEST / spacing + 0.5).astype(int)
    sides = [np.arange(-n, n + 1) for n in reach]
    return np.asarray(
        np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, 3) @ lattice
    )
