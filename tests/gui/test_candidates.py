"""The candidates' table: sorting, pinning, discarding, notes, reasons, copying."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from tests.gui.steps import LEFT, settle, solved


def shown(window, column=0):
    model = window.candidates.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def click_heading(window, qtbot, column):
    header = window.candidates.horizontalHeader()
    place = header.sectionViewportPosition(column) + header.sectionSize(column) // 2
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(place, 8))


def test_a_click_on_a_heading_sorts_and_keeps_the_choice(window, qtbot, file):
    solved(window, qtbot, file)
    window.candidates.selectRow(1)
    chosen = window.session.solution.chosen
    click_heading(window, qtbot, 1)  # formula
    assert shown(window, 1) == ["KCl", "NaCl", "NaCl"]
    assert window.session.solution.chosen is chosen
    assert window.candidates.currentIndex().row() == 2
    click_heading(window, qtbot, 1)
    assert shown(window, 1) == ["NaCl", "NaCl", "KCl"]
    # The row that is clicked is the candidate that is shown, in whatever order.
    click_heading(window, qtbot, 3)
    click_heading(window, qtbot, 3)
    window.candidates.selectRow(0)
    assert window.session.solution.chosen.rank == 3


def test_pinned_ones_stay_on_top_and_discarded_ones_go_last(window, qtbot, file):
    solved(window, qtbot, file)
    window.candidates.selectRow(2)
    qtbot.mouseClick(window.marks.pin, LEFT)
    assert shown(window) == ["★ 3", "1", "2"]
    assert window.session.solution.chosen.rank == 3
    window.candidates.selectRow(1)
    qtbot.mouseClick(window.marks.discard, LEFT)
    assert shown(window) == ["★ 3", "2", "1"]
    for order in (Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder):
        window.candidates.sortByColumn(0, order)
        assert shown(window)[0] == "★ 3"
        assert shown(window)[-1] == "1"
    window.actions_.discard.trigger()
    assert shown(window) == ["★ 3", "1", "2"]
    assert window.actions_.undo.text().startswith("Undo take back")
    window.actions_.undo.trigger()
    assert shown(window) == ["★ 3", "2", "1"]


def test_a_note_is_shown_saved_and_undone(window, qtbot, file):
    solved(window, qtbot, file)
    window.marks.note.setFocus()
    qtbot.keyClicks(window.marks.note, "mirror plane?")
    qtbot.keyClick(window.marks.note, Qt.Key.Key_Return)
    assert shown(window, 6)[0] == "mirror plane?"
    window.candidates.selectRow(1)
    assert window.marks.note.text() == ""
    window.candidates.selectRow(0)
    assert window.marks.note.text() == "mirror plane?"
    window.actions_.undo.trigger()
    assert shown(window, 6)[0] == ""


def test_the_reason_is_in_words(window, qtbot, file):
    solved(window, qtbot, file)
    assert "next best Rwp is 2.00 times" in window.marks.why.text()
    window.candidates.selectRow(1)
    assert "2.00 times that of candidate 1" in window.marks.why.text()
    tip = window.candidates.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "2.00 times that of candidate 1" in tip


def test_no_column_is_cut(window, qtbot, file):
    solved(window, qtbot, file)
    header = window.candidates.horizontalHeader()
    metrics = window.candidates.fontMetrics()
    for column in range(6):
        for value in shown(window, column):
            assert header.sectionSize(column) >= metrics.horizontalAdvance(value)


def test_nothing_needs_scrolling_sideways_in_a_small_window(window, qtbot, file):
    assert window.width() == 1280
    solved(window, qtbot, file)
    assert window.candidates.horizontalScrollBar().maximum() == 0
    window.tabs.setCurrentIndex(1)
    settle(window, qtbot)
    table = window.peaks.table
    for column in range(table.model().columnCount()):
        assert table.columnWidth(column) >= table.sizeHintForColumn(column)
    needed = sum(table.columnWidth(column) for column in range(table.model().columnCount()))
    assert needed <= table.viewport().width()
    # Nor does a note push the verdicts out of sight.
    window.tabs.setCurrentIndex(0)
    solution = window.session.solution
    solution.annotate(solution.candidates[0], "a long note " * 8)
    settle(window, qtbot)
    assert window.candidates.horizontalScrollBar().maximum() == 0
    assert shown(window)[0] == "1 ✎"


def test_every_row_shows_its_fit(window, qtbot, file):
    solved(window, qtbot, file)
    view = window.candidates
    heights = []
    for row in range(3):
        cell = view.visualRect(view.model().index(row, 3))
        assert cell.width() >= 50
        picture = view.viewport().grab(cell).toImage()
        red = 0
        for x in range(picture.width()):
            for y in range(picture.height()):
                colour = picture.pixelColor(x, y)
                red += colour.red() > colour.blue() + 60
        heights.append(red)
    assert min(heights) > 40  # the calculated line is there in each


def test_orders_without_a_column_end_with_a_click_on_a_heading(window, qtbot, file):
    solved(window, qtbot, file)
    by_volume = window.candidates.horizontalHeader().actions()[0]
    assert by_volume.text() == "Sort by volume of the cell"
    window.candidates.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    by_volume.trigger()
    assert shown(window) == ["1", "2", "3"]  # each a little larger than the one before
    click_heading(window, qtbot, 0)
    click_heading(window, qtbot, 0)
    assert sorted(shown(window)) == ["1", "2", "3"]
    assert window.candidates.model().more == ""


def test_copying_a_row_keeps_all_digits(window, qtbot, file):
    solved(window, qtbot, file)
    qtbot.keyClick(window.candidates, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    heads, values = QApplication.clipboard().text().splitlines()
    row = dict(zip(heads.split("\t"), values.split("\t"), strict=True))
    chosen = window.session.solution.chosen
    assert float(row["a"]) == chosen.cell[0]
    assert float(row["volume"]) == chosen.structure.volume
    assert row["formula"] == "NaCl"


def test_without_candidates_there_is_nothing_to_mark(window):
    assert not window.marks.isVisible()
    assert not window.actions_.pin.isEnabled()
    assert not window.actions_.discard.isEnabled()


@pytest.mark.parametrize("key", ["Ctrl+P", "Ctrl+Del"])
def test_marks_have_keys(window, key):
    assert key in {
        action.shortcut().toString() for action in (window.actions_.pin, window.actions_.discard)
    }
