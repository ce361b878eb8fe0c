"""Two fits over one pattern: observed, both calculated, and the difference of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.language import tr
from app.theme import LIGHT, Theme
from app.views.plot_items import CountsAxis, PatternViewBox, thin_out
from engine.refine.result import FitResult

DIFFERENCE_HEIGHT = 64
LEAST_SHARE = 0.05  # of the pattern's height, so that a good difference looks like one


class FitComparison(pg.GraphicsLayoutWidget):
    """Three plots over one x axis; the first fit is drawn full, the second dashed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without fits."""
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.setAccessibleName(tr("Both fits"))
        self.setMinimumHeight(180)
        self.plots = [self._plot(row) for row in range(3)]
        self.main = self.plots[0]
        for plot in self.plots[1:]:
            plot.setXLink(self.main)
            plot.vb.setMouseEnabled(y=False)
            plot.vb.show_all = self.main.vb.show_all
        for row in (1, 2):
            extra = 38 if row == 2 else 0  # the axis with its label stands below the last
            self.ci.layout.setRowFixedHeight(row, DIFFERENCE_HEIGHT + extra)
        self.observed = self.main.plot()
        self.calculated = [self.main.plot(), self.main.plot()]
        self.differences = [self.plots[1].plot(), self.plots[2].plot()]
        thin_out(self.observed, *self.calculated, *self.differences)

    def _plot(self, row: int) -> Any:
        axis = CountsAxis()
        plot = self.addPlot(row, 0, viewBox=PatternViewBox(), axisItems={"left": axis})
        plot.hideButtons()
        plot.setMenuEnabled(False)
        if row < 2:
            plot.hideAxis("bottom")
        return plot

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.theme = theme
        self.setBackground(theme.surface)
        for plot in self.plots:
            for name in ("left", "bottom"):
                plot.getAxis(name).setTextPen(theme.muted)
                plot.getAxis(name).setPen(theme.line)
        self.observed.setPen(pg.mkPen(theme.observed, width=1))
        styles = Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine
        for side, colour in enumerate((theme.calculated, theme.difference)):
            self.calculated[side].setPen(pg.mkPen(QColor(colour), width=1.4, style=styles[side]))
            self.differences[side].setPen(pg.mkPen(QColor(colour), width=1))
        self.plots[0].setLabel("left", tr("Intensity"), color=theme.muted)
        self.plots[1].setLabel("left", "Left", color=theme.muted)
        self.plots[2].setLabel("left", "Right", color=theme.muted)
        self.plots[2].setLabel("bottom", tr("2θ (degrees)"), color=theme.muted)

    def show_fits(self, fits: tuple[FitResult | None, FitResult | None]) -> None:
        """Draw two fits; a side that has none stays empty."""
        known = [fit for fit in fits if fit is not None and len(fit.two_theta)]
        if not known:
            for item in (self.observed, *self.calculated, *self.differences):
                item.clear()
            return
        self.observed.setData(known[0].two_theta, known[0].observed)
        for side, fit in enumerate(fits):
            if fit is None:
                self.calculated[side].clear()
                self.differences[side].clear()
            else:
                self.calculated[side].setData(fit.two_theta, fit.calculated)
                self.differences[side].setData(fit.two_theta, fit.difference)
        self._scale(known)

    def _scale(self, known: list[FitResult]) -> None:
        """The same scale for both differences, so that they can be compared."""
        top = max(float(np.max(fit.observed)) for fit in known)
        size = max(float(np.max(np.abs(fit.difference))) for fit in known)
        size = 1.1 * max(size, LEAST_SHARE * top)
        for plot in self.plots[1:]:
            plot.setYRange(-size, size, padding=0)
        low, high = known[0].two_theta[0], known[0].two_theta[-1]

        def show_all() -> None:
            self.main.setXRange(float(low), float(high), padding=0.005)
            self.main.setYRange(min(0.0, float(np.min(known[0].observed))), 1.06 * top, padding=0)

        for plot in self.plots:
            plot.vb.show_all = show_all
        show_all()
