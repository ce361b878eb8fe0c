"""What belongs to the chosen candidate: its own density, and its lines beside the fitted peaks."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app import text
from app.jobs.runner import Handlers, JobRunner
from app.services import Services
from app.state.session import Session


class CandidateDetails(QObject):
    """Works out what is shown of a candidate whenever another one is chosen."""

    def __init__(
        self, session: Session, services: Services, jobs: JobRunner, parent: QObject | None = None
    ) -> None:
        """Watch `session`, and work by `services` in threads of `jobs`."""
        super().__init__(parent)
        self._session = session
        self._services = services
        self._jobs = jobs
        session.solution.chosen_changed.connect(self._look_at_candidate)
        session.pattern.derived_changed.connect(self._compare)

    def _look_at_candidate(self) -> None:
        candidate = self._session.solution.chosen
        density = self._session.density
        if candidate is None:
            self._jobs.abandon("candidate")
            if density.candidate_maps:
                density.set_candidate_maps({})
            return
        label = text.candidate(candidate)
        self._jobs.start(
            "candidate",
            lambda _progress: self._services.candidate_maps(candidate.structure, label),
            Handlers(result=density.set_candidate_maps),
        )
        self._compare()

    def _compare(self) -> None:
        """Fitted peaks beside the reflections of the chosen candidate."""
        candidate = self._session.solution.chosen
        pattern, peaks = self._session.pattern.pattern, self._session.pattern.peaks
        if candidate is None or pattern is None or peaks is None:
            self._jobs.abandon("compare")
            return
        radiation, reflections = pattern.radiation, candidate.fit.reflections
        excluded = self._session.pattern.preparation.excluded
        self._jobs.start(
            "compare",
            lambda _progress: self._services.compare(peaks, reflections, radiation, excluded),
            Handlers(result=self._session.solution.set_comparison),
        )
