"""Training views of the body: batches of cells that share a grid, and their true maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.model.body_inputs import Known, Start, known_on_cells
from engine.model.cell_maps import Shape, moved, onto_grid, project
from engine.model.encoding import Inputs, decode_cell, half_box
from engine.model.network import CMEDNet
from engine.model.sampling import random_phases
from engine.training.map_targets import (
    MapTargets,
    PlacedAtoms,
    TargetMaker,
    place_atoms,
)
from engine.training.row_plan import RowPlan
from engine.training.sets import TrainingSets
from engine.training.views import ViewMaker, ViewSettings

IntArray = NDArray[np.int64]
KINDS = ("hypothesis", "again", "anchored", "nothing")
# Parts of the random numbers that steps, which count up from 0, never reach.
ROWS_STREAM, KINDS_STREAM = 1 << 40, (1 << 40) + 1


@dataclass(frozen=True)
class BodyViewSettings:
    """What the body is shown.

    Shares add up to at most 1; what is left starts from nothing but the measured maps.
    """

    largest: int = 1728  # steps of the coarse grid of a cell that is trained on
    hypothesis: float = 0.37
    again: float = 0.36  # from the body's own answers
    anchored: float = 0.18  # from a partly right map in the truth's own setting
    other_hypothesis: float = 0.4  # of the views, take not the best-ranked one


@dataclass(frozen=True, eq=False)
class BodyDraw:
    """What a view is made from: everything that needs no map, in small arrays.

    Attributes
    ----------
    kind : {"hypothesis", "again", "anchored", "nothing"}
    shape : tuple of int
        Coarse grid of all cells.
    inputs : Inputs
    cell : (b, 6)
        Code of the true cells; that of the inputs is the one that is given.
    atoms : PlacedAtoms
    other : (b,) long
        For each row a number that picks a hypothesis, or -1 for the best-ranked one.
    shift, hand, level : (b, 3), (b,), (b,)
        Origin, whether inverted, and how right a map is that is given in the truth's setting.
    noise : int
        Seed of what is wrong with that map.
    """

    kind: str
    shape: Shape
    inputs: Inputs
    cell: Tensor
    atoms: PlacedAtoms
    other: Tensor
    shift: Tensor
    hand: Tensor
    level: Tensor
    noise: int


@dataclass(frozen=True, eq=False)
class BodyView:
    """One batch: what is known, what to start from, the truth."""

    known: Known
    start: Start
    truth: MapTargets
    kind: str


class BodyDrawer:
    """Draws what views are made from, on the CPU; views of a step depend on its number alone.

    Parameters
    ----------
    sets : TrainingSets
    views : ViewSettings
    settings : BodyViewSettings
    batch : int
        Rows of a step, in all processes together.
    stream : list of int
        What all random numbers come from.
    share : slice
        Which of a step's rows are drawn here.
    rank : int
        Number of this process.
    """

    def __init__(
        self,
        sets: TrainingSets,
        views: ViewSettings,
        settings: BodyViewSettings,
        batch: int,
        stream: list[int],
        share: slice = slice(None),
        rank: int = 0,
    ) -> None:
        self.sets, self.views, self.settings = sets, views, settings
        self.batch, self.stream, self.share, self.rank = batch, stream, share, rank

    def __getstate__(self) -> dict[str, Any]:
        """Only what the rest can be found from."""
        return {k: v for k, v in vars(self).items() if k not in ("plan", "maker")}

    @cached_property
    def maker(self) -> ViewMaker:
        """Makes the patterns."""
        return ViewMaker(self.sets.tables, self.views)

    @cached_property
    def plan(self) -> RowPlan:
        """Says which rows a step takes."""
        largest = self.settings.largest
        stream = [*self.stream, ROWS_STREAM]
        return RowPlan(self.sets.tables.lattice, self.maker.draw, self.batch, largest, stream)

    def __call__(self, step: int) -> BodyDraw:
        """What the views of a step are made from; of the same kind in all processes."""
        s = self.settings
        chance = np.random.default_rng([*self.stream, KINDS_STREAM, step]).random()
        kind = KINDS[int(np.sum(chance >= np.cumsum([s.hypothesis, s.again, s.anchored])))]
        rng = np.random.default_rng([*self.stream, step, self.rank])
        return self.draw(self.plan.rows(step)[self.share], rng, kind)

    def draw(self, rows: IntArray, rng: np.random.Generator, kind: str) -> BodyDraw:
        """Draw for `rows` (b,), which share a shape."""
        b = len(rows)
        inputs, targets = self.maker.batch(rows, rng, cell_given=1.0)
        use = rng.random(b) < self.settings.other_hypothesis
        other = np.where(use, rng.integers(0, 1 << 16, b), -1)
        return BodyDraw(
            kind=kind,
            shape=self.plan.shape(int(rows[0])),
            inputs=inputs,
            cell=targets.cell,
            atoms=place_atoms(self.sets.cells, rows, self.sets.settings),
            other=torch.as_tensor(other),
            shift=torch.as_tensor(rng.random((b, 3)), dtype=torch.float32),
            hand=torch.as_tensor(rng.random(b) < 0.5),
            level=torch.as_tensor(rng.random(b), dtype=torch.float32),
            noise=int(rng.integers(1 << 62)),
        )


class BodyViewMaker:
    """Makes views of what was drawn, on the device of the branch network.

    Parameters
    ----------
    branches : CMEDNet
        The branch network, whose hypotheses are started from; not trained here.
    device : str
    """

    def __init__(self, branches: CMEDNet, device: str = "cpu") -> None:
        self.branches, self.device = branches.to(device).eval(), device
        self.targets = TargetMaker(device)

    @torch.no_grad()
    def view(self, draw: BodyDraw) -> BodyView:
        """The view of a draw that is on this maker's device."""
        truth = self.targets.maps(draw.atoms, decode_cell(draw.cell), draw.shape)
        inputs = draw.inputs
        known = known_on_cells(
            inputs.profile,
            inputs.coverage,
            inputs.contents,
            decode_cell(inputs.cell),
            draw.shape,
            inputs.known[:, 0],
        )
        if draw.kind == "anchored":
            start, truth = _anchored(known, truth, draw)
        elif draw.kind == "nothing":
            start = Start.empty(len(draw.cell))
        else:
            start = self._hypothesis(draw)
        return BodyView(known, start, truth, draw.kind)

    def _hypothesis(self, draw: BodyDraw) -> Start:
        """A hypothesis of the branch network for each row: mostly the best one."""
        out = self.branches(draw.inputs)
        best = out.quality.argmax(dim=1)
        chosen = torch.where(draw.other >= 0, draw.other % out.quality.shape[1], best)
        return hypothesis_start(
            out.coefficients, out.log_atoms, out.log_contrast, out.quality, chosen, draw.shape
        )


