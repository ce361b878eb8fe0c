"""Sharing the measured intensity out among overlapping reflections, as the current maps have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.solve.phasing.reflections import CellReflections

if TYPE_CHECKING:
    from torch import Tensor

# A reflection keeps at least this share of the mean |F|^2 of its line, and of all, so that it can
# grow again.
FAINTEST = 0.03


class IntensitySharing:
    """Brings the |F|^2 of maps into agreement with the measured pattern.

    Parameters
    ----------
    reflections : CellReflections
    """

    def __init__(self, reflections: CellReflections) -> None:
        import torch

        measured = ~reflections.below
        self._line = torch.as_tensor(reflections.line)
        self._factor = _tensor(reflections.factor * measured)
        self._members = _tensor(reflections.members)
        self._profiles = _tensor(reflections.profiles)
        self._own = self._profiles.sum(dim=1).clamp_min(1e-9)
        self._observed = _tensor(reflections.observed)
        self._measured = torch.as_tensor(measured)
        self._total = float(reflections.observed.sum())

    def share(self, squared: Tensor, rounds: int = 1) -> Tensor:
        """|F|^2 (t, m) that explain the pattern, overlapping ones in the ratio they had.

        One round is the step of a Le Bail fit: every line gets the measured intensity under it,
        divided among overlapping lines as they are drawn. Reflections of one line keep their
        ratio. Those below the measured range keep their values, on the scale of the others.

        Parameters
        ----------
        squared : (t, m) tensor
            Of the maps, on any scale.
        rounds : int
        """
        import torch

        mean = self._line_sums(squared) / self._members
        level = mean[:, self._measured].mean(dim=1, keepdim=True)
        squared = squared + FAINTEST * (mean + level)[:, self._line]
        first = self._line_sums(squared) * self._factor
        found = first
        for _ in range(rounds):
            drawn = found @ self._profiles
            scale = self._total / drawn.sum(dim=1, keepdim=True).clamp_min(1e-30)
            drawn = (drawn * scale).clamp_min(1e-5 * self._total / len(self._observed))
            found = found * scale * ((self._observed / drawn) @ self._profiles.T) / self._own
        common = found.sum(dim=1, keepdim=True) / first.sum(dim=1, keepdim=True).clamp_min(1e-30)
        changed = torch.where(self._measured, found / first.clamp_min(1e-30), common)
        return squared * changed[:, self._line]

    def _line_sums(self, squared: Tensor) -> Tensor:
        import torch

        lines = torch.zeros((len(squared), len(self._factor)), dtype=squared.dtype)
        return lines.index_add_(1, self._line, squared)


def _tensor(values: NDArray[np.generic]) -> Tensor:
    import torch

    return torch.as_tensor(np.ascontiguousarray(values), dtype=torch.float32)
