"""Peaks added and removed in the real window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.gui.plot_steps import click, in_hand, place
from tests.gui.steps import opened, settle, solved


def test_a_click_puts_a_peak_or_removes_the_one_that_is_marked(window, qtbot, file, engine):
    opened(window, qtbot, file)
    session = window.session
    n = len(session.pattern.peaks)
    plot = in_hand(window, "peaks")
    tool = window.pattern.tools.peaks
    assert len(tool.found.points()) == n
    view = plot.box.viewRange()
    click(plot, place(plot, 40.0))
    settle(window, qtbot)
    assert session.preparing.peak_edits.added == pytest.approx((40.0,), abs=0.4)
    assert engine.derived[-1][1] == session.pattern.preparation
    assert len(session.pattern.peaks) == n + 1
    assert len(tool.put.points()) == 1
    assert window.tabs.tabText(1) == f"Peaks ({n + 1})"
    assert "1 added" in window.pattern.tools.pages["peaks"].count.text()
    rows = [row for row in window.peaks.model.rows if row.by_hand]
    assert len(rows) == 1
    strongest = float(session.pattern.peaks.two_theta[1])
    mark = next(p.pos() for p in tool.found.points() if p.pos().x() == pytest.approx(strongest))
    click(plot, place(plot, strongest, mark.y()))  # on the mark itself
    settle(window, qtbot)
    assert session.preparing.peak_edits.removed == (strongest,)
    assert len(session.pattern.peaks) == n
    assert len(tool.found.points()) == n - 1
    assert plot.box.viewRange() == view
    click(plot, place(plot, strongest))  # not marked any more: it comes back
    settle(window, qtbot)
    assert session.preparing.peak_edits.removed == ()
    window.pattern.tools.pages["peaks"].again.click()
    settle(window, qtbot)
    assert not session.preparing.peak_edits
    assert len(session.pattern.peaks) == n
    window.actions_.undo.trigger()
    settle(window, qtbot)
    assert len(session.pattern.peaks) == n + 1
    window.pattern.plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert not tool.found.isVisible()


def test_a_click_beside_a_line_that_is_narrower_than_a_pixel_finds_its_top(window, qtbot, file):
    opened(window, qtbot, file)
    session, plot = window.session, in_hand(window, "peaks")
    strongest = float(session.pattern.peaks.two_theta[1])
    session.pattern.set_derived(None, None)  # nothing is marked, as before a search
    where = place(plot, strongest)
    where.setX(where.x() + 3)
    click(plot, where)
    assert session.preparing.peak_edits.added == pytest.approx((strongest,), abs=0.06)
    settle(window, qtbot)


def test_peaks_are_changed_by_keys_in_plot_and_table(window, qtbot, file):
    solved(window, qtbot, file)
    session, plot = window.session, in_hand(window, "peaks")
    n = len(session.pattern.peaks)
    plot.set_cursor(40.0)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert session.preparing.peak_edits.added == (40.0,)
    assert [row.observed_two_theta for row in session.solution.comparison.unmatched_observed] == [
        40.0
    ]
    qtbot.keyClick(plot, Qt.Key.Key_Delete)
    settle(window, qtbot)
    assert len(session.pattern.peaks) == n
    window.tabs.setCurrentIndex(1)
    row = next(i for i, row in enumerate(window.peaks.model.rows) if row.observed is not None)
    angle = window.peaks.model.rows[row].observed
    window.peaks.table.selectRow(row)
    qtbot.keyClick(window.peaks.table, Qt.Key.Key_Delete)
    settle(window, qtbot)
    assert session.preparing.peak_edits.removed == (angle,)
    assert not np.any(np.isclose(session.pattern.peaks.two_theta, angle))
    # The search is given the lines as they are now.
    said = [strip.message.text for strip in window.messages.strips]
    assert any("other regions, background or peaks" in text for text in said)


def test_marks_follow_axis_and_scale(window, qtbot, file):
    opened(window, qtbot, file)
    in_hand(window, "peaks")
    tool, state = window.pattern.tools.peaks, window.session.pattern
    state.set_x_axis("d")
    state.set_scale("log")
    x = sorted(point.pos().x() for point in tool.found.points())
    assert x == pytest.approx(sorted(state.peaks.d_spacing))
    assert len(tool.profile.getOriginalDataset()[0]) == len(state.pattern)
