"""Project files: the session saved as one file and put back from one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controller import Controller
from app.jobs.runner import Handlers, JobRunner
from app.language import tr
from app.state.history import Memory
from app.state.session import Session
from app.state.solution import Mark
from engine.errors import BadInputError
from engine.export.project import SUFFIX, CandidateMark, Project, read_project, write_project


class Documents(QObject):
    """The project file of one window, and whether the session differs from it.

    Signals
    -------
    changed()
        The file has another name, or the session may have become other than the file.
    opened(path)
        A project has been opened, or saved under a name.
    saved(path)
        The session has been saved.
    """

    changed = Signal()
    opened = Signal(str)
    saved = Signal(str)

    def __init__(self, controller: Controller, jobs: JobRunner, parent: QObject) -> None:
        """Keep the session of `controller`."""
        super().__init__(parent)
        self._controller = controller
        self._session: Session = controller.session
        self._jobs = jobs
        session = self._session
        for signal in (
            session.pattern.changed,
            session.pattern.prepared,
            session.overlays.changed,
            session.elements.changed,
            session.solution.changed,
            session.solution.marks_changed,
            session.density.map_changed,
            session.history.changed,
        ):
            signal.connect(self._tell)

    def _tell(self) -> None:
        self.changed.emit()

    @property
    def path(self) -> Path | None:
        """The project file that the session belongs to."""
        return self._session.document

    def save(self, path: str | Path, then: Callable[[], None] | None = None) -> None:
        """Write the session to `path`, which gets the suffix of projects where it has none.

        `then` is called when it is written; not if it could not be.
        """
        path = Path(path)
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        messages, memory = self._session.messages, self._session.remember()
        project = project_of(memory)
        messages.clear("project")

        def done(_nothing: object) -> None:
            self._session.saved_as(path, memory)
            messages.add("info", tr("Saved {0} in {1}.", path.name, path.parent), "project")
            self.opened.emit(str(path))
            self.changed.emit()
            self.saved.emit(str(path))
            if then is not None:
                then()

        self._jobs.start(
            "save",
            lambda _progress: write_project(path, project),
            Handlers(result=done, refused=lambda text: messages.add("error", text, "project")),
        )

    def open(self, path: str | Path) -> None:
        """Read a project; on bad input the session stays as it was. It can be undone."""
        path = Path(path)

        def take(project: Project) -> None:
            if self._take(project, path.stem):
                self._session.saved_as(path, self._session.remember())
                self.opened.emit(str(path))
                self.changed.emit()

        self._read(path, take)

    def restore(
        self, path: Path, name: str, document: Path | None, done: Callable[[], None]
    ) -> None:
        """Read what was kept of a session that did not end by itself.

        Parameters
        ----------
        path : Path
            The kept project.
        name : str
            What the session was about.
        document : Path or None
            The project file that it belonged to, which has not got these changes.
        done : callable
            Called when the session is back.
        """

        def take(project: Project) -> None:
            if self._take(project, name):
                self._session.document = document
                self.changed.emit()
                done()

        self._read(path, take)

    def _read(self, path: Path, take: Callable[[Project], None]) -> None:
        messages = self._session.messages
        messages.clear("project")
        self._jobs.start(
            "open",
            lambda _progress: read_project(path),
            Handlers(
                result=take,
                refused=lambda text: messages.add("error", text, "project"),
            ),
        )

    def _take(self, project: Project, name: str) -> bool:
        """Put a project's content into the session; False if it cannot be."""
        session = self._session
        try:
            session.elements.check(project.elements)
        except BadInputError as error:
            session.messages.add("error", str(error), "project")
            return False
        session.messages.clear()
        self._controller.put_back(project, tr("Open {0}", name))
        marks = {
            key: Mark(mark.pinned, mark.discarded, mark.note) for key, mark in project.marks.items()
        }
        with session.history.silence():
            session.solution.set_marks(marks)
        return True


def project_of(memory: Memory) -> Project:
    """What is written of a session."""
    return Project(
        pattern=memory.pattern,
        note=memory.note,
        elements=memory.selected,
        formula=memory.formula,
        others_possible=memory.others_possible,
        solution=memory.solution,
        chosen=max(memory.chosen, 0),
        marks={
            key: CandidateMark(mark.pinned, mark.discarded, mark.note)
            for key, mark in memory.marks.items()
        },
        prediction=memory.prediction,
        preparation=memory.preparation,
        stack=memory.stack,
    )
