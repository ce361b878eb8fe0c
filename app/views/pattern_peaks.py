"""Marks of the fitted peaks in the pattern plot, added and removed with the tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeyEvent

from app.state.pattern import LARGE_PATTERN
from app.theme import Theme
from app.views.pattern_regions import REMOVE_KEYS
from app.views.plot_items import Marks, thin_out
from app.views.plot_tool import PlotTool

if TYPE_CHECKING:
    from app.views.pattern_plot import PatternPlot

FloatArray = NDArray[np.float64]
ADD_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Insert)
REACH_PIXELS = 7.0
SNAP_PIXELS = 4.0
ABOVE_CURVES = 30
PROFILE_ALPHA = 170


class PeakMarks(PlotTool):
    """In hand: a triangle above every peak of the list, and the sum of all as it was fitted.

    A click where nothing is marked puts a peak, a click on a mark removes that peak; Enter and
    Delete do so at the cursor. Peaks put by hand are marked by a diamond.
    """

    def __init__(self, plot: PatternPlot) -> None:
        """Mark the peaks of the plot's session."""
        super().__init__(plot)
        self.found = Marks(symbol="t", size=10, pxMode=True)
        self.put = Marks(symbol="d", size=12, pxMode=True)
        self.profile = pg.PlotDataItem()
        thin_out(self.profile)
        for item in (self.profile, self.found, self.put):
            item.setZValue(ABOVE_CURVES)
            plot.main.addItem(item, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        super().set_theme(theme)
        rim = pg.mkPen(theme.surface, width=1)
        self.found.setPen(rim)
        self.found.setBrush(QColor(theme.difference))
        self.put.setPen(rim)
        self.put.setBrush(QColor(theme.calculated))
        thin = QColor(theme.difference)
        thin.setAlpha(PROFILE_ALPHA)  # what was measured is seen through it
        self.profile.setPen(pg.mkPen(thin, width=1))

    def draw(self) -> None:
        """Marks above the peaks that are wanted, fitted or not yet."""
        for item in (self.found, self.put, self.profile):
            item.setVisible(self.in_hand)
        pattern, peaks = self.session.pattern.pattern, self.session.pattern.peaks
        if not self.in_hand or pattern is None:
            return
        edits = self.session.preparing.peak_edits
        found, put, waiting = np.zeros(0), np.zeros(0), np.array(edits.added)
        if peaks is not None:
            kept = ~np.isin(peaks.placed, edits.removed)
            kept &= ~peaks.by_hand | np.isin(peaks.placed, edits.added)
            found, put = (
                peaks.two_theta[kept & ~peaks.by_hand],
                peaks.two_theta[kept & peaks.by_hand],
            )
            waiting = waiting[~np.isin(waiting, peaks.placed[peaks.by_hand])]
        self._mark(self.found, found)
        self._mark(self.put, np.concatenate([put, waiting]))
        self._draw_profile()

    def _mark(self, item: Marks, angles: FloatArray) -> None:
        """Put marks a little above the counts at some angles."""
        pattern = self.session.pattern.pattern
        assert pattern is not None
        level = self.plot.drawn_counts(np.interp(angles, pattern.two_theta, pattern.counts))
        low, high = self.plot.box.viewRange()[1]
        item.setData(self.plot.x_of(angles), level + 0.035 * (high - low))

    def _draw_profile(self) -> None:
        state = self.session.pattern
        peaks, background, angles = state.peaks, state.background, state.background_two_theta
        if peaks is None or background is None or angles is None or len(angles) > LARGE_PATTERN:
            self.profile.clear()
            return
        assert state.radiation is not None
        fitted = background + peaks.profile(angles, state.radiation)
        self.plot.set_seen(self.profile, angles, self.plot.drawn_counts(fitted))

    # -- mouse and keys ----------------------------------------------------------------------

    def click(self, x: float, y: float, double: bool) -> None:
        """Remove the peak that was clicked on, or put one."""
        if double:
            return  # its two clicks were clicks already
        pixel = self.plot.box.viewPixelSize()[0]
        here, beside = (float(angle) for angle in self.plot.two_theta_at([x, x + pixel]))
        self._toggle(here, abs(beside - here))

    def key(self, event: QKeyEvent) -> bool:
        """Enter puts a peak at the cursor, Delete removes the one there."""
        here = self.plot.cursor
        if here is None or event.key() not in (*ADD_KEYS, *REMOVE_KEYS):
            return False
        if event.key() in ADD_KEYS:
            self._add(here)
        else:
            pixel = self.plot.box.viewPixelSize()[0]
            beside = float(self.plot.two_theta_at(float(self.plot.x_of(here)) + pixel))
            self._remove(
                self.session.preparing.nearest_peak(here, REACH_PIXELS * abs(beside - here))
            )
        return True

    def _toggle(self, two_theta: float, pixel: float) -> None:
        index = self.session.preparing.nearest_peak(two_theta, REACH_PIXELS * pixel)
        if index >= 0:
            self._remove(index)
        else:
            self._add(self._snapped(two_theta, SNAP_PIXELS * pixel))

    def _snapped(self, two_theta: float, reach: float) -> float:
        """The top within `reach`, where there is one: a pixel may be wider than a line."""
        pattern = self.session.pattern.pattern
        assert pattern is not None
        first, last = np.searchsorted(pattern.two_theta, [two_theta - reach, two_theta + reach])
        if last - first < 3:
            return two_theta
        top = first + int(np.argmax(pattern.counts[first:last]))
        return two_theta if top in (first, last - 1) else float(pattern.two_theta[top])

    def _add(self, two_theta: float) -> None:
        self.attempt(lambda: self.session.preparing.add_peak(two_theta))

    def _remove(self, index: int) -> None:
        if index >= 0:
            self.attempt(lambda: self.session.preparing.remove_peak(index))
