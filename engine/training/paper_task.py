"""Training of the architecture of Guo et al., as a task of the loop; a comparison only.

The loss is the authors': the mean absolute error of the density in e/A^3 at a point at random in
each of equal parts of the cell, in the setting in which the data have the crystal, and a weight
times the divergence of the latents. Unlike theirs, one network learns all crystal systems, as the
branch network does, and the points are the same for all crystals of a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.model.encoding import BOX, half_box
from engine.training.feeding import Source
from engine.training.loss import gauge_free_correlation
from engine.training.paper_inputs import (
    densities_at,
    disturbed,
    grid_points,
    line_patterns,
    stratified_points,
)
from engine.training.paper_network import PaperNetwork
from engine.training.parallel import World
from engine.training.run import Forward
from engine.training.sets import TrainingSets
from engine.training.settings import PaperTrainingSettings
from engine.training.view_source import ViewSource
from engine.training.views import ViewMaker

MONITOR_GRID = 2 * BOX + 2
AT_ONCE = 8  # monitored crystals


@dataclass(frozen=True, eq=False)
class PaperBatch:
    """Views of one step.

    Attributes
    ----------
    pattern : (b, bins)
    contents : (b, elements)
    points : (p, 3)
        Of all crystals of the step.
    density : (b, p)
        True, in e/A^3.
    noise : (b, 2, width)
        For the latents.
    """

    pattern: Tensor
    contents: Tensor
    points: Tensor
    density: Tensor
    noise: Tensor


class PaperSource(ViewSource):
    """Makes the views of a step; see `engine.training.feeding`."""

    def __init__(self, sets: TrainingSets, settings: PaperTrainingSettings, world: World) -> None:
        super().__init__(sets, settings, world)
        self.settings = settings

    def __call__(self, step: int) -> PaperBatch:
        """Views of this process's share of a step."""
        s, tables = self.settings, self.sets.tables
        rng = np.random.default_rng([self.seed, 5, step, self.rank])
        rows = self.maker.draw(rng, self.batch)
        lines = line_patterns(tables, rows, s.network.bins)
        pattern, contents = disturbed(
            lines, tables.contents[rows].astype(np.float64), s.inputs, rng
        )
        points = stratified_points(rng, s.points_along_edge)
        noise = rng.standard_normal((self.batch, 2, s.network.width))
        return PaperBatch(
            pattern,
            contents,
            torch.as_tensor(points, dtype=torch.float32),
            torch.as_tensor(densities_at(tables, rows, points)),
            torch.as_tensor(noise, dtype=torch.float32),
        )


class PaperTask:
    """The network, its views and its scores.

    Parameters
    ----------
    settings : PaperTrainingSettings
    sets : TrainingSets
        What is trained on.
    monitor : TrainingSets or None
        What is looked at from time to time; never trained on.
    world : World, optional
    """

    columns: tuple[str, ...] = (
        "loss",
        "error",
        "divergence",
        "val_error",
        "val_fixed",
        "val_free",
    )

    def __init__(
        self,
        settings: PaperTrainingSettings,
        sets: TrainingSets,
        monitor: TrainingSets | None,
        world: World | None = None,
    ) -> None:
        self.settings, self.sets, self.monitor = settings, sets, monitor
        self.world = world or World()

    def build(self) -> nn.Module:
        """The untrained network."""
        return PaperNetwork(self.settings.network)

    def source(self) -> Source:
        """Views of each step."""
        return PaperSource(self.sets, self.settings, self.world)

    def loss(
        self, forward: Forward, made: PaperBatch, step: int
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of a step's views."""
        out = forward(made.pattern, made.contents, made.points, made.noise)
        error = (out.density - made.density).abs().mean()
        divergence = out.divergence.mean()
        parts = {"error": error, "divergence": divergence}
        return error + self.settings.divergence_weight * divergence, parts

    def look(self, net: nn.Module) -> dict[str, float]:
        """Scores on fixed monitored structures, of the middle of the latents.

        ``val_error`` in e/A^3, and the mean correlation with the truth where it stands
        (``val_fixed``) and at the best origin and hand (``val_free``), on the true cell.
        """
        if self.monitor is None or not isinstance(net, PaperNetwork):
            return {}
        s, tables, device = self.settings, self.monitor.tables, self.world.device
        rng = np.random.default_rng([s.seed, 2])
        rows = ViewMaker(tables, s.views).draw(rng, s.monitored)
        points = grid_points(MONITOR_GRID)
        place = torch.as_tensor(points, dtype=torch.float32, device=device)
        found = []
        for part in np.array_split(rows, -(-len(rows) // AT_ONCE)):
            lines = line_patterns(tables, part, s.network.bins)
            pattern, contents = (
                torch.as_tensor(x, dtype=torch.float32, device=device)
                for x in (lines, tables.contents[part])
            )
            noise = torch.zeros(len(part), 2, s.network.width, device=device)
            found.append(net(pattern, contents, place, noise).density.cpu())
        return _scores(torch.cat(found), torch.as_tensor(densities_at(tables, rows, points)))


def _scores(found: Tensor, truth: Tensor) -> dict[str, float]:
    """Error and correlations of densities (b, p) on the grid of the monitor."""
    indices = torch.as_tensor(half_box(BOX))
    one, other = (_series(x, indices) for x in (found, truth))
    fixed = torch.stack(
        [torch.corrcoef(torch.stack(pair))[0, 1] for pair in zip(found, truth, strict=True)]
    )
    free = gauge_free_correlation(one.unsqueeze(1), other, indices)
    return {
        "val_error": float((found - truth).abs().mean()),
        "val_fixed": float(fixed.nan_to_num().mean()),
        "val_free": float(free.mean()),
    }


def _series(values: Tensor, indices: Tensor) -> Tensor:
    """Fourier coefficients (b, M) of maps (b, p) on the monitor's grid."""
    n = MONITOR_GRID
    full = torch.fft.ifftn(values.reshape(-1, n, n, n), dim=(1, 2, 3))
    h, k, m = (indices % n).unbind(dim=-1)
    coefficients: Tensor = full[:, h, k, m]
    return coefficients
