"""Which maps are one and the same, wherever their origin is and whichever hand they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.solve.phasing.reflections import CellReflections, DensityGrid, grid_shape_of

if TYPE_CHECKING:
    from torch import Tensor

# sin(theta)/lambda, 1/angstrom, up to which maps are compared: their gross features are enough.
COARSE = 0.25
FEWEST = 30
# Points of the grid for a wave: an origin may be between them.
POINTS_PER_WAVE = 4.4
# Correlation from which on two maps are alike.
ALIKE = 0.9


class Likeness:
    """Compares maps by the best correlation over origin and hand.

    Parameters
    ----------
    reflections : CellReflections
    factors : (t, m) complex tensor
        Of the maps.
    """

    def __init__(self, reflections: CellReflections, factors: Tensor) -> None:
        import torch

        few = max(int(np.searchsorted(reflections.s, COARSE)), min(FEWEST, len(reflections.s)))
        hkl = reflections.hkl[:few]
        self._grid = DensityGrid(hkl, grid_shape_of(hkl, POINTS_PER_WAVE))
        coarse = factors[:, :few]
        norm = coarse.abs().square().sum(dim=1, keepdim=True).sqrt().clamp_min(1e-20)
        self._factors = coarse / norm
        self._mean = torch.zeros(len(factors))

    def alike(self, one: int) -> NDArray[np.bool_]:
        """(t,) which maps are like one of them; itself is."""
        import torch

        best = torch.zeros(len(self._factors))
        for other in (self._factors[one], self._factors[one].conj()):
            overlap = self._grid.density(self._factors.conj() * other, self._mean)
            # A density counts both of every Friedel pair.
            best = torch.maximum(best, 0.5 * overlap.amax(dim=(1, 2, 3)))
        return np.asarray((best > ALIKE).numpy())
