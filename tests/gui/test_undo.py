"""Undo and redo by the menu and by keys, in the real window."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.gui.steps import LEFT, drop, messages, opened, settle, solved, tick


def undo(window):
    window.actions_.undo.trigger()


def redo(window):
    window.actions_.redo.trigger()


def test_menu_says_what_is_undone(window, qtbot, file):
    assert not window.actions_.undo.isEnabled()
    assert window.actions_.undo.text() == "Undo"
    opened(window, qtbot, file)
    assert window.actions_.undo.text() == "Undo open halite"
    tick(window, qtbot, "Na")
    assert window.actions_.undo.text() == "Undo tick Na"
    undo(window)
    assert not window.sample.table.button("Na").isChecked()
    assert window.actions_.redo.text() == "Redo tick Na"
    redo(window)
    assert window.sample.table.button("Na").isChecked()


def test_ctrl_z_works_right_after_a_formula_was_typed(window, qtbot):
    line = window.sample.formula
    window.activateWindow()
    line.setFocus()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClicks(line, "NaCl")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.session.elements.formula == "NaCl"
    qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.session.elements.selected == ()
    assert line.text() == ""
    qtbot.keyClick(
        line,
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert line.text() == "NaCl"


def test_results_come_back_with_the_former_wavelength(window, qtbot, file):
    solved(window, qtbot, file)
    window.candidates.selectRow(1)
    settle(window, qtbot)
    chosen = window.session.solution.chosen
    entry = window.sample.radiation.entry
    entry.setCurrentIndex(entry.findText("Mo Kα"))
    entry.activated.emit(entry.currentIndex())
    settle(window, qtbot)
    assert window.candidates.model().rowCount() == 0
    undo(window)
    settle(window, qtbot)
    assert window.sample.radiation.chip.text() == "⚠ assumed"
    assert any("assumed" in strip.message.text for strip in messages(window))
    assert window.candidates.model().rowCount() == 3
    assert window.session.solution.chosen is chosen
    assert window.session.density.shown.structure is chosen.structure
    assert len(window.peaks.model.rows) == len(window.session.solution.comparison.rows)


def test_the_former_pattern_comes_back_with_all_that_was_found(window, qtbot, file, tmp_path):
    solved(window, qtbot, file)
    pattern = window.session.pattern.pattern
    other = tmp_path / "other.xy"
    other.write_bytes(file.read_bytes())
    drop(window, other)
    qtbot.waitUntil(lambda: window.session.pattern.pattern.name == "other")
    settle(window, qtbot)
    undo(window)
    settle(window, qtbot)
    assert window.session.pattern.pattern is pattern
    assert window.windowTitle().startswith("halite")
    assert window.candidates.model().rowCount() == 3
    while window.actions_.undo.isEnabled():
        undo(window)
    settle(window, qtbot)
    assert window.pattern.empty.isVisible()
    assert window.session.is_empty
    while window.actions_.redo.isEnabled():
        redo(window)
    settle(window, qtbot)
    assert window.session.pattern.pattern.name == "other"
    assert window.session.pattern.peaks is not None


def test_undoing_a_search_stops_it_and_redoing_shows_what_it_had(window, qtbot, file, engine):
    opened(window, qtbot, file)
    tick(window, qtbot, "Na", "Cl")
    engine.gate.clear()
    qtbot.mouseClick(window.sample.solve_button, LEFT)
    qtbot.waitUntil(lambda: window.candidates.model().rowCount() == 1)
    assert window.actions_.undo.text() == "Undo solve structure"
    undo(window)
    assert not window.jobs.running("solve")
    assert window.session.solution.status == "idle"
    assert window.candidates.model().rowCount() == 0
    redo(window)
    assert window.candidates.model().rowCount() == 1
    assert window.sample.status.text() == "Cancelled"
    engine.gate.set()
    settle(window, qtbot)
    assert window.candidates.model().rowCount() == 1
