"""The measured points as they are drawn: along the chosen axis, on the chosen scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.state.axes import from_two_theta, scaled

if TYPE_CHECKING:
    from app.state.pattern import Scale, XAxis
    from engine.pattern.pattern import PowderPattern

FloatArray = NDArray[np.float64]
LOWEST_SHARE = 1e-6  # of the largest count: what a logarithm shows at least


@dataclass(frozen=True, eq=False)
class Curve:
    """What is drawn of a pattern; made once, asked at every movement of the view.

    Attributes
    ----------
    x, y : (n,) arrays
        Places on both axes, in rising x.
    floor : float
        The least count that a logarithm shows.
    """

    x: FloatArray
    y: FloatArray
    floor: float

    @cached_property
    def extremes(self) -> tuple[float, float]:
        """Least and largest y."""
        return float(self.y.min()), float(self.y.max())

    def _rows(self, low: float, high: float) -> tuple[int, int]:
        first, last = np.searchsorted(self.x, [low, high], side="left")
        if last < len(self.x) and self.x[last] == high:
            last += 1
        return int(first), int(last)

    def count(self, low: float, high: float) -> int:
        """How many points lie between two places on the x axis."""
        first, last = self._rows(low, high)
        return last - first

    def extremes_between(self, low: float, high: float) -> tuple[float, float]:
        """Least and largest y between two places on the x axis; of all where none lies there."""
        first, last = self._rows(low, high)
        if last <= first or last - first == len(self.x):
            return self.extremes
        inside = self.y[first:last]
        return float(inside.min()), float(inside.max())


def curve_of(pattern: PowderPattern, axis: XAxis, scale: Scale) -> Curve:
    """The points of a pattern against 2theta, d or Q, with counts on one of the scales."""
    counts = pattern.counts
    least = float(np.min(counts, where=counts > 0, initial=np.inf))
    floor = max(least, float(counts.max()) * LOWEST_SHARE) if np.isfinite(least) else 1.0
    x = from_two_theta(pattern.two_theta, pattern.radiation.primary, axis)
    y = scaled(counts, scale, floor)
    if len(x) > 1 and x[0] > x[-1]:
        x, y = np.ascontiguousarray(x[::-1]), np.ascontiguousarray(y[::-1])
    return Curve(x, y, floor)


def nearest_row(two_theta: FloatArray, angle: float) -> int:
    """Index of the angle nearest to another; `two_theta` (n,) rises."""
    after = int(np.clip(np.searchsorted(two_theta, angle), 1, max(len(two_theta) - 1, 1)))
    if len(two_theta) < 2:
        return 0
    before = after - 1
    return before if angle - two_theta[before] <= two_theta[after] - angle else after
