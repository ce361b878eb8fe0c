"""The real window, with a small engine behind it; no test may leave anything of it behind."""

from __future__ import annotations

import gc
import multiprocessing
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from app.launch import make_window
from app.main_window import MainWindow
from app.settings import Settings
from tests.app.fake_engine import FakeEngine, make_pattern


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("densight")}


def processes() -> set[int | None]:
    return {process.pid for process in multiprocessing.active_children()}


def active_timers() -> set[int]:
    found = set()
    for thing in gc.get_objects():
        try:
            if issubclass(type(thing), QTimer) and thing.isActive():
                found.add(id(thing))
        except (ReferenceError, RuntimeError):  # a wrapper whose C++ object is gone
            continue
    return found


def top_level() -> set[str]:
    return {
        f"{type(widget).__name__} {widget.windowTitle()}"
        for widget in QApplication.topLevelWidgets()
        if widget.isVisible()
    }


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(qapp: QApplication) -> Iterator[None]:
    before = threads(), active_timers(), top_level(), processes()
    yield
    end = time.monotonic() + 3.0
    while True:
        qapp.processEvents()
        now = threads(), active_timers(), top_level(), processes()
        left = [after - former for after, former in zip(now, before, strict=True)]
        if not any(left):
            return
        if time.monotonic() > end:
            names = ("threads", "timers", "windows", "processes")
            pytest.fail(f"left behind: {dict(zip(names, left, strict=True))}")
        time.sleep(0.02)


@pytest.fixture
def needs_opengl(qapp: QApplication) -> None:
    if QGuiApplication.platformName() == "offscreen":
        pytest.skip("no OpenGL on the offscreen platform")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings" / "window.json")


@pytest.fixture
def window(qtbot, engine: FakeEngine, settings: Settings) -> Iterator[MainWindow]:
    made = make_window(engine.services(), settings)
    made.resize(1280, 720)
    with qtbot.waitSignal(made.painted, timeout=10_000):
        made.show()
    made.warm_up()
    qtbot.waitUntil(lambda: not made.jobs.busy)
    yield made
    engine.gate.set()
    made.discard_and_close()
    made.deleteLater()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    pattern = make_pattern()
    path = tmp_path / "halite.xy"
    np.savetxt(path, np.column_stack([pattern.two_theta, pattern.counts]), fmt="%.4f")
    return path


@pytest.fixture
def answering(qtbot):
    """Presses a button of the question whether to replace a file, and keeps what it said."""
    said = []
    timer = QTimer()

    def answer(button):
        def look():
            box = QApplication.activeModalWidget()
            if isinstance(box, QMessageBox):
                said.append(box.text())
                next(b for b in box.findChildren(QPushButton) if button in b.text()).click()

        timer.timeout.connect(look)
        timer.start(20)
        return said

    yield answer
    timer.stop()
