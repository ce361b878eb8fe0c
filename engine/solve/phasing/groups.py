"""Space groups that a cell and its extinctions leave, in the axes of its reduced basis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.crystal.lattice import matrix_from_cell
from engine.crystal.niggli import niggli_reduce
from engine.crystal.symmetry import PRIMITIVE_BASIS
from engine.pattern.pattern import PowderPattern
from engine.pattern.peaks import PeakList
from engine.solve.indexing.bravais import kind_of
from engine.solve.indexing.cell import IndexedCell
from engine.solve.indexing.extinction import extinction_symbols, space_group_counts

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SYMBOLS_TRIED = 5
# Added to how often a group occurs, so that rare ones are not left out altogether.
RARE = 20.0


@dataclass(frozen=True, eq=False)
class LikelyGroup:
    """A space group on a reduced cell.

    Attributes
    ----------
    number : int
    setting : str
        Extended Hermann-Mauguin symbol on the conventional axes.
    rotations, translations : (g, 3, 3) int and (g, 3) float arrays
        x' = W x + w in the reduced primitive basis.
    chance : float
        Among all groups of the cell.
    """

    number: int
    setting: str
    rotations: IntArray
    translations: FloatArray
    chance: float

    def __len__(self) -> int:
        """Order of the group of the primitive cell."""
        return len(self.rotations)


def reduced_lattice(cell: IndexedCell) -> tuple[FloatArray, FloatArray]:
    """The reduced primitive basis of an indexed cell, exactly of its symmetry.

    Returns
    -------
    lattice : (3, 3) array
        Rows in angstrom.
    basis : (3, 3) array
        lattice = basis @ conventional axes.
    """
    conventional = matrix_from_cell(*cell.cell)
    primitive = PRIMITIVE_BASIS[kind_of(cell.bravais).centring]
    lattice, step = niggli_reduce(primitive @ conventional, tolerance=1e-3)
    return lattice, step @ primitive


def likely_groups(
    pattern: PowderPattern, cell: IndexedCell, basis: FloatArray, peaks: PeakList
) -> list[LikelyGroup]:
    """Space groups by the extinctions of a cell and by how often they occur, likeliest first.

    Parameters
    ----------
    pattern : PowderPattern
    cell : IndexedCell
    basis : (3, 3) array
        From `reduced_lattice`.
    peaks : PeakList
        The pattern's lines.
    """
    counts = space_group_counts()
    found = []
    for symbol in extinction_symbols(pattern, cell, SYMBOLS_TRIED, peaks):
        numbers = [_number(setting) for setting in symbol.settings]
        weights = np.array([counts.get(n, 0.0) / numbers.count(n) + RARE for n in numbers])
        for number, setting, weight in zip(numbers, symbol.settings, weights, strict=True):
            rotations, translations = _in_basis(setting, basis)
            chance = symbol.probability * float(weight / weights.sum())
            found.append(LikelyGroup(number, setting, rotations, translations, chance))
    return sorted(found, key=lambda group: -group.chance)


def _number(setting: str) -> int:
    import gemmi

    return int(gemmi.find_spacegroup_by_name(setting).number)


def _in_basis(setting: str, basis: FloatArray) -> tuple[IntArray, FloatArray]:
    """Operations of the primitive cell: one for each rotation, pure translations left out."""
    import gemmi

    operations = list(gemmi.find_spacegroup_by_name(setting).operations())
    to_reduced = np.linalg.inv(basis.T)
    rotations, translations = [], []
    seen: set[bytes] = set()
    for operation in operations:
        w = np.array(operation.rot) / gemmi.Op.DEN
        turned = np.rint(to_reduced @ w @ basis.T).astype(np.int64)
        if turned.tobytes() in seen:
            continue
        seen.add(turned.tobytes())
        rotations.append(turned)
        translations.append(to_reduced @ (np.array(operation.tran) / gemmi.Op.DEN) % 1.0)
    return np.array(rotations), np.array(translations)


class Symmetriser:
    """Averages structure factors over the operations of a group.

    Parameters
    ----------
    group : LikelyGroup
    hkl : (m, 3) int array
        One of each Friedel pair; every image of each is among them or their mates.
    """

    def __init__(self, group: LikelyGroup, hkl: IntArray) -> None:
        import torch

        place, sign, kept = _images(hkl, group.rotations)
        phase = np.exp(2j * np.pi * (hkl @ group.translations.T)).T * kept
        self._place = torch.as_tensor(place)
        self._sign = torch.as_tensor(sign, dtype=torch.float32)
        self._phase = torch.as_tensor(phase.astype(np.complex64))
        self._count = torch.as_tensor(kept.sum(axis=0), dtype=torch.float32)

    def average(self, factors: Tensor) -> Tensor:
        """(t, m) structure factors of the densities averaged over the group."""
        import torch

        total = torch.zeros_like(factors)
        for place, sign, phase in zip(self._place, self._sign, self._phase, strict=True):
            moved = factors[:, place]
            total += torch.complex(moved.real, moved.imag * sign) * phase
        return total / self._count


def _images(hkl: IntArray, rotations: IntArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """For each rotation W: where h W is listed, -1 if as its mate, and whether it is at all."""
    reach = 3 * int(np.abs(hkl).max()) + 1
    base = np.array([(2 * reach + 1) ** 2, 2 * reach + 1, 1])
    keys = hkl @ base
    both = np.concatenate([keys, -keys])
    order = np.argsort(both)
    images = np.einsum("mi,gij->gmj", hkl, rotations) @ base
    at = np.clip(np.searchsorted(both, images, sorter=order), 0, len(both) - 1)
    found = order[at]
    kept = both[found] == images
    place = np.where(kept, found % len(hkl), 0)
    sign = np.where(found < len(hkl), 1.0, -1.0)
    return place, sign, kept.astype(np.float64)
