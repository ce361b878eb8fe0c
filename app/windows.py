"""All windows of the program, and the one engine's process that computes for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QApplication

from app.handing import WISH
from app.jobs.engine_process import EngineProcess
from app.main_window import MainWindow
from app.services import Services, remote_services
from app.settings import Settings
from app.theme import ThemeKeeper

if TYPE_CHECKING:
    from engine.export.project import Project

BESIDE = QPoint(28, 28)


class Windows(QObject):
    """Makes windows; the engine's process ends with the last of them.

    Signals
    -------
    taking_changed()
        The user wishes that files of a second start are opened here, or no more.
    """

    taking_changed = Signal()

    def __init__(self, app: QApplication) -> None:
        """Belong to `app`."""
        super().__init__(app)
        self._app = app
        self._engine: EngineProcess | None = None
        self.open: list[MainWindow] = []

    @property
    def engine(self) -> EngineProcess:
        """The engine's process, which starts with the first call or the first warm-up."""
        if self._engine is None:
            self._engine = EngineProcess()
        return self._engine

    def make(
        self, services: Services | None = None, settings: Settings | None = None
    ) -> MainWindow:
        """A window, styled and ready to show."""
        keeper = self._app.findChild(ThemeKeeper) or ThemeKeeper(self._app)
        services = services or remote_services(self.engine)
        window = MainWindow(services, settings)
        window.density.reserve_opengl()
        choice = window.settings.get("theme", "system")
        if choice in window.actions_.themes:
            window.actions_.themes[choice].setChecked(True)
            keeper.choose(choice)
        window.set_theme(keeper.theme)
        keeper.changed.connect(window.set_theme)
        window.theme_chosen.connect(keeper.choose)
        window.actions_.take_files.setChecked(bool(window.settings.get(WISH, False)))
        window.taking_chosen.connect(lambda wished: self._taking_chosen(window.settings, wished))
        window.closing.connect(lambda: self._closing(window))
        window.another_wanted.connect(lambda files: self._another(window, files))
        window.searching_on.rest_wanted.connect(
            lambda project, words: self._with_rest(window, project, words)
        )
        self.open.append(window)
        return window

    def _another(self, window: MainWindow, files: list[str]) -> None:
        """Open a window beside `window`, with files if there are any."""
        for one in [[file] for file in files] or [[]]:
            self._beside(window, one)

    def _beside(self, window: MainWindow, files: list[str]) -> MainWindow:
        made = self.make(window.services, window.settings)
        made.resize(window.size())
        made.move(window.pos() + BESIDE * len(self.open))
        made.closing.connect(made.deleteLater)
        made.painted.connect(made.warm_up)
        made.show()
        if files:
            made.open_files(files)
        return made

    def _with_rest(self, window: MainWindow, project: Project, words: str) -> None:
        """Open a window on what a candidate of `window` leaves of its pattern."""
        made = self._beside(window, [])
        made.controller.put_back(project, "Look for a second phase")
        made.session.messages.add("info", words, "rest", lasting=True)

    def take(self, files: list[str]) -> None:
        """Open files that came from outside: in the active window if it is empty, else beside."""
        if not self.open:
            return
        active = self._app.activeWindow()
        window = next((one for one in self.open if one is active), self.open[-1])
        if window.session.is_empty and not window.jobs.running("open"):
            window.open_files(files)
        else:
            window = self._beside(window, files)
        window.raise_()
        window.activateWindow()

    def _taking_chosen(self, settings: Settings, wished: bool) -> None:
        settings.set(WISH, wished)
        for window in self.open:
            window.actions_.take_files.setChecked(wished)
        self.taking_changed.emit()

    def _closing(self, window: MainWindow) -> None:
        if window in self.open:
            self.open.remove(window)
        if not self.open and self._engine is not None:
            self._engine.close()
            self._engine = None


def all_windows(app: QApplication) -> Windows:
    """The one registry of windows."""
    return app.findChild(Windows) or Windows(app)
