"""Excluded regions in the pattern plot: shaded, and drawn, moved or removed with the tool."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QKeyEvent

from app.theme import Theme
from app.views.plot_tool import PlotTool

if TYPE_CHECKING:
    from app.views.pattern_plot import PatternPlot

SHADE = 46  # of 255
BEHIND_CURVES = -20
SHORTEST_PIXELS = 3.0
MARK_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
REMOVE_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class _Shade:
    """One region: a shade over the pattern that can be moved, and one over the difference."""

    def __init__(self, plot: PatternPlot) -> None:
        self.main = pg.LinearRegionItem(swapMode="sort")
        self.rest = pg.LinearRegionItem(movable=False)
        self._parts = ((plot.main, self.main), (plot.rest, self.rest))
        for part, item in self._parts:
            item.setZValue(BEHIND_CURVES)
            part.addItem(item, ignoreBounds=True)
        self.main.sigRegionChanged.connect(self._follow)

    def _follow(self) -> None:
        self.rest.setRegion(self.main.getRegion())

    def place(self, low: float, high: float) -> None:
        """Put it between two places without saying that it moved."""
        self.main.blockSignals(True)
        self.main.setRegion((low, high))
        self.main.blockSignals(False)
        self._follow()

    def set_theme(self, theme: Theme, in_hand: bool) -> None:
        """Grey; what can be moved has lines at its ends in the colour of controls."""
        colour = QColor(theme.muted)
        colour.setAlpha(SHADE)
        faint = QColor(theme.muted)
        faint.setAlpha(2 * SHADE)
        stronger = QColor(theme.accent)
        stronger.setAlpha(SHADE)
        ends = pg.mkPen(theme.accent if in_hand else faint, width=1)
        for _part, item in self._parts:
            item.setBrush(QBrush(colour))
            item.setHoverBrush(QBrush(stronger))
            for line in item.lines:
                line.setPen(ends)
                line.setHoverPen(pg.mkPen(theme.accent, width=3))
            item.update()

    def remove(self) -> None:
        """Take it out of the plots."""
        for part, item in self._parts:
            part.removeItem(item)


class ExcludedRegions(PlotTool):
    """Shades what is excluded; in hand, a drag excludes more.

    A region is moved by its middle or its ends, and removed by a double click or by Delete under
    the cursor. Without a mouse Enter marks one end at the cursor, then the other.
    """

    def __init__(self, plot: PatternPlot) -> None:
        """Draw the regions of the plot's session."""
        super().__init__(plot)
        self.shades: list[_Shade] = []
        self._new: _Shade | None = None
        self._mark: float | None = None

    # -- drawing -----------------------------------------------------------------------------

    def draw(self) -> None:
        """One shade a region; those that are there are moved, so that a drag is not broken off."""
        regions = self.session.preparing.regions if self.session.pattern.pattern else ()
        while len(self.shades) > len(regions):
            self.shades.pop().remove()
        while len(self.shades) < len(regions):
            shade = _Shade(self.plot)
            moved = partial(self._moved, len(self.shades))
            shade.main.sigRegionChangeFinished.connect(moved)
            self.shades.append(shade)
        for shade, region in zip(self.shades, regions, strict=True):
            shade.place(*sorted(float(self.plot.x_of(angle)) for angle in region))
            shade.main.setMovable(self.in_hand)
            shade.set_theme(self.theme, self.in_hand)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        super().set_theme(theme)
        for shade in self.shades:
            shade.set_theme(theme, self.in_hand)

    def take(self, in_hand: bool) -> None:
        """A region that was begun is given up with the tool."""
        self._begin(None)
        super().take(in_hand)

    def _show_new(self, ends: tuple[float, float] | None) -> None:
        """The region that is being drawn, None for none."""
        if ends is None:
            if self._new is not None:
                self._new.remove()
                self._new = None
            return
        if self._new is None:
            self._new = _Shade(self.plot)
            self._new.main.setMovable(False)
            self._new.set_theme(self.theme, True)
        self._new.place(*sorted(ends))

    # -- mouse and keys ----------------------------------------------------------------------

    def wants_drag(self, start: QPointF) -> bool:
        """Every drag excludes; those of a region move it before they come here."""
        return True

    def drag(self, start: QPointF, now: QPointF, finished: bool) -> None:
        """Exclude what is passed over."""
        ends = start.x(), now.x()
        if not finished:
            self._show_new(ends)
            return
        self._show_new(None)
        if abs(ends[1] - ends[0]) >= SHORTEST_PIXELS * self.plot.box.viewPixelSize()[0]:
            self._exclude(*(float(x) for x in self.plot.two_theta_at(ends)))

    def click(self, x: float, y: float, double: bool) -> None:
        """A double click on a region takes it back."""
        if double:
            self._take_back(float(self.plot.two_theta_at(x)))

    def cursor_moved(self, two_theta: float | None) -> None:
        """A region that was begun by a key ends at the cursor."""
        if self._mark is not None and two_theta is not None:
            ends = (float(self.plot.x_of(self._mark)), float(self.plot.x_of(two_theta)))
            self._show_new(ends)

    def key(self, event: QKeyEvent) -> bool:
        """Enter marks the ends of a region, Delete takes back the one at the cursor."""
        key, here = event.key(), self.plot.cursor
        if key == Qt.Key.Key_Escape and self._mark is not None:
            self._begin(None)
            return True
        if here is None:
            return False
        if key in REMOVE_KEYS:
            self._take_back(here)
            return True
        if key not in MARK_KEYS:
            return False
        if self._mark is None:
            self._begin(here)
        else:
            mark = self._mark
            self._begin(None)
            self._exclude(mark, here)
        return True

    def _begin(self, two_theta: float | None) -> None:
        self._mark = two_theta
        if two_theta is None:
            self._show_new(None)
        else:
            self.cursor_moved(two_theta)

    # -- changes -----------------------------------------------------------------------------

    def _exclude(self, start: float, end: float) -> None:
        self.attempt(lambda: self.session.preparing.exclude(start, end))

    def _moved(self, index: int, item: Any) -> None:
        ends = [float(angle) for angle in self.plot.two_theta_at(list(item.getRegion()))]
        self.attempt(lambda: self.session.preparing.move_region(index, ends[0], ends[1]))

    def _take_back(self, two_theta: float) -> None:
        index = self.session.preparing.region_at(two_theta)
        if index >= 0:
            self.attempt(lambda: self.session.preparing.take_back_region(index))
