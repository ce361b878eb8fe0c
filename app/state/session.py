"""The whole session: every model that the window shows."""

from __future__ import annotations

from app.state.density import DensityState
from app.state.elements import ElementsState
from app.state.messages import MessagesState
from app.state.pattern import PatternState
from app.state.solution import SolutionState


class Session:
    """Pattern, elements, solution, density and messages, each an evented model of its own."""

    def __init__(self) -> None:
        self.pattern = PatternState()
        self.elements = ElementsState()
        self.solution = SolutionState()
        self.density = DensityState()
        self.messages = MessagesState()
        self.device = ""

    def clear_results(self) -> None:
        """Forget candidates and densities: they belonged to another pattern."""
        self.solution.set_solution(None)
        self.solution.set_status("idle")
        self.density.clear()
        self.density.set_status("idle")
