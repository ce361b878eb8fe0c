"""Help, about, log, focus, names, several windows, elements' manners."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QScrollArea,
    QWidget,
)

from app.launch import make_application
from app.log import LOGGER, log_file, start_log, stop_log
from app.settings import Settings
from app.views.about_dialog import AboutDialog
from app.views.keys_dialog import KeysDialog
from app.windows import all_windows
from tests.gui.steps import LEFT, drop, messages, opened, settle, solved, tick


def child(window, kind):
    found = window.findChildren(kind)
    assert len(found) == 1
    return found[0]


def test_a_long_name_leaves_everything_in_view(window, qtbot, file):
    long = file.with_name("run_0017_capillary_spin_" * 6 + ".xy")
    long.write_bytes(file.read_bytes())
    opened(window, qtbot, long)
    assert window.sample.name.text() == long.stem
    side = window.sample.parentWidget()
    assert window.sample.width() <= side.width()
    right = window.sample.density_button.mapTo(side, window.sample.density_button.rect().topRight())
    assert right.x() < side.width()


def test_the_next_thing_to_do_is_said_and_at_hand(window, qtbot, file, tmp_path, monkeypatch):
    sample = window.sample
    assert sample.status.text() == "First open a pattern"
    opened(window, qtbot, file)
    assert "tick the elements" in sample.status.text()
    tick(window, qtbot, "Na", "Cl")
    assert sample.status.text() == "Ready to solve"
    qtbot.mouseClick(sample.solve_button, LEFT)
    settle(window, qtbot)
    path = tmp_path / "answer.cif"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), "CIF (*.cif)"))
    qtbot.mouseClick(sample.candidate.export_button, LEFT)
    settle(window, qtbot)
    assert path.is_file()


def test_dialogs_begin_where_the_last_one_ended(tmp_path):
    settings = Settings(tmp_path / "window.json")
    assert Path(settings.folder()).is_dir()
    settings.set("folder", str(tmp_path))
    assert settings.folder() == str(tmp_path)
    settings.set("folder", str(tmp_path / "gone"))
    assert Path(settings.folder()).is_dir()
    assert settings.folder("export_folder") != str(tmp_path)


def test_about_names_versions_device_and_licences(window, qtbot):
    window.actions_.about.trigger()
    box = child(window, AboutDialog)
    assert not box.isModal()
    assert "Device CPU (test)" in box.versions.toPlainText()
    assert "numpy" in box.licences.toPlainText()
    assert "LGPL" in box.licences.toPlainText()  # Qt for Python
    box.copy.click()
    assert "torch" in QApplication.clipboard().text()
    box.close()


def test_the_list_of_keys_is_that_of_the_menus(window, qtbot):
    window.actions_.mouse_help.trigger()
    box = child(window, KeysDialog)
    page = box.page.toPlainText()
    for words in ("Solve structure", "Ctrl+R", "Pin candidate", "Drag with the left button"):
        assert words in page
    box.close()


def test_no_two_actions_share_a_key(window):
    keys = [
        keys.toString()
        for menu in window.menuBar().actions()
        for action in menu.menu().actions()
        for keys in action.shortcuts()
    ]
    assert len(keys) == len(set(keys))


def test_whatever_can_have_the_focus_has_a_name(window, qtbot, file):
    solved(window, qtbot, file)
    nameless = []
    for widget in window.findChildren(QWidget):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or not widget.isVisible():
            continue
        if isinstance(widget, QScrollArea) or isinstance(widget.parent(), QAbstractItemView):
            continue
        words = widget.accessibleName() or getattr(widget, "text", lambda: "")()
        if not words and widget.focusProxy() is None:
            nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert not nameless


def test_the_tab_key_goes_from_the_formula_to_solve_without_visiting_every_element(window, qtbot):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.sample.formula.setFocus()
    visited = []
    while window.sample.solve_button not in visited and len(visited) < 6:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        visited.append(QApplication.focusWidget())
    assert window.sample.solve_button in visited


def test_the_log_tells_what_was_done(window, qtbot, file, tmp_path):
    path = start_log(tmp_path / "log")
    try:
        assert log_file() == path
        solved(window, qtbot, file)
        window.beside.report_error("solve", "Traceback: here")
        assert str(path) in window.beside.error.report.toPlainText()
        window.beside.error.close()
        window.jobs.crashed.emit("export", "Traceback: elsewhere")
        window.beside.error.close()
    finally:
        stop_log()
    text = path.read_text()
    assert "opened" in text
    assert "solving with Na Cl" in text
    assert "solver done: 3 candidates, solved" in text
    assert "Traceback: elsewhere" in text
    assert log_file() is None


def test_a_log_that_cannot_be_written_is_done_without(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert start_log(blocked / "log") is None
    assert not [h for h in LOGGER.handlers if isinstance(h, logging.FileHandler)]


def test_several_windows_each_with_its_own_session(window, qtbot, file, engine):
    windows = all_windows(make_application())
    solved(window, qtbot, file)
    before = len(windows.open)
    window.actions_.new_window.trigger()
    other = windows.open[-1]
    qtbot.waitUntil(lambda: len(windows.open) == before + 1 and other.isVisible())
    settle(other, qtbot)
    assert other.session.is_empty
    assert window.candidates.model().rowCount() == 3
    opened(other, qtbot, file)
    assert other.session.solution.candidates == ()
    other.close()
    qtbot.waitUntil(lambda: len(windows.open) == before)
    assert window.isVisible()
    assert window.candidates.model().rowCount() == 3


def test_of_several_dropped_files_the_others_get_windows_if_wanted(window, qtbot, file, tmp_path):
    windows = all_windows(make_application())
    other = tmp_path / "other.xy"
    other.write_bytes(file.read_bytes())
    drop(window, file, other)
    qtbot.waitUntil(lambda: window.session.pattern.pattern is not None)
    settle(window, qtbot)
    before = len(windows.open)
    strip = next((s for s in messages(window) if s.message.topic == "open-many"), None)
    assert strip is not None
    strip.offers[0].click()
    made = windows.open[-1]
    assert len(windows.open) == before + 1
    qtbot.waitUntil(lambda: made.session.pattern.pattern is not None)
    assert made.session.pattern.pattern.name == "other"
    settle(made, qtbot)
    made.discard_and_close()


@pytest.mark.parametrize("typed", ["steel without carbon", "NaClx", "12"])
def test_what_is_no_composition_is_refused_with_a_sentence(window, qtbot, typed):
    tick(window, qtbot, "Ti")
    window.sample.formula.setText(typed)
    qtbot.keyClick(window.sample.formula, Qt.Key.Key_Return)
    strip = messages(window)[0]
    assert strip.message.severity == "error"
    assert strip.message.text.endswith(".")
    assert window.session.elements.selected == ("Ti",)


def test_amounts_hints_and_recent_elements(window, qtbot, file):
    window.sample.formula.setText("BaTiO3")
    qtbot.keyClick(window.sample.formula, Qt.Key.Key_Return)
    assert "Ba 20, Ti 20, O 60 at%" in window.sample.meaning.text()
    assert not window.sample.hints.isVisible()
    tick(window, qtbot, "Ar")
    assert window.sample.hints.isVisible()
    assert "Ar forms no solid" in window.sample.hints.text()
    window.sample.clear_button.click()
    assert not window.sample.hints.isVisible()
    solved(window, qtbot, file)
    window.sample.clear_button.click()
    window.sample.recent.aboutToShow.emit()
    entries = window.sample.recent.actions()
    assert [entry.text() for entry in entries] == ["Na Cl"]
    entries[0].trigger()
    assert window.session.elements.selected == ("Na", "Cl")
