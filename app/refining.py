"""Refining the chosen candidate with the engine of ``densight fit``, as a step to be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app import text
from app.controller import Controller
from app.jobs.reporting import reporting
from app.language import noop, tr
from app.state.refinement import RefinementState
from engine.errors import BadInputError

if TYPE_CHECKING:
    from engine.refine.result import FitResult
    from engine.solve.result import Candidate

NOTHING_CHOSEN = noop("Choose a candidate to refine.")
GONE = noop("The candidate that was refined is no longer listed; its refinement was put away.")


class Refining(QObject):
    """Starts and stops refinements, and puts their results in the candidate's place."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._session = controller.session
        self._services = controller.services
        self._jobs = controller.jobs
        self._candidate: Candidate | None = None
        self.state = RefinementState()
        self._session.solution.changed.connect(self._stop_if_gone)

    @property
    def possible(self) -> bool:
        """Whether there is something to refine and no search that would change it."""
        return self._session.solution.changeable

    def start(self) -> bool:
        """Refine the chosen candidate as wished; False if something is missing or wrong."""
        candidate, pattern = self._session.solution.chosen, self._session.pattern.pattern
        if candidate is None or pattern is None or not self.possible:
            self.state.set_status("failed", 0.0, NOTHING_CHOSEN)
            return False
        from engine.pattern.excluded import merged_regions, parse_regions, regions_text
        from engine.refine.wishes import question_of

        wishes = self.state.wishes
        try:
            drawn = [r for r in self._session.preparing.regions if r not in wishes.used_again]
            regions = (*drawn, *parse_regions(wishes.excluded))
            asked, options = question_of(
                self._session.pattern.preparation.marked(pattern),
                groups=None if wishes.automatic else wishes.groups,
                background_terms=wishes.background_terms,
                texture_axis=wishes.texture_axis,
                monochromator=wishes.monochromator or None,
                excluded=regions_text(merged_regions(regions)),
                humps=wishes.humps,
                robust=wishes.robust,
            )
        except BadInputError as error:
            self.state.set_status("failed", 0.0, str(error))
            return False
        further = () if wishes.further is None else (wishes.further.structure,)
        structures = (candidate.structure, *further)
        self._candidate = candidate
        self.state.set_status("running", 0.0, tr("Starting"))
        self._jobs.start(
            "refine",
            lambda progress: self._services.refine(asked, structures, options, progress),
            reporting(self.state, lambda fit: self._take(candidate, fit)),
        )
        return True

    def cancel(self) -> None:
        """Stop; the candidate stays as it was."""
        self._jobs.cancel("refine")

    def _take(self, candidate: Candidate, fit: FitResult) -> None:
        self._candidate = None
        session = self._session
        if candidate not in session.solution.candidates:
            self.state.set_status("failed", 0.0, tr(GONE))
            return
        name = f"{text.formula(candidate.formula)} {text.space_group(candidate.space_group)}"
        with session.history.step(tr("Refine {0}", name)):
            session.solution.set_fit(candidate, fit)
        self.state.set_fits(candidate.fit, fit)

    def _stop_if_gone(self) -> None:
        """A refinement of what is no longer listed is of no use."""
        gone = self._candidate is not None
        if gone and self._candidate not in self._session.solution.candidates:
            self._candidate = None
            self.cancel()
