"""The log file: what the program did, for whoever has to find out why it went wrong.

It holds no data of the user beyond file names and elements, and never leaves the computer.
"""

from __future__ import annotations

import logging
import platform
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6.QtCore import QObject, qVersion

import engine
from app.controller import Controller
from app.jobs.runner import JobRunner
from app.state.session import Session

LOGGER = logging.getLogger("densight")
LOGGER.addHandler(logging.NullHandler())  # without a file nothing goes to the terminal either
LARGEST_BYTES = 1_000_000
FORMER_FILES = 2


def start_log(folder: Path) -> Path | None:
    """Write to ``densight.log`` in `folder` from now on; None where that cannot be.

    A second call moves the log to another folder.
    """
    stop_log()
    path = folder / "densight.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=LARGEST_BYTES, backupCount=FORMER_FILES, encoding="utf-8"
        )
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    LOGGER.info(
        "Densight %s, Python %s, Qt %s, %s",
        engine.__version__,
        platform.python_version(),
        qVersion(),
        platform.platform(),
    )
    return path


def stop_log() -> None:
    """Close the file."""
    for handler in list(LOGGER.handlers):
        if isinstance(handler, RotatingFileHandler):
            LOGGER.removeHandler(handler)
            handler.close()


def log_file() -> Path | None:
    """Where the log is written; None while it is not."""
    for handler in LOGGER.handlers:
        if isinstance(handler, RotatingFileHandler):
            return Path(handler.baseFilename)
    return None


class SessionLog(QObject):
    """Writes down what happens in one window."""

    def __init__(self, controller: Controller, jobs: JobRunner) -> None:
        """Watch a window's controller and jobs."""
        super().__init__(controller)
        self._session: Session = controller.session
        self._status: dict[str, str] = {}
        self._said: tuple[object, ...] = ()
        controller.opened.connect(lambda path: LOGGER.info("opened %s", path))
        jobs.crashed.connect(lambda kind, trace: LOGGER.error("while %s:\n%s", kind, trace))
        self._session.solution.status_changed.connect(self._solver)
        self._session.messages.changed.connect(self._messages)

    def _solver(self) -> None:
        solution = self._session.solution
        if solution.status == self._status.get("solver"):
            return
        self._status["solver"] = solution.status
        if solution.status == "running":
            LOGGER.info("solving with %s", self._session.elements.text)
        elif solution.status != "idle":
            found = solution.solution
            LOGGER.info(
                "solver %s: %d candidates%s",
                solution.status,
                len(solution.candidates),
                f", {found.verdict}, {found.timings.get('total', 0.0):.1f} s" if found else "",
            )

    def _messages(self) -> None:
        messages = self._session.messages.messages
        for message in messages:
            if message not in self._said and message.severity != "info":
                LOGGER.warning("%s: %s", message.severity, message.text)
        self._said = messages
