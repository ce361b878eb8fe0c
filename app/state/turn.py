"""A turn of the density to be saved as a moving picture: how long, how fine, how far it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from psygnal import Signal

from app.state.running import RunState

LEAST_PICTURES, MOST_PICTURES = 8, 360
LEAST_SECONDS, MOST_SECONDS = 1.0, 60.0
LEAST_WIDTH, MOST_WIDTH = 160, 1920
WHOLE = 360.0


@dataclass(frozen=True)
class TurnWishes:
    """What the user asks of a moving picture.

    Attributes
    ----------
    pictures : int
        In one turn.
    seconds : float
        That one turn takes.
    width : int
        Pixels.
    """

    pictures: int = 90
    seconds: float = 6.0
    width: int = 640


class TurnState(RunState):
    """Wishes and progress; `wishes_changed` says that something else is asked for."""

    wishes_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.wishes = TurnWishes()

    def wish(self, **changes: Any) -> None:
        """Ask for something else; numbers are brought to what is sensible."""
        asked = replace(self.wishes, **changes)
        sound = TurnWishes(
            pictures=min(max(asked.pictures, LEAST_PICTURES), MOST_PICTURES),
            seconds=min(max(asked.seconds, LEAST_SECONDS), MOST_SECONDS),
            width=min(max(asked.width, LEAST_WIDTH), MOST_WIDTH),
        )
        if sound != self.wishes:
            self.wishes = sound
            self.wishes_changed.emit()

    def azimuths(self, start: float) -> list[float]:
        """Where the camera stands for each picture, degrees; the last is not the first again."""
        n = self.wishes.pictures
        return [(start + WHOLE * step / n) % WHOLE for step in range(n)]
