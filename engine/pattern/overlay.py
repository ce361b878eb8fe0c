"""Other patterns that are drawn beside the one that is solved."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern


@dataclass(frozen=True, eq=False)
class Overlay:
    """A pattern for comparison.

    Attributes
    ----------
    pattern : PowderPattern
    colour : int
        Number of its colour, which it keeps when others come or go.
    shown : bool
    """

    pattern: PowderPattern
    colour: int = 0
    shown: bool = True


@dataclass(frozen=True)
class Stack:
    """Patterns for comparison, the first nearest to the pattern that is solved, and their places.

    Attributes
    ----------
    overlays : tuple of Overlay
    offset : float
        By which share of the height of the plot each stands above the one before.
    same_height : bool
        Whether all are scaled to the highest point of the pattern that is solved.
    """

    overlays: tuple[Overlay, ...] = ()
    offset: float = 0.0
    same_height: bool = False

    def __post_init__(self) -> None:
        """Check the offset."""
        if not (math.isfinite(self.offset) and 0.0 <= self.offset <= 1.0):
            raise BadInputError("The offset of stacked patterns is a share from 0 to 1.")
