"""What the mouse does in the pattern plot: look, or change something about the pattern."""

from __future__ import annotations

from typing import Literal

from psygnal import Signal

Tool = Literal["look", "exclude", "peaks", "background", "compare"]


class PlotToolState:
    """The tool that is in hand; `changed` says that it is another one."""

    changed = Signal()

    def __init__(self) -> None:
        self.tool: Tool = "look"

    def choose(self, tool: Tool) -> None:
        """Take a tool in hand."""
        if tool != self.tool:
            self.tool = tool
            self.changed.emit()
