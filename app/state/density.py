"""Which electron density is shown, and how: map, sample, shape, levels, opacity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from app.language import tr
from app.state.drawing import Drawing, sound_range
from app.state.levels import Unit
from engine.crystal.structure import CrystalStructure

if TYPE_CHECKING:
    from engine.export.density_answer import DensityAnswer

FloatArray = NDArray[np.float64]
Source = Literal["network", "candidate", "difference"]
Shape = Literal["cell", "cube"]
OfSamples = Literal["sample", "mean", "spread"]
Status = Literal["idle", "running", "failed"]
CUBE_EDGE = 1.0
RUNS = count(1)


@dataclass(frozen=True, eq=False)
class DensityMap:
    """A density on a grid over one cell.

    Attributes
    ----------
    values : (n, n, n) array
        e/A^3 at (i, j, k)/n; the far face is not repeated.
    lattice : (3, 3) array
        Rows a, b, c in angstrom.
    structure : CrystalStructure or None
        The atoms behind it, in the same cell; None for a network's map.
    label : str
        What it is, in words.
    signed : bool
        Whether what is below zero means as much as what is above: a difference.
    """

    values: FloatArray
    lattice: FloatArray
    structure: CrystalStructure | None = None
    label: str = ""
    signed: bool = False

    @property
    def cell(self) -> tuple[float, float, float, float, float, float]:
        """a, b, c in angstrom and alpha, beta, gamma in degrees."""
        nothing = np.zeros((0, 3))
        return CrystalStructure(self.lattice, np.zeros(0, dtype=np.int64), nothing).cell

    @cached_property
    def sigma(self) -> float:
        """Standard deviation of the map, e/A^3."""
        return float(np.std(self.values))

    @cached_property
    def enclosed(self) -> tuple[FloatArray, FloatArray]:
        """All values from the largest on, and the electrons of the cell up to each of them."""
        values = -np.sort(-np.ravel(np.asarray(self.values, dtype=np.float64)))
        element = abs(float(np.linalg.det(self.lattice))) / values.size
        return values, np.cumsum(values) * element

    @cached_property
    def maximum(self) -> float:
        """Largest density, e/A^3; of a difference the largest of either sign."""
        return float(np.max(np.abs(self.values) if self.signed else self.values))


@dataclass(frozen=True)
class Surfaces:
    """Where the two nested isosurfaces lie and how they are drawn.

    Levels are fractions (0 to 1) of the way from zero to the map's maximum on a square scale,
    so that a slider is fine where density is low; all levels are positive. `unit` is how they are
    shown and typed.
    """

    outer: float = 0.42
    inner: float = 0.75
    opacity: float = 0.35
    # As "#rrggbb"; empty for those of the theme.
    outer_colour: str = ""
    inner_colour: str = ""
    unit: Unit = "value"


def level_of(fraction: float, maximum: float) -> float:
    """Density (e/A^3) at a slider's `fraction`: quadratic, so that low levels are fine."""
    return maximum * fraction * fraction


def fraction_of(level: float, maximum: float) -> float:
    """The slider's fraction for a density; inverse of `level_of`."""
    if maximum <= 0:
        return 0.0
    return float(np.sqrt(np.clip(level / maximum, 0.0, 1.0)))


