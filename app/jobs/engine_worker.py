"""The process in which the engine computes for the window: what it does there.

It is started fresh (not forked), so that nothing of the window is in it, and knows neither Qt nor
widgets. Libraries, network and structure types are loaded once and stay for the next search. Each
call runs in a thread of its own; when the window's end of the pipe closes, however that came
about, the process leaves at once.

From the window come ``("call", number, name, arguments)``, ``("cancel", number, None, None)`` and
``None`` (leave); to the window go ``(number, kind, content)`` with the kinds of `REPLIES`, and
``(0, "ready", device)`` once all is loaded.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from engine.errors import BadInputError, CancelledError
from engine.progress import Progress

REPLIES = ("progress", "partial", "result", "refused", "cancelled", "unwritable", "failed")
REPORTS_PER_SECOND = 20.0

# The functions that can be called, by name; each takes its arguments and a `Progress`.
Functions = dict[str, Callable[..., Any]]


class _Replies:
    """The way to the window; one message at a time."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def send(self, number: int, kind: str, content: Any) -> None:
        with self._lock:
            try:
                self._pipe.send((number, kind, content))
            except (BrokenPipeError, ConnectionError):
                os._exit(0)  # nobody is there any more


class _RemoteProgress(Progress):
    """Brings reports to the window, not more often than it can show them."""

    def __init__(self, number: int, replies: _Replies) -> None:
        self.stop = threading.Event()
        self._number = number
        self._replies = replies
        self._next = 0.0

    def report(self, fraction: float, message: str = "") -> None:
        if self.stop.is_set():
            raise CancelledError
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 1.0 / REPORTS_PER_SECOND
            self._replies.send(self._number, "progress", (float(fraction), message))

    def partial(self, result: Any) -> None:
        if self.stop.is_set():
            raise CancelledError
        self._replies.send(self._number, "partial", result)


class _Server:
    """Takes calls from the pipe and runs them."""

    def __init__(self, pipe: Connection, functions: Functions) -> None:
        self._pipe = pipe
        self._functions = functions
        self._replies = _Replies(pipe)
        self._running: dict[int, _RemoteProgress] = {}

    def serve_early(self, early: tuple[str, ...]) -> list[Any]:
        """Run what is waiting and needs little, here and now; the rest is returned for later."""
        later = []
        while self._pipe.poll(0):
            message = self._receive()
            kind, number, name, arguments = message
            if kind == "call" and name in early:
                self._run(number, name, arguments, self._expect(number))
            else:
                later.append(message)
        return later

    def serve(self, waiting: list[Any]) -> None:
        """Take calls until the window goes away."""
        for message in waiting:
            self._take(message)
        while True:
            self._take(self._receive())

    def tell_ready(self, device: str) -> None:
        self._replies.send(0, "ready", device)

    def _receive(self) -> Any:
        try:
            message = self._pipe.recv()
        except (EOFError, OSError):
            message = None
        if message is None:
            os._exit(0)  # threads that still compute would hold up an orderly end
        return message

    def _take(self, message: Any) -> None:
        what, number, name, arguments = message
        if what == "cancel":
            if number in self._running:
                self._running[number].stop.set()
            return
        # Known before its thread runs, so that a cancel right behind the call finds it.
        work = (number, name, arguments, self._expect(number))
        threading.Thread(target=self._run, args=work, name=f"engine-{name}", daemon=True).start()

    def _expect(self, number: int) -> _RemoteProgress:
        progress = self._running[number] = _RemoteProgress(number, self._replies)
        return progress

    def _run(
        self, number: int, name: str, arguments: tuple[Any, ...], progress: _RemoteProgress
    ) -> None:
        kind: str
        try:
            kind, content = "result", self._functions[name](*arguments, progress)
        except CancelledError:
            kind, content = "cancelled", None
        except BadInputError as error:
            kind, content = "refused", str(error)
        except OSError as error:
            kind, content = "unwritable", (error.errno, error.strerror or str(error))
        except Exception:
            kind, content = "failed", traceback.format_exc()
        del self._running[number]
        self._replies.send(number, kind, content)


def work(pipe: Connection) -> None:
    """What the engine's process does, from its start to its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the window's to handle
    from app.services import EARLY, REMOTE, describe_device, import_engine, import_peaks

    server = _Server(pipe, REMOTE)
    import_peaks()
    waiting = server.serve_early(EARLY)
    # While torch is half imported, SciPy fails in other threads: nothing runs beside this.
    import_engine()
    server.tell_ready(describe_device())
    server.serve(waiting)
