"""The pattern on the table, and what has been derived from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from psygnal import Signal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.pattern.pattern import PowderPattern
    from engine.pattern.peaks import PeakList
    from engine.pattern.radiation import Radiation

XAxis = Literal["two_theta", "d", "q"]
Scale = Literal["linear", "sqrt", "log"]
LARGE_PATTERN = 200_000


class PatternState:
    """One pattern with its background and peaks.

    `changed` says that there is another pattern, or another radiation for it; `derived_changed`
    that background or peaks have come or gone; `display_changed` that it is to be drawn
    otherwise.
    """

    changed = Signal()
    derived_changed = Signal()
    display_changed = Signal()

    def __init__(self) -> None:
        self.pattern: PowderPattern | None = None
        self.background: NDArray[np.float64] | None = None
        self.peaks: PeakList | None = None
        self.note = ""
        self.x_axis: XAxis = "two_theta"
        self.scale: Scale = "linear"

    @property
    def radiation(self) -> Radiation | None:
        """The radiation of the pattern."""
        return self.pattern.radiation if self.pattern is not None else None

    def set_pattern(self, pattern: PowderPattern | None, note: str = "") -> None:
        """Put another pattern on the table; what was derived from the old one goes.

        `note` says in words where it comes from, where that is not a measurement.
        """
        self.pattern, self.note = pattern, note
        self.background, self.peaks = None, None
        self.changed.emit()
        self.derived_changed.emit()

    def recall(
        self,
        pattern: PowderPattern | None,
        note: str,
        background: NDArray[np.float64] | None,
        peaks: PeakList | None,
    ) -> None:
        """Put back a pattern together with what had been derived from it."""
        if pattern is self.pattern:
            return
        self.pattern, self.note = pattern, note
        self.background, self.peaks = background, peaks
        self.changed.emit()
        self.derived_changed.emit()

    def set_radiation(self, radiation: Radiation) -> None:
        """The same points, taken to be measured with another radiation."""
        if self.pattern is None or radiation == self.pattern.radiation:
            return
        self.pattern = self.pattern.with_radiation(radiation)
        self.peaks = None
        self.changed.emit()
        self.derived_changed.emit()

    def set_derived(self, background: NDArray[np.float64] | None, peaks: PeakList | None) -> None:
        """Background and fitted peaks of the pattern."""
        self.background, self.peaks = background, peaks
        self.derived_changed.emit()

    def set_x_axis(self, axis: XAxis) -> None:
        """Draw against 2theta, d or Q."""
        if axis != self.x_axis:
            self.x_axis = axis
            self.display_changed.emit()

    def set_scale(self, scale: Scale) -> None:
        """Draw intensities as they are, by their square root or by their logarithm."""
        if scale != self.scale:
            self.scale = scale
            self.display_changed.emit()
