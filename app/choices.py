"""The menus of what can be taken up again: examples, recent files, elements of former searches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from app import text
from app.controller import Controller
from app.language import tr
from app.settings import Settings
from app.state.examples import find_example, load_examples


class Choices(QObject):
    """Fills the menus when they are about to be shown, and keeps the lists behind them.

    Parameters
    ----------
    controller : Controller
    settings : Settings
        Holds the lists.
    open_file : callable
        Called with the path that was chosen.
    """

    def __init__(
        self, controller: Controller, settings: Settings, open_file: Callable[[str | Path], None]
    ) -> None:
        super().__init__(controller)
        self._controller = controller
        self._settings = settings
        self._open_file = open_file
        session = controller.session
        session.solution.status_changed.connect(self._remember_elements)
        session.density.status_changed.connect(self._remember_elements)

    def fill(self, examples: QMenu, files: QMenu, elements: QMenu) -> None:
        """Keep three menus filled."""
        examples.aboutToShow.connect(lambda: self._fill_examples(examples))
        files.aboutToShow.connect(lambda: self._fill_files(files))
        elements.aboutToShow.connect(lambda: self._fill_elements(elements))

    def remember_file(self, path: str) -> None:
        """Put an opened or saved file at the head of the recent ones; examples are no news."""
        if find_example(path) is None:
            self._settings.add_recent(path)
            self._settings.set("folder", str(Path(path).resolve().parent))

    def _remember_elements(self) -> None:
        session = self._controller.session
        if "running" in (session.solution.status, session.density.status):
            self._settings.add_recent_elements(session.elements.text)

    def _fill_examples(self, menu: QMenu) -> None:
        menu.clear()
        for example in load_examples():
            action = menu.addAction(f"{example.name}  ({', '.join(example.elements)})")
            action.setToolTip(example.note)
            action.triggered.connect(
                lambda _checked=False, path=example.path: self._open_file(path)
            )
        if menu.isEmpty():
            menu.addAction(tr("No examples are installed")).setEnabled(False)

    def _fill_files(self, menu: QMenu) -> None:
        menu.clear()
        for path in self._settings.recent_files:
            action = menu.addAction(Path(path).name)
            action.setToolTip(path)
            action.triggered.connect(lambda _checked=False, path=path: self._open_file(path))
        if menu.isEmpty():
            menu.addAction(tr("No recent files")).setEnabled(False)
        else:
            menu.addSeparator()
            menu.addAction(tr("Forget these"), self._settings.clear_recent)

    def _fill_elements(self, menu: QMenu) -> None:
        menu.clear()
        for typed in self._settings.recent_elements:
            shown = typed if " " in typed else text.formula(typed)
            action = menu.addAction(shown)
            action.triggered.connect(
                lambda _checked=False, typed=typed: self._controller.set_composition(typed)
            )
        if menu.isEmpty():
            menu.addAction(tr("No searches yet")).setEnabled(False)
