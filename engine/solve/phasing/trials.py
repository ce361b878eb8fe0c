"""Maps of one indexed cell by dual-space iteration: in each likely space group, and in P1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.solve.maps.map_symmetry import MapGroup
from engine.solve.maps.measured_series import Series
from engine.solve.phasing.dual_space import DualSpace
from engine.solve.phasing.groups import LikelyGroup, Symmetriser
from engine.solve.phasing.likeness import Likeness
from engine.solve.phasing.reflections import CellReflections

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]

# How many trials all groups of a cell have together, and how many reflections these may have: they
# tell how long a cycle takes.
MOST_TRIALS, REFLECTIONS_OF_ALL = 600, 240_000
LEAST_IN_GROUP = 4
# How many of their maps are looked at, and how many of each group at least.
MAPS, LEAST_MAPS = 24, 2
STARTS_FREE, KEPT_FREE = 24, 3
# How many that are alike: another one may show more of the light atoms.
MOST_ALIKE = 3


@dataclass(frozen=True, eq=False)
class PhasedMap:
    """A map, and the group that it was averaged over (None: phased without symmetry)."""

    series: Series
    negative: float
    group: MapGroup | None


def maps_in_groups(
    reflections: CellReflections,
    groups: Sequence[LikelyGroup],
    seed: int,
    check: Callable[[], None] = lambda: None,
) -> list[list[PhasedMap]]:
    """Maps averaged over each of some space groups: the best of every group, the second, and so on.

    The likelier a group, the more trials it has, and the more of its maps are kept. How much of a
    map is negative chooses among trials of one group only: over groups it prefers those that
    leave most free.

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
    # Square roots: a group that is nine times as likely gets three times as much.
    shares = np.sqrt([max(group.chance, 0.0) for group in groups])
    shares = shares / shares.sum()
    whole = min(REFLECTIONS_OF_ALL / len(reflections.hkl), MOST_TRIALS)
    starts = np.maximum(np.rint(whole * shares).astype(int), LEAST_IN_GROUP)
    kept = np.maximum(np.rint(MAPS * shares).astype(int), LEAST_MAPS)
    ends = np.cumsum(starts)
    parts = [slice(int(end - n), int(end)) for n, end in zip(starts, ends, strict=True)]
    symmetry = [(p, Symmetriser(g, reflections.hkl)) for p, g in zip(parts, groups, strict=True)]
    phases = _random_phases(int(ends[-1]), reflections, seed)
    trials = DualSpace(reflections).run(phases, symmetry, check=check)
    negative = trials.negative.numpy()
    rounds: list[list[PhasedMap]] = [[] for _ in range(int(kept.max()))]
    for part, group, most in zip(parts, groups, kept, strict=True):
        likely = MapGroup(group.rotations, group.translations, np.ones(len(group)))
        factors, values = trials.factors[part], negative[part]
        for rank, i in enumerate(_best(values, Likeness(reflections, factors), int(most))):
            series = _series(reflections, factors[i].numpy())
            rounds[rank].append(PhasedMap(series, float(values[i]), likely))
    return rounds


def _best(negative: FloatArray, likeness: Likeness, most: int) -> list[int]:
    """The trials that are least negative, few of those that ended alike."""
    kept: list[int] = []
    like_kept = np.zeros(len(negative), dtype=int)
    for i in np.argsort(negative, kind="stable"):
        if len(kept) == most:
            break
        if like_kept[i] < MOST_ALIKE:
            kept.append(int(i))
            like_kept += likeness.alike(int(i))
    return kept


def free_maps(
    reflections: CellReflections, seed: int, check: Callable[[], None] = lambda: None
) -> list[PhasedMap]:
    """The best few maps phased without any symmetry, for groups that nobody thought of."""
    phases = _random_phases(STARTS_FREE, reflections, seed)
    trials = DualSpace(reflections).run(phases, check=check)
    negative, likeness = trials.negative.numpy(), Likeness(reflections, trials.factors)
    return [
        PhasedMap(_series(reflections, trials.factors[i].numpy()), float(negative[i]), None)
        for i in _best(negative, likeness, KEPT_FREE)
    ]


def _random_phases(rows: int, reflections: CellReflections, seed: int) -> Tensor:
    import torch

    generator = torch.Generator().manual_seed(seed)
    return torch.rand((rows, len(reflections.hkl)), generator=generator) * (2.0 * np.pi)


def _series(reflections: CellReflections, factors: np.ndarray) -> Series:
    return Series(reflections.lattice, reflections.hkl, factors.astype(np.complex128))
