"""Dual-space iteration: densities that are mostly empty and have the measured amplitudes.

Charge flipping (Oszlanyi and Suto, Acta Cryst. A60 (2004) 134) turns the sign of everything below a
threshold; low-density elimination (Shiono and Woolfson, Acta Cryst. A48 (1992) 451) then damps what
is low and clears what is negative. The intensities of overlapping reflections are shared out anew
as the density has them (Wu, Leinenweber, Spence and O'Keeffe, Nature Mater. 5 (2006) 647).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.solve.phasing.groups import Symmetriser
from engine.solve.phasing.reflections import CellReflections, DensityGrid
from engine.solve.phasing.sharing import IntensitySharing

if TYPE_CHECKING:
    from torch import Tensor

# Amplitudes are sharpened by exp(B s^2): atoms at rest stand out of the noise best.
SHARPENING_B = 3.0
CHECK_EVERY = 10
LAST_SHARING = 3
# Square angstrom: maps are judged without the ripples that come of the last lines.
SMOOTHING_B = 1.5
_TINY = 1e-20

Symmetry = Sequence[tuple[slice, Symmetriser]]


@dataclass(frozen=True)
class Schedule:
    """How long each phase of the iteration lasts, and its constants.

    Attributes
    ----------
    flipping, elimination : int
        Cycles.
    threshold : float
        Below which the density is flipped, in its standard deviations.
    floor : float
        Density that elimination damps to 0.4, as a share of the highest.
    sharing_every, averaging_every : int
        Cycles between two redistributions of overlapping intensity, and between two averages over
        the operations of a group.
    """

    flipping: int = 80
    elimination: int = 20
    threshold: float = 1.1
    floor: float = 0.1
    sharing_every: int = 4
    averaging_every: int = 2


@dataclass(frozen=True, eq=False)
class Trials:
    """Where the trials ended.

    Attributes
    ----------
    factors : (t, m) complex tensor
        Structure factors with the measured amplitudes, on an arbitrary scale.
    negative : (t,) tensor
        Share of the maps' power that is where they are negative: small for right phases, which
        alone make a density of measured amplitudes that is nowhere much below zero.
    """

    factors: Tensor
    negative: Tensor


class DualSpace:
    """Dual-space iteration on the reflections of one cell.

    Parameters
    ----------
    reflections : CellReflections
    """

    def __init__(self, reflections: CellReflections) -> None:
        import torch

        self._grid = DensityGrid(reflections.hkl, reflections.shape)
        self._sharing = IntensitySharing(reflections)
        sharp = np.exp(SHARPENING_B * reflections.s**2)
        self._sharpening = torch.as_tensor(sharp, dtype=torch.float32)
        smooth = np.exp(-SMOOTHING_B * reflections.s**2)
        self._smoothing = torch.as_tensor(smooth, dtype=torch.float32)
        self._squared = torch.as_tensor(reflections.squared, dtype=torch.float32)

    def run(
        self,
        phases: Tensor,
        symmetry: Symmetry = (),
        schedule: Schedule | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> Trials:
        """Iterate from the given phases.

        Parameters
        ----------
        phases : (t, m) tensor
            Radians; one row a trial.
        symmetry : sequence of (slice, Symmetriser)
            The trials that are averaged over the operations of a group.
        schedule : Schedule, optional
        check : callable
            Called now and then; may raise to stop.
        """
        import torch

        plan = schedule or Schedule()
        squared = self._squared.expand(len(phases), -1)
        factors = self._measured(_averaged(torch.polar(torch.ones_like(phases), phases), symmetry),
                                 squared)  # fmt: skip
        mean = torch.zeros(len(phases))
        cycles = plan.flipping + plan.elimination
        for cycle in range(cycles):
            if cycle % CHECK_EVERY == 0:
                check()
            density = self._grid.density(factors, mean)
            modified = _flipped if cycle < plan.flipping else _eliminated
            found, mean = self._grid.factors(modified(density, plan))
            if cycle % plan.averaging_every == 0 or cycle == cycles - 1:
                found = _averaged(found, symmetry)
            if cycle % plan.sharing_every == plan.sharing_every - 1:
                squared = self._sharing.share(self._own(found))
            factors = self._measured(found, squared)
        shared = self._sharing.share(self._own(found), LAST_SHARING)
        ended = _unit(found) * shared.sqrt()
        return Trials(ended, self._negative(ended))

    def _negative(self, factors: Tensor) -> Tensor:
        import torch

        density = self._grid.density(factors * self._smoothing, torch.zeros(len(factors)))
        power = density.square().sum(dim=(1, 2, 3))
        negative: Tensor = density.clamp_max(0.0).square().sum(dim=(1, 2, 3)) / power
        return negative

    def _own(self, factors: Tensor) -> Tensor:
        """|F|^2 of the densities themselves, without the sharpening."""
        return (factors.abs() / self._sharpening).square()

    def _measured(self, factors: Tensor, squared: Tensor) -> Tensor:
        """The same phases with the measured amplitudes, sharpened."""
        return _unit(factors) * (squared.sqrt() * self._sharpening)


def _flipped(density: Tensor, plan: Schedule) -> Tensor:
    import torch

    threshold = plan.threshold * density.std(dim=(1, 2, 3), keepdim=True)
    return torch.where(density < threshold, -density, density)


def _eliminated(density: Tensor, plan: Schedule) -> Tensor:
    import torch

    low = plan.floor * density.amax(dim=(1, 2, 3), keepdim=True)
    damped: Tensor = density.clamp_min(0.0) * (1.0 - torch.exp(-0.5 * (density / low) ** 2))
    return damped


def _unit(factors: Tensor) -> Tensor:
    return factors / factors.abs().clamp_min(_TINY)


def _averaged(factors: Tensor, symmetry: Symmetry) -> Tensor:
    if not symmetry:
        return factors
    averaged = factors.clone()
    for part, symmetriser in symmetry:
        averaged[part] = symmetriser.average(factors[part])
    return averaged
