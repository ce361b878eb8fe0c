"""Project files: the session saved as one file and put back from one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controller import Controller
from app.jobs.runner import Handlers, JobRunner
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
        A project has been opened.
    """

    changed = Signal()
    opened = Signal(str)

    def __init__(self, controller: Controller, jobs: JobRunner, parent: QObject) -> None:
        """Keep the session of `controller`."""
        super().__init__(parent)
        self._controller = controller
        self._session: Session = controller.session
        self._jobs = jobs
        self.path: Path | None = None
        self._saved: Memory = self._session.remember()
        session = self._session
        for signal in (
            session.pattern.changed,
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
    def modified(self) -> bool:
        """Whether the session holds something that its file does not."""
        return not self._session.remember().same_work(self._saved)

    def save(self, path: str | Path) -> None:
        """Write the session to `path`, which gets the suffix of projects where it has none."""
        path = Path(path)
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        messages, memory = self._session.messages, self._session.remember()
        project = _project(memory)
        messages.clear("project")

        def done(_nothing: object) -> None:
            self.path, self._saved = path, memory
            messages.add("info", f"Saved {path.name} in {path.parent}.", "project")
            self.opened.emit(str(path))
            self.changed.emit()

        self._jobs.start(
            "save",
            lambda _progress: write_project(path, project),
            Handlers(result=done, refused=lambda text: messages.add("error", text, "project")),
        )

    def open(self, path: str | Path) -> None:
        """Read a project; on bad input the session stays as it was. It can be undone."""
        path = Path(path)
        messages = self._session.messages
        messages.clear("project")
        self._jobs.start(
            "open",
            lambda _progress: read_project(path),
            Handlers(
                result=lambda project: self._take(project, path),
                refused=lambda text: messages.add("error", text, "project"),
            ),
        )

    def _take(self, project: Project, path: Path) -> None:
        session = self._session
        try:
            session.elements.check(project.elements)
        except BadInputError as error:
            session.messages.add("error", str(error), "project")
            return
        session.messages.clear()
        self._controller.put_back(project, f"Open {path.stem}")
        marks = {
            key: Mark(mark.pinned, mark.discarded, mark.note) for key, mark in project.marks.items()
        }
        with session.history.silence():
            session.solution.set_marks(marks)
        self.path, self._saved = path, session.remember()
        self.opened.emit(str(path))
        self.changed.emit()


def _project(memory: Memory) -> Project:
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
    )
