"""The cursor of the pattern plot: a 2theta that follows the mouse and the arrow keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent

from app.state.curve import nearest_row
from app.theme import Theme

if TYPE_CHECKING:
    from app.views.pattern_plot import PatternPlot

HOVER_PIXELS = 8.0
LOOK_REACH = 0.2  # degrees


class PlotCursor:
    """A line through all three plots; says where it is through the plot's `on_cursor`."""

    def __init__(self, plot: PatternPlot) -> None:
        """Follow the mouse over `plot`."""
        self._plot = plot
        self.two_theta: float | None = None
        self.lines = []
        for part in (plot.main, plot.tick_plot, plot.rest):
            line = pg.InfiniteLine(angle=90, movable=False)
            line.hide()
            part.addItem(line, ignoreBounds=True)
            self.lines.append(line)
        self._mouse = pg.SignalProxy(
            plot.scene().sigMouseMoved, rateLimit=40, slot=lambda args: self.hover(args[0])
        )

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        faint = QColor(theme.accent)
        faint.setAlpha(150)
        for line in self.lines:
            line.setPen(pg.mkPen(faint, width=1))

    def look_at(self, two_theta: float) -> None:
        """Go to a 2theta, and bring it into view."""
        place = float(self._plot.x_of(two_theta))
        low, high = self._plot.box.viewRange()[0]
        if not low <= place <= high:
            half = 0.5 * (high - low)
            self._plot.box.setXRange(place - half, place + half, padding=0)
        self.move_to(two_theta, LOOK_REACH)

    def move_to(self, two_theta: float | None, reach: float = 0.0) -> None:
        """Go to a 2theta, or away; `reach` (degrees) is how near a reflection must be."""
        self.two_theta = two_theta
        for line in self.lines:
            line.setVisible(two_theta is not None)
            if two_theta is not None:
                line.setValue(float(self._plot.x_of(two_theta)))
        if self._plot.on_cursor is not None:
            self._plot.on_cursor(two_theta, self._nearest_reflection(two_theta, reach))
        if self._plot.box.tool is not None:
            self._plot.box.tool.cursor_moved(two_theta)

    def _nearest_reflection(self, two_theta: float | None, reach: float) -> int:
        candidate = self._plot.session.solution.chosen
        if candidate is None or two_theta is None or not len(candidate.fit.reflections):
            return -1
        away = np.abs(candidate.fit.reflections.two_theta - two_theta)
        row = int(np.argmin(away))
        return row if away[row] <= reach else -1

    def hover(self, scene_position: QPointF) -> None:
        """Follow the mouse."""
        plot = self._plot
        if plot.session.pattern.pattern is None or not self._area().contains(scene_position):
            return
        position = plot.box.mapSceneToView(scene_position)
        pixel = plot.box.viewPixelSize()[0]
        ends = np.array([position.x(), position.x() + HOVER_PIXELS * pixel])
        here, beside = plot.two_theta_at(ends)
        self.move_to(float(here), abs(float(beside - here)))

    def _area(self) -> Any:
        """Area of the scene in which the cursor moves."""
        area, rest = self._plot.main.vb.sceneBoundingRect(), self._plot.rest
        return area.united(rest.vb.sceneBoundingRect()) if rest.isVisible() else area

    def key(self, event: QKeyEvent) -> bool:
        """Arrow keys step from point to point, with Shift ten at a time; False for other keys."""
        pattern = self._plot.session.pattern.pattern
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())  # type: ignore[call-overload]
        if pattern is None or step is None:
            return False
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            step *= 10
        if self._plot.session.pattern.x_axis == "d":
            step = -step if not self._plot.box.xInverted() else step
        if self.two_theta is None:
            row = len(pattern) // 2
        else:
            row = nearest_row(pattern.two_theta, self.two_theta) + step
        row = int(np.clip(row, 0, len(pattern) - 1))
        self.move_to(float(pattern.two_theta[row]), 3.0 * pattern.step)
        return True
