"""The parts of the network together."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.body import DensityBody
from engine.model.contents import ContentsHead
from engine.model.network import CMEDNet


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts, on one device and ready for use."""

    branches: CMEDNet
    body: DensityBody
    head: ContentsHead
