"""The engine in a process of its own, called as if it were here.

Python lets one thread of a process compute at a time; a solver in a thread of the window's process
thus holds up the window. `EngineProcess.call` sends a call to `app.jobs.engine_worker` and waits in
the caller's thread, passing on what is reported.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from app.jobs.engine_worker import work
from engine.errors import BadInputError, CancelledError
from engine.progress import Progress

HEED_SECONDS = 30.0
LEAVE_SECONDS = 3.0
TICK_SECONDS = 0.1
ENDINGS = ("result", "refused", "cancelled", "unwritable", "failed", "died")
LOADING = "Loading the engine"


class EngineDiedError(BadInputError):
    """The process ended in the middle of a call; another one has taken its place."""


class EngineFailedError(RuntimeError):
    """A bug in the engine; the text is the traceback from the other process."""


@dataclass(eq=False)
class _Call:
    """One call: what comes back for it, and whether anybody still waits for it."""

    replies: queue.SimpleQueue[tuple[str, Any]] = field(default_factory=queue.SimpleQueue)
    cancelled_at: float | None = None


@dataclass(eq=False)
class _Life:
    """One process, from its start to its end."""

    process: BaseProcess
    pipe: Connection
    reader: threading.Thread | None = None
    calls: dict[int, _Call] = field(default_factory=dict)
    is_ready: bool = False
    sending: threading.Lock = field(default_factory=threading.Lock)


class EngineProcess:
    """Starts the engine's process, calls it, and replaces it when it dies.

    Parameters
    ----------
    target : callable
        What the process does with its end of the pipe; importable by name.

    Notes
    -----
    All methods may be called from any thread.
    """

    def __init__(self, target: Callable[[Connection], None] = work) -> None:
        self._target = target
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._life: _Life | None = None
        self._closed = False
        self._device = ""
        self._changed = threading.Condition(self._lock)

    # -- life --------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the process, if it is not there; it loads its libraries by itself."""
        with self._lock:
            self._living()

    def _living(self) -> _Life:
        """The process that takes calls; the lock must be held."""
        if self._closed:
            raise CancelledError
        if self._life is None:
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(
                target=self._target, args=(theirs,), name="densight-engine", daemon=True
            )
            process.start()
            theirs.close()  # so that the process's death closes the last other end
            life = _Life(process, ours)
            life.reader = threading.Thread(
                target=self._read, args=(life,), name="densight-engine-reader", daemon=True
            )
            self._life = life
            life.reader.start()
        return self._life

    @property
    def pid(self) -> int | None:
        """The process's number; None while there is none."""
        with self._lock:
            return self._life.process.pid if self._life is not None else None

    def wait_until_ready(self, progress: Progress) -> str:
        """Wait until all libraries are loaded; the device that is used, in words."""
        with self._lock:
            while True:
                life = self._living()
                if life.is_ready:
                    return self._device
                self._changed.wait(TICK_SECONDS)
                progress.report(0.0, LOADING)

    def close(self) -> None:
        """End the process, whatever it does; nothing can be called any more."""
        with self._lock:
            self._closed = True
            life, self._life = self._life, None
        if life is None:
            return
        # Killed, not asked: it may be in the middle of a long computation without reports, and
        # it owns nothing that could be left half done (files are replaced at once).
        life.process.kill()
        life.process.join(LEAVE_SECONDS)
        if life.reader is not None:
            life.reader.join(LEAVE_SECONDS)

    # -- calls -------------------------------------------------------------------------------

    def call(self, name: str, *arguments: Any, progress: Progress | None = None) -> Any:
        """Call a function of the engine's process and wait for its result.

        Raises
        ------
        BadInputError
            What the function refused; `EngineDiedError` where the process ended meanwhile.
        CancelledError
            If `progress` asked to stop; the function is told, and not waited for.
        OSError
            If a file could not be written.
        EngineFailedError
            If the function has a bug.
        """
        watch = progress or Progress()
        call, number = _Call(), next(self._numbers)
        with self._lock:
            life = self._living()
            life.calls[number] = call
        try:
            self._send(life, ("call", number, name, arguments))
            return self._wait(life, call, watch)
        except CancelledError:
            call.cancelled_at = time.monotonic()
            self._send(life, ("cancel", number, None, None))
            raise

    def _send(self, life: _Life, message: tuple[Any, ...]) -> None:
        # Where the process has died, the reader finds out and answers every call.
        with life.sending, contextlib.suppress(OSError, ValueError):
            life.pipe.send(message)

    def _wait(self, life: _Life, call: _Call, watch: Progress) -> Any:
        last = (0.0, LOADING)
        while True:
            try:
                kind, content = call.replies.get(timeout=TICK_SECONDS)
            except queue.Empty:
                if life.is_ready and last[1] == LOADING:
                    last = (0.0, "")
                watch.report(*last)  # hears whether to stop
                continue
            if kind == "progress":
                last = content
                watch.report(*content)
            elif kind == "partial":
                watch.partial(content)
            elif kind == "result":
                return content
            else:
                raise _error(kind, content)

    # -- the reader's thread -----------------------------------------------------------------

    def _read(self, life: _Life) -> None:
        """Hand out what the process says, until it is gone."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                if life.pipe.poll(1.0):
                    self._hear(life, *life.pipe.recv())
                else:
                    self._end_the_deaf(life)
        life.process.join(LEAVE_SECONDS)
        sentence = _obituary(life.process.exitcode)
        with self._lock:
            if self._life is life:
                self._life = None
            pending = list(life.calls.values())
            life.calls.clear()
            if life.is_ready and not self._closed:
                self._living()  # one that died while loading would only do so again
            self._changed.notify_all()
        life.pipe.close()
        for call in pending:
            call.replies.put(("died", sentence))

    def _hear(self, life: _Life, number: int, kind: str, content: Any) -> None:
        if kind == "ready":
            with self._lock:
                life.is_ready, self._device = True, content
                self._changed.notify_all()
            return
        with self._lock:
            call = life.calls.get(number)
            if kind in ENDINGS:
                life.calls.pop(number, None)
        if call is not None and call.cancelled_at is None:
            call.replies.put((kind, content))

    def _end_the_deaf(self, life: _Life) -> None:
        """End a process that has nothing left to do but what it was told to stop."""
        with self._lock:
            told = [call.cancelled_at for call in life.calls.values()]
        if not told or None in told or not life.is_ready:
            return
        if time.monotonic() - max(at for at in told if at is not None) > HEED_SECONDS:
            life.process.kill()


def _error(kind: str, content: Any) -> Exception:
    if kind == "refused":
        return BadInputError(content)
    if kind == "died":
        return EngineDiedError(content)
    if kind == "cancelled":
        return CancelledError()
    if kind == "unwritable":
        return OSError(*content)
    return EngineFailedError(content)


def _obituary(code: int | None) -> str:
    how = f"exit code {code}"
    if code is not None and code < 0:
        how = f"signal {-code}" + (", perhaps for lack of memory" if code == -9 else "")
    return (
        f"The computing process ended unexpectedly ({how}) and was started anew. "
        "What was found so far is kept; start the step again."
    )