def _anchored(known: Known, truth: MapTargets, draw: BodyDraw) -> tuple[Start, MapTargets]:
    """A partly right map in the truth's own setting at a random origin, and that truth."""
    b, device = len(draw.cell), draw.cell.device
    rows = torch.arange(b, device=device)
    first = torch.searchsorted(truth.owner, rows)
    density = moved(truth.density[first], draw.shift, draw.hand)
    sites = moved(truth.sites[first], draw.shift, draw.hand)
    share = draw.level.reshape(-1, 1, 1, 1)
    generator = torch.Generator(device).manual_seed(draw.noise)
    mixed = share.sqrt() * density + (1.0 - share).sqrt() * random_phases(density, generator)
    previous = project(mixed, known.measured)
    zero, one = torch.zeros(b, 3, device=device), torch.ones(b, device=device)
    return Start(None, zero, previous, one, draw.level), MapTargets(density, sites, rows)


def hypothesis_start(
    coefficients: Tensor,
    log_atoms: Tensor,
    log_contrast: Tensor,
    quality: Tensor,
    chosen: Tensor,
    shape: Shape,
) -> Start:
    """Start from the hypothesis `chosen` (b,) among those of the branch network, (b, K, ...)."""
    b = len(chosen)
    every = torch.arange(b, device=chosen.device)
    about = torch.stack([x[every, chosen] for x in (log_atoms, log_contrast, quality)], dim=1)
    indices = torch.as_tensor(half_box(), device=coefficients.device)
    series = onto_grid(coefficients[every, chosen], indices, shape)
    zero = torch.zeros(b, device=coefficients.device)
    return Start(series, about, None, zero, zero)
