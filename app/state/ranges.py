"""The ranges of the pattern's file, where it holds several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal

if TYPE_CHECKING:
    from engine.pattern.readers.ranges import RangeChoice, RangeSpan


class RangesState:
    """What each range covers, and which was taken.

    `changed` says that either is another one.
    """

    changed = Signal()

    def __init__(self) -> None:
        self.count = 1
        self.choice: RangeChoice = None
        self.spans: tuple[RangeSpan, ...] = ()

    def set(self, count: int, choice: RangeChoice, spans: tuple[RangeSpan, ...] = ()) -> None:
        """Another file, another choice, or what the ranges cover."""
        if (count, choice, spans) != (self.count, self.choice, self.spans):
            self.count, self.choice, self.spans = count, choice, spans
            self.changed.emit()
