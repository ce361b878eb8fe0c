"""What the network's samples agree on, computed when it is looked at."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.controller import Controller
from app.jobs.runner import Handlers
from app.language import tr


class Agreeing(QObject):
    """Keeps mean and spread of the samples in step with the sample that is looked at."""

    def __init__(self, controller: Controller) -> None:
        """Act on the controller's session."""
        super().__init__(controller)
        self._session = controller.session
        self._services = controller.services
        self._jobs = controller.jobs
        self._session.density.map_changed.connect(self._follow)

    def _follow(self) -> None:
        state = self._session.density
        prediction = state.prediction
        if not state.wants_ensemble or prediction is None:
            if state.source != "network":
                self._jobs.abandon("ensemble")
            return
        sample = state.sample
        self._jobs.start(
            "ensemble",
            lambda _progress: self._services.density_ensemble(prediction, sample),
            Handlers(
                result=state.set_ensemble,
                refused=lambda why: state.set_ensemble({}, why),
                failed=lambda: state.set_ensemble({}, tr("Stopped by an error.")),
            ),
        )
