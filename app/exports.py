"""Files that the user asks for: structures and maps, written in a thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.jobs.runner import Handlers, JobRunner
from app.language import tr
from app.services import Services
from app.state.session import Session
from engine.errors import BadInputError
from engine.progress import Progress


class Exports(QObject):
    """Writes what the session shows.

    Signals
    -------
    saved(path)
        A file has been written.
    """

    saved = Signal(str)

    def __init__(
        self, session: Session, services: Services, jobs: JobRunner, parent: QObject | None = None
    ) -> None:
        """Write from `session` by `services`, in threads of `jobs`."""
        super().__init__(parent)
        self._session = session
        self._services = services
        self._jobs = jobs

    def write_cif(self, path: str | Path) -> None:
        """Write the chosen candidate as CIF."""
        candidate, solution = self._session.solution.chosen, self._session.solution.solution
        if candidate is None or solution is None:
            self._session.messages.add(
                "error", tr("There is no candidate to export yet."), "export"
            )
            return
        path = Path(path)
        self._write(path, lambda _progress: self._services.export_cif(path, candidate, solution))

    def write_map(self, path: str | Path) -> None:
        """Write the density that is shown; the suffix says in which format."""
        shown = self._session.density.shown
        if shown is None:
            self._session.messages.add("error", tr("There is no density to export yet."), "export")
            return
        path = Path(path)
        self._write(path, lambda _progress: self._services.export_map(path, shown))

    def _write(self, path: Path, work: Callable[[Progress], Any]) -> None:
        messages = self._session.messages

        def write(progress: Progress) -> None:
            try:
                work(progress)
            except OSError as error:
                reason = error.strerror or str(error)
                raise BadInputError(tr("{0} could not be written: {1}.", path, reason)) from error

        def done(_result: object) -> None:
            messages.add("info", tr("Saved {0} in {1}.", path.name, path.parent), "export")
            self.saved.emit(str(path))

        messages.clear("export")
        self._jobs.start(
            "export",
            write,
            Handlers(result=done, refused=lambda text: messages.add("error", text, "export")),
        )
