"""Training views of the body: batches of cells that share a grid, and their true maps."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.model.body_inputs import Known, Start, known_on_cells
from engine.model.cell_maps import (
    Shape,
    coarse_shape,
    fine_shape,
    moved,
    onto_grid,
    project,
    usable,
)
from engine.model.encoding import Inputs, decode_cell, half_box
from engine.model.network import CMEDNet
from engine.training.data import CellSet
from engine.training.map_targets import MapTargets, TargetMaker, unit_norm
from engine.training.tables import TrainingTables
from engine.training.views import ViewMaker, ViewSettings

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class BodyViewSettings:
    """What the body is shown.

    Shares add up to at most 1; what is left starts from nothing but the measured maps.
    """

    largest: int = 1728  # steps of the coarse grid of a cell that is trained on
    hypothesis: float = 0.45
    again: float = 0.25  # from the body's own first answer
    anchored: float = 0.22  # from a partly right map in the truth's own setting
    other_hypothesis: float = 0.4  # of the views, take not the best-ranked one


@dataclass(frozen=True, eq=False)
class BodyView:
    """One batch: what is known, what to start from, the truth."""

    known: Known
    start: Start
    truth: MapTargets
    kind: str


class BodyViewMaker:
    """Draws rows, gathers those of one shape, and makes views of them.

    Parameters
    ----------
    cells : CellSet
    tables : TrainingTables
        Of the same cells in the same order.
    branches : CMEDNet
        The branch network, whose hypotheses are started from; not trained here.
    views : ViewSettings
    settings : BodyViewSettings
    """

    def __init__(
        self,
        cells: CellSet,
        tables: TrainingTables,
        branches: CMEDNet,
        views: ViewSettings,
        settings: BodyViewSettings,
    ) -> None:
        self.views, self.settings, self.branches = ViewMaker(tables, views), settings, branches
        self.targets = TargetMaker(cells)
        self.shapes = [coarse_shape(lattice) for lattice in cells.lattice]
        self._waiting: dict[Shape, deque[int]] = defaultdict(deque)
        self._indices = torch.as_tensor(half_box())

    def next_rows(self, rng: np.random.Generator, size: int) -> IntArray:
        """The next `size` rows that share a shape, of rows drawn at random."""
        while True:
            for row in self.views.draw(rng, size):
                shape = self.shapes[int(row)]
                if np.prod(shape) > self.settings.largest:
                    continue
                queue = self._waiting[shape]
                queue.append(int(row))
                if len(queue) == size:
                    return np.array([queue.popleft() for _ in range(size)], dtype=np.int64)

    def view(self, rows: IntArray, rng: np.random.Generator, kind: str | None = None) -> BodyView:
        """A view of `rows`, which share a shape.

        Parameters
        ----------
        rows : (b,) array
        rng : Generator
        kind : {"hypothesis", "again", "anchored", "nothing"}, optional
            Drawn from the settings' shares where not given.
        """
        s = self.settings
        if kind is None:
            draw = rng.random() - np.cumsum([s.hypothesis, s.again, s.anchored])
            kinds = ("hypothesis", "again", "anchored", "nothing")
            kind = kinds[int(np.sum(draw >= 0))]
        inputs, targets = self.views.batch(rows, rng, cell_given=1.0)
        shape = self.shapes[int(rows[0])]
        truth = self.targets.batch(rows, decode_cell(targets.cell), shape)
        given = decode_cell(inputs.cell)
        known = known_on_cells(
            inputs.profile, inputs.coverage, inputs.contents, given, shape, inputs.known[:, 0]
        )
        if kind == "anchored":
            start, truth = self._anchored(known, truth, rng)
        elif kind == "nothing":
            start = Start.empty(len(rows))
        else:
            start = self._hypothesis(inputs, shape, rng)
        return BodyView(known, start, truth, kind)

    @torch.no_grad()
    def _hypothesis(self, inputs: Inputs, shape: Shape, rng: np.random.Generator) -> Start:
        """A hypothesis of the branch network for each row: mostly the best one."""
        out = self.branches(inputs)
        b, k = out.quality.shape
        other = torch.as_tensor(rng.integers(0, k, b))
        use = torch.as_tensor(rng.random(b) < self.settings.other_hypothesis)
        chosen = torch.where(use, other, out.quality.argmax(dim=1))
        return hypothesis_start(
            out.coefficients, out.log_atoms, out.log_contrast, out.quality, chosen, shape
        )

    def _anchored(
        self, known: Known, truth: MapTargets, rng: np.random.Generator
    ) -> tuple[Start, MapTargets]:
        """A partly right map in the truth's own setting at a random origin, and that truth."""
        b = len(known.profile)
        first = torch.searchsorted(truth.owner, torch.arange(b))
        shift = torch.as_tensor(rng.random((b, 3)), dtype=torch.float32)
        hand = torch.as_tensor(rng.random(b) < 0.5)
        density = moved(truth.density[first], shift, hand)
        sites = moved(truth.sites[first], shift, hand)
        level = torch.as_tensor(rng.random(b), dtype=torch.float32)
        share = level.reshape(-1, 1, 1, 1)
        noise = random_phases(density, rng)
        mixed = share.sqrt() * density + (1.0 - share).sqrt() * noise
        start = Start(None, torch.zeros(b, 3), project(mixed, known.measured), torch.ones(b), level)
        return start, MapTargets(density, sites, torch.arange(b))


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


def random_phases(like: Tensor, rng: np.random.Generator) -> Tensor:
    """Coefficients of a real map with the amplitudes of `like` (b, f1, f2, f3), random phases."""
    shape = like.shape[-3:]
    white = torch.as_tensor(rng.standard_normal(like.shape), dtype=torch.float32)
    phases = torch.fft.ifftn(white, dim=(-3, -2, -1))
    phases = phases / phases.abs().clamp_min(1e-12)
    half = (shape[0] // 2, shape[1] // 2, shape[2] // 2)
    assert fine_shape(half) == tuple(shape)
    return unit_norm(like.abs() * phases * usable(half))
