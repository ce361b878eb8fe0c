"""The controls beside the density: levels, what is drawn, from where, and which section."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.language import noop, tr
from app.state.density import DensityState
from app.state.drawing import LARGEST_RANGE, Triple
from app.theme import LIGHT, Theme
from app.views.controls import Segmented, SliderRow, flat_button, heading, muted
from app.views.level_row import LevelRow

CONTROLS_WIDTH = 214
LARGEST_INDEX = 20
AXES = ("a", "b", "c", "a*", "b*", "c*")
AUTO_TIP = noop(
    "Levels that enclose a seventh and a thirtieth of the cell; of a difference, three times its "
    "standard deviation"
)


class DensityControls(QScrollArea):
    """Everything that says how the density is drawn.

    Signals
    -------
    levels_moved()
        The user moved a level or the opacity.
    auto_wanted()
        Levels are to be chosen from the map.
    view_wanted(axis)
        Look along "a", "b", "c", "a*", "b*" or "c*"; "" for the view that a new map gets.
    """

    levels_moved = Signal()
    auto_wanted = Signal()
    view_wanted = Signal(str)

    def __init__(self, state: DensityState, parent: QWidget | None = None) -> None:
        """Show and change `state`."""
        super().__init__(parent)
        self._state = state
        self._theme: Theme = LIGHT
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(5)
        self.shape = Segmented(
            [
                ("cell", tr("True cell"), tr("The cell in its true shape")),
                ("cube", tr("CMED cube"), tr("The cube of the fractional coordinates")),
            ]
        )
        self.shape.chosen.connect(state.set_shape)
        column.addWidget(self.shape, 0, Qt.AlignmentFlag.AlignHCenter)
        self.of_samples = Segmented(
            [
                ("sample", tr("Sample"), tr("One of the network's samples")),
                (
                    "mean",
                    tr("Mean"),
                    tr(
                        "Mean of the samples that have this one's cell, each put where it is most "
                        "like it"
                    ),
                ),
                (
                    "spread",
                    tr("Spread"),
                    tr(
                        "How sure the network is: standard deviation of these "
                        "samples at every point"
                    ),
                ),
            ]
        )
        self.of_samples.chosen.connect(state.set_of_samples)
        column.addWidget(self.of_samples, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._build_samples())
        self.in_space = self._part(self._fill_space)
        self.in_plane = self._part(self._fill_plane)
        column.addWidget(self.in_space)
        column.addWidget(self.in_plane)
        column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(CONTROLS_WIDTH)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        state.drawing_changed.connect(self.refresh)

    # -- building ----------------------------------------------------------------------------

    def _part(self, fill: Callable[[QVBoxLayout], None]) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        fill(column)
        return part

    def _build_samples(self) -> QHBoxLayout:
        state = self._state
        row = QHBoxLayout()
        self.previous, self.next = QPushButton("‹"), QPushButton("›")
        self.sample = QLabel()
        self.sample.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for button, step, name in ((self.previous, -1, tr("Previous")), (self.next, 1, tr("Next"))):
            button.setFixedWidth(30)
            button.setAccessibleName(tr("{0} sample", name))
            button.setToolTip(tr("{0} of the network's samples", name))
            button.clicked.connect(
                lambda _checked, step=step: state.set_sample(state.sample + step)
            )
        row.addWidget(self.previous)
        row.addWidget(self.sample, 1)
        row.addWidget(self.next)
        return row

    def _fill_space(self, column: QVBoxLayout) -> None:
        state = self._state
        self.unit = Segmented(
            [
                ("value", "e/Å³", tr("Levels as densities")),
                ("sigma", "σ", tr("Levels in standard deviations of the map")),
                (
                    "electrons",
                    "electrons",
                    tr("Levels by the electrons of a cell that they enclose"),
                ),
            ]
        )
        self.unit.chosen.connect(lambda unit: state.dress_surfaces(unit=unit))
        column.addWidget(self.unit, 0, Qt.AlignmentFlag.AlignHCenter)
        self.outer = LevelRow(tr("Outer level"), lambda value: self._move(outer=value))
        self.inner = LevelRow(tr("Inner level"), lambda value: self._move(inner=value))
        self.outer.colour_chosen.connect(lambda name: state.dress_surfaces(outer_colour=name))
        self.inner.colour_chosen.connect(lambda name: state.dress_surfaces(inner_colour=name))
        self.opacity = SliderRow(tr("Opacity"), lambda value: self._move(opacity=value))
        for slider in (self.outer, self.inner, self.opacity):
            column.addWidget(slider)
        self.auto = flat_button(tr("Auto levels"), tr(AUTO_TIP))
        self.auto.clicked.connect(self.auto_wanted)
        column.addWidget(self.auto, 0, Qt.AlignmentFlag.AlignRight)
        self._fill_structure(column)
        self._fill_views(column)
        self._fill_range(column)

    def _fill_structure(self, column: QVBoxLayout) -> None:
        state = self._state
        self.atoms, self.bonds = QCheckBox(tr("Atoms")), QCheckBox(tr("Bonds"))
        self.polyhedra = QCheckBox(tr("Polyhedra"))
        self.atoms.toggled.connect(state.set_show_atoms)
        self.bonds.toggled.connect(lambda on: state.draw(bonds=on))
        self.polyhedra.toggled.connect(lambda on: state.draw(polyhedra=on))
        self.bonds.setToolTip(
            tr("Between atoms no farther apart than their covalent radii and 0.25 Å")
        )
        self.polyhedra.setToolTip(tr("Around metal atoms with four neighbours or more"))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.atoms)
        row.addWidget(self.bonds)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.polyhedra)

    def _fill_views(self, column: QVBoxLayout) -> None:
        column.addWidget(muted(tr("Look along")))
        row = QHBoxLayout()
        row.setSpacing(1)
        self.views: dict[str, QPushButton] = {}
        for axis in AXES:
            button = flat_button(axis, tr("Look along {0}", axis))
            button.setFixedWidth(30)
            button.setAccessibleName(tr("Look along {0}", axis))
            button.clicked.connect(lambda _checked, axis=axis: self.view_wanted.emit(axis))
            self.views[axis] = button
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.perspective = QCheckBox(tr("Perspective"))
        self.perspective.toggled.connect(
            lambda on: self._state.draw(projection="perspective" if on else "orthographic")
        )
        reset = flat_button(tr("Reset view"), tr("The view that a new map gets"))
        reset.clicked.connect(lambda: self.view_wanted.emit(""))
        row = QHBoxLayout()
        row.addWidget(self.perspective)
        row.addStretch(1)
        row.addWidget(reset)
        column.addLayout(row)

    def _fill_range(self, column: QVBoxLayout) -> None:
        column.addWidget(muted(tr("Drawn range, in cells")))
        grid = QGridLayout()
        grid.setSpacing(3)
        self.range: dict[tuple[str, int], QDoubleSpinBox] = {}
        for row, axis in enumerate("abc"):
            grid.addWidget(QLabel(axis), row, 0)
            for place, end in enumerate(("low", "high")):
                box = QDoubleSpinBox()
                box.setRange(-LARGEST_RANGE, LARGEST_RANGE)
                box.setSingleStep(0.5)
                box.setDecimals(2)
                box.setKeyboardTracking(False)
                box.setAccessibleName(tr("Drawn range along {0}, {1} end", axis, end))
                box.valueChanged.connect(lambda _value: self._set_range())
                grid.addWidget(box, row, 1 + place)
                self.range[end, row] = box
        column.addLayout(grid)

    def _fill_plane(self, column: QVBoxLayout) -> None:
        column.addWidget(heading(tr("Section (h k l)")))
        row = QHBoxLayout()
        row.setSpacing(3)
        self.indices: list[QSpinBox] = []
        for name in "hkl":
            box = QSpinBox()
            box.setRange(-LARGEST_INDEX, LARGEST_INDEX)
            box.setKeyboardTracking(False)
            box.setAccessibleName(tr("Index {0} of the section", name))
            box.valueChanged.connect(lambda _value: self._set_plane())
            row.addWidget(box)
            self.indices.append(box)
        column.addLayout(row)
        self.offset = SliderRow(tr("Distance"), lambda value: self._state.draw(offset=value))
        column.addWidget(self.offset)

    # -- changing ----------------------------------------------------------------------------

    def _move(self, **fractions: float) -> None:
        self.levels_moved.emit()
        self._state.set_surfaces(**fractions)

    def _set_range(self) -> None:
        low, high = (self._triple(end) for end in ("low", "high"))
        self._state.draw(low=low, high=high)
        self.refresh()  # where the range had to be widened

    def _triple(self, end: str) -> Triple:
        a, b, c = (self.range[end, row].value() for row in range(3))
        return a, b, c

    def _set_plane(self) -> None:
        h, k, m = (box.value() for box in self.indices)
        if any((h, k, m)):
            self._state.draw(hkl=(h, k, m))

    # -- showing -----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what the state holds."""
        state = self._state
        shown, drawing = state.shown, state.drawing
        # Where there is nothing to average, one of the samples is the way out.
        self.setEnabled(shown is not None or bool(state.ensemble_note))
        self.in_space.setVisible(drawing.view == "surfaces")
        self.in_plane.setVisible(drawing.view == "section")
        self.shape.set_value(state.shape)
        many = state.source != "candidate" and state.n_samples > 1
        self.of_samples.set_value(state.of_samples)
        self.of_samples.setEnabled(many and state.source == "network")
        self.previous.setEnabled(many and state.sample > 0)
        self.next.setEnabled(many and state.sample < state.n_samples - 1)
        self.sample.setText(self._sample_text())
        has_atoms = shown is not None and shown.structure is not None
        for box, on, enabled in (
            (self.atoms, state.show_atoms, has_atoms),
            (self.bonds, drawing.bonds, has_atoms and state.show_atoms),
            (self.polyhedra, drawing.polyhedra, has_atoms and state.show_atoms),
            (self.perspective, drawing.projection == "perspective", True),
        ):
            _quietly(box, partial(box.setChecked, on))
            box.setEnabled(enabled)
        for end, values in (("low", drawing.low), ("high", drawing.high)):
            for row, value in enumerate(values):
                fraction = self.range[end, row]
                _quietly(fraction, partial(fraction.setValue, value))
        for miller, index in zip(self.indices, drawing.hkl, strict=True):
            _quietly(miller, partial(miller.setValue, index))
        self.offset.show_value(drawing.offset, f"{drawing.offset:.3f} d")

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        self.show_levels()

    def show_levels(self) -> None:
        """Show where the surfaces lie."""
        surfaces, shown = self._state.surfaces, self._state.shown
        signed = shown is not None and shown.signed
        theme = self._theme
        self.inner.setVisible(not signed)
        self.outer.set_name("Level, ±" if signed else tr("Outer level"))
        self.unit.set_value(surfaces.unit)
        outer = theme.plus if signed else surfaces.outer_colour or theme.outer_surface
        inner = surfaces.inner_colour or theme.inner_surface
        for row, fraction, colour in (
            (self.outer, surfaces.outer, outer),
            (self.inner, surfaces.inner, inner),
        ):
            row.set_unit(surfaces.unit)
            row.show_level(fraction, shown)
            row.show_colour(colour, free=not signed)
        self.opacity.show_value(surfaces.opacity, f"{100 * surfaces.opacity:.0f} %")

    def _sample_text(self) -> str:
        state = self._state
        if state.prediction is None or state.source == "candidate":
            return "–"
        weights = state.prediction.weights
        share = float(weights[state.sample]) if len(weights) > state.sample else 0.0
        return f"{state.sample + 1} of {state.n_samples}  ({100.0 * share:.0f} %)"


def _quietly(widget: QWidget, change: Callable[[], None]) -> None:
    """Change a widget without its saying so."""
    widget.blockSignals(True)
    change()
    widget.blockSignals(False)
