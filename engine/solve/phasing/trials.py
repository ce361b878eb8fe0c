"""Maps of one indexed cell by dual-space iteration: in each likely space group, and in P1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.solve.maps.map_symmetry import MapGroup
from engine.solve.maps.measured_series import Series
from engine.solve.phasing.dual_space import DualSpace
from engine.solve.phasing.groups import LikelyGroup, Symmetriser
from engine.solve.phasing.reflections import CellReflections

if TYPE_CHECKING:
    from torch import Tensor

STARTS_IN_GROUP, KEPT_IN_GROUP = 4, 2
STARTS_FREE, KEPT_FREE = 24, 3


@dataclass(frozen=True, eq=False)
class PhasedMap:
    """A map, and the group that it was averaged over (None: phased without symmetry)."""

    series: Series
    misfit: float
    group: MapGroup | None


def maps_in_groups(
    reflections: CellReflections,
    groups: Sequence[LikelyGroup],
    seed: int,
    check: Callable[[], None] = lambda: None,
) -> list[PhasedMap]:
    """Maps averaged over each of some space groups; the best few of every group.

    The misfit chooses among trials of one group only: over groups it prefers those that leave
    most free.

    Parameters
    ----------
    reflections : CellReflections
    groups : sequence of LikelyGroup
        In the axes of the reflections' lattice.
    seed : int
        Of the random phases.
    check : callable
        Called now and then; may raise to stop.
    """
    if not groups:
        return []
    symmetry = [
        (slice(i * STARTS_IN_GROUP, (i + 1) * STARTS_IN_GROUP), Symmetriser(g, reflections.hkl))
        for i, g in enumerate(groups)
    ]
    phases = _random_phases(len(groups) * STARTS_IN_GROUP, reflections, seed)
    trials = DualSpace(reflections).run(phases, symmetry, check=check)
    misfits = trials.misfit.numpy()
    found = []
    for (part, _), group in zip(symmetry, groups, strict=True):
        likely = MapGroup(group.rotations, group.translations, np.ones(len(group)))
        for i in part.start + np.argsort(misfits[part])[:KEPT_IN_GROUP]:
            series = _series(reflections, trials.factors[int(i)].numpy())
            found.append(PhasedMap(series, float(misfits[i]), likely))
    return found


def free_maps(
    reflections: CellReflections, seed: int, check: Callable[[], None] = lambda: None
) -> list[PhasedMap]:
    """The best few maps phased without any symmetry, for groups that nobody thought of."""
    phases = _random_phases(STARTS_FREE, reflections, seed)
    trials = DualSpace(reflections).run(phases, check=check)
    misfits = trials.misfit.numpy()
    return [
        PhasedMap(_series(reflections, trials.factors[int(i)].numpy()), float(misfits[i]), None)
        for i in np.argsort(misfits)[:KEPT_FREE]
    ]


def _random_phases(rows: int, reflections: CellReflections, seed: int) -> Tensor:
    import torch

    generator = torch.Generator().manual_seed(seed)
    return torch.rand((rows, len(reflections.hkl)), generator=generator) * (2.0 * np.pi)


def _series(reflections: CellReflections, factors: np.ndarray) -> Series:
    return Series(reflections.lattice, reflections.hkl, factors.astype(np.complex128))
