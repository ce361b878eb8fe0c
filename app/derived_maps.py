"""Maps made of others when they are looked at: a difference, the samples' mean and spread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from app import text
from app.controller import Controller
from app.jobs.runner import Handlers
from app.language import tr


class DerivedMaps(QObject):
    """Keeps derived maps in step with the sample and the candidate that are looked at."""

    def __init__(self, controller: Controller) -> None:
        """Act on the controller's session."""
        super().__init__(controller)
        self._session = controller.session
        self._services = controller.services
        self._jobs = controller.jobs
        self._session.density.map_changed.connect(self._follow_difference)
        self._session.density.map_changed.connect(self._follow_ensemble)

    def _follow_difference(self) -> None:
        """Predicted density minus the chosen candidate's own."""
        state, candidate = self._session.density, self._session.solution.chosen
        wanted = state.source == "difference" and not state.difference_maps
        predicted, own = state.sample_map(state.sample), state.candidate_maps.get("cell")
        if not wanted or state.difference_note or predicted is None or own is None:
            if state.source != "difference":
                self._jobs.abandon("difference")
            return
        name = text.candidate(candidate) if candidate is not None else tr("the candidate")
        label = tr("Network sample {0} minus {1}{2}", state.sample + 1, name[:1].lower(), name[1:])
        self._make(
            "difference",
            lambda: self._services.density_difference(predicted, own, label),
            state.set_difference,
        )

    def _follow_ensemble(self) -> None:
        """What the network's samples agree on."""
        state = self._session.density
        prediction, sample = state.prediction, state.sample
        if not state.wants_ensemble or prediction is None:
            if state.source != "network":
                self._jobs.abandon("ensemble")
            return
        self._make(
            "ensemble",
            lambda: self._services.density_ensemble(prediction, sample),
            state.set_ensemble,
        )

    def _make(self, job: str, work: Callable[[], Any], take: Callable[..., None]) -> None:
        """Compute maps in a thread; where there are none, `take` gets a sentence on why."""
        self._jobs.start(
            job,
            lambda _progress: work(),
            Handlers(
                result=take,
                refused=lambda why: take({}, why),
                failed=lambda: take({}, tr("Stopped by an error.")),
            ),
        )
