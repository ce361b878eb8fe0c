"""Files that come to the running program: from a second start, or from the macOS Finder."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QFileOpenEvent

from app import handing
from app.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.connection import Listener


class Receiver(QObject):
    """Listens for second starts while that is wished, and for the system's requests always.

    Signals
    -------
    arrived(files)
        Paths of files that somebody wants to see here.
    """

    arrived = Signal(list)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        """Listen to nothing yet; install it as the application's event filter for the Finder."""
        super().__init__(parent)
        self._settings = settings
        self._place: handing.Place | None = None
        self._thread: threading.Thread | None = None
        self._leaving = threading.Event()

    @property
    def listens(self) -> bool:
        """Whether a second start can hand its files over."""
        return self._thread is not None

    def follow_wish(self) -> None:
        """Listen if the user wishes it and no other program does already; else do not."""
        if not self._settings.get(handing.WISH, False):
            self.stop()
        elif not self.listens and not handing.hand_over([], self._settings):
            self._start()

    def _start(self) -> None:
        try:
            listener, place = handing.listen()
        except OSError:
            return
        self._leaving.clear()
        self._place = place
        self._thread = threading.Thread(
            target=self._accept, args=(listener,), name="densight-second-starts", daemon=True
        )
        self._thread.start()
        try:
            handing.write_place(self._settings, place)
        except OSError:
            self.stop()

    def _accept(self, listener: Listener) -> None:
        from multiprocessing import AuthenticationError

        with listener:
            while not self._leaving.is_set():
                try:
                    connection = listener.accept()
                except (OSError, EOFError, AuthenticationError):
                    self._leaving.wait(0.1)  # a caller that broke off, or has no key
                    continue
                files = handing.receive(connection)
                if files and not self._leaving.is_set():
                    self.arrived.emit(files)

    def stop(self) -> None:
        """Listen no more."""
        if self._thread is None or self._place is None:
            return
        handing.forget_place(self._settings, self._place)
        self._leaving.set()
        handing.send(self._place, [])  # an accepting socket sees no flag: it wants to be called
        self._thread.join(handing.ANSWER_SECONDS)
        self._thread = self._place = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The Finder sends files as events to the application."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.arrived.emit([event.file()])
            return True
        return super().eventFilter(watched, event)
