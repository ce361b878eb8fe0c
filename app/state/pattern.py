"""The pattern on the table, and what has been derived from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from psygnal import Signal

from engine.pattern.preparation import Preparation

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
    """One pattern with what was chosen about it, its background and its peaks.

    `changed` says that there is another pattern, or another radiation for it; `prepared` that
    something else was chosen about it; `derived_changed` that background or peaks have come or
    gone; `display_changed` that it is to be drawn otherwise. `about_to_prepare` carries the name
    of a step, and what series of small steps it belongs to, before it is made.
    """

    changed = Signal()
    prepared = Signal()
    derived_changed = Signal()
    display_changed = Signal()
    about_to_prepare = Signal(str, object)

    def __init__(self) -> None:
        self.pattern: PowderPattern | None = None
        self.preparation = Preparation()
        self.background: NDArray[np.float64] | None = None
        self.background_two_theta: NDArray[np.float64] | None = None
        self.peaks: PeakList | None = None
        self.note = ""
        self.x_axis: XAxis = "two_theta"
        self.scale: Scale = "linear"
        self._derived_for: Preparation | None = None
        self._seen: tuple[PowderPattern | None, Preparation, PowderPattern | None] = (
            None, self.preparation, None,
        )  # fmt: skip

    @property
    def radiation(self) -> Radiation | None:
        """The radiation of the pattern."""
        return self.pattern.radiation if self.pattern is not None else None

    @property
    def seen(self) -> PowderPattern | None:
        """The pattern as it is prepared: what searches and fits are given."""
        pattern, preparation, seen = self._seen
        if pattern is not self.pattern or preparation != self.preparation:
            seen = self.preparation.seen(self.pattern) if self.pattern is not None else None
        self._seen = self.pattern, self.preparation, seen
        return seen

    @property
    def settled(self) -> bool:
        """Whether background and peaks are those of the pattern as it is prepared now."""
        return self.peaks is not None and self._derived_for == self.preparation

    def set_pattern(self, pattern: PowderPattern | None, note: str = "") -> None:
        """Put another pattern on the table; what was chosen about the old one and derived goes.

        `note` says in words where it comes from, where that is not a measurement.
        """
        self.recall(pattern, note, Preparation(), None, None, anew=True)

    def recall(
        self,
        pattern: PowderPattern | None,
        note: str,
        preparation: Preparation,
        background: NDArray[np.float64] | None,
        peaks: PeakList | None,
        anew: bool = False,
    ) -> None:
        """Put back a pattern together with what was chosen about it and derived from it.

        Nothing happens where all that is so already, unless `anew`.
        """
        another, otherwise = pattern is not self.pattern or anew, preparation != self.preparation
        if not another and not otherwise:
            return
        self.pattern, self.note, self.preparation = pattern, note, preparation
        self._keep_derived(background, peaks)
        if another:
            self.changed.emit()
        if otherwise:
            self.prepared.emit()
        self.derived_changed.emit()

    def prepare(self, preparation: Preparation, step: str, series: object = None) -> None:
        """Choose something else about the pattern, as a step of that name.

        Steps of one `series` that follow each other are undone together.

        Raises
        ------
        BadInputError
            If that cannot be done to the pattern; everything stays as it was then.
        """
        if self.pattern is None or preparation == self.preparation:
            return
        seen = preparation.seen(self.pattern)
        self.about_to_prepare.emit(step, series)
        self.preparation, self._seen = preparation, (self.pattern, preparation, seen)
        self.prepared.emit()

    def set_radiation(self, radiation: Radiation) -> None:
        """The same points, taken to be measured with another radiation."""
        if self.pattern is None or radiation == self.pattern.radiation:
            return
        self.pattern = self.pattern.with_radiation(radiation)
        self.peaks = None
        self.changed.emit()
        self.derived_changed.emit()

    def set_derived(self, background: NDArray[np.float64] | None, peaks: PeakList | None) -> None:
        """Background and fitted peaks of the pattern as it is prepared now."""
        self._keep_derived(background, peaks)
        self.derived_changed.emit()

    def _keep_derived(self, background: NDArray[np.float64] | None, peaks: PeakList | None) -> None:
        seen = self.seen if background is not None else None
        self.background, self.peaks = background, peaks
        self.background_two_theta = seen.two_theta if seen is not None else None
        self._derived_for = self.preparation if peaks is not None else None

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