class DensityState:
    """The network's samples, the chosen candidate's own density, and what is shown of them.

    The difference of the two is made when it is looked at, by whoever watches `map_changed`.

    `map_changed` says that another map is shown, `surfaces_changed` that levels or opacity
    moved, `drawing_changed` that more or less is to be drawn of the same map, `status_changed`
    that the network started or stopped.
    """

    map_changed = Signal()
    surfaces_changed = Signal()
    drawing_changed = Signal()
    status_changed = Signal()

    def __init__(self) -> None:
        self.prediction: DensityAnswer | None = None
        self.run = next(RUNS)
        self.candidate_maps: dict[Shape, DensityMap] = {}
        self.difference_maps: dict[Shape, DensityMap] = {}
        self.difference_note = ""
        self.ensemble_maps: dict[OfSamples, DensityMap] = {}
        self.ensemble_note = ""
        self.of_samples: OfSamples = "sample"
        self.source: Source = "network"
        self.sample = 0
        self.shape: Shape = "cell"
        self.surfaces = Surfaces()
        self.drawing = Drawing()
        self.show_atoms = True
        self.status: Status = "idle"
        self.fraction = 0.0
        self.message = ""
        self._next_candidate = False

    @property
    def n_samples(self) -> int:
        """How many samples the network has drawn."""
        return len(self.prediction.density) if self.prediction is not None else 0

    @property
    def shown(self) -> DensityMap | None:
        """The map that is drawn: the network's sample or the candidate's own."""
        if self.source == "candidate":
            return self.candidate_maps.get(self.shape)
        if self.source == "difference":
            return self.difference_maps.get(self.shape)
        if self.of_samples != "sample":
            return self.ensemble_maps.get(self.of_samples)
        return self.sample_map(self.sample)

    def sample_map(self, at: int) -> DensityMap | None:
        """One of the network's samples; None if there are not so many."""
        prediction = self.prediction
        if prediction is None or not 0 <= at < self.n_samples:
            return None
        return DensityMap(
            values=np.asarray(prediction.density[at]),
            lattice=np.asarray(prediction.cell[at], dtype=float),
            label=tr(
                "Network sample {0} of {1}, {2}; cell {3}, expected correlation {4:.2f}",
                at + 1,
                self.n_samples,
                prediction.crystal_system[at],
                prediction.cell_source[at],
                prediction.quality[at],
            ),
        )

    @property
    def wants_ensemble(self) -> bool:
        """Whether mean or spread of the samples are looked at and have not been worked out."""
        looked_at = self.source == "network" and self.of_samples != "sample"
        return looked_at and not self.ensemble_maps and not self.ensemble_note

    @property
    def has_both(self) -> bool:
        """Whether there is a predicted map and a candidate's own, to be subtracted."""
        return self.prediction is not None and bool(self.candidate_maps)

    def drawn_lattice(self, density: DensityMap) -> FloatArray:
        """Rows of the cell as drawn: the true cell, or the CMED cube."""
        return np.eye(3) * CUBE_EDGE if self.shape == "cube" else density.lattice

    def begin(self) -> None:
        """A new run of the network starts; the former samples stay until it answers."""
        self.run = next(RUNS)
        self.set_status("running", 0.0, tr("Starting"))

    def recall(self, prediction: DensityAnswer | None, run: int) -> None:
        """Put back the samples of another run."""
        self.prediction, self.run, self.sample = prediction, run, 0
        self._drop_difference()
        self._drop_ensemble()
        if prediction is None and self.source != "candidate" and self.candidate_maps:
            self.source = "candidate"
        self.map_changed.emit()

    def set_prediction(self, prediction: DensityAnswer | None) -> None:
        """The network's samples; they are shown at once."""
        self.prediction = prediction
        self.sample = 0
        self._drop_difference()
        self._drop_ensemble()
        if prediction is not None:
            self.source = "network"
            self._next_candidate = False
        self.map_changed.emit()

    def set_candidate_maps(self, maps: dict[Shape, DensityMap]) -> None:
        """The chosen candidate's own density, for each shape.

        It is shown if the user was looking at candidates, if there is nothing else to show, or
        if it was promised by `show_next_candidate`.
        """
        self.candidate_maps = maps
        self._drop_difference()
        if maps and (self._next_candidate or self.prediction is None):
            self.source = "candidate"
            self._next_candidate = False
        elif not maps and self.prediction is not None:
            self.source = "network"
        self.map_changed.emit()

    def set_difference(self, maps: dict[Shape, DensityMap], note: str = "") -> None:
        """Predicted minus own density; or none, and why there cannot be one."""
        self.difference_maps, self.difference_note = maps, note
        self.map_changed.emit()

    def set_ensemble(self, maps: dict[OfSamples, DensityMap], note: str = "") -> None:
        """Mean and spread of the samples; or none, and why there cannot be."""
        self.ensemble_maps, self.ensemble_note = maps, note
        self.map_changed.emit()

    def set_of_samples(self, which: OfSamples) -> None:
        """Show one sample, or what all of its lattice agree on."""
        if which != self.of_samples:
            self.of_samples = which
            self.map_changed.emit()

    def _drop_ensemble(self) -> None:
        """Other samples, or another one that the rest is put beside."""
        self.ensemble_maps, self.ensemble_note = {}, ""
        if self.n_samples < 2:
            self.of_samples = "sample"

    def _drop_difference(self) -> None:
        """What was subtracted has changed."""
        self.difference_maps, self.difference_note = {}, ""
        if self.source == "difference" and not self.has_both:
            self.source = "candidate" if self.candidate_maps else "network"

    def show_next_candidate(self) -> None:
        """Show the candidate's density as soon as it is there: it is the newest result."""
        self._next_candidate = True

    def set_source(self, source: Source) -> None:
        """Show the network's map, the candidate's own, or their difference."""
        if source != self.source:
            self.source = source
            self.map_changed.emit()

    def set_sample(self, index: int) -> None:
        """Show another of the network's samples."""
        if index != self.sample and 0 <= index < self.n_samples:
            self.sample = index
            self._drop_difference()
            self._drop_ensemble()
            self.map_changed.emit()

    def set_shape(self, shape: Shape) -> None:
        """Draw the true cell or the CMED cube."""
        if shape != self.shape:
            self.shape = shape
            self.map_changed.emit()

    def set_show_atoms(self, show: bool) -> None:
        """Draw atoms, where the map has them."""
        if show != self.show_atoms:
            self.show_atoms = show
            self.map_changed.emit()

    def draw(self, **changes: Any) -> None:
        """Change fields of `drawing`; a range is brought to one that can be drawn."""
        changed = replace(self.drawing, **changes)
        low, high = sound_range(changed.low, changed.high)
        changed = replace(changed, low=low, high=high)
        if changed != self.drawing:
            self.drawing = changed
            self.drawing_changed.emit()

    def set_surfaces(
        self,
        outer: float | None = None,
        inner: float | None = None,
        opacity: float | None = None,
    ) -> None:
        """Move the surfaces; all three in 0 to 1, and the inner one stays the higher."""
        old = self.surfaces
        new_outer = float(np.clip(old.outer if outer is None else outer, 0.01, 0.98))
        new_inner = float(np.clip(old.inner if inner is None else inner, 0.02, 0.99))
        if new_inner <= new_outer:
            if inner is None:
                new_inner = min(new_outer + 0.01, 0.99)
            else:
                new_outer = max(new_inner - 0.01, 0.01)
        new_opacity = float(np.clip(old.opacity if opacity is None else opacity, 0.0, 1.0))
        self._set_surfaces(replace(old, outer=new_outer, inner=new_inner, opacity=new_opacity))

    def dress_surfaces(self, **changes: Any) -> None:
        """Change colours of the surfaces, or the unit in which levels are shown."""
        self._set_surfaces(replace(self.surfaces, **changes))

    def _set_surfaces(self, surfaces: Surfaces) -> None:
        if surfaces != self.surfaces:
            self.surfaces = surfaces
            self.surfaces_changed.emit()

    def set_status(self, status: Status, fraction: float = 0.0, message: str = "") -> None:
        """Where the network's run is."""
        self.status, self.fraction, self.message = status, fraction, message
        self.status_changed.emit()

    def clear(self) -> None:
        """No maps."""
        self.prediction, self.candidate_maps, self.sample = None, {}, 0
        self._drop_difference()
        self._drop_ensemble()
        self.run = next(RUNS)
        self.source = "network"
        self.map_changed.emit()
