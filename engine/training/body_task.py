"""Training of the periodic body, as a task of the loop."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from engine.model.body import HYPOTHESIS, BodyOutputs, DensityBody
from engine.model.body_inputs import Start, body_inputs
from engine.model.network import CMEDNet
from engine.model.sampling import diffuse, go_on
from engine.training.body_views import BodyDraw, BodyDrawer, BodyView, BodyViewMaker
from engine.training.feeding import Source, on_device
from engine.training.map_loss import map_loss
from engine.training.parallel import World
from engine.training.run import Forward
from engine.training.sets import TrainingSets
from engine.training.settings import BodyTrainingSettings

MONITOR_BATCH = 32
# Where the body's own answers begin that it goes on from, and how often it goes on only once.
FROM_NOISE, FROM_NOTHING, ONCE = 0.3, 0.2, 0.6


class BodyTask:
    """The body, its views and its scores.

    Parameters
    ----------
    settings : BodyTrainingSettings
    branches : CMEDNet
        Whose hypotheses are started from; not trained here.
    sets : TrainingSets
        What is trained on.
    monitor : TrainingSets or None
        What is looked at from time to time; never trained on.
    world : World, optional
    """

    columns: tuple[str, ...] = (
        "loss",
        "hypothesis",
        "again",
        "anchored",
        "nothing",
        "sites",
        "val_start",
        "val_once",
        "val_twice",
        "val_sites",
        "val_nothing",
    )

    def __init__(
        self,
        settings: BodyTrainingSettings,
        branches: CMEDNet,
        sets: TrainingSets,
        monitor: TrainingSets | None,
        world: World | None = None,
    ) -> None:
        self.settings, self.sets, self.world = settings, sets, world or World()
        self.maker = BodyViewMaker(branches, self.world.device)
        self.monitored: list[BodyView] = []
        if monitor is not None and self.world.leads:
            self.monitored = self._views_of(monitor)

    def _views_of(self, monitor: TrainingSets) -> list[BodyView]:
        """A fixed set of views of the monitored structures."""
        s = self.settings
        drawer = BodyDrawer(monitor, s.views, s.body_views, MONITOR_BATCH, [s.seed, 2])
        views = []
        for index in range(-(-s.monitored // MONITOR_BATCH)):
            rng = np.random.default_rng([s.seed, 2, index])
            draw = drawer.draw(drawer.plan.rows(index), rng, "hypothesis")
            views.append(self.maker.view(on_device(draw, self.world.device)))
        return views

    def build(self) -> nn.Module:
        """The untrained body."""
        return DensityBody(self.settings.network)

    def source(self) -> Source:
        """What the views of each step are made from."""
        s = self.settings
        share = self.world.share(s.batch)
        return BodyDrawer(
            self.sets,
            s.training_views,
            s.body_views,
            s.batch,
            [s.seed, 1],
            share,
            self.world.rank,
        )

    def loss(self, forward: Forward, made: BodyDraw, step: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of a step's views, made of the `BodyDraw` `made`."""
        view = self.maker.view(made)
        start = view.start
        if view.kind == "again":
            start = _again(forward, view, made.noise)
        out = forward(body_inputs(view.known, start))
        anchored = view.kind == "anchored"
        loss, parts = map_loss(out, view.truth, anchored, self.settings.gauge_free)
        return loss, {view.kind: parts["correlation"], "sites": parts["sites"]}

    def look(self, net: nn.Module) -> dict[str, float]:
        """Mean scores over the monitored views, gauge-free whatever the loss is.

        The hypothesis itself (``start``), the body's answer, its answer to that, and its answer
        to the measured maps alone.
        """
        sums: dict[str, list[float]] = {}
        for view in self.monitored:
            assert view.start.hypothesis is not None
            inputs = body_inputs(view.known, view.start)
            maps = inputs.maps[:, HYPOTHESIS]
            first = net(inputs)
            begun = BodyOutputs(maps, maps, first.quality)
            second = net(body_inputs(view.known, go_on(view.known, first, view.start)))
            bare = net(body_inputs(view.known, Start.empty(len(maps))))
            answers = (("start", begun), ("once", first), ("twice", second), ("nothing", bare))
            for name, out in answers:
                parts = map_loss(out, view.truth, False)[1]
                sums.setdefault(f"val_{name}", []).append(float(parts["correlation"].mean()))
                if name == "once":
                    sums.setdefault("val_sites", []).append(float(parts["sites"].mean()))
        return {name: float(np.mean(values)) for name, values in sums.items()}


@torch.no_grad()
def _again(forward: Forward, view: BodyView, seed: int) -> Start:
    """Where the body's own answers have led after some passes.

    They begin with the hypothesis, with random phases or with nothing, as the samples do that the
    body will be asked for; what it expects of its answers is honest only where it has seen them.
    """
    rng = np.random.default_rng(seed)
    known, chance = view.known, rng.random()
    if chance < FROM_NOISE:
        start = diffuse(forward, known, int(rng.integers(1 << 31)), int(rng.integers(1, 8)))
        if rng.random() < 0.5:
            return start
    else:
        start = Start.empty(len(known.profile)) if chance > 1.0 - FROM_NOTHING else view.start
    for _ in range(1 if rng.random() < ONCE else 2):
        start = go_on(known, forward(body_inputs(known, start)), start)
    return start
