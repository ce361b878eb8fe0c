"""The powder pattern: observed, calculated, background, difference and reflection marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.language import tr
from app.state.axes import X_LABELS, from_two_theta, scaled, to_two_theta, with_gaps
from app.state.curve import Curve, curve_of
from app.state.pattern import Scale, XAxis
from app.state.session import Session
from app.theme import LIGHT, Theme
from app.views.pattern_cursor import PlotCursor
from app.views.plot_items import CountsAxis, PatternViewBox, thin_out
from app.views.plot_tool import PlotTool
from app.views.tick_rows import TickRows, draw_ticks
from app.views.view_range import ViewRange

if TYPE_CHECKING:
    from app.views.pattern_overlays import OverlaidPatterns
    from engine.pattern.pattern import PowderPattern
    from engine.refine.result import FitResult

FloatArray = NDArray[np.float64]
SYMBOLS_UP_TO = 700
LEGEND_COLUMNS = 3
LEGEND_VEIL = 205  # of 255: names can be read over a curve
SMOOTH_POINTS = 20_000  # of a curve without peaks: more would not be seen
TICK_ROW_HEIGHT = 20
MOST_TICK_ROWS = 4
# From so high a plot on, the difference has so much of it: the pattern comes first.
DIFFERENCE_HEIGHTS = ((230, 76), (190, 40), (0, 0))
AXIS_HEIGHT = 42  # with its label
LOW = 150  # where names stand side by side, not to hide what they name


class PatternPlot(pg.GraphicsLayoutWidget):
    """Three plots over one x axis: intensities, reflection marks and the difference.

    The cursor is a 2theta; `on_cursor` is called with it (or None) and with the nearest
    reflection's row (or -1).
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Draw `session.pattern` and the fit of the chosen candidate."""
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.on_cursor: Any = None
        self.curve = Curve(np.zeros(0), np.zeros(0), 1.0)
        self._drawn: tuple[PowderPattern, XAxis, Scale] | None = None
        self.view_range = ViewRange(self)
        self._in_legend: tuple[Any, ...] = ()
        self._overlays: list[tuple[Any, str]] = []
        self.overlaid: OverlaidPatterns | None = None
        self.layers: list[PlotTool] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Powder pattern"))
        self.setMinimumHeight(150)
        self._build()
        state = session.pattern
        state.changed.connect(self._new_pattern)
        state.derived_changed.connect(self.draw)
        state.display_changed.connect(self._new_display)
        session.solution.chosen_changed.connect(self._new_fit)
        session.solution.marks_changed.connect(self._new_fit)
        self._drawn_axis: XAxis = state.x_axis
        self._drawn_scale: Scale = state.scale
        state.prepared.connect(self.draw)

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        layout = self.ci.layout
        layout.setContentsMargins(4, 6, 12, 4)
        layout.setSpacing(0)
        self.axis = CountsAxis()
        self.box = PatternViewBox()
        self.box.show_all = self.show_all
        self.main = self.addPlot(0, 0, viewBox=self.box, axisItems={"left": self.axis})
        self.tick_plot = self.addPlot(1, 0, viewBox=PatternViewBox())
        self.rest_axis = CountsAxis()
        self.rest_box = PatternViewBox()
        self.rest = self.addPlot(2, 0, viewBox=self.rest_box, axisItems={"left": self.rest_axis})
        self.parts = (self.main, self.tick_plot, self.rest)
        for plot in self.parts:
            plot.hideButtons()
            plot.setMenuEnabled(False)
        for plot in (self.tick_plot, self.rest):
            plot.setXLink(self.main)
            plot.vb.setMouseEnabled(y=False)
            plot.vb.show_all = self.show_all
        self.tick_plot.setYRange(0, 1, padding=0)
        left = self.tick_plot.getAxis("left")
        left.setWidth(66)
        left.setTicks([])
        left.setPen(None)
        self.tick_plot.hideAxis("bottom")
        pg.setConfigOptions(antialias=True)
        self.observed = self.main.plot(name=tr("Observed"))
        self.background = self.main.plot(name=tr("Background"))
        self.calculated = self.main.plot(name=tr("Calculated"))
        self.ticks = self.tick_plot.plot(connect="pairs")
        self.tick_rows = TickRows(self.tick_plot, MOST_TICK_ROWS)
        self._tick_rows = 1
        self._fitted = False
        self.difference = self.rest.plot()
        thin_out(self.observed, self.background, self.calculated, self.difference)
        self.zero = pg.InfiniteLine(pos=0.0, angle=0)
        self.rest.addItem(self.zero, ignoreBounds=True)
        self.legend = pg.LegendItem(offset=(-12, 6), horSpacing=10, verSpacing=-4)
        self.legend.setParentItem(self.main.vb)
        self.pointer = PlotCursor(self)
        self.box.sigXRangeChanged.connect(self._show_symbols)
        self._show_rows(False)

    def _show_rows(self, fitted: bool) -> None:
        """Give the marks and the difference their rows, or take them away."""
        self._fitted = fitted
        difference = self._room_for_difference()
        ticks = TICK_ROW_HEIGHT * self._tick_rows if fitted else 0
        if fitted and not difference:
            ticks += AXIS_HEIGHT
        layout = self.ci.layout
        for row, plot, height in (
            (1, self.tick_plot, ticks),
            (2, self.rest, difference + AXIS_HEIGHT if difference else 0),
        ):
            plot.setVisible(height > 0)
            layout.setRowFixedHeight(row, height)
        layout.setRowStretchFactor(0, 1)
        self.main.showAxis("bottom", not fitted)
        self.tick_plot.showAxis("bottom", fitted and not difference)
        self._label_axes()

    def _room_for_difference(self) -> int:
        """Pixels for the difference; none where there is no fit, or hardly room for the pattern."""
        height = next(room for least, room in DIFFERENCE_HEIGHTS if self.height() >= least)
        return height if self._fitted else 0

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """What matters least gives way where it is low."""
        super().resizeEvent(event)
        if not hasattr(self, "legend"):  # before it is built
            return
        self._show_rows(self._fitted)
        self.legend.setColumnCount(LEGEND_COLUMNS if self.main.height() < LOW else 1)

    def _label_axes(self) -> None:
        name, unit = X_LABELS[self.session.pattern.x_axis]
        text = f"{name} ({unit})" if unit != "°" else f"{name} (degrees)"
        colour = self.theme.muted
        bottom = next(plot for plot in reversed(self.parts) if plot.isVisible())
        for plot in self.parts:
            axis = plot.getAxis("bottom")
            axis.enableAutoSIPrefix(False)
            if plot is bottom:
                axis.setLabel(text, color=colour)
            else:
                axis.showLabel(False)
        scale = {
            "linear": tr("Intensity"),
            "sqrt": tr("Intensity (√)"),
            "log": tr("Intensity (log)"),
        }
        self.main.getAxis("left").setLabel(scale[self.session.pattern.scale], color=colour)
        self.rest.getAxis("left").setLabel(tr("Obs − calc"), color=colour)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.theme = theme
        self.setBackground(theme.surface)
        for plot in self.parts:
            for name in ("left", "bottom"):
                axis = plot.getAxis(name)
                axis.setTextPen(theme.muted)
                if plot is not self.tick_plot or name == "bottom":
                    axis.setPen(theme.line)
        self.observed.setPen(pg.mkPen(theme.observed, width=1))
        self.observed.setSymbolBrush(QColor(theme.observed))
        self.calculated.setPen(pg.mkPen(theme.calculated, width=1.4))
        self.background.setPen(pg.mkPen(theme.background, width=1.2, style=Qt.PenStyle.DashLine))
        self.difference.setPen(pg.mkPen(theme.difference, width=1))
        self.ticks.setPen(pg.mkPen(theme.ticks, width=1))
        self.tick_rows.set_theme(theme)
        self.zero.setPen(pg.mkPen(theme.line, width=1))
        self.pointer.set_theme(theme)
        for layer in self.layers:
            layer.set_theme(theme)
        box = QColor(theme.accent)
        box.setAlpha(50)
        for plot in self.parts:
            plot.vb.rbScaleBox.setPen(pg.mkPen(theme.accent))
            plot.vb.rbScaleBox.setBrush(box)
        self.legend.setLabelTextColor(theme.text)
        veil = QColor(theme.surface)
        veil.setAlpha(LEGEND_VEIL)
        self.legend.setBrush(veil)
        self._fill_legend(anew=True)
        self._label_axes()

    def _fill_legend(self, anew: bool = False) -> None:
        """Name what is drawn; entries are costly, and made only where others are needed."""
        drawn = tuple(
            item
            for item in (self.observed, self.calculated, self.background)
            if item.getOriginalDataset()[0] is not None and len(item.getOriginalDataset()[0])
        )
        if drawn == self._in_legend and not anew:
            return
        self._in_legend = drawn
        self.legend.clear()
        for item, name in (
            (self.observed, tr("Observed")),
            (self.calculated, tr("Calculated")),
            (self.background, tr("Background")),
        ):
            if item in drawn:
                self.legend.addItem(item, name)
        for item, name in self._overlays:
            self.legend.addItem(item, name)

    def name_overlays(self, overlays: list[tuple[Any, str]]) -> None:
        """Name other patterns (drawn item, name) in the legend."""
        self._overlays = overlays
        self._fill_legend(anew=True)

    # -- drawing -----------------------------------------------------------------------------

    def x_of(self, two_theta: FloatArray | float) -> FloatArray:
        """Where a 2theta stands on the x axis."""
        radiation = self.session.pattern.radiation
        wavelength = radiation.primary if radiation is not None else 1.0
        return from_two_theta(two_theta, wavelength, self.session.pattern.x_axis)

    def _new_pattern(self) -> None:
        self.set_cursor(None)
        self.draw()
        self.show_all()

    def _new_fit(self) -> None:
        self.draw()

    def _new_display(self) -> None:
        """Another axis or scale: keep the range of 2theta that is in view."""
        state = self.session.pattern
        low, high = self.box.viewRange()[0]
        radiation = state.radiation
        self.draw()
        if radiation is None:
            return
        if self._drawn_axis != state.x_axis:
            ends = to_two_theta(np.array([low, high]), radiation.primary, self._drawn_axis)
            pattern = state.pattern
            assert pattern is not None
            ends = np.clip(np.sort(ends), pattern.two_theta[0], pattern.two_theta[-1])
            new = np.sort(self.x_of(np.maximum(ends, 0.1)))
            self._drawn_axis = state.x_axis
            self.box.setXRange(float(new[0]), float(new[1]), padding=0)
        if self._drawn_scale != state.scale:
            self._drawn_scale = state.scale
            self.view_range.fit_heights()
        self.set_cursor(self.cursor)

    def draw(self) -> None:
        """Draw everything anew, keeping the view."""
        state = self.session.pattern
        pattern = state.pattern
        fit = self.session.solution.chosen.fit if self.session.solution.chosen else None
        if pattern is None:
            for item in (self.observed, self.background, self.calculated, self.difference):
                item.clear()
            self._drawn = None
            self.ticks.clear()
            self._show_rows(False)
            for layer in self.layers:
                layer.draw()
            return
        self.axis.scale_name = state.scale
        self._draw_observed(pattern)
        if fit is not None:
            self.set_seen(self.calculated, fit.two_theta, self.drawn_counts(fit.calculated))
            self.set_seen(self.background, fit.two_theta, self.drawn_counts(fit.background))
            self.set_seen(self.difference, fit.two_theta, fit.difference)
            self._draw_ticks(fit)
        else:
            self.calculated.clear()
            self.difference.clear()
            self.ticks.clear()
            if state.background is not None and state.background_two_theta is not None:
                step = max(len(state.background) // SMOOTH_POINTS, 1)
                level = self.drawn_counts(state.background[::step])
                self.set_seen(self.background, state.background_two_theta[::step], level)
            else:
                self.background.clear()
        if (fit is not None) != self._fitted:
            self._show_rows(fit is not None)
        self.box.invertX(state.x_axis == "d")
        self.tick_plot.vb.invertX(state.x_axis == "d")
        self.rest_box.invertX(state.x_axis == "d")
        self.view_range.limit()
        self._label_axes()
        self._fill_legend()
        self._show_symbols()
        self.view_range.fit_difference()
        for layer in self.layers:
            layer.draw()

    def _draw_observed(self, pattern: PowderPattern) -> None:
        """The measured points, which stay where they are as long as nothing of theirs changes."""
        state = self.session.pattern
        wanted = pattern, state.x_axis, state.scale
        if self._drawn == wanted:
            return
        self._drawn, self.curve = wanted, curve_of(*wanted)
        self.observed.setData(self.curve.x, self.curve.y)

    def _draw_ticks(self, fit: FitResult) -> None:
        """Rows for the phases of the fit, and for pinned candidates that are not the chosen one."""
        solution = self.session.solution
        rank = solution.chosen.rank if solution.chosen is not None else 0
        rows = [(str(rank), fit.reflections)]
        if len(fit.phases) > 1:
            rows = [(phase.name, phase.reflections) for phase in fit.phases]
        rows += [
            (str(candidate.rank), candidate.fit.reflections)
            for candidate in solution.candidates
            if solution.mark_of(candidate).pinned and candidate is not solution.chosen
        ]
        (first, marks), *others = [(name, self.x_of(lines.two_theta)) for name, lines in rows]
        draw_ticks(self.ticks, marks, 0)
        low, high = self.view_range.ends()
        left = high if self.session.pattern.x_axis == "d" else low
        n_rows = self.tick_rows.draw(first, others, left)
        if n_rows != self._tick_rows:
            self._tick_rows = n_rows
            self.tick_plot.setYRange(1 - n_rows, 1, padding=0)
            if self._fitted:
                self._show_rows(True)

    def set_seen(self, item: pg.PlotDataItem, two_theta: FloatArray, y: FloatArray) -> None:
        """Give a curve its points, with a gap where points were left out of what was measured."""
        pattern = self.session.pattern.pattern
        assert pattern is not None
        two_theta, y = with_gaps(two_theta, y, pattern.two_theta)
        self.set_line(item, self.x_of(two_theta), y)

    @staticmethod
    def set_line(item: pg.PlotDataItem, x: FloatArray, y: FloatArray) -> None:
        """Give a curve its points in rising x, as clipping to the view wants them."""
        if len(x) > 1 and x[0] > x[-1]:
            x, y = x[::-1], y[::-1]
        item.setData(x, y)

    def drawn_counts(self, counts: FloatArray) -> FloatArray:
        """Where counts stand on the y axis."""
        return scaled(counts, self.session.pattern.scale, self.curve.floor)

    def show_all(self) -> None:
        """The whole pattern."""
        self.view_range.show_all()

    def _show_symbols(self, *_: object) -> None:
        """Points are marked where few enough are in view to tell them apart."""
        if self.session.pattern.pattern is None:
            return
        count = self.curve.count(*self.box.viewRange()[0])
        wanted = "o" if 0 < count <= SYMBOLS_UP_TO else None
        if self.observed.opts["symbol"] != wanted:
            self.observed.setSymbol(wanted)
            self.observed.setSymbolSize(3.5)
            self.observed.setSymbolPen(None)

    # -- cursor and tools --------------------------------------------------------------------

    @property
    def cursor(self) -> float | None:
        """2theta of the cursor."""
        return self.pointer.two_theta

    def two_theta_at(self, x: ArrayLike) -> FloatArray:
        """The 2theta of a place on the x axis."""
        radiation = self.session.pattern.radiation
        wavelength = radiation.primary if radiation is not None else 1.0
        return to_two_theta(np.asarray(x, dtype=float), wavelength, self.session.pattern.x_axis)

    def look_at(self, two_theta: float) -> None:
        """Put the cursor at a 2theta, and bring it into view."""
        self.pointer.look_at(two_theta)

    def set_cursor(self, two_theta: float | None, reach: float = 0.0) -> None:
        """Put the cursor at a 2theta; `reach` (degrees) is how near a reflection must be."""
        self.pointer.move_to(two_theta, reach)

    def add_layer(self, layer: PlotTool) -> None:
        """Draw something more over the pattern from now on."""
        self.layers.append(layer)
        layer.set_theme(self.theme)
        layer.draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """What the tool in hand has keys for, else arrow keys for the cursor; Esc lays it down."""
        tool = self.box.tool
        if tool is not None and tool.key(event):
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and self.session.plot_tool.tool != "look":
            self.session.plot_tool.choose("look")
        elif not self.pointer.key(event):
            super().keyPressEvent(event)
