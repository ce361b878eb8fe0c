"""What the head of `engine.model.contents` is taught."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.crystal.extinction_classes import class_of_group
from engine.model.contents import MOST_ATOMS, ContentsAnswer
from engine.model.encoding import ELEMENTS
from engine.training.data import CellSet, crystal_system_index


@dataclass(frozen=True, eq=False)
class ContentsTruth:
    """The truth of a batch: labels (b,) and shares of the atoms (b, ELEMENTS)."""

    extinction: Tensor
    system: Tensor
    atoms: Tensor
    shares: Tensor

    def to(self, device: str | torch.device) -> ContentsTruth:
        """The same on another device."""
        return ContentsTruth(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


def contents_truth(
    cells: CellSet, fractions: NDArray[np.floating], rows: NDArray[np.int64]
) -> ContentsTruth:
    """Labels of `rows` of prepared cells whose contents are `fractions` (n, ELEMENTS)."""
    groups = cells.space_group[rows].astype(np.int64)
    counts = np.diff(cells.offsets)[rows]
    return ContentsTruth(
        extinction=torch.as_tensor(np.asarray(class_of_group())[groups]),
        system=torch.as_tensor(crystal_system_index(groups)),
        atoms=torch.as_tensor(np.minimum(counts, MOST_ATOMS).astype(np.int64)),
        shares=torch.as_tensor(fractions[rows].astype(np.float32)),
    )


def contents_loss(
    answer: ContentsAnswer, truth: ContentsTruth, contents: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Loss of a batch, and what to log of it.

    Elements that were named do not count for what is missing.
    """
    named = contents[:, :ELEMENTS] > 0
    present = (truth.shares > 0).float()
    missing = functional.binary_cross_entropy_with_logits(answer.present, present, reduction="none")
    open_end = (contents[:, 2 * ELEMENTS + 2] > 0) | ~(contents[:, 2 * ELEMENTS] > 0)
    missing = (missing * ~named).sum(dim=1) * open_end
    shares = truth.shares / truth.shares.sum(dim=1, keepdim=True).clamp_min(1e-6)
    amounts = -(shares * answer.amounts).sum(dim=1)
    losses = {
        "extinction": functional.cross_entropy(answer.extinction, truth.extinction),
        "system": functional.cross_entropy(answer.system, truth.system),
        "atoms": functional.cross_entropy(answer.atoms, truth.atoms),
        "missing": missing.mean(),
        "amounts": amounts.mean(),
    }
    loss = torch.stack(list(losses.values())).sum()
    return loss, {name: value.detach() for name, value in losses.items()}


def scores(answer: ContentsAnswer, truth: ContentsTruth) -> dict[str, float]:
    """Shares of right answers."""
    best = answer.extinction.topk(3, dim=1).indices == truth.extinction.unsqueeze(1)
    return {
        "extinction_first": float(best[:, 0].float().mean()),
        "extinction_three": float(best.any(dim=1).float().mean()),
        "system_first": float((answer.system.argmax(1) == truth.system).float().mean()),
        "atoms_first": float((answer.atoms.argmax(1) == truth.atoms).float().mean()),
    }
