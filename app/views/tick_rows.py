"""Rows of reflection marks under the pattern: of the chosen candidate's phases, of pinned ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from app.text import shortened
from app.theme import LIGHT, Theme

FloatArray = NDArray[np.float64]
LONGEST_NAME = 18  # names stand among the marks, and leave them most of the room


def draw_ticks(item: pg.PlotDataItem, marks: FloatArray, row: int) -> None:
    """A row of marks at places `marks`; rows are counted downwards from 0."""
    ends = np.tile([0.15 - row, 0.85 - row], len(marks))
    item.setData(np.repeat(marks, 2), ends, connect="pairs")


class TickRows:
    """The rows below the first one, and the names of all where there are several."""

    def __init__(self, plot: Any, most: int) -> None:
        """Draw into `plot`, at `most` so many rows with the first."""
        self.theme: Theme = LIGHT
        self.rows = [plot.plot(connect="pairs") for _ in range(most - 1)]
        self.names = [pg.TextItem(anchor=(0.0, 0.5)) for _ in range(most)]
        for name in self.names:
            plot.addItem(name, ignoreBounds=True)
            name.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.theme = theme
        for item in self.rows:
            item.setPen(pg.mkPen(theme.difference, width=1))
        for name in self.names:
            name.setColor(theme.muted)

    def draw(self, first: str, others: Sequence[tuple[str, FloatArray]], left: float) -> int:
        """Draw rows (name, marks) under the one that is called `first`.

        Returns
        -------
        int
            How many rows there are, the first included; names are shown where there are several.
        """
        others = others[: len(self.rows)]
        for row, item in enumerate(self.rows, start=1):
            if row <= len(others):
                draw_ticks(item, others[row - 1][1], row)
            else:
                item.clear()
        named = [first, *(name for name, _marks in others)]
        for row, name in enumerate(self.names):
            name.setVisible(len(others) > 0 and row < len(named))
            if row < len(named):
                name.setText(shortened(named[row], LONGEST_NAME), color=self.theme.muted)
                name.setPos(left, 0.5 - row)
        return len(named)
