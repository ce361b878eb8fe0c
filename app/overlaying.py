"""Patterns read for comparison, several at once, without touching the one that is solved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from app.controller import Controller
from app.jobs.runner import Handlers
from app.language import tr
from app.settings import Settings
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.progress import Progress

Read = tuple[list[PowderPattern], list[str]]


class Overlaying(QObject):
    """Asks for files and reads them in a thread."""

    def __init__(self, controller: Controller, settings: Settings, window: QWidget) -> None:
        super().__init__(controller)
        self._session = controller.session
        self._services = controller.services
        self._jobs = controller.jobs
        self._settings, self._window = settings, window

    def ask(self) -> None:
        """Ask for patterns, and draw them."""
        folder = self._settings.get("folder", "")
        paths, _filter = QFileDialog.getOpenFileNames(
            self._window, tr("Compare with patterns"), folder
        )
        if paths:
            self.add(paths)

    def add(self, paths: Sequence[str | Path]) -> None:
        """Read files and draw them; what cannot be read is named and left out."""
        messages = self._session.messages
        messages.clear("overlay")

        def read(progress: Progress) -> Read:
            patterns, refusals = [], []
            for number, path in enumerate(paths):
                progress.report(number / len(paths), Path(path).name)
                try:
                    patterns.append(self._services.read_pattern(Path(path)))
                except BadInputError as error:
                    refusals.append(str(error))
            return patterns, refusals

        self._jobs.start("overlay", read, Handlers(result=self._take))

    def _take(self, read: Read) -> None:
        patterns, refusals = read
        session = self._session
        radiation = session.pattern.radiation
        taken = []
        for pattern in patterns:
            if pattern.radiation.provenance == "assumed" and radiation is not None:
                session.messages.add(
                    "info",
                    tr(
                        "{0} names no wavelength: that of the pattern on the table is taken "
                        "for it.",
                        pattern.name,
                    ),
                    "overlay",
                )
                pattern = pattern.with_radiation(radiation)
            taken.append(pattern)
        session.overlays.add(taken)
        if taken:
            session.plot_tool.choose("compare")
        for refusal in refusals:
            session.messages.add("error", refusal, "overlay")
