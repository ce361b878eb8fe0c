"""Many patterns in the batch window, with workers that answer at once."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

import engine.batch.run
from app.views.batch_row_words import RowWords
from app.views.batch_table import (
    CHANCE,
    COLUMNS,
    ELEMENTS,
    FILE,
    FORMULA,
    MESSAGE,
    RWP,
    TIME,
    VERDICT,
)  # fmt: skip
from tests.app.fake_batch import FakeWorkers, write_folder
from tests.gui.steps import LEFT, drop, messages, settle

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def workers(monkeypatch):
    made = FakeWorkers()
    monkeypatch.setattr(engine.batch.run, "_run", made)
    return made


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "measured")


@pytest.fixture
def batch(window, workers, folder, qtbot):
    """The batch window, with a folder of four patterns dropped on the main one."""
    drop(window, folder)
    settle(window, qtbot)
    yield window.beside.batch_window
    workers.gate.set()


def shown(batch, column):
    order = batch.table.order
    return [order.index(row, column).data() for row in range(order.rowCount())]


def solve(batch, window, qtbot):
    for symbol in ("Na", "Cl"):
        qtbot.mouseClick(batch.periodic.button(symbol), LEFT)
    qtbot.mouseClick(batch.start, LEFT)
    settle(window, qtbot)
    qtbot.wait(120)  # the summary


def test_the_menu_opens_an_empty_batch_that_says_what_to_do(window, qtbot):
    window.actions_.batch.trigger()
    batch = window.beside.batch_window
    assert batch.isVisible()
    assert not batch.start.isEnabled()
    assert not batch.export_all.isEnabled()
    assert "Drop a folder" in batch.found.text()
    batch.close()


def test_a_dropped_folder_is_listed_solved_and_summed_up(batch, window, workers, qtbot):
    assert batch.isVisible()
    assert shown(batch, FILE) == ["a.xy", "b.xy", "broken.xy", "odd.xy"]
    assert "1 other file left out" in batch.found.text()
    assert "README.md" in batch.found.toolTip()
    assert batch.out.text().endswith("measured solved")
    qtbot.mouseClick(batch.start, LEFT)
    assert "No element is ticked" in batch.status.text()
    batch.workers.setValue(2)
    solve(batch, window, qtbot)
    assert workers.workers == 2
    assert shown(batch, VERDICT) == ["Solved", "Solved", "Failed", "No solution"]
    assert shown(batch, FORMULA) == ["NaCl", "NaCl", "", ""]
    assert shown(batch, RWP)[0] == "5.12"
    assert shown(batch, CHANCE)[0] == "0.97"
    assert shown(batch, TIME)[3] == "9.5 s"
    assert "2 solved" in batch.summary.text()
    assert "1 failed" in batch.summary.text()
    assert batch.start.isEnabled()


def test_headings_sort_and_empty_cells_come_last(batch, window, qtbot):
    solve(batch, window, qtbot)
    table = batch.table
    table.sortByColumn(FILE, Qt.SortOrder.DescendingOrder)
    assert shown(batch, FILE) == ["odd.xy", "broken.xy", "b.xy", "a.xy"]
    table.sortByColumn(VERDICT, Qt.SortOrder.AscendingOrder)
    assert shown(batch, VERDICT) == ["Solved", "Solved", "No solution", "Failed"]
    table.sortByColumn(TIME, Qt.SortOrder.AscendingOrder)
    assert shown(batch, TIME)[-1] == ""
    table.selectRow(0)
    (chosen,) = table.chosen
    assert batch._state.rows[chosen].entry.id == "a"


def test_all_columns_are_in_view_on_a_small_screen(batch, window, qtbot):
    solve(batch, window, qtbot)
    batch.resize(1180, 700)
    qtbot.wait(50)
    table, header = batch.table, batch.table.horizontalHeader()
    assert table.horizontalScrollBar().maximum() == 0
    for column, (name, _tip) in enumerate(COLUMNS):
        assert header.sectionSize(column) >= header.fontMetrics().horizontalAdvance(name)
    narrow = header.sectionSize(FILE)
    batch.resize(1500, 700)
    qtbot.wait(50)
    assert header.sectionSize(FILE) > narrow  # names of files are long
    header.resizeSection(FORMULA, 200)
    batch.resize(1400, 700)
    qtbot.wait(50)
    assert header.sectionSize(FORMULA) == 200  # what the user has drawn stays


def test_progress_is_shown_and_stop_keeps_what_is_done(batch, window, workers, qtbot):
    state = batch._state
    workers.hold_at = "b"
    batch._state.elements.set_text("Na Cl")
    qtbot.mouseClick(batch.start, LEFT)
    qtbot.waitUntil(lambda: state.n_answered == 1 and state.rows[1].status == "running")
    qtbot.waitUntil(lambda: shown(batch, VERDICT)[:2] == ["Solved", "Solving"])
    qtbot.waitUntil(lambda: batch.progress.value() == 250)
    assert not batch.periodic.isEnabled()
    assert not batch.start.isEnabled()
    qtbot.keyClick(batch, Qt.Key.Key_Escape)
    settle(window, qtbot)
    assert shown(batch, VERDICT) == ["Solved", "Waiting", "Waiting", "Waiting"]
    assert batch.start.text() == "Go on"
    workers.gate.set()
    qtbot.keyClick(batch, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    settle(window, qtbot)
    assert workers.solved == ["a", "b", "broken", "odd"]


def test_closing_stops_and_the_main_window_says_how_to_go_on(batch, window, workers, qtbot):
    batch._state.elements.set_text("Na Cl")
    workers.gate.clear()
    qtbot.mouseClick(batch.start, LEFT)
    qtbot.waitUntil(lambda: batch._state.rows[0].status == "running")
    batch.close()
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert not batch.isVisible()
    (strip,) = [strip for strip in messages(window) if "batch" in strip.message.text]
    assert "0 of 4" in strip.message.text
    strip.message.offers[0].do()
    assert batch.isVisible()
    assert shown(batch, VERDICT) == ["Waiting"] * 4


def test_closing_the_main_window_stops_the_batch(batch, window, workers, qtbot):
    batch._state.elements.set_text("Na Cl")
    workers.gate.clear()
    qtbot.mouseClick(batch.start, LEFT)
    qtbot.waitUntil(lambda: batch._state.rows[0].status == "running")
    window.discard_and_close()
    assert not batch.isVisible()
    assert not window.jobs.busy


def test_a_double_click_opens_the_result_in_a_window(batch, window, qtbot, monkeypatch):
    solve(batch, window, qtbot)
    wanted = []
    window.another_wanted.disconnect()
    window.another_wanted.connect(wanted.append)
    table = batch.table
    place = table.visualRect(table.order.index(1, FORMULA)).center()
    qtbot.mouseClick(table.viewport(), LEFT, NONE, place)
    qtbot.mouseDClick(table.viewport(), LEFT, NONE, place)
    assert wanted == [[str(batch._state.out / "b" / "session.densight")]]
    window.open_file(wanted[0][0])
    settle(window, qtbot)
    assert window.session.solution.candidates[0].formula == "NaCl"
    table.selectRow(3)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert wanted[1][0].endswith("odd.xy")


def test_elements_of_one_pattern_are_edited_in_the_table(batch, window, workers, qtbot):
    batch._state.elements.set_text("Na Cl")
    table = batch.table
    table.setFocus()
    table.setCurrentIndex(table.order.index(1, ELEMENTS))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = table.viewport().findChild(QLineEdit)
    qtbot.keyClicks(editor, "KBr")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    # An editor hands over what was typed in an event of its own.
    expected = ["Na Cl", "KBr", "Na Cl", "Na Cl"]
    qtbot.waitUntil(lambda: shown(batch, ELEMENTS) == expected)
    qtbot.mouseClick(batch.start, LEFT)
    settle(window, qtbot)
    assert [entry.elements for entry in workers.asked] == ["Na Cl", "K Br", "Na Cl", "Na Cl"]
    assert workers.asked[1].formula == "KBr"


def test_rows_are_taken_away_and_copied(batch, window, qtbot):
    solve(batch, window, qtbot)
    table = batch.table
    table.selectRow(0)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    heading, line = QGuiApplication.clipboard().text().splitlines()
    values = dict(zip(heading.split("\t"), line.split("\t"), strict=True))
    assert (values["formula"], values["rwp"], values["a"]) == ("NaCl", "0.0512", "5.64")
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert shown(batch, FILE) == ["b.xy", "broken.xy", "odd.xy"]


def test_everything_is_exported(batch, window, qtbot, monkeypatch, tmp_path):
    solve(batch, window, qtbot)
    target = tmp_path / "export"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(target))
    qtbot.mouseClick(batch.export_all, LEFT)
    settle(window, qtbot)
    assert "4 rows" in batch.status.text()
    assert sorted(path.name for path in target.iterdir()) == ["a.cif", "b.cif", "results.csv"]


def test_an_output_folder_dropped_on_the_window_is_gone_on_with(batch, window, workers, qtbot):
    solve(batch, window, qtbot)
    out = batch._state.out
    rows = (out / "results.jsonl").read_text().splitlines()
    (out / "results.jsonl").write_text("\n".join(rows[:1]) + '\n{"id": "b", "verd')
    batch.clear.click()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(out))])
    where, action = QPoint(600, 300), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(where, action, data, LEFT, NONE)
    QApplication.sendEvent(batch, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(batch, QDropEvent(QPointF(where), action, data, LEFT, NONE))
    settle(window, qtbot)
    assert shown(batch, VERDICT) == ["Solved", "Waiting", "Waiting", "Waiting"]
    assert batch.start.text() == "Go on"
    workers.solved.clear()
    qtbot.mouseClick(batch.start, LEFT)
    settle(window, qtbot)
    assert workers.solved == ["b", "broken", "odd"]
    lines = [json.loads(row) for row in (out / "results.jsonl").read_text().splitlines()]
    assert len(lines) == 4


def test_several_files_are_offered_as_a_batch(window, workers, folder, qtbot):
    drop(window, folder / "a.xy", folder / "b.xy")
    settle(window, qtbot)
    (strip,) = [strip for strip in messages(window) if strip.message.topic == "open-many"]
    assert [offer.text for offer in strip.message.offers] == ["Open 1 more window", "Solve all 2"]
    strip.message.offers[1].do()
    settle(window, qtbot)
    assert shown(window.beside.batch_window, FILE) == ["a.xy", "b.xy"]


def test_a_wavelength_for_all(batch, window, workers, qtbot):
    line = batch.wavelength.lineEdit()
    line.selectAll()
    qtbot.keyClicks(line, "blue")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "blue" in batch.status.text()
    assert batch.wavelength.currentText() == "As the files say"
    line.selectAll()
    qtbot.keyClicks(line, "0.41326")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert batch._state.wavelength == "0.41326"
    batch.wavelength.setCurrentIndex(batch.wavelength.findText("Mo Kα"))
    batch.wavelength.activated.emit(batch.wavelength.currentIndex())
    assert batch._state.wavelength == "MoKa"


def test_colours_change_with_the_theme(batch, window):
    batch.set_theme(window.beside._theme)
    window.theme_chosen.emit("dark")
    assert batch.table.rows.theme.dark
    assert batch.periodic.theme.dark
    window.theme_chosen.emit("light")
    assert not batch.table.rows.theme.dark


def test_the_chosen_row_is_in_words(batch, window, qtbot, folder):
    solve(batch, window, qtbot)
    words = batch.findChild(RowWords)
    assert words.text() == ""
    said = shown(batch, MESSAGE)
    row = next(index for index, message in enumerate(said) if message)
    batch.table.selectRow(row)
    assert shown(batch, FILE)[row] in words.text()
    assert said[row] in words.text()
    batch.table.selectAll()
    assert str(len(said)) in words.text()
