"""Walks the running program through scenes and photographs it, for the guide and for the eye."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.launch import make_application, make_window
from app.main_window import MainWindow
from app.settings import Settings
from app.views.opengl import SMOOTH

LONGEST_WAIT_SECONDS = 600.0
SETTLE_SECONDS = 0.8
Condition = Callable[[], bool]
Scenes = Callable[["Photographer"], Iterator[Condition]]


class Photographer:
    """Goes through the scenes; each yields what has to be true before the next step."""

    def __init__(self, window: MainWindow, folder: Path, suffix: str, scenes: Scenes) -> None:
        self.window = window
        self._folder = folder
        self._suffix = suffix
        self._steps = scenes(self)
        self._until: Condition = lambda: True
        self._since = time.monotonic()
        self._true_since: float | None = None
        self.failed = False
        self.timer = QTimer()
        self.timer.timeout.connect(self._look)

    def _look(self) -> None:
        """Take the next step once what was waited for has been true for a moment."""
        now = time.monotonic()
        if now - self._since > LONGEST_WAIT_SECONDS:
            print("gave up waiting", file=sys.stderr)
            self.failed = True
            self._end()
            return
        if not self._until():
            self._true_since = None
            return
        self._true_since = self._true_since or now
        if now - self._true_since < SETTLE_SECONDS:
            return
        self._since, self._true_since = now, None
        try:
            self._until = next(self._steps)
        except StopIteration:
            self._end()

    def _end(self) -> None:
        self.timer.stop()
        self.window.discard_and_close()

    def shoot(self, name: str, widget: QWidget | None = None) -> None:
        """Photograph a widget, else the whole window."""
        path = self._folder / f"{name}{self._suffix}.png"
        (widget or self.window).grab().save(str(path))
        print(path)

    def rests(self) -> bool:
        """Whether nothing runs in the window."""
        return not self.window.jobs.busy

    def ready(self) -> bool:
        """Whether the program has started up, and rests."""
        return bool(self.window.session.device) and self.rests()


def options(description: str, out: Path) -> argparse.ArgumentParser:
    """What every set of pictures is asked for: where to, which theme, how large."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", default="1280x800")
    return parser


def photograph(scenes: Scenes, out: Path, theme: str, size: str) -> int:
    """Take all pictures; 0 if all could be taken."""
    out.mkdir(parents=True, exist_ok=True)
    width, height = (int(part) for part in size.split("x"))
    app = make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "window.json")
        settings.set("theme", theme)
        window = make_window(settings=settings)
        window.density.samples = SMOOTH
        window.resize(width, height)
        suffix = "" if theme == "light" else f"-{theme}"
        photographer = Photographer(window, out, suffix, scenes)
        window.painted.connect(window.warm_up)
        window.painted.connect(lambda: photographer.timer.start(50))
        window.show()
        app.exec()
    return 1 if photographer.failed else 0
