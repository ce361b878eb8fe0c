"""Training of the head for the contents, as a task of the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.model.contents import ContentsHead
from engine.model.encoding import Inputs
from engine.model.network import CMEDNet
from engine.training.contents_loss import ContentsTruth, contents_loss, contents_truth, scores
from engine.training.feeding import Source
from engine.training.parallel import World
from engine.training.run import Forward
from engine.training.sets import TrainingSets
from engine.training.settings import ContentsTrainingSettings
from engine.training.view_source import ViewSource
from engine.training.views import ViewMaker


@dataclass(frozen=True, eq=False)
class ContentsBatch:
    """Views of one step."""

    inputs: Inputs
    truth: ContentsTruth


class ContentsSource(ViewSource):
    """Makes the views of a step; see `engine.training.feeding`."""

    def __init__(
        self, sets: TrainingSets, settings: ContentsTrainingSettings, world: World
    ) -> None:
        super().__init__(sets, settings, world)
        self.cell_given = settings.cell_given

    def __call__(self, step: int) -> ContentsBatch:
        """Views of this process's share of a step."""
        rng = np.random.default_rng([self.seed, 3, step, self.rank])
        rows = self.maker.draw(rng, self.batch)
        inputs, _ = self.maker.batch(rows, rng, cell_given=self.cell_given)
        return ContentsBatch(inputs, truth_of(self.sets, rows))


class ContentsTask:
    """The head, its views and its scores.

    Parameters
    ----------
    settings : ContentsTrainingSettings
    branches : CMEDNet
        On whose condition the head is trained; stays as it is.
    sets : TrainingSets
        What is trained on.
    monitor : TrainingSets or None
        What is looked at from time to time; never trained on.
    world : World, optional
    """

    columns: tuple[str, ...] = (
        "loss",
        "extinction",
        "system",
        "atoms",
        "missing",
        "amounts",
        *(
            f"val_{label}_{name}"
            for label in ("cell", "free")
            for name in ("extinction_first", "extinction_three", "system_first", "atoms_first")
        ),
    )

    def __init__(
        self,
        settings: ContentsTrainingSettings,
        branches: CMEDNet,
        sets: TrainingSets,
        monitor: TrainingSets | None,
        world: World | None = None,
    ) -> None:
        self.settings, self.branches, self.sets = settings, branches, sets
        self.monitor, self.world = monitor, world or World()

    def build(self) -> nn.Module:
        """The untrained head."""
        return ContentsHead(self.settings.network)

    def source(self) -> Source:
        """Views of each step."""
        return ContentsSource(self.sets, self.settings, self.world)

    def loss(
        self, forward: Forward, made: ContentsBatch, step: int
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of a step's views."""
        with torch.no_grad():
            condition = self.branches.encode(made.inputs)
        answer = forward(condition, made.inputs.contents)
        return contents_loss(answer, made.truth, made.inputs.contents)

    @torch.no_grad()
    def look(self, net: nn.Module) -> dict[str, float]:
        """Shares of right answers on fixed views of the monitored structures."""
        row: dict[str, float] = {}
        if self.monitor is None:
            return row
        maker = ViewMaker(self.monitor.tables, self.settings.views)
        for label, share in (("cell", 1.0), ("free", 0.0)):
            rng = np.random.default_rng([self.settings.seed, 4])
            rows = maker.draw(rng, self.settings.monitored)
            inputs, _ = maker.batch(rows, rng, cell_given=share)
            inputs = inputs.to(self.world.device)
            truth = truth_of(self.monitor, rows).to(self.world.device)
            found = scores(net(self.branches.encode(inputs), inputs.contents), truth)
            row |= {f"val_{label}_{name}": value for name, value in found.items()}
        return row


def truth_of(sets: TrainingSets, rows: np.ndarray[Any, np.dtype[np.int64]]) -> ContentsTruth:
    """The truth of rows of prepared sets."""
    return contents_truth(sets.cells, sets.tables.contents, rows)
