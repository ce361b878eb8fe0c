"""Dropping a pattern, solving and cancelling, over and over: what grows must not be there."""

from __future__ import annotations

import gc
import resource
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from tests.app.fake_engine import FakeEngine, make_pattern
from tests.gui.steps import LEFT, drop

LONGEST_WAIT = 60.0
SHORT_WORK = 5.0  # seconds


@dataclass(frozen=True)
class Footprint:
    """What a window holds at one moment."""

    threads: int
    widgets: int
    timers: int
    resident: int  # bytes

    def growth(self, later: Footprint) -> dict[str, float]:
        """By how much each has grown, as a fraction."""
        return {
            name: getattr(later, name) / max(getattr(self, name), 1) - 1.0
            for name in ("threads", "widgets", "timers", "resident")
        }


def footprint() -> Footprint:
    """Threads, widgets, timers and memory of this process, after collecting garbage."""
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete
    QApplication.processEvents()
    gc.collect()
    # These events may have begun what soon ends by itself: a result is kept on the disk.
    for thread in begun_threads() - {threading.current_thread()}:
        thread.join(SHORT_WORK)
    timers = sum(1 for thing in gc.get_objects() if type(thing).__name__ == "QTimer")
    return Footprint(len(begun_threads()), len(QApplication.allWidgets()), timers, _resident())


def begun_threads() -> set[threading.Thread]:
    """The threads that Python began.

    One that something else began (Qt, or what shares a suite among processes) is listed from its
    first question of who it is until the end of the process; it is nothing that a window leaves.
    """
    return {
        thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)
    }


def _resident() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def wait_until(true: Callable[[], bool]) -> None:
    """Let the window work until something is true."""
    end = time.monotonic() + LONGEST_WAIT
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {LONGEST_WAIT:.0f} s in vain")
        QTest.qWait(2)


def write_patterns(folder: Path) -> tuple[Path, Path]:
    """Two files to be dropped in turn."""
    paths = []
    for name, edge in (("first", 5.64), ("second", 5.70)):
        pattern = make_pattern(edge=edge)
        paths.append(folder / f"{name}.xy")
        np.savetxt(paths[-1], np.column_stack([pattern.two_theta, pattern.counts]), fmt="%.4f")
    return paths[0], paths[1]


def one_round(window: MainWindow, engine: FakeEngine, path: Path) -> None:
    """Drop, tick, solve, wait for the first candidate, cancel."""
    session = window.session
    engine.forget()  # the made-up engine's own memory is none of the window's
    engine.gate.set()
    former = session.pattern.pattern
    drop(window, path)
    wait_until(lambda: session.pattern.pattern is not former and not window.jobs.busy)
    if not session.elements.selected:
        for symbol in ("Na", "Cl"):
            QTest.mouseClick(window.sample.table.button(symbol), LEFT)
    engine.gate.clear()
    QTest.mouseClick(window.sample.solve_button, LEFT)
    wait_until(lambda: bool(session.solution.candidates))
    QTest.mouseClick(window.sample.cancel_button, LEFT)
    wait_until(lambda: session.solution.status == "cancelled" and not window.jobs.busy)
    engine.gate.set()
