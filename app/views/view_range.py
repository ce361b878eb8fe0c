"""Which part of the pattern is in view, and how far the view may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from app.views.pattern_plot import PatternPlot

MARGIN = 0.02  # of the measured range, beside it
WHOLE_PADDING = 0.011  # so that an anchor at either end is seen whole
ROOM_ABOVE, ROOM_BELOW = 0.06, 0.02  # of the range of intensities
FARTHEST_D = 10.0  # times the least one: d runs away towards zero angle
LEAST_DIFFERENCE = 0.05  # of the pattern's height, so that a good fit looks like one
SAME = 1e-6  # of a range: what counts as not moved


class ViewRange:
    """Moves the view of one plot."""

    def __init__(self, plot: PatternPlot) -> None:
        """Move `plot`."""
        self._plot = plot
        self._fitted: tuple[float, float] | None = None

    def ends(self) -> tuple[float, float]:
        """Where the measured range begins and ends on the x axis, in rising order."""
        pattern = self._plot.session.pattern.pattern
        assert pattern is not None
        ends = self._plot.x_of(np.maximum(pattern.two_theta[[0, -1]], 0.05))
        return float(ends.min()), float(ends.max())

    def limit(self) -> None:
        """Keep the view near all that is drawn."""
        plot = self._plot
        low, high = self.ends()
        margin = MARGIN * (high - low)
        low, high = low - margin, high + margin
        bottom, top = self._with_zero(plot.curve.extremes)
        room = max(top - bottom, 1e-9)
        top += 0.5 * room
        beside = plot.overlaid.extent() if plot.overlaid is not None else None
        if beside is not None:
            low, high = min(low, beside[0]), max(high, beside[1])
            top = max(top, beside[2] + 0.1 * (beside[2] - bottom))
        for part in plot.parts:
            part.setLimits(xMin=low, xMax=high)
        plot.main.setLimits(yMin=bottom - 0.05 * room, yMax=top)

    def fit_heights(self) -> None:
        """All intensities of the range in view, with room above."""
        plot = self._plot
        if plot.session.pattern.pattern is None:
            return
        low, high = plot.box.viewRange()[0]
        bottom, top = self._with_zero(plot.curve.extremes_between(low, high))
        if plot.overlaid is not None:
            top = max(top, plot.overlaid.top(low, high))
        room = max(top - bottom, 1e-9)
        self._fitted = bottom - ROOM_BELOW * room, top + ROOM_ABOVE * room
        plot.box.setYRange(*self._fitted, padding=0)

    def follow_heights(self) -> None:
        """Fit the heights again, unless the user has chosen others since."""
        if self._fitted is None:
            return
        now, size = self._plot.box.viewRange()[1], self._fitted[1] - self._fitted[0]
        if np.allclose(now, self._fitted, rtol=0.0, atol=SAME * size):
            self.fit_heights()

    def fit_difference(self) -> None:
        """The difference curve, the same room above and below zero."""
        candidate = self._plot.session.solution.chosen
        if candidate is None or not len(candidate.fit.two_theta):
            return
        least = LEAST_DIFFERENCE * float(np.max(candidate.fit.observed))
        size = max(float(np.max(np.abs(candidate.fit.difference))), least) * 1.1
        self._plot.rest.setYRange(-size, size, padding=0)

    def show_all(self) -> None:
        """The whole pattern."""
        if self._plot.session.pattern.pattern is None:
            return
        low, high = self.ends()
        if self._plot.session.pattern.x_axis == "d":
            high = min(high, FARTHEST_D * low)
        self._plot.box.setXRange(low, high, padding=WHOLE_PADDING)
        self.fit_heights()

    def _with_zero(self, extremes: tuple[float, float]) -> tuple[float, float]:
        """Intensities begin at zero, unless another scale is chosen."""
        bottom, top = extremes
        linear = self._plot.session.pattern.scale == "linear"
        return (min(bottom, 0.0), top) if linear else (bottom, top)
