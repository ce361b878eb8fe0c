"""The electron density: which map, in which shape, at which levels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QStackedLayout,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.controller import Controller
from app.language import noop, tr
from app.state.density import DensityMap, fraction_of, level_of
from app.state.periodic_table import BY_NUMBER
from app.state.session import Session
from app.theme import LIGHT, Theme
from app.views import atom_style
from app.views.controls import Elided, Panel, Segmented, muted
from app.views.density_controls import DensityControls
from app.views.isosurface import level_for_volume
from app.views.opengl import affordable_samples
from app.views.section_view import SectionView
from engine.errors import BadInputError

if TYPE_CHECKING:
    from app.views.density_canvas import DensityCanvas

REDRAW_MILLISECONDS = 25
OUTER_VOLUME, INNER_VOLUME = 0.14, 0.035
ROOM_FOR_CONTROLS = 440
ROOM_FOR_TITLE = 500
SPACING, ROOM_AT_SIDES = 6, 20  # of the switches above the picture
ROOM_FOR_WORDS = 300  # in height: below it the picture comes first
PRINT_SCALE, PRINT_PIXELS = 4.0, 3000
SIGMAS, MOST_OF_TOP = 3.0, 0.8  # of a difference: the first level, and where that would be too high
SIGNS = (noop("only predicted"), noop("only in the candidate"))


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
        self._signed = False
        self._controls_chosen: bool | None = None
        self._has_opengl = True
        self.canvas: DensityCanvas | None = None
        self.samples: int | None = None
        self._steps: Iterator[None] | None = None
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MILLISECONDS)
        self._redraw.timeout.connect(self._draw_surfaces)
        self._build()
        state = session.density
        state.map_changed.connect(self._show_map)
        state.surfaces_changed.connect(self._surfaces_moved)
        state.drawing_changed.connect(self._draw_map)
        state.status_changed.connect(self._refresh_hint)
        session.solution.status_changed.connect(self._refresh_hint)
        self._show_map()

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        state = self._session.density
        self.view = Segmented(
            [
                ("surfaces", "3-D", tr("Isosurfaces and the structure in space")),
                ("section", tr("Section"), tr("A plane through the density, with contours")),
            ],
            short={"section": "2-D"},
        )
        self.view.chosen.connect(lambda value: state.draw(view=value))
        self.source = Segmented(
            [
                (
                    "network",
                    tr("Network"),
                    tr("The network's map, from pattern and elements alone"),
                ),
                ("candidate", tr("Candidate"), tr("The chosen candidate's own density")),
                (
                    "difference",
                    "Δρ",
                    tr(
                        "Their difference: the network's map, put into the "
                        "candidate's setting, minus "
                        "the candidate's own"
                    ),
                ),
            ],
            short={"network": tr("Net"), "candidate": tr("Cand")},
        )
        self.source.chosen.connect(state.set_source)
        self.adjust = QToolButton()
        self.adjust.setText("☰")
        self.adjust.setCheckable(True)
        self.adjust.setProperty("segment", True)
        self.adjust.setProperty("place", "only")
        self.adjust.setToolTip(tr("Levels, atoms, views and sections: show or hide these controls"))
        self.adjust.setAccessibleName(tr("Controls of the density"))
        self.adjust.clicked.connect(self._choose_controls)
        self.title = Elided(tr("Density"))
        self.title.setProperty("heading", True)
        self._header = self._build_header()
        self.stack = QStackedWidget()
        self.hint = muted()
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        picture = QWidget()
        self._picture = QVBoxLayout(picture)
        self._picture.setContentsMargins(0, 0, 0, 0)
        self._picture.setSpacing(2)
        self.section = SectionView()
        for page in (self.hint, picture, self.section):
            self.stack.addWidget(page)
        self.controls = DensityControls(state)
        self.controls.hide()  # until there is known to be room
        self.controls.levels_moved.connect(self._levels_moved)
        self.controls.auto_wanted.connect(self.set_auto_levels)
        self.controls.view_wanted.connect(self._look_along)
        body = QHBoxLayout()
        body.setSpacing(8)
        body.addWidget(self.stack, 1)
        body.addWidget(self.controls)
        self.label = muted()
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setWordWrap(True)
        self.column.addLayout(self._header)
        self.column.addLayout(body, 1)
        self.column.addWidget(self.label)

    def _build_header(self) -> QBoxLayout:
        """Which map beside how it is drawn; one above the other where it is narrow."""
        self._header_left = first = QHBoxLayout()
        second = QHBoxLayout()
        first.addWidget(self.title, 1)
        first.addWidget(self.source)
        second.addWidget(self.view)
        second.addStretch(1)
        second.addWidget(self.adjust)
        header = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        header.setSpacing(SPACING)
        header.addLayout(first, 1)
        header.addLayout(second)
        return header

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
        """Show what there is room for."""
        super().resizeEvent(event)
        self.title.setVisible(self.width() >= ROOM_FOR_TITLE)
        self._place_header()
        self._place_controls()
        self._refresh_label()

    def _place_header(self) -> None:
        """One row where all switches have room with their whole words, else two."""
        switches = (self.source, self.view, self.adjust)
        words = sum(switch.sizeHint().width() + SPACING for switch in switches) - SPACING
        narrow = self.contentsRect().width() < words + ROOM_AT_SIDES
        ways, sides = QBoxLayout.Direction, Qt.AlignmentFlag
        self._header.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
        side = sides.AlignLeft if narrow else sides.AlignRight
        self._header_left.setAlignment(self.source, side)

    @property
    def has_opengl(self) -> bool:
        """Whether this display can draw in space."""
        return self._has_opengl

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
        self.canvas.native.setAccessibleName(tr("Electron density, turn with the mouse"))
        self.canvas.native.setMinimumSize(120, 100)
        self._picture.insertWidget(0, self.canvas.native, 1)
        self.canvas.set_theme(self._theme)
        self._warm_up_canvas()
        self._show_map()

    def _warm_up_canvas(self) -> None:
        """Draw behind the hint, a little a frame, so that the first density comes at once.

        The hint is transparent: what lies under something opaque is never drawn.
        """
        canvas = self.canvas
        if canvas is None or self._session.density.shown is not None:
            return
        layout = self.stack.layout()
        assert isinstance(layout, QStackedLayout)
        layout.setStackingMode(QStackedLayout.StackingMode.StackAll)
        self.section.hide()
        self._steps = canvas.warm_up()
        canvas.canvas.events.draw.connect(self._another_step, position="last")
        next(self._steps)

    def _another_step(self, _event: object = None) -> None:
        """After a frame: prepare the next one, when the window has nothing else to do."""
        QTimer.singleShot(0, self, self._step)

    def _step(self) -> None:
        if self._steps is None or self.canvas is None:
            return
        try:
            if self._session.density.shown is not None:
                raise StopIteration
            next(self._steps)
        except StopIteration:
            self._steps = None
            self.canvas.canvas.events.draw.disconnect(self._another_step)
            layout = self.stack.layout()
            assert isinstance(layout, QStackedLayout)
            layout.setStackingMode(QStackedLayout.StackingMode.StackOne)
            self._show_map()

    # -- following the state -----------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        self.section.set_theme(theme)
        self.controls.set_theme(theme)
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
        self.source.set_enabled("difference", state.has_both)
        self.view.setEnabled(shown is not None)
        self.view.set_enabled("surfaces", self._has_opengl)
        self.controls.refresh()
        self._refresh_hint()
        if shown is None:
            self.label.hide()
            if self.canvas is not None:
                self.canvas.clear()
            self.stack.setCurrentIndex(0)
            return
        self._refresh_label()
        if shown.signed != self._signed:  # levels of the one mean nothing for the other
            self._signed, self._touched = shown.signed, False
        if not self._touched:
            self._auto_levels(shown)
        self._draw_map()

    def _draw_map(self) -> None:
        """Draw the map that is shown: in space, or the section through it."""
        state = self._session.density
        shown, drawing = state.shown, state.drawing
        if shown is None:
            return
        in_space = drawing.view == "surfaces" and self._has_opengl
        self.view.set_value("surfaces" if in_space else "section")
        if not in_space:
            self.stack.setCurrentWidget(self.section)
            self.section.show_section(shown, drawing)
        elif self.canvas is None:
            self.stack.setCurrentIndex(0)
        else:
            self.stack.setCurrentIndex(1)
            self.canvas.set_map(shown, state.drawn_lattice(shown), state.show_atoms, drawing)
            self._surfaces_moved()

    def _refresh_label(self) -> None:
        """What is shown, in words; where it is low only what the colours mean."""
        shown = self._session.density.shown
        if shown is None:
            return
        words = f"{text.rich(shown.label)}; {text.short_cell(shown.cell)}"
        legend = self._legend_of(shown)
        low = self.height() < ROOM_FOR_WORDS
        self.label.setText(legend if low else f"{words} &nbsp; {legend}")
        self.label.setVisible(bool(self.label.text()))
        self.stack.setToolTip(words if low else "")

    def _legend_of(self, shown: DensityMap) -> str:
        signs = self._theme.plus, self._theme.minus
        legend = "&nbsp; ".join(
            f'<span style="color:{colour}">●</span>&nbsp;{tr(words)}'
            for colour, words in zip(signs, SIGNS if shown.signed else (), strict=False)
        )
        if shown.structure is None or not self._session.density.show_atoms:
            return legend
        numbers = dict.fromkeys(int(number) for number in shown.structure.numbers)
        atoms = "&nbsp; ".join(
            f'<span style="color:{atom_style.colour(number)}">●</span>&nbsp;'
            f"{BY_NUMBER[number].symbol}"
            for number in numbers
        )
        return f"{legend} &nbsp; {atoms}" if legend else atoms

    def _refresh_hint(self) -> None:
        state = self._session.density
        if state.status == "running":
            hint = state.message or tr("Predicting density")
        elif state.source == "difference":
            hint = state.difference_note or tr("Subtracting the candidate's density")
        elif state.source == "network" and state.of_samples != "sample" and state.n_samples:
            hint = state.ensemble_note or tr("Putting the samples into one setting")
        elif state.source == "network" or self._session.solution.chosen is None:
            hint = tr(
                "Predict density draws the network's map from pattern and elements.\n"
                "After Solve, the chosen candidate's own density can be shown here."
            )
            if not self._has_opengl:
                hint += tr("\nThis display has no OpenGL: sections are drawn instead of surfaces.")
        else:
            hint = tr("Computing the candidate's density")
        self.hint.setText(hint)

    # -- levels ------------------------------------------------------------------------------

    def _levels_moved(self) -> None:
        self._touched = True

    def set_auto_levels(self) -> None:
        """Choose levels from the map that is shown."""
        self._touched = False
        shown = self._session.density.shown
        if shown is not None:
            self._auto_levels(shown)

    def _auto_levels(self, shown: DensityMap) -> None:
        if shown.signed:
            level = min(SIGMAS * shown.sigma, MOST_OF_TOP * shown.maximum)
            self._session.density.set_surfaces(outer=fraction_of(level, shown.maximum))
            return
        self._session.density.set_surfaces(
            outer=fraction_of(level_for_volume(shown.values, OUTER_VOLUME), shown.maximum),
            inner=fraction_of(level_for_volume(shown.values, INNER_VOLUME), shown.maximum),
        )

    def _surfaces_moved(self) -> None:
        """Show the new values at once, draw soon: a slider sends more than a screen can show."""
        self.controls.show_levels()
        if self._session.density.shown is not None and not self._redraw.isActive():
            self._redraw.start()

    def _draw_surfaces(self) -> None:
        surfaces, shown = self._session.density.surfaces, self._session.density.shown
        if shown is None or self.canvas is None:
            return
        if shown.signed:
            level = level_of(surfaces.outer, shown.maximum)
            self.canvas.set_signed_surfaces(level, surfaces.opacity)
            return
        self.canvas.set_surfaces(
            level_of(surfaces.outer, shown.maximum),
            level_of(surfaces.inner, shown.maximum),
            surfaces.opacity,
            surfaces.outer_colour,
            surfaces.inner_colour,
        )

    def _look_along(self, axis: str) -> None:
        if self.canvas is not None:
            if axis:
                self.canvas.look_along(axis)
            else:
                self.canvas.reset_view()

    @property
    def turnable(self) -> DensityCanvas | None:
        """The picture in space, where that is what is seen."""
        return self.canvas if self.stack.currentIndex() == 1 else None

    def save(self, path: Path) -> None:
        """Write what is seen as PNG, finely enough for print."""
        view = self.stack.currentWidget()
        if view is self.section or self.canvas is None:
            image = self.section.grab().toImage()
        else:
            size = self.canvas.native.size()
            scale = min(PRINT_SCALE, PRINT_PIXELS / max(size.width(), size.height(), 1))
            image = self.canvas.picture(scale)
        if not image.save(str(path), "PNG"):  # type: ignore[call-overload]
            raise BadInputError(tr("{0} could not be written: choose another folder.", path))

    def shutdown(self) -> None:
        """Stop the timer and let go of OpenGL."""
        self._redraw.stop()
        if self.canvas is not None:
            self.canvas.close()
            self.canvas = None
