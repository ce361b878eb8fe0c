"""The window's actions: one object each for menu, shortcut and button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from app.controller import Controller
from app.language import tr
from app.state.session import Session


@dataclass(frozen=True)
class Handlers:
    """What the window itself does for some of its actions."""

    new_window: Callable[[], None]
    open_file: Callable[[], None]
    batch: Callable[[], None]
    save: Callable[[], None]
    save_as: Callable[[], None]
    export_cif: Callable[[], None]
    export_map: Callable[[], None]
    save_plot: Callable[[], None]
    save_density: Callable[[], None]
    save_turn: Callable[[], None]
    screenshot: Callable[[], None]
    cancel: Callable[[], None]
    show_all: Callable[[], None]
    reset_layout: Callable[[], None]
    about: Callable[[], None]
    mouse_help: Callable[[], None]
    guide: Callable[[], None]
    compare: Callable[[], None]
    choose_theme: Callable[[str], None]
    take_files: Callable[[bool], None]
    pin: Callable[[], None]
    discard: Callable[[], None]
    columns: Callable[[], None]
    refine: Callable[[], None]
    edit: Callable[[], None]
    search_further: Callable[[], object]
    second_phase: Callable[[], object]


class Actions:
    """Makes all actions and the menu bar, and keeps them enabled only when they make sense."""

    def __init__(
        self, window: QMainWindow, session: Session, controller: Controller, do: Handlers
    ) -> None:
        """Fill the menu bar of `window`."""
        self._window = window
        self._session = session
        keys = QKeySequence.StandardKey
        self.new_window = self._make(tr("New window"), do.new_window, keys.New)
        self.open = self._make(tr("Open pattern or project…"), do.open_file, keys.Open)
        self.batch = self._make(tr("Batch…"), do.batch, "Ctrl+B")
        self.columns = self._make(tr("Choose columns…"), do.columns, "Ctrl+Shift+O")
        self.save = self._make(tr("Save project"), do.save, keys.Save)
        self.save_as = self._make(tr("Save project as…"), do.save_as, "Ctrl+Shift+S")
        self.export_cif = self._make(tr("Export CIF…"), do.export_cif, "Ctrl+E")
        self.export_map = self._make(tr("Export density map…"), do.export_map, "Ctrl+Shift+E")
        self.save_plot = self._make(tr("Save plot…"), do.save_plot, "Ctrl+Shift+G")
        self.save_density = self._make(
            tr("Save picture of density…"), do.save_density, "Ctrl+Shift+D"
        )
        self.save_turn = self._make(tr("Save turn of density…"), do.save_turn, "Ctrl+Shift+T")
        self.screenshot = self._make(tr("Save picture of window…"), do.screenshot, "Ctrl+Shift+P")
        self.take_files = QAction(tr("Take files from a second start"), window)
        self.take_files.setCheckable(True)
        self.take_files.triggered.connect(lambda wished: do.take_files(wished))
        self.close = self._make(tr("Close window"), window.close, keys.Close)
        self.quit = self._make(tr("Quit"), QApplication.closeAllWindows, keys.Quit)
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.pin = self._make(tr("Pin candidate"), do.pin, "Ctrl+P")
        self.discard = self._make(tr("Discard candidate"), do.discard, "Ctrl+Del")
        self.compare = self._make(tr("Compare two candidates"), do.compare, "Ctrl+K")
        self.undo = self._make(tr("Undo"), controller.undo, keys.Undo)
        self.redo = self._make(tr("Redo"), controller.redo, "Ctrl+Shift+Z")
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self.solve = self._make(tr("Solve structure"), controller.solve, "Ctrl+R")
        self.predict = self._make(tr("Predict density"), controller.predict_density, "Ctrl+D")
        self.refine = self._make(tr("Refine further…"), do.refine, "Ctrl+Shift+R")
        self.edit = self._make(tr("Edit candidate…"), do.edit, "F2")
        self.further = self._make(tr("Search further"), do.search_further, "Ctrl+Shift+F")
        self.second = self._make(tr("Look for a second phase"), do.second_phase, "Ctrl+Shift+N")
        self.cancel = self._make(tr("Cancel"), do.cancel, "Esc")
        self.show_all = self._make(tr("Whole pattern"), do.show_all, "Ctrl+0")
        self.reset_layout = self._make(tr("Reset layout"), do.reset_layout)
        self.about = self._make(tr("About Densight"), do.about)
        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.guide = self._make(tr("Guide to what is looked at"), do.guide, "F1")
        self.mouse_help = self._make(tr("Mouse and keys"), do.mouse_help, "Ctrl+F1")
        self.recent = QMenu(tr("Open recent"), window)
        self.examples = QMenu(tr("Examples"), window)
        self._do = do
        self._fill_menus()
        for signal in (
            session.pattern.changed,
            session.elements.changed,
            session.solution.chosen_changed,
            session.solution.status_changed,
            session.solution.marks_changed,
            session.density.map_changed,
            session.density.status_changed,
            session.history.changed,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def _make(
        self, text: str, do: Callable[..., object], keys: QKeySequence.StandardKey | str = ""
    ) -> QAction:
        action = QAction(text, self._window)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: do())
        return action

    def _choices(
        self, choices: tuple[tuple[str, str, str], ...], choose: Callable[[str], None]
    ) -> dict[str, QAction]:
        group = QActionGroup(self._window)
        made = {}
        for value, text, keys in choices:
            action = self._make(text, lambda value=value: choose(value), keys)
            action.setCheckable(True)
            group.addAction(action)
            made[value] = action
        return made

    def _fill_menus(self) -> None:
        bar = self._window.menuBar()
        file = bar.addMenu(tr("&File"))
        file.addAction(self.new_window)
        file.addAction(self.open)
        file.addAction(self.columns)
        file.addAction(self.batch)
        file.addMenu(self.recent)
        file.addMenu(self.examples)
        file.addAction(self.take_files)
        file.addSeparator()
        file.addActions([self.save, self.save_as])
        file.addSeparator()
        file.addAction(self.export_cif)
        file.addAction(self.export_map)
        file.addSeparator()
        file.addActions([self.save_plot, self.save_density, self.save_turn])
        file.addAction(self.screenshot)
        file.addSeparator()
        file.addActions([self.close, self.quit])
        edit = bar.addMenu(tr("&Edit"))
        edit.addActions([self.undo, self.redo])
        sample = bar.addMenu(tr("&Sample"))
        sample.addAction(self.solve)
        sample.addAction(self.predict)
        sample.addActions([self.refine, self.edit])
        sample.addActions([self.further, self.second])
        sample.addSeparator()
        sample.addAction(self.cancel)
        sample.addSeparator()
        sample.addActions([self.pin, self.discard, self.compare])
        view = bar.addMenu(tr("&View"))
        state = self._session.pattern
        self.axes = self._choices(
            (
                ("two_theta", tr("Against 2θ"), "Ctrl+1"),
                ("d", tr("Against d"), "Ctrl+2"),
                ("q", tr("Against Q"), "Ctrl+3"),
            ),
            state.set_x_axis,  # type: ignore[arg-type]
        )
        self.scales = self._choices(
            (
                ("linear", tr("Intensity"), "Ctrl+4"),
                ("sqrt", tr("Square root of intensity"), "Ctrl+5"),
                ("log", tr("Logarithm of intensity"), "Ctrl+6"),
            ),
            state.set_scale,  # type: ignore[arg-type]
        )
        view.addActions(list(self.axes.values()))
        view.addSeparator()
        view.addActions(list(self.scales.values()))
        view.addSeparator()
        self.themes = self._choices(
            (
                ("system", tr("Colours of the system"), ""),
                ("light", tr("Light"), ""),
                ("dark", tr("Dark"), ""),
            ),
            self._do.choose_theme,
        )
        view.addActions(list(self.themes.values()))
        view.addSeparator()
        view.addAction(self.show_all)
        view.addAction(self.reset_layout)
        state.display_changed.connect(self._check_choices)
        self._check_choices()
        help_menu = bar.addMenu(tr("&Help"))
        help_menu.addAction(self.guide)
        help_menu.addAction(self.mouse_help)
        help_menu.addAction(self.about)

    def _check_choices(self) -> None:
        self.axes[self._session.pattern.x_axis].setChecked(True)
        self.scales[self._session.pattern.scale].setChecked(True)

    def _refresh(self) -> None:
        session = self._session
        solving = session.solution.status == "running"
        predicting = session.density.status == "running"
        chosen = session.solution.chosen
        mark = session.solution.mark_of(chosen) if chosen is not None else None
        for action in (self.export_cif, self.pin, self.discard, self.compare):
            action.setEnabled(chosen is not None)
        self.pin.setText(tr("Unpin candidate") if mark and mark.pinned else tr("Pin candidate"))
        self.discard.setText(
            tr("Take candidate back") if mark and mark.discarded else tr("Discard candidate")
        )
        self.refine.setEnabled(chosen is not None and not solving)
        self.edit.setEnabled(chosen is not None and not solving)
        self.further.setEnabled(session.solution.solution is not None and not solving)
        self.second.setEnabled(chosen is not None and not solving)
        self.save_plot.setEnabled(session.pattern.pattern is not None)
        for action in (self.export_map, self.save_density, self.save_turn):
            action.setEnabled(session.density.shown is not None)
        self.solve.setEnabled(not solving)
        self.predict.setEnabled(not predicting)
        self.cancel.setEnabled(solving or predicting)
        pattern = session.pattern.pattern
        self.show_all.setEnabled(pattern is not None)
        self.columns.setEnabled(pattern is not None and pattern.path is not None)
        self.save.setEnabled(not session.is_empty)
        self.save_as.setEnabled(not session.is_empty)
        for action, verb, step in (
            (self.undo, tr("Undo"), session.history.undo_text),
            (self.redo, tr("Redo"), session.history.redo_text),
        ):
            action.setEnabled(bool(step))
            action.setText(f"{verb} {step[:1].lower()}{step[1:]}".strip())
