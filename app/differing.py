"""Predicted density minus the chosen candidate's own, computed when it is looked at."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app import text
from app.controller import Controller
from app.jobs.runner import Handlers
from app.language import tr


class Differing(QObject):
    """Keeps the session's difference in step with sample and candidate, while it is shown."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._session = controller.session
        self._services = controller.services
        self._jobs = controller.jobs
        self._session.density.map_changed.connect(self._follow)

    def _follow(self) -> None:
        state, candidate = self._session.density, self._session.solution.chosen
        wanted = state.source == "difference" and not state.difference_maps
        predicted, own = state.sample_map(state.sample), state.candidate_maps.get("cell")
        if not wanted or state.difference_note or predicted is None or own is None:
            if state.source != "difference":
                self._jobs.abandon("difference")
            return
        name = text.candidate(candidate) if candidate is not None else tr("the candidate")
        label = tr("Network sample {0} minus {1}{2}", state.sample + 1, name[:1].lower(), name[1:])
        self._jobs.start(
            "difference",
            lambda _progress: self._services.density_difference(predicted, own, label),
            Handlers(
                result=state.set_difference,
                refused=lambda why: state.set_difference({}, why),
                failed=lambda: state.set_difference({}, tr("Stopped by an error.")),
            ),
        )
