"""The candidates that the solver has found, and which of them is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from psygnal import Signal

if TYPE_CHECKING:
    from engine.pattern.comparison import PeakComparison
    from engine.solve.result import Candidate, Solution

Status = Literal["idle", "running", "done", "cancelled", "failed"]


class SolutionState:
    """Solution, progress of the solver, and the chosen candidate.

    `changed` says that there are other candidates, `chosen_changed` that another one is looked
    at, `status_changed` that the solver started, went on or stopped, `comparison_changed` that
    the peaks of the chosen candidate have been compared with those observed.
    """

    changed = Signal()
    chosen_changed = Signal()
    status_changed = Signal()
    comparison_changed = Signal()

    def __init__(self) -> None:
        self.solution: Solution | None = None
        self.status: Status = "idle"
        self.fraction = 0.0
        self.message = ""
        self.comparison: PeakComparison | None = None
        self._chosen = 0

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All candidates, best first."""
        return self.solution.candidates if self.solution is not None else ()

    @property
    def chosen(self) -> Candidate | None:
        """The candidate that is looked at."""
        if 0 <= self._chosen < len(self.candidates):
            return self.candidates[self._chosen]
        return None

    @property
    def chosen_index(self) -> int:
        """Row of the chosen candidate; -1 if there is none."""
        return self._chosen if self.chosen is not None else -1

    def set_solution(self, solution: Solution | None) -> None:
        """Show other candidates; the first is chosen, unless the user's choice is still there."""
        kept = self.chosen.structure if self.chosen is not None and self._chosen > 0 else None
        self.solution = solution
        self._chosen = next(
            (i for i, item in enumerate(self.candidates) if item.structure is kept), 0
        )
        self.comparison = None
        self.changed.emit()
        self.chosen_changed.emit()
        self.comparison_changed.emit()

    def choose(self, index: int) -> None:
        """Look at the candidate in row `index`."""
        if 0 <= index < len(self.candidates) and index != self._chosen:
            self._chosen = index
            self.comparison = None
            self.chosen_changed.emit()
            self.comparison_changed.emit()

    def set_comparison(self, comparison: PeakComparison | None) -> None:
        """Observed peaks beside those of the chosen candidate."""
        self.comparison = comparison
        self.comparison_changed.emit()

    def set_status(self, status: Status, fraction: float = 0.0, message: str = "") -> None:
        """Where the solver is."""
        self.status, self.fraction, self.message = status, fraction, message
        self.status_changed.emit()
