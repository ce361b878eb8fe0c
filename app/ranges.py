"""Choosing among the ranges of a file: one of them, all joined, or their sum."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.controller import Controller
from app.jobs.runner import Handlers
from app.language import tr
from app.state.ranges import RangesState

if TYPE_CHECKING:
    from engine.pattern.pattern import PowderPattern
    from engine.pattern.readers.ranges import RangeChoice, RangeSpan


class Ranges(QObject):
    """Keeps `state` in step with the session's pattern and reads the file anew on a choice."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._session = controller.session
        self._jobs = controller.jobs
        self._listed: Path | None = None
        self.state = RangesState()
        self._session.pattern.changed.connect(self._follow)

    def _follow(self) -> None:
        pattern = self._session.pattern.pattern
        if pattern is None or pattern.path is None or pattern.details.n_ranges < 2:
            self.state.set(1, None)
            return
        path, details = Path(pattern.path), pattern.details
        choice: Any = details.ranges
        if path == self._listed:
            self.state.set(details.n_ranges, choice, self.state.spans)
            return
        self.state.set(details.n_ranges, choice)

        def take(spans: tuple[RangeSpan, ...]) -> None:
            if len(spans) == self.state.count:
                self._listed = path
                self.state.set(self.state.count, self.state.choice, spans)

        list_ranges = self._controller.services.list_ranges
        self._jobs.start("ranges", lambda _progress: list_ranges(path), Handlers(result=take))

    def choose(self, choice: RangeChoice) -> None:
        """Read the file again with another choice, under the radiation that holds now."""
        pattern = self._session.pattern.pattern
        if pattern is None or pattern.path is None or choice == self.state.choice:
            return
        path, radiation = Path(pattern.path), None
        if pattern.radiation.provenance in ("typed", "preset"):
            radiation = pattern.radiation
        messages = self._session.messages
        messages.clear("open")

        def refused(why: str) -> None:
            messages.add("error", why, "open")
            self.state.changed.emit()  # what is shown goes back to what holds

        read: Any = self._controller.services.read_range
        self._jobs.start(
            "open",
            lambda _progress: read(path, choice, radiation),
            Handlers(result=lambda found: self._take(found, path, choice), refused=refused),
        )

    def _take(self, found: PowderPattern, path: Path, choice: RangeChoice) -> None:
        step = tr("Range {0}", choice) if isinstance(choice, int) else tr("Ranges, {0}", choice)
        self._controller.take_pattern(found, path, None, step)
