"""The candidates that the solver has found, and which of them is looked at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Literal

from psygnal import Signal

from app.language import tr

if TYPE_CHECKING:
    from engine.pattern.comparison import PeakComparison
    from engine.refine.result import FitResult
    from engine.solve.result import Candidate, Solution

Status = Literal["idle", "running", "done", "cancelled", "failed"]
RUNS = count(1)


@dataclass(frozen=True)
class Mark:
    """What the user has said of a candidate."""

    pinned: bool = False
    discarded: bool = False
    note: str = ""


# Marks by `candidate_key`; a plain mapping that is replaced, never changed.
Marks = dict[str, Mark]
UNMARKED = Mark()


def candidate_key(candidate: Candidate) -> str:
    """The same for the same atoms in the same cell, whichever search or process they are from."""
    structure = candidate.structure
    digest = hashlib.sha256()
    for array in (structure.lattice, structure.numbers, structure.frac_coords):
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


class SolutionState:
    """Solution, progress of the solver, the chosen candidate, and what was said of each.

    `changed` says that there are other candidates, `chosen_changed` that another one is looked
    at, `status_changed` that the solver started, went on or stopped, `comparison_changed` that
    the peaks of the chosen candidate have been compared with those observed, `marks_changed`
    that candidates were pinned, discarded or annotated. `about_to_mark` comes before such a
    change by the user, with its name.
    """

    changed = Signal()
    chosen_changed = Signal()
    status_changed = Signal()
    comparison_changed = Signal()
    marks_changed = Signal()
    about_to_mark = Signal(str)

    def __init__(self) -> None:
        self.solution: Solution | None = None
        self.status: Status = "idle"
        self.fraction = 0.0
        self.message = ""
        self.comparison: PeakComparison | None = None
        self.run = next(RUNS)
        self.marks: Marks = {}
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
    def changeable(self) -> bool:
        """Whether a candidate is chosen and no search runs that would change it."""
        return self.chosen is not None and self.status != "running"

    @property
    def chosen_index(self) -> int:
        """Row of the chosen candidate; -1 if there is none."""
        return self._chosen if self.chosen is not None else -1

    # -- candidates --------------------------------------------------------------------------

    def begin(self) -> None:
        """A new search starts; candidates of the former one go."""
        self.run = next(RUNS)
        self.set_solution(None)
        self.set_status("running", 0.0, tr("Starting"))

    def go_on(self) -> None:
        """A search starts that goes on from these candidates; they stay until it has answered."""
        self.run = next(RUNS)
        self.set_status("running", 0.0, tr("Starting"))

    def clear(self) -> None:
        """No candidates: they belonged to another pattern."""
        self.run = next(RUNS)
        self.set_solution(None)
        self.set_marks({})
        self.set_status("idle")

    def set_solution(self, solution: Solution | None) -> None:
        """Show other candidates; the first is chosen, unless the user's choice is still there."""
        kept = candidate_key(self.chosen) if self.chosen is not None and self._chosen > 0 else ""
        self.solution = solution
        self._chosen = next(
            (i for i, item in enumerate(self.candidates) if kept and candidate_key(item) == kept), 0
        )
        self._tell_all()

    def add(self, candidate: Candidate) -> None:
        """Put a candidate more at the end of the list, and look at it."""
        if self.solution is None:
            return
        self.run = next(RUNS)
        listed = (*self.solution.candidates, candidate)
        self.solution = replace(self.solution, candidates=listed)
        self._chosen = len(listed) - 1
        self._tell_all()

    def set_fit(self, candidate: Candidate, fit: FitResult) -> Candidate | None:
        """Put another fit, with its refined structure, in place of a candidate's.

        What the user has said of the candidate stays. None where it is no longer listed.
        """
        solution = self.solution
        if solution is None or candidate not in solution.candidates:
            return None
        other = replace(candidate, structure=fit.structure, fit=fit)
        place = solution.candidates.index(candidate)
        listed = (*solution.candidates[:place], other, *solution.candidates[place + 1 :])
        mark = self.marks.get(candidate_key(candidate))
        if mark is not None:
            self.set_marks({**self.marks, candidate_key(other): mark})
        self.run = next(RUNS)
        self.solution = replace(solution, candidates=listed)
        self._tell_all()
        return other

    def recall(self, solution: Solution | None, status: Status, chosen: int, run: int) -> None:
        """Put back the candidates of another search."""
        self.run, self.solution, self._chosen = run, solution, max(chosen, 0)
        self._tell_all()
        self.set_status(status)

    def _tell_all(self) -> None:
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

    # -- marks -------------------------------------------------------------------------------

    def mark_of(self, candidate: Candidate) -> Mark:
        """What the user has said of a candidate."""
        return self.marks.get(candidate_key(candidate), UNMARKED)

    def pin(self, candidate: Candidate, pinned: bool) -> None:
        """Keep a candidate at the top of the list, or no longer; a pinned one is not discarded."""
        mark = replace(self.mark_of(candidate), pinned=pinned)
        if pinned:
            mark = replace(mark, discarded=False)
        self._mark(candidate, mark, tr("Pin") if pinned else tr("Unpin"))

    def discard(self, candidate: Candidate, discarded: bool) -> None:
        """Put a candidate aside, or take it back; a discarded one is not pinned."""
        mark = replace(self.mark_of(candidate), discarded=discarded)
        if discarded:
            mark = replace(mark, pinned=False)
        self._mark(candidate, mark, tr("Discard") if discarded else tr("Take back"))

    def annotate(self, candidate: Candidate, note: str) -> None:
        """Write a note on a candidate; an empty one takes it away."""
        mark = replace(self.mark_of(candidate), note=note.strip())
        self._mark(candidate, mark, tr("Note on"))

    def set_marks(self, marks: Marks) -> None:
        """Take over all marks at once."""
        if marks != self.marks:
            self.marks = dict(marks)
            self.marks_changed.emit()

    def _mark(self, candidate: Candidate, mark: Mark, what: str) -> None:
        if mark == self.mark_of(candidate):
            return
        self.about_to_mark.emit(f"{what} {candidate.formula} {candidate.space_group}")
        kept = {**self.marks, candidate_key(candidate): mark}
        self.set_marks({key: value for key, value in kept.items() if value != UNMARKED})
