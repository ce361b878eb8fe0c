"""The electron density: which map, in which shape, at which levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.controller import Controller
from app.state.density import DensityMap, fraction_of, level_of
from app.state.periodic_table import BY_NUMBER
from app.state.session import Session
from app.theme import LIGHT, Theme
from app.views import atom_style
from app.views.controls import Panel, Segmented, SliderRow, heading, muted
from app.views.isosurface import level_for_volume
from app.views.opengl import affordable_samples

if TYPE_CHECKING:
    from app.views.density_canvas import DensityCanvas

REDRAW_MILLISECONDS = 25
OUTER_VOLUME, INNER_VOLUME = 0.14, 0.035
CONTROLS_WIDTH = 206
ROOM_FOR_CONTROLS = 440


class DensityPanel(Panel):
    """The canvas with its controls beside it."""

    def __init__(
        self, session: Session, controller: Controller, parent: QWidget | None = None
    ) -> None:
        """Show `session.density`."""
        super().__init__(parent)
        self._session = session
        self._controller = controller
        self._theme: Theme = LIGHT
        self._touched = False
        self._controls_chosen: bool | None = None
        self._has_opengl = True
        self.canvas: DensityCanvas | None = None
        self.samples: int | None = None
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MILLISECONDS)
        self._redraw.timeout.connect(self._draw_surfaces)
        self._build()
        state = session.density
        state.map_changed.connect(self._show_map)
        state.surfaces_changed.connect(self._surfaces_moved)
        state.status_changed.connect(self._refresh_hint)
        session.solution.status_changed.connect(self._refresh_hint)
        self._show_map()

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        state = self._session.density
        header = QHBoxLayout()
        header.setSpacing(8)
        self.source = Segmented(
            [
                ("network", "Network", "The network's map, from pattern and elements alone"),
                ("candidate", "Candidate", "The chosen candidate's own density"),
            ]
        )
        self.shape = Segmented(
            [
                ("cell", "True cell", "The cell in its true shape"),
                ("cube", "CMED cube", "The cube of the fractional coordinates"),
            ]
        )
        self.source.chosen.connect(state.set_source)
        self.shape.chosen.connect(state.set_shape)
        self.legend = QLabel()
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.adjust = QToolButton()
        self.adjust.setText("☰")
        self.adjust.setCheckable(True)
        self.adjust.setProperty("segment", True)
        self.adjust.setProperty("place", "only")
        self.adjust.setToolTip("Levels, atoms and views: show or hide these controls")
        self.adjust.setAccessibleName("Controls of the density")
        self.adjust.clicked.connect(self._choose_controls)
        self.legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        header.addWidget(heading("Density"))
        header.addWidget(self.legend, 1)
        header.addWidget(self.source)
        header.addWidget(self.adjust)
        body = QHBoxLayout()
        body.setSpacing(8)
        self.stack = QStackedWidget()
        self.hint = muted()
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.stack.addWidget(self.hint)
        picture = QWidget()
        self._picture = QVBoxLayout(picture)
        self._picture.setContentsMargins(0, 0, 0, 0)
        self._picture.setSpacing(2)
        self.label = muted()
        self.label.setWordWrap(True)
        self.label.setContentsMargins(0, 4, 0, 0)  # room for the bars over digits
        self.stack.addWidget(picture)
        body.addWidget(self.stack, 1)
        body.addWidget(self._build_controls())
        self.column.addLayout(header)
        self.column.addLayout(body, 1)
        self.column.addWidget(self.label)

    def _build_controls(self) -> QWidget:
        state = self._session.density
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(5)
        samples = QHBoxLayout()
        self.previous = QPushButton("‹")
        self.next = QPushButton("›")
        self.sample = QLabel()
        self.sample.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for button, step, name in ((self.previous, -1, "Previous"), (self.next, 1, "Next")):
            button.setFixedWidth(30)
            button.setAccessibleName(f"{name} sample")
            button.setToolTip(f"{name} of the network's samples")
            button.clicked.connect(
                lambda _checked, step=step: state.set_sample(state.sample + step)
            )
        samples.addWidget(self.previous)
        samples.addWidget(self.sample, 1)
        samples.addWidget(self.next)
        self.outer = SliderRow("Outer level", lambda value: self._move(outer=value))
        self.inner = SliderRow("Inner level", lambda value: self._move(inner=value))
        self.opacity = SliderRow("Opacity", lambda value: self._move(opacity=value))
        self.atoms = QCheckBox("Atoms")
        self.atoms.toggled.connect(state.set_show_atoms)
        self.auto = QPushButton("Auto levels")
        self.auto.setProperty("flat", True)
        self.auto.setToolTip("Levels that enclose a seventh and a thirtieth of the cell")
        self.auto.clicked.connect(self.set_auto_levels)
        row = QHBoxLayout()
        row.addWidget(self.atoms)
        row.addStretch(1)
        row.addWidget(self.auto)
        views = QHBoxLayout()
        views.setSpacing(3)
        views.addWidget(muted("View"))
        for axis in "abc":
            button = QPushButton(axis)
            button.setFixedWidth(28)
            button.setProperty("flat", True)
            button.setToolTip(f"Look along {axis}")
            button.setAccessibleName(f"Look along {axis}")
            button.clicked.connect(lambda _checked, axis=axis: self._look_along(axis))
            views.addWidget(button)
        reset = QPushButton("Reset")
        reset.setProperty("flat", True)
        reset.clicked.connect(lambda: self.canvas and self.canvas.reset_view())
        views.addStretch(1)
        views.addWidget(reset)
        column.addWidget(self.shape, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(samples)
        for slider in (self.outer, self.inner, self.opacity):
            column.addWidget(slider)
        column.addLayout(row)
        column.addLayout(views)
        column.addStretch(1)
        self.controls = QScrollArea()
        self.controls.setWidget(inside)
        self.controls.setWidgetResizable(True)
        self.controls.setFrameShape(QScrollArea.Shape.NoFrame)
        self.controls.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.controls.setFixedWidth(CONTROLS_WIDTH)
        self.controls.hide()  # until there is known to be room
        self.controls.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        return self.controls

    def _choose_controls(self, shown: bool) -> None:
        self._controls_chosen = shown
        self._place_controls()

    def _place_controls(self) -> None:
        """Controls beside the picture where there is room for both, or as the user wants it."""
        chosen = self._controls_chosen
        shown = chosen if chosen is not None else self.width() >= ROOM_FOR_CONTROLS
        self.controls.setVisible(shown)
        self.adjust.setChecked(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Show or hide the controls."""
        super().resizeEvent(event)
        self._place_controls()

    def reserve_opengl(self) -> None:
        """Make the window an OpenGL one from the start, without the cost of a scene.

        A window that gets its first OpenGL child while it is on the screen is made anew, and
        flashes; this child costs nothing and is never seen.
        """
        self._has_opengl = QGuiApplication.platformName() != "offscreen"
        if self._has_opengl:
            QOpenGLWidget(self).hide()

    def prepare_canvas(self) -> None:
        """Make the canvas; the modules for it were best imported before, in a worker."""
        if self.canvas is not None or not self._has_opengl:
            return
        from app.views.density_canvas import DensityCanvas

        samples = self.samples if self.samples is not None else affordable_samples()
        self.canvas = DensityCanvas(self, samples)
        self.canvas.native.setAccessibleName("Electron density, turn with the mouse")
        self.canvas.native.setMinimumSize(120, 100)
        self._picture.insertWidget(0, self.canvas.native, 1)
        self.canvas.set_theme(self._theme)
        self._show_map()

    # -- following the state -----------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        if self.canvas is not None:
            self.canvas.set_theme(theme)
            if self._session.density.shown is not None:
                self._show_map()

    def _show_map(self) -> None:
        state = self._session.density
        shown = state.shown
        self.source.set_value(state.source)
        self.source.set_enabled("network", state.prediction is not None)
        self.source.set_enabled("candidate", bool(state.candidate_maps))
        self.shape.set_value(state.shape)
        self.shape.setEnabled(shown is not None)
        self.controls.setEnabled(shown is not None)
        many = state.source == "network" and state.n_samples > 1
        self.previous.setEnabled(many and state.sample > 0)
        self.next.setEnabled(many and state.sample < state.n_samples - 1)
        self.sample.setText(self._sample_text())
        self.atoms.setChecked(state.show_atoms)
        self.atoms.setEnabled(shown is not None and shown.structure is not None)
        self._refresh_hint()
        self.label.setVisible(shown is not None)
        self.legend.setVisible(shown is not None)
        if shown is None or self.canvas is None:
            if self.canvas is not None:
                self.canvas.clear()
            self.stack.setCurrentIndex(0)
            return
        self.stack.setCurrentIndex(1)
        self.label.setText(f"{shown.label};  {text.short_cell(shown.cell)}")
        self.legend.setText(self._legend_of(shown))
        self.canvas.set_map(shown, state.drawn_lattice(shown), state.show_atoms)
        if not self._touched:
            self._auto_levels(shown)
        self._surfaces_moved()

    def _sample_text(self) -> str:
        state = self._session.density
        if state.prediction is None or state.source != "network":
            return "–"
        weights = state.prediction.weights
        share = float(weights[state.sample]) if len(weights) > state.sample else 0.0
        return f"{state.sample + 1} of {state.n_samples}  ({100.0 * share:.0f} %)"

    def _legend_of(self, shown: DensityMap) -> str:
        if shown.structure is None or not self._session.density.show_atoms:
            return ""
        numbers = dict.fromkeys(int(number) for number in shown.structure.numbers)
        return "&nbsp; ".join(
            f'<span style="color:{atom_style.colour(number)}">●</span> {BY_NUMBER[number].symbol}'
            for number in numbers
        )

    def _refresh_hint(self) -> None:
        state = self._session.density
        if not self._has_opengl:
            hint = "The density cannot be drawn: this display has no OpenGL."
        elif state.status == "running":
            hint = state.message or "Predicting density"
        elif state.source == "network" or self._session.solution.chosen is None:
            hint = (
                "Predict density draws the network's map from pattern and elements.\n"
                "After Solve, the chosen candidate's own density can be shown here."
            )
        else:
            hint = "Computing the candidate's density"
        self.hint.setText(hint)

    # -- levels ------------------------------------------------------------------------------

    def _move(self, **fractions: float) -> None:
        self._touched = True
        self._session.density.set_surfaces(**fractions)

    def set_auto_levels(self) -> None:
        """Choose levels from the map that is shown."""
        self._touched = False
        shown = self._session.density.shown
        if shown is not None:
            self._auto_levels(shown)

    def _auto_levels(self, shown: DensityMap) -> None:
        self._session.density.set_surfaces(
            outer=fraction_of(level_for_volume(shown.values, OUTER_VOLUME), shown.maximum),
            inner=fraction_of(level_for_volume(shown.values, INNER_VOLUME), shown.maximum),
        )

    def _surfaces_moved(self) -> None:
        """Show the new values at once, draw soon: a slider sends more than a screen can show."""
        surfaces, shown = self._session.density.surfaces, self._session.density.shown
        for row, fraction in ((self.outer, surfaces.outer), (self.inner, surfaces.inner)):
            reading = ""
            if shown is not None:
                level = level_of(fraction, shown.maximum)
                sigmas = level / shown.sigma if shown.sigma > 0 else 0.0
                reading = f"{level:.2f} e/Å³, {sigmas:.1f}σ"
            row.show_value(fraction, reading)
        self.opacity.show_value(surfaces.opacity, f"{100 * surfaces.opacity:.0f} %")
        if shown is not None and not self._redraw.isActive():
            self._redraw.start()

    def _draw_surfaces(self) -> None:
        surfaces, shown = self._session.density.surfaces, self._session.density.shown
        if shown is None or self.canvas is None:
            return
        self.canvas.set_surfaces(
            level_of(surfaces.outer, shown.maximum),
            level_of(surfaces.inner, shown.maximum),
            surfaces.opacity,
        )

    def _look_along(self, axis: str) -> None:
        if self.canvas is not None:
            self.canvas.look_along(axis)

    def shutdown(self) -> None:
        """Stop the timer and let go of OpenGL."""
        self._redraw.stop()
        if self.canvas is not None:
            self.canvas.close()
            self.canvas = None
