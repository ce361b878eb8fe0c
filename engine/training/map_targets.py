"""True maps of training cells on the body's grids, in every setting that cannot be told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.crystal.composition import HIGHEST_SCATTERING_Z
from engine.diffraction.scattering import form_factors
from engine.model.cell_maps import (
    Shape,
    fine_shape,
    quarter_inverse_d2,
    usable,
)
from engine.model.encoding import CMED_B
from engine.training.data import CellSet
from engine.training.settings_of_cells import SettingsTable, settings_of

SITE_B = 8.0  # square angstrom: width of a site in the map of sites
S2_STEP, S2_STEPS = 0.004, 600


@dataclass(frozen=True, eq=False)
class MapTargets:
    """The truth of a batch of cells of one shape, several settings of a cell one after the other.

    Attributes
    ----------
    density, sites : (p, f1, f2, f3) complex
        Coefficients of the CMED and of the map of sites, norm 1.
    owner : (p,) long
        To which row of the batch a setting belongs; rising.
    """

    density: Tensor
    sites: Tensor
    owner: Tensor


@dataclass(frozen=True, eq=False)
class PlacedAtoms:
    """Atoms of a batch of cells in every distinct setting, padded to the same number.

    Attributes
    ----------
    positions : (p, atoms, 3)
        Fractional.
    slot : (p, atoms) long
        Which of the cell's elements an atom is; -1 where there is none.
    elements : (p, slots) long
        Atomic numbers; 0, which does not scatter, where there are fewer.
    owner : (p,) long
        To which row of the batch a setting belongs; rising.
    """

    positions: Tensor
    slot: Tensor
    elements: Tensor
    owner: Tensor


def place_atoms(
    cells: CellSet, rows: NDArray[np.int64], kept: SettingsTable | None = None
) -> PlacedAtoms:
    """The atoms of `rows` in every setting.

    Parameters
    ----------
    cells : CellSet
    rows : (b,) array
    kept : SettingsTable, optional
        Of these cells; without it the settings are found anew.
    """
    atoms = [cells.atoms(int(row)) for row in rows]
    matrices = [
        kept.matrices_of(int(row)) if kept is not None else settings_of(cells, int(row))
        for row in rows
    ]
    counts = [len(m) for m in matrices]
    p, most = sum(counts), max(len(numbers) for numbers, _ in atoms)
    kinds = [np.unique(numbers, return_inverse=True) for numbers, _ in atoms]
    positions = np.zeros((p, most, 3), dtype=np.float32)
    slot = np.full((p, most), -1, dtype=np.int64)
    elements = np.zeros((p, max(len(own) for own, _ in kinds)), dtype=np.int64)
    first = 0
    for (numbers, coords), (own, slots), choice in zip(atoms, kinds, matrices, strict=True):
        part = slice(first, first + len(choice))
        positions[part, : len(numbers)] = (coords @ choice.astype(np.float64)) % 1.0
        slot[part, : len(numbers)], elements[part, : len(own)] = slots, own
        first += len(choice)
    owner = np.repeat(np.arange(len(rows)), counts)
    return PlacedAtoms(*(torch.as_tensor(x) for x in (positions, slot, elements, owner)))


class TargetMaker:
    """Makes `MapTargets` from atoms, on the device it is made for.

    Parameters
    ----------
    device : str
    """

    def __init__(self, device: str = "cpu") -> None:
        s2 = S2_STEP * np.arange(S2_STEPS + 1)
        table = np.zeros((HIGHEST_SCATTERING_Z + 1, len(s2)))
        table[1:] = form_factors(np.arange(1, HIGHEST_SCATTERING_Z + 1), s2)
        self._form_factors = torch.as_tensor(table, dtype=torch.float32, device=device)

    def maps(self, placed: PlacedAtoms, lattice: Tensor, shape: Shape) -> MapTargets:
        """True maps of atoms on lattices (b, 3, 3), all of one coarse shape."""
        density, sites = self._coefficients(placed, lattice[placed.owner], shape)
        return MapTargets(density, sites, placed.owner)

    def _coefficients(
        self, placed: PlacedAtoms, lattice: Tensor, shape: Shape
    ) -> tuple[Tensor, Tensor]:
        waves = [
            _waves(placed.positions[:, :, axis], n) for axis, n in enumerate(fine_shape(shape))
        ]
        s2 = quarter_inverse_d2(lattice, shape)
        place = (s2 / S2_STEP).clamp(0, S2_STEPS - 1.001)
        below = place.floor().long()
        part = place - below
        density = torch.zeros(s2.shape, dtype=torch.complex64, device=s2.device)
        sites = torch.zeros_like(density)
        tail = torch.einsum("pnk,pnl->pnkl", waves[1], waves[2]).flatten(2)
        for slot in range(placed.elements.shape[1]):
            mask = (placed.slot == slot).to(torch.float32)
            sums = torch.matmul((waves[0] * mask.unsqueeze(-1)).transpose(1, 2), tail)
            sums = sums.reshape(s2.shape)
            table = self._form_factors[placed.elements[:, slot]]
            low = table.gather(1, below.flatten(1)).reshape(s2.shape)
            high = table.gather(1, (below + 1).flatten(1)).reshape(s2.shape)
            density += sums * (low + part * (high - low))
            sites += sums
        keep = usable(shape, s2.device).float()
        return (
            unit_norm(density * (torch.exp(-CMED_B * s2) * keep)),
            unit_norm(sites * (torch.exp(-SITE_B * s2) * keep)),
        )


def _waves(x: Tensor, n: int) -> Tensor:
    """exp(2 pi i h x) for the fine grid's h along one axis, (p, atoms, n)."""
    angle = 2.0 * torch.pi * x.unsqueeze(-1) * torch.fft.fftfreq(n, 1.0 / n, device=x.device)
    return torch.polar(torch.ones_like(angle), angle)


def unit_norm(coefficients: Tensor) -> Tensor:
    """Coefficients (p, f1, f2, f3) scaled to a sum of squares of 1."""
    norm = coefficients.abs().square().sum(dim=(-3, -2, -1), keepdim=True).sqrt()
    return coefficients / norm.clamp_min(1e-12)
