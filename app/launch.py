"""Opens the window: a painted one first, the heavy libraries after."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QIcon, QSurfaceFormat
from PySide6.QtWidgets import QApplication

from app.language import install
from app.log import start_log, stop_log
from app.main_window import MainWindow
from app.receiving import Receiver
from app.services import Services
from app.settings import Settings
from app.views.error_dialog import CrashCatcher
from app.views.opengl import SMOOTH
from app.windows import all_windows
from engine import resources

# How long a worker's Python code may keep the interpreter while the window waits: Python's own
# 5 ms, taken several times for each event, would be felt while a structure is being solved.
SWITCH_SECONDS = 0.001
SETTLE_MILLISECONDS = 700  # for the last frames to reach the screen before it is photographed


def make_application() -> QApplication:
    """The one QApplication, named and prepared for OpenGL."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    form = QSurfaceFormat()
    form.setDepthBufferSize(24)
    QSurfaceFormat.setDefaultFormat(form)
    os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("densight")
    app.setApplicationDisplayName("Densight")
    QGuiApplication.setDesktopFileName("densight")
    with contextlib.suppress(FileNotFoundError):
        install(app, resources.path("translations"))
    with contextlib.suppress(FileNotFoundError):
        app.setWindowIcon(QIcon(str(resources.path("icons/densight.png"))))
    return app


def make_window(services: Services | None = None, settings: Settings | None = None) -> MainWindow:
    """The window, styled and ready to show."""
    return all_windows(make_application()).make(services, settings)


def run_window(
    files: list[str],
    *,
    elements: tuple[str, ...] = (),
    solve: bool = False,
    screenshot: str | Path | None = None,
    quit_when_done: bool = False,
    size: tuple[int, int] | None = None,
) -> int:
    """Open the window and stay until it is closed.

    Parameters
    ----------
    files : list of str
        Patterns to open (the first one is taken).
    elements : tuple of str
        Elements to tick once the pattern is there; a bundled example brings its own.
    solve : bool
        Predict the density and solve the structure as soon as the pattern is there.
    screenshot : path, optional
        Save a picture of the window when it is solved (or opened, without `solve`).
    quit_when_done : bool
        Close the window after that.
    size : (int, int), optional
        Width and height of the window in pixels.

    Returns
    -------
    int
        The exit code: 0, or 1 if a picture was wanted and there was an internal error before it.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    app = make_application()
    window = make_window()
    start_log(window.settings.data_folder)
    catcher = CrashCatcher(window)
    catcher.caught.connect(window.beside.report_error)
    catcher.install()
    # Python sees Ctrl+C only between events of its own; one now and then lets it through.
    # It may come in the middle of a paint event, where closing the window would be its end.
    signal.signal(signal.SIGINT, lambda *_: QTimer.singleShot(0, window.close))
    pulse = QTimer(window)
    pulse.timeout.connect(lambda: None)
    pulse.start(500)
    if size is not None:
        window.resize(*size)
    if screenshot is not None:
        window.density.samples = SMOOTH  # a picture may take its time
    script = _Script(window, elements, solve, screenshot, quit_when_done)
    receiver = make_receiver(app, window.settings)
    window.painted.connect(lambda: _begin(window, files, script, receiver))
    window.show()
    try:
        app.exec()
    finally:
        receiver.stop()
        catcher.uninstall()
        stop_log()
        window.jobs.shutdown()
    return script.exit_code


def make_receiver(app: QApplication, settings: Settings) -> Receiver:
    """What opens files that the system or a second start hands over."""
    receiver, windows = Receiver(settings, app), all_windows(app)
    receiver.arrived.connect(windows.take)
    windows.taking_changed.connect(receiver.follow_wish)
    if sys.platform == "darwin":  # elsewhere it would look at every event and never find one
        app.installEventFilter(receiver)
    return receiver


def _begin(window: MainWindow, files: list[str], script: _Script, receiver: Receiver) -> None:
    """After the first paint: open, then load what is heavy."""
    script.start()
    if files:
        window.open_files(files)
    if not script.is_unattended:
        window.recovery.offer()
        receiver.follow_wish()
    window.warm_up()


class _Script:
    """The unattended run: tick, solve, photograph, quit; nothing of it unless asked for."""

    def __init__(
        self,
        window: MainWindow,
        elements: tuple[str, ...],
        solve: bool,
        screenshot: str | Path | None,
        quit_when_done: bool,
    ) -> None:
        self.exit_code = 0
        self._window = window
        self._elements = elements
        self._solve = solve
        self._screenshot = screenshot
        self._quit = quit_when_done

    @property
    def is_unattended(self) -> bool:
        """Whether nobody is there to answer."""
        return self._quit or self._screenshot is not None

    def start(self) -> None:
        """Wait for the pattern, if there is anything to do with it."""
        if self._solve or self.is_unattended or self._elements:
            self._window.controller.opened.connect(self._opened)
            self._window.jobs.crashed.connect(self._crashed)

    def _crashed(self, _kind: str, trace: str) -> None:
        print(trace, file=sys.stderr)
        self.exit_code = 1
        if self._quit:
            self._finish()

    def _opened(self, _path: str) -> None:
        session, controller = self._window.session, self._window.controller
        if self._elements:
            session.elements.select(self._elements)
        if not self._solve:
            self._finish_soon()
            return
        session.solution.status_changed.connect(self._status_changed)
        if not (controller.predict_density() and controller.solve()):
            self.exit_code = 1
            self._finish_soon()

    def _status_changed(self) -> None:
        if self._window.session.solution.status in ("done", "failed", "cancelled"):
            self._finish_soon()

    def _finish_soon(self) -> None:
        jobs = self._window.jobs
        if jobs.busy:
            QTimer.singleShot(100, self._finish_soon)
        else:
            QTimer.singleShot(SETTLE_MILLISECONDS, self._finish)

    def _finish(self) -> None:
        if self._screenshot is not None and not self._window.grab().save(str(self._screenshot)):
            self.exit_code = 1
        if self._quit:
            self._window.discard_and_close()
