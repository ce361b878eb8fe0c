"""What a tool of the pattern plot has to do; most do only some of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QKeyEvent

from app.theme import LIGHT, Theme
from engine.errors import BadInputError

if TYPE_CHECKING:
    from app.views.pattern_plot import PatternPlot

MESSAGE = "prepare"


class PlotTool:
    """Draws its part of the pattern at all times, and takes mouse and keys while it is in hand.

    Places are those of the main plot's axes.
    """

    def __init__(self, plot: PatternPlot) -> None:
        """Draw into `plot`."""
        self.plot = plot
        self.session = plot.session
        self.theme: Theme = LIGHT
        self.in_hand = False

    def draw(self) -> None:
        """Show what the session holds."""

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.theme = theme

    def take(self, in_hand: bool) -> None:
        """The tool is taken in hand, or laid down."""
        self.in_hand = in_hand
        self.draw()

    def click(self, x: float, y: float, double: bool) -> None:
        """A click with the left button."""

    def wants_drag(self, start: QPointF) -> bool:
        """Whether a drag with the left button from there is the tool's; it zooms otherwise."""
        return False

    def drag(self, start: QPointF, now: QPointF, finished: bool) -> None:
        """The mouse is dragged from one place to another."""

    def cursor_moved(self, two_theta: float | None) -> None:
        """The plot's cursor went to another 2theta."""

    def key(self, event: QKeyEvent) -> bool:
        """A key was pressed; False if it means nothing to the tool."""
        return False

    def attempt(self, change: Callable[[], None]) -> bool:
        """Make a change, or say why it cannot be made; whether it was made."""
        messages = self.session.messages
        messages.clear(MESSAGE)
        try:
            change()
        except BadInputError as error:
            messages.add("error", str(error), MESSAGE)
            self.draw()
            return False
        return True
