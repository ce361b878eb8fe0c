"""Runs functions in threads of their own and brings their results back to the UI thread.

One job of a kind at a time: starting another one abandons the first, whose late results are
dropped. A job is told to stop through its `Progress`, which raises `CancelledError`.
"""

from __future__ import annotations

import itertools
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from engine.errors import BadInputError, CancelledError
from engine.progress import Progress

REPORTS_PER_SECOND = 15.0
_numbers = itertools.count(1)


def _ignore(*_: Any) -> None:
    """Stand-in for a handler that nobody gave."""


@dataclass(frozen=True)
class Handlers:
    """What to do with what a job says; all are called on the UI thread.

    `refused` gets the sentence of a `BadInputError`; exactly one of `result`, `refused`,
    `failed` and `cancelled` is called in the end, none where the job was abandoned.
    """

    result: Callable[[Any], None] = _ignore
    refused: Callable[[str], None] = _ignore
    failed: Callable[[], None] = _ignore
    cancelled: Callable[[], None] = _ignore
    progress: Callable[[float, str], None] = _ignore
    partial: Callable[[Any], None] = _ignore


@dataclass(eq=False)
class Job:
    """The token of one run: whoever holds an outdated one is not listened to."""

    kind: str
    handlers: Handlers
    number: int = field(default_factory=lambda: next(_numbers))
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class _Post(QObject):
    """Carries what a worker says to the UI thread."""

    said = Signal(object, str, object)


class JobProgress(Progress):
    """Brings reports to the UI thread, not more often than a person can read."""

    def __init__(self, job: Job, post: _Post) -> None:
        """Report for `job` through `post`."""
        self._job = job
        self._post = post
        self._next = 0.0

    def report(self, fraction: float, message: str = "") -> None:
        """Pass the report on; raises `CancelledError` where the job was told to stop."""
        if self._job.stop.is_set():
            raise CancelledError
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 1.0 / REPORTS_PER_SECOND
            self._post.said.emit(self._job, "progress", (float(fraction), message))

    def partial(self, result: Any) -> None:
        """Pass on a result that is already worth showing."""
        if self._job.stop.is_set():
            raise CancelledError
        self._post.said.emit(self._job, "partial", result)


class JobRunner(QObject):
    """Starts, cancels and winds up the jobs of one window.

    Signals
    -------
    crashed(kind, report)
        A job ended by an error that nobody foresaw; `report` is its traceback.
    changed(kind)
        A job of that kind has started or ended.
    """

    crashed = Signal(str, str)
    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        """Belong to `parent`, in the UI thread."""
        super().__init__(parent)
        self._current: dict[str, Job] = {}
        self._threads: list[threading.Thread] = []
        self._post = _Post(self)
        self._post.said.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    def start(
        self, kind: str, function: Callable[[Progress], Any], handlers: Handlers | None = None
    ) -> Job:
        """Run ``function(progress)`` in a thread; an older job of this kind is abandoned."""
        self.abandon(kind)
        job = Job(kind, handlers or Handlers())
        self._current[kind] = job
        job.thread = threading.Thread(
            target=self._work, args=(job, function), name=f"densight-{kind}", daemon=True
        )
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._threads.append(job.thread)
        job.thread.start()
        self.changed.emit(kind)
        return job

    def running(self, kind: str) -> bool:
        """Whether a job of this kind is under way and still wanted."""
        return kind in self._current

    @property
    def busy(self) -> bool:
        """Whether any job is under way and still wanted."""
        return bool(self._current)

    def cancel(self, kind: str) -> bool:
        """Tell the job of this kind to stop, and stop listening to it at once."""
        job = self._current.get(kind)
        if job is None:
            return False
        self.abandon(kind)
        job.handlers.cancelled()
        return True

    def abandon(self, kind: str) -> None:
        """As `cancel`, without telling its owner."""
        job = self._current.pop(kind, None)
        if job is not None:
            job.stop.set()
            self.changed.emit(kind)

    def shutdown(self, timeout: float = 10.0) -> bool:
        """Stop everything and wait for the threads; False if one of them did not heed."""
        for kind in list(self._current):
            self.abandon(kind)
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        return not self._threads

    def _work(self, job: Job, function: Callable[[Progress], Any]) -> None:
        """In the job's thread: run, and post how it ended."""
        try:
            result = function(JobProgress(job, self._post))
        except CancelledError:
            self._tell(job, "cancelled", None)
        except BadInputError as error:
            self._tell(job, "refused", str(error))
        except Exception:
            self._tell(job, "failed", traceback.format_exc())
        else:
            self._tell(job, "result", result)

    def _tell(self, job: Job, what: str, content: Any) -> None:
        if not job.stop.is_set():
            self._post.said.emit(job, what, content)

    @Slot(object, str, object)
    def _hear(self, job: Job, what: str, content: Any) -> None:
        """On the UI thread: hand over what a job says, if it is still the current one."""
        if self._current.get(job.kind) is not job:
            return
        handlers = job.handlers
        if what == "progress":
            handlers.progress(*content)
            return
        if what == "partial":
            handlers.partial(content)
            return
        del self._current[job.kind]
        self.changed.emit(job.kind)
        if what == "result":
            handlers.result(content)
        elif what == "refused":
            handlers.refused(content)
        elif what == "cancelled":
            handlers.cancelled()
        else:
            handlers.failed()
            self.crashed.emit(job.kind, content)
