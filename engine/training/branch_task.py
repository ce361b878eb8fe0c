"""Training of the branch network, as a task of the loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.model.encoding import Inputs, half_box
from engine.model.network import CMEDNet
from engine.training.feeding import Source
from engine.training.loss import Targets, total_loss
from engine.training.parallel import World
from engine.training.run import Forward
from engine.training.sets import TrainingSets
from engine.training.settings import BranchTrainingSettings
from engine.training.view_source import ViewSource
from engine.training.views import ViewMaker


@dataclass(frozen=True, eq=False)
class BranchBatch:
    """Views of one step.

    Attributes
    ----------
    inputs : Inputs
    targets : Targets
    noise : (b, hypotheses, latent)
        For the latents.
    """

    inputs: Inputs
    targets: Targets
    noise: Tensor


class BranchSource(ViewSource):
    """Makes the views of a step; see `engine.training.feeding`."""

    def __init__(self, sets: TrainingSets, settings: BranchTrainingSettings, world: World) -> None:
        super().__init__(sets, settings, world)
        self.latents = (self.batch, settings.network.hypotheses, settings.network.latent)

    def __call__(self, step: int) -> BranchBatch:
        """Views of this process's share of a step."""
        rng = np.random.default_rng([self.seed, 1, step, self.rank])
        inputs, targets = self.maker.batch(self.maker.draw(rng, self.batch), rng)
        noise = torch.as_tensor(rng.standard_normal(self.latents), dtype=torch.float32)
        return BranchBatch(inputs, targets, noise)


class BranchTask:
    """The branch network, its views and its scores.

    Parameters
    ----------
    settings : BranchTrainingSettings
    sets : TrainingSets
        What is trained on.
    monitor : TrainingSets or None
        What is looked at from time to time; never trained on.
    world : World, optional
    """

    columns: tuple[str, ...] = (
        "loss",
        "correlation_first",
        "correlation_best",
        "cell",
        "val_first",
        "val_best",
        "val_cell_first",
        "val_cell_best",
        "val_system",
    )

    def __init__(
        self,
        settings: BranchTrainingSettings,
        sets: TrainingSets,
        monitor: TrainingSets | None,
        world: World | None = None,
    ) -> None:
        self.settings, self.sets, self.world = settings, sets, world or World()
        self.monitor = ViewMaker(monitor.tables, settings.views) if monitor is not None else None
        self.indices = torch.as_tensor(half_box(), device=self.world.device)

    def build(self) -> nn.Module:
        """The untrained network."""
        return CMEDNet(self.settings.network)

    def source(self) -> Source:
        """Views of each step."""
        return BranchSource(self.sets, self.settings, self.world)

    def loss(
        self, forward: Forward, made: BranchBatch, step: int
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of a step's views."""
        out = forward(made.inputs, made.noise)
        return total_loss(out, made.targets, self.indices)

    def look(self, net: nn.Module) -> dict[str, float]:
        """Scores on a fixed set of views of the monitored structures, without and with the cell."""
        row: dict[str, float] = {}
        if self.monitor is None:
            return row
        for label, share in (("val", 0.0), ("val_cell", 1.0)):
            rng = np.random.default_rng([self.settings.seed, 2])
            rows = self.monitor.draw(rng, self.settings.monitored)
            inputs, targets = self.monitor.batch(rows, rng, cell_given=share)
            out = net(inputs.to(self.world.device))
            truth = targets.to(self.world.device)
            _, parts = total_loss(out, truth, self.indices)
            row[f"{label}_first"] = float(parts["correlation_first"])
            row[f"{label}_best"] = float(parts["correlation_best"])
            if share == 0.0:
                first = out.quality.argmax(dim=1)
                guess = out.system[torch.arange(len(first)), first].argmax(dim=-1)
                row["val_system"] = float((guess == truth.system).float().mean())
        return row
