"""The chosen background in the pattern plot, with anchors that are dragged, put and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent

from app.state.axes import unscaled
from app.theme import Theme
from app.views.pattern_peaks import ADD_KEYS
from app.views.pattern_regions import REMOVE_KEYS
from app.views.plot_items import Marks
from app.views.plot_tool import PlotTool
from engine.pattern.choices import Anchor

if TYPE_CHECKING:
    from app.views.pattern_plot import PatternPlot

REACH_PIXELS = 9.0
ABOVE_CURVES = 30
STEP_PIXELS = 1.0
CURVE_POINTS = 1500


class BackgroundAnchors(PlotTool):
    """In hand: the background as it is chosen, and the anchors of a curve drawn by hand.

    An anchor is dragged, a click puts one, a double click removes it; Enter puts one at the
    cursor, the up and down keys move the nearest one by a pixel (with Shift by ten), Delete
    removes it.
    """

    def __init__(self, plot: PatternPlot) -> None:
        """Draw the background of the plot's session."""
        super().__init__(plot)
        self.curve = pg.PlotDataItem()
        self.points = Marks(symbol="s", size=10, pxMode=True)
        for item in (self.curve, self.points):
            item.setZValue(ABOVE_CURVES)
            plot.main.addItem(item, ignoreBounds=True)
        self._dragged = -1
        self._put: tuple[float, float] | None = None

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        super().set_theme(theme)
        self.curve.setPen(pg.mkPen(theme.accent, width=1.6))
        self.points.setPen(pg.mkPen(theme.accent, width=1.6))
        self.points.setBrush(QColor(theme.surface))

    def draw(self) -> None:
        """The curve through the anchors, or what was estimated."""
        for item in (self.curve, self.points):
            item.setVisible(self.in_hand)
        if self.in_hand and self._dragged < 0 and self.session.pattern.pattern is not None:
            self._draw_anchors(self._anchors)

    @property
    def _anchors(self) -> tuple[Anchor, ...]:
        choice = self.session.preparing.background
        return choice.anchors if choice.has_curve else ()

    def _draw_anchors(self, anchors: tuple[Anchor, ...]) -> None:
        """Anchors and the curve through them; the estimate where there are none."""
        state, places = self.session.pattern, np.array(anchors).reshape(-1, 2)
        x, y = self.plot.x_of(places[:, 0]), self.plot.drawn_counts(places[:, 1])
        self.points.setData(x, y)
        if anchors:
            angles, level = self.session.preparing.curve_through(anchors, CURVE_POINTS)
            self.plot.set_line(self.curve, self.plot.x_of(angles), self.plot.drawn_counts(level))
        elif state.background is not None and state.background_two_theta is not None:
            level = self.plot.drawn_counts(state.background)
            self.plot.set_seen(self.curve, state.background_two_theta, level)
        else:
            self.curve.clear()

    # -- mouse -------------------------------------------------------------------------------

    def _at(self, x: float, y: float) -> int:
        """Index of the anchor under the mouse, -1 if there is none."""
        if not self._anchors:
            return -1
        wide, high = self.plot.box.viewPixelSize()
        places = np.array(self._anchors)
        away = np.hypot(
            (self.plot.x_of(places[:, 0]) - x) / wide,
            (self.plot.drawn_counts(places[:, 1]) - y) / high,
        )
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= REACH_PIXELS else -1

    def _counts(self, y: float) -> float:
        return float(f"{unscaled(y, self.session.pattern.scale):.5g}")

    def wants_drag(self, start: QPointF) -> bool:
        """A drag that begins on an anchor moves it."""
        self._dragged = self._at(start.x(), start.y())
        return self._dragged >= 0

    def drag(self, start: QPointF, now: QPointF, finished: bool) -> None:
        """Move an anchor; the curve follows at once, peaks when it is let go."""
        place = float(self.plot.two_theta_at(now.x())), self._counts(now.y())
        index = self._dragged
        if not finished:
            self._draw_anchors(tuple(sorted(self.session.preparing.moved(index, *place))))
            return
        self._dragged = -1
        self.attempt(lambda: self.session.preparing.move_anchor(index, *place))

    def click(self, x: float, y: float, double: bool) -> None:
        """Put an anchor; a double click on one removes it."""
        index = self._at(x, y)
        if double:
            if index >= 0 and self._anchors[index] != self._put:
                self._remove(index)
        elif index < 0:
            self._add(float(self.plot.two_theta_at(x)), self._counts(y))

    # -- keys --------------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        """Enter puts an anchor on the curve, arrows move the nearest one, Delete removes it."""
        key, here = event.key(), self.plot.cursor
        if here is None or not self._anchors:
            return False
        nearest = int(np.argmin([abs(place - here) for place, _counts in self._anchors]))
        if key in ADD_KEYS:
            angles, level = self.session.preparing.curve_through(self._anchors, CURVE_POINTS)
            self._add(here, float(np.interp(here, angles, level)))
        elif key in REMOVE_KEYS:
            self._remove(nearest)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            pixels = STEP_PIXELS * (1.0 if key == Qt.Key.Key_Up else -1.0)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                pixels *= 10.0
            self._lift(nearest, pixels)
        else:
            return False
        return True

    def _lift(self, index: int, pixels: float) -> None:
        _place, counts = self._anchors[index]
        drawn = float(self.plot.drawn_counts(np.array(counts)))
        lifted = self._counts(drawn + pixels * self.plot.box.viewPixelSize()[1])
        self.attempt(lambda: self.session.preparing.lift_anchor(index, lifted))

    def _add(self, two_theta: float, counts: float) -> None:
        """Put an anchor, where a curve is drawn by hand."""
        self._put = (round(two_theta, 3), counts)
        if self._anchors:
            self.attempt(lambda: self.session.preparing.add_anchor(two_theta, counts))

    def _remove(self, index: int) -> None:
        self.attempt(lambda: self.session.preparing.remove_anchor(index))
