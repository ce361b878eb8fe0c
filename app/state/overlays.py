"""Patterns drawn for comparison: which, in which colours, how they are stacked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from psygnal import Signal

from app.language import tr
from engine.pattern.overlay import Overlay, Stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.pattern.pattern import PowderPattern

N_COLOURS = 6


class OverlayState:
    """The stack of patterns for comparison.

    `changed` says that there are others, or that they stand otherwise; `about_to_change` carries
    the name of a step before patterns come or go. Offset, scale and what is hidden are matters of
    looking, and no steps.
    """

    changed = Signal()
    about_to_change = Signal(str)

    def __init__(self) -> None:
        self.stack = Stack()

    def add(self, patterns: Sequence[PowderPattern]) -> None:
        """Draw more patterns, each in a colour that is free, if one is."""
        if not patterns:
            return
        names = patterns[0].name if len(patterns) == 1 else f"{len(patterns)} patterns"
        self.about_to_change.emit(tr("Compare with {0}", names))
        overlays = self.stack.overlays
        for pattern in patterns:
            used = [overlay.colour for overlay in overlays]
            colour = min(range(N_COLOURS), key=used.count)
            overlays = (*overlays, Overlay(pattern, colour))
        self._set(replace(self.stack, overlays=overlays))

    def remove(self, index: int) -> None:
        """Draw one pattern less."""
        overlays = self.stack.overlays
        self.about_to_change.emit(tr("Remove {0}", overlays[index].pattern.name))
        self._set(replace(self.stack, overlays=overlays[:index] + overlays[index + 1 :]))

    def clear(self) -> None:
        """Draw none."""
        if self.stack.overlays:
            self.about_to_change.emit(tr("Remove patterns for comparison"))
            self._set(replace(self.stack, overlays=()))

    def show(self, index: int, shown: bool) -> None:
        """Draw or hide one pattern."""
        overlays = list(self.stack.overlays)
        overlays[index] = replace(overlays[index], shown=shown)
        self._set(replace(self.stack, overlays=tuple(overlays)))

    def set_offset(self, offset: float) -> None:
        """Stand each above the one before by a share of the plot's height, 0 to 1."""
        self._set(replace(self.stack, offset=min(max(offset, 0.0), 1.0)))

    def set_same_height(self, same: bool) -> None:
        """Scale all to one height, or draw counts as they are."""
        self._set(replace(self.stack, same_height=same))

    def recall(self, overlays: tuple[Overlay, ...]) -> None:
        """Draw the patterns of a former step, standing as they do now."""
        self._set(replace(self.stack, overlays=overlays))

    def set_stack(self, stack: Stack) -> None:
        """Draw the patterns of a project."""
        self._set(stack)

    def _set(self, stack: Stack) -> None:
        if stack != self.stack:
            self.stack = stack
            self.changed.emit()
