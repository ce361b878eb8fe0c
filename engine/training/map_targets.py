"""True maps of training cells on the body's grids, in every setting that cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
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
from engine.training.settings_of_cells import distinct_settings

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


class TargetMaker:
    """Makes `MapTargets` from cells.

    Parameters
    ----------
    cells : CellSet
    """

    def __init__(self, cells: CellSet) -> None:
        self.cells = cells
        s2 = S2_STEP * np.arange(S2_STEPS + 1)
        table = np.zeros((HIGHEST_SCATTERING_Z + 1, len(s2)))
        table[1:] = form_factors(np.arange(1, HIGHEST_SCATTERING_Z + 1), s2)
        self._form_factors = torch.as_tensor(table, dtype=torch.float32)

    def batch(
        self, rows: NDArray[np.int64], lattice: Tensor, shape: Shape, settings: bool = True
    ) -> MapTargets:
        """True maps of `rows` on lattices (b, 3, 3), all of one coarse shape."""
        atoms = [self.cells.atoms(int(row)) for row in rows]
        matrices = [
            distinct_settings(
                lattice[i].double().numpy(), numbers.astype(np.int64), positions.astype(float)
            )
            if settings
            else np.eye(3)[None]
            for i, (numbers, positions) in enumerate(atoms)
        ]
        owner = torch.as_tensor(np.repeat(np.arange(len(rows)), [len(m) for m in matrices]))
        placed = [
            (numbers, positions @ matrix)
            for (numbers, positions), choice in zip(atoms, matrices, strict=True)
            for matrix in choice
        ]
        density, sites = self._coefficients(placed, lattice[owner], shape)
        return MapTargets(density, sites, owner)

    def _coefficients(
        self,
        placed: Sequence[tuple[NDArray[np.int16], NDArray[np.floating]]],
        lattice: Tensor,
        shape: Shape,
    ) -> tuple[Tensor, Tensor]:
        p, most = len(placed), max(len(numbers) for numbers, _ in placed)
        positions, species = np.zeros((p, most, 3)), np.full((p, most), -1)
        kinds = np.zeros((p, max(len(np.unique(n)) for n, _ in placed)), dtype=np.int64)
        for row, (numbers, coords) in enumerate(placed):
            own, slots = np.unique(numbers, return_inverse=True)
            kinds[row, : len(own)] = own
            positions[row, : len(numbers)], species[row, : len(numbers)] = coords, slots
        waves = [
            _waves(torch.as_tensor(positions[:, :, axis], dtype=torch.float32), n)
            for axis, n in enumerate(fine_shape(shape))
        ]
        s2 = quarter_inverse_d2(lattice, shape)
        place = (s2 / S2_STEP).clamp(0, S2_STEPS - 1.001)
        below = place.floor().long()
        part = place - below
        density = torch.zeros(s2.shape, dtype=torch.complex64)
        sites = torch.zeros_like(density)
        for slot in range(kinds.shape[1]):
            mask = torch.as_tensor((species == slot).astype(np.float32))
            tail = torch.einsum("pnk,pnl->pnkl", waves[1], waves[2]).flatten(2)
            sums = torch.matmul((waves[0] * mask.unsqueeze(-1)).transpose(1, 2), tail)
            sums = sums.reshape(s2.shape)
            table = self._form_factors[torch.as_tensor(kinds[:, slot])]
            low = table.gather(1, below.flatten(1)).reshape(s2.shape)
            high = table.gather(1, (below + 1).flatten(1)).reshape(s2.shape)
            density += sums * (low + part * (high - low))
            sites += sums
        keep = usable(shape).float()
        return (
            unit_norm(density * (torch.exp(-CMED_B * s2) * keep)),
            unit_norm(sites * (torch.exp(-SITE_B * s2) * keep)),
        )


def _waves(x: Tensor, n: int) -> Tensor:
    """exp(2 pi i h x) for the fine grid's h along one axis, (p, atoms, n)."""
    angle = 2.0 * torch.pi * x.unsqueeze(-1) * torch.fft.fftfreq(n, 1.0 / n)
    return torch.polar(torch.ones_like(angle), angle)


def unit_norm(coefficients: Tensor) -> Tensor:
    """Coefficients (p, f1, f2, f3) scaled to a sum of squares of 1."""
    norm = coefficients.abs().square().sum(dim=(-3, -2, -1), keepdim=True).sqrt()
    return coefficients / norm.clamp_min(1e-12)
