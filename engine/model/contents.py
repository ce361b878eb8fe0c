"""What else the branches know: extinction class, missing elements, amounts.

A small head on the condition that the branch network makes of pattern, contents and cell. It is
trained after the branches and leaves them as they are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from engine.model.encoding import CONTENTS, ELEMENTS
from engine.model.network import branch

EXTINCTION_CLASSES = 97
ELEMENT_OUTPUTS = ELEMENTS
MOST_ATOMS = 64


@dataclass(frozen=True)
class ContentsSettings:
    """Sizes of the head; stored with its weights."""

    condition: int = 768
    width: int = 512

    def to_dict(self) -> dict[str, int]:
        """As plain numbers for a manifest."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class ContentsAnswer:
    """Logits and logarithms.

    Attributes
    ----------
    extinction : (b, EXTINCTION_CLASSES)
        Logits of the classes of `engine.crystal.extinction_classes`.
    system : (b, 7)
        Logits of the crystal systems.
    present : (b, ELEMENTS)
        Logit of each element being there; what was named counts as known.
    amounts : (b, ELEMENTS)
        ln of each element's share of the atoms.
    atoms : (b, MOST_ATOMS + 1)
        Logits of the number of atoms in the primitive cell.
    """

    extinction: Tensor
    system: Tensor
    present: Tensor
    amounts: Tensor
    atoms: Tensor


class ContentsHead(nn.Module):
    """See the module's text."""

    def __init__(self, settings: ContentsSettings | None = None) -> None:
        super().__init__()
        self.settings = s = settings or ContentsSettings()
        self.lines = branch(s.condition + CONTENTS, s.width, s.width)
        self.norm = nn.LayerNorm(s.width)
        self.body = nn.Sequential(nn.Linear(s.width, s.width), nn.SiLU())
        sizes = (EXTINCTION_CLASSES, 7, ELEMENTS, ELEMENTS, MOST_ATOMS + 1)
        self.outputs = nn.ModuleList(nn.Linear(s.width, size) for size in sizes)

    def forward(self, condition: Tensor, contents: Tensor) -> ContentsAnswer:
        """Shapes (b, condition) and (b, CONTENTS)."""
        x = self.norm(self.lines(torch.cat([condition, contents], dim=1)))
        x = x + self.body(x)
        extinction, system, present, amounts, atoms = (out(x) for out in self.outputs)
        named = contents[:, :ELEMENTS] > 0
        # Where everything is named only named elements have a share.
        closed = (contents[:, 2 * ELEMENTS] > 0) & ~(contents[:, 2 * ELEMENTS + 2] > 0)
        impossible = closed.unsqueeze(1) & ~named
        amounts = torch.log_softmax(amounts.masked_fill(impossible, -30.0), dim=1)
        return ContentsAnswer(extinction, system, present, amounts, atoms)
