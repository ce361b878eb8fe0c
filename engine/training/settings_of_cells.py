"""The settings of a structure that its powder pattern cannot tell apart.

A change of basis that keeps the lattice's metric gives another, equally good description; where
the structure lacks that symmetry its density differs, but not the positions of its lines.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.training.data import CellSet
from engine.training.metrics import metric_automorphisms

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ALIKE = 0.02  # relative difference of amplitudes up to which two settings are one
_LOW = np.array([h for h in itertools.product(range(-2, 3), repeat=3) if h > (0, 0, 0)])


def distinct_settings(
    lattice: FloatArray, numbers: IntArray, frac_coords: FloatArray, most: int = 8
) -> FloatArray:
    """Matrices that take coordinates to those of every distinct setting, identity first.

    Parameters
    ----------
    lattice : (3, 3) array
    numbers : (n,) array
    frac_coords : (n, 3) array
    most : int
        No more than so many are returned.

    Returns
    -------
    (m, 3, 3) array
        ``frac_coords @ matrix`` are the coordinates in the new setting.
    """
    bases = metric_automorphisms(lattice)
    if len(bases) == 1:
        return np.eye(3)[None]
    inverses = np.linalg.inv(bases)
    phases = np.exp(2j * np.pi * np.einsum("na,mab,hb->mhn", frac_coords, inverses, _LOW))
    # Inversion is free anyway, so amplitudes decide; shifts do not change them.
    amplitudes = np.abs(phases @ numbers.astype(np.float64))
    kept: list[int] = []
    for index, amplitude in enumerate(amplitudes):
        apart = [np.linalg.norm(amplitude - amplitudes[other]) for other in kept]
        if not kept or min(apart) > ALIKE * np.linalg.norm(amplitude):
            kept.append(index)
        if len(kept) == most:
            break
    return np.asarray(inverses[kept])


def settings_of(cells: CellSet, row: int) -> FloatArray:
    """`distinct_settings` of one cell of a set."""
    numbers, positions = cells.atoms(row)
    lattice = cells.lattice[row].astype(np.float64)
    return distinct_settings(lattice, numbers.astype(np.int64), positions.astype(np.float64))


@dataclass(frozen=True, eq=False)
class SettingsTable:
    """`settings_of` every cell of a set, kept because finding them takes longer than using them.

    They do not change when a cell is stretched evenly, as the training views do.

    Attributes
    ----------
    offsets : (n + 1,) int64
        Matrices of cell i are ``offsets[i]:offsets[i + 1]``.
    matrices : (m, 3, 3) int8
    """

    offsets: IntArray
    matrices: NDArray[np.int8]

    def matrices_of(self, row: int) -> NDArray[np.int8]:
        """Matrices (m, 3, 3) of one cell, identity first."""
        return self.matrices[int(self.offsets[row]) : int(self.offsets[row + 1])]

    @classmethod
    def build(cls, cells: CellSet) -> SettingsTable:
        """Find those of every cell."""
        found = [np.round(settings_of(cells, row)).astype(np.int8) for row in range(len(cells))]
        return cls._stacked([len(part) for part in found], found)

    @classmethod
    def join(cls, parts: list[SettingsTable]) -> SettingsTable:
        """Several tables as one."""
        counts = np.concatenate([np.diff(part.offsets) for part in parts])
        return cls._stacked(counts.tolist(), [part.matrices for part in parts])

    @classmethod
    def _stacked(cls, counts: list[int], parts: list[NDArray[np.int8]]) -> SettingsTable:
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(offsets, np.concatenate([np.zeros((0, 3, 3), dtype=np.int8), *parts]))

    def save(self, path: Path) -> None:
        """Write as a compressed ``.npz``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, offsets=self.offsets, matrices=self.matrices)

    @classmethod
    def load(cls, path: Path) -> SettingsTable:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(arrays["offsets"], arrays["matrices"])
