"""Going on after an answer: a wider search, and a second phase in what a candidate leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app import text
from app.controller import Controller
from app.language import tr

if TYPE_CHECKING:
    from engine.solve.result import Candidate, Solution


class SearchingOn(QObject):
    """Searches further, and takes the chosen candidate's lines away for another window.

    Signals
    -------
    rest_wanted(project, words)
        A window is to show a session that holds what a candidate leaves of the pattern, and to
        say these words.
    """

    rest_wanted = Signal(object, str)

    def __init__(self, controller: Controller) -> None:
        """Act on the controller's session."""
        super().__init__(controller)
        self._controller = controller
        self._session = controller.session

    @property
    def possible(self) -> bool:
        """Whether there is an answer to go on from."""
        solution = self._session.solution
        return solution.solution is not None and solution.status != "running"

    def search_further(self) -> bool:
        """Ask a wider question of the same pattern; candidates stay until it is answered."""
        session, solution = self._session, self._session.solution
        former = solution.solution
        if former is None or not self.possible:
            return False
        from engine.solve.further import further

        problem = further(former.problem)
        session.messages.clear("solve")
        session.history.record(tr("Search further"))
        solution.go_on()
        self._controller.start_search(problem, result=lambda found: self._take(former, found))
        return True

    def _take(self, former: Solution, found: Solution) -> None:
        """Show what was found, and behind it what the user has marked or made."""
        from engine.solve.further import joined

        whole = joined(former, found, self._is_dear)
        self._controller.take_solution(whole)
        new = len(found.candidates) - len(former.candidates)
        self._session.messages.add(
            "info",
            tr(
                "Searched further: {0} candidates, {1} more than before (Ctrl+Z brings "
                "the former list back).",
                len(whole.candidates),
                max(new, 0),
            ),
            "further",
        )

    def _is_dear(self, candidate: Candidate) -> bool:
        """Whether the user has said something of a candidate, or made it."""
        mark = self._session.solution.mark_of(candidate)
        return mark.pinned or bool(mark.note) or candidate.score != candidate.score

    def second_phase(self) -> bool:
        """Open what the chosen candidate leaves of the pattern in a window of its own."""
        solution = self._session.solution
        candidate, found = solution.chosen, solution.solution
        if candidate is None or found is None or not self.possible:
            return False
        from engine.export.project import Project
        from engine.solve.second_phase import rest_of

        pattern, elements = found.problem.pattern, self._session.elements
        name = text.formula(candidate.formula)
        project = Project(
            rest_of(pattern, candidate.fit),
            tr("What {0} leaves of {1}", name, pattern.name),
            elements.selected,
            None,
            elements.others_possible,
        )
        words = tr(
            "This is what {0} leaves of '{1}'. Tick the elements of the second "
            "phase, and solve. Where strong lines were taken away small waves "
            "remain; they are given little weight.",
            name,
            pattern.name,
        )
        self.rest_wanted.emit(project, words)
        return True
