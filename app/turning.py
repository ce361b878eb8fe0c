"""Saving a turn of the density: pictures taken one an event loop's round, written in a thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from app.jobs.reporting import reporting
from app.jobs.runner import JobRunner
from app.language import noop, tr
from app.state.turn import TurnState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.progress import Progress

SHARE_OF_DRAWING = 0.7  # of the progress bar
NOTHING = noop("There is no density in space to be turned.")


class Turnable(Protocol):
    """A picture in space whose camera goes round it."""

    def azimuth(self) -> float:
        """Where the camera stands, degrees."""

    def turn_to(self, azimuth: float) -> None:
        """Look from another side."""

    def picture_of_width(self, width: int) -> QImage:
        """What is seen from there, so many pixels wide."""


class Turning(QObject):
    """Takes the pictures of a turn and has them written.

    Parameters
    ----------
    jobs : JobRunner
        Of the window.
    canvas : callable
        The picture in space, or None where nothing is drawn in space.
    """

    def __init__(
        self, jobs: JobRunner, canvas: Callable[[], Turnable | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._canvas = canvas
        self.state = TurnState()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._step)
        self._steps: Iterator[float] = iter(())
        self._frames: list[NDArray[np.uint8]] = []
        self._start = 0.0
        self._path = Path()

    @property
    def possible(self) -> bool:
        """Whether there is something to turn."""
        return self._canvas() is not None

    def save(self, path: str | Path) -> bool:
        """Take a turn and write it to `path`; its suffix says how. False if there is nothing."""
        canvas = self._canvas()
        if canvas is None:
            self.state.set_status("failed", 0.0, tr(NOTHING))
            return False
        self.cancel()
        self._path, self._frames = Path(path), []
        self._start = canvas.azimuth()
        self._steps = iter(self.state.azimuths(self._start))
        self.state.set_status("running", 0.0, tr("Drawing"))
        self._timer.start()
        return True

    def cancel(self) -> None:
        """Stop; nothing is written that is not yet."""
        if self._timer.isActive():
            self._end_drawing()
            self.state.set_status("cancelled", 0.0, tr("Stopped"))
        self._jobs.cancel("turn")

    def _step(self) -> None:
        """One picture; the window lives on between two of them."""
        canvas = self._canvas()
        if canvas is None:
            self._end_drawing()
            self.state.set_status("failed", 0.0, tr(NOTHING))
            return
        azimuth = next(self._steps, None)
        if azimuth is None:
            self._end_drawing()
            self._write()
            return
        canvas.turn_to(azimuth)
        self._frames.append(as_array(canvas.picture_of_width(self.state.wishes.width)))
        done = len(self._frames) / self.state.wishes.pictures
        self.state.set_status("running", SHARE_OF_DRAWING * done, tr("Drawing"))

    def _end_drawing(self) -> None:
        self._timer.stop()
        canvas = self._canvas()
        if canvas is not None:
            canvas.turn_to(self._start)

    def _write(self) -> None:
        frames, path, seconds = self._frames, self._path, self.state.wishes.seconds
        self._frames = []

        def write(progress: Progress) -> list[Path]:
            from engine.export.animation import write_animation

            return write_animation(path, frames, seconds, progress)

        def done(written: list[Path]) -> None:
            more = tr(" and {0} more", len(written) - 1) if len(written) > 1 else ""
            words = tr("Saved {0}{1} in {2}.", written[0].name, more, path.parent)
            self.state.set_status("done", 1.0, words)

        self.state.set_status("running", SHARE_OF_DRAWING, tr("Writing"))
        self._jobs.start("turn", write, reporting(self.state, done))


def as_array(image: QImage) -> NDArray[np.uint8]:
    """A picture's pixels, (height, width, 3)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width, stride = plain.height(), plain.width(), plain.bytesPerLine()
    rows = np.frombuffer(plain.constBits(), dtype=np.uint8, count=height * stride)
    return rows.reshape(height, stride)[:, : 3 * width].reshape(height, width, 3).copy()
