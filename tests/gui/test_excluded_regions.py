"""Excluded regions drawn in the real window, and everything that heeds them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.gui.plot_steps import double_click, drag, in_hand, place
from tests.gui.steps import drop, messages, opened, settle, solved


def test_a_region_is_drawn_moved_and_taken_back_by_mouse(window, qtbot, file, engine):
    opened(window, qtbot, file)
    session = window.session
    assert not window.pattern.tools.isVisible()
    plot = in_hand(window, "exclude")
    assert window.pattern.tools.isVisible()
    view = plot.box.viewRange()
    drag(plot, place(plot, 40.0), place(plot, 50.0))
    settle(window, qtbot)
    ((low, high),) = session.preparing.regions
    assert (low, high) == pytest.approx((40.0, 50.0), abs=0.2)
    assert plot.box.viewRange() == view  # neither zoomed nor shown anew
    pattern, preparation = engine.derived[-1]
    assert preparation.excluded == ((low, high),)
    assert not np.any((pattern.two_theta > low) & (pattern.two_theta < high))
    assert len(session.pattern.pattern) == 3501  # what was measured stays
    assert window.pattern.tools.pages["exclude"].entry.text() == session.preparing.regions_text
    level = plot.background.getOriginalDataset()[1]
    assert np.isnan(level).sum() == 1  # a gap, not a line through what was left out
    end = place(plot, high)
    drag(plot, end, place(plot, 60.0))
    settle(window, qtbot)
    assert session.preparing.regions[0] == pytest.approx((low, 60.0), abs=0.2)
    drag(plot, place(plot, 55.0), place(plot, 45.0))
    settle(window, qtbot)
    assert session.preparing.regions[0] == pytest.approx((30.0, 50.0), abs=0.4)
    double_click(plot, place(plot, 40.0))
    settle(window, qtbot)
    assert session.preparing.regions == ()
    assert not np.isnan(plot.background.getOriginalDataset()[1]).any()
    for expected in (30.0, 40.0, 40.0):
        window.actions_.undo.trigger()
        settle(window, qtbot)
        assert session.preparing.regions[0][0] == pytest.approx(expected, abs=0.4)
    assert window.actions_.undo.text().startswith("Undo exclude ")
    window.actions_.undo.trigger()
    assert session.preparing.regions == ()


def test_regions_are_typed_and_made_by_keys_alone(window, qtbot, file):
    opened(window, qtbot, file)
    window.activateWindow()
    plot = in_hand(window, "exclude")
    plot.set_cursor(30.0)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    for _ in range(10):
        qtbot.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert window.session.preparing.regions == ((30.0, 32.0),)
    plot.set_cursor(31.0)
    qtbot.keyClick(plot, Qt.Key.Key_Delete)
    assert window.session.preparing.regions == ()
    entry = window.pattern.tools.pages["exclude"].entry
    entry.setFocus()
    qtbot.keyClicks(entry, "25-27, 26.5-30, 40.2-41")
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    assert window.session.preparing.regions == ((25.0, 30.0), (40.2, 41.0))
    entry.setText("27-25")
    entry.editingFinished.emit()
    assert "ends before it begins" in messages(window)[0].message.text
    assert window.session.preparing.regions == ((25.0, 30.0), (40.2, 41.0))
    entry.setText("20-90")
    entry.editingFinished.emit()
    assert "points are left" in messages(window)[0].message.text
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert window.session.plot_tool.tool == "look"
    assert not window.pattern.tools.isVisible()
    settle(window, qtbot)


@pytest.mark.parametrize("axis", ["d", "q"])
def test_a_region_is_drawn_on_any_axis(window, qtbot, file, axis):
    opened(window, qtbot, file)
    window.session.pattern.set_x_axis(axis)
    plot = in_hand(window, "exclude")
    drag(plot, place(plot, 40.0), place(plot, 60.0))
    assert window.session.preparing.regions[0] == pytest.approx((40.0, 60.0), abs=0.5)
    settle(window, qtbot)


def test_search_refinement_comparison_and_table_heed_the_regions(window, qtbot, file, engine):
    solved(window, qtbot, file)
    session = window.session
    calculated = [row.calculated_two_theta for row in session.solution.comparison.rows]
    assert any(x and 45.0 < x < 46.0 for x in calculated)
    session.preparing.exclude(44.0, 47.0)
    settle(window, qtbot)
    assert "other regions" in messages(window)[0].message.text
    rows = session.solution.comparison.unmatched_calculated
    assert not [row for row in rows if 44.0 < row.calculated_two_theta < 47.0]
    window.refining.state.wish(excluded="46-50")
    assert window.refining.start()
    settle(window, qtbot)
    assert engine.refinements[-1][0].details.excluded == ((44.0, 50.0),)
    window.sample.solve_button.click()
    settle(window, qtbot)
    asked = engine.problems[-1].pattern
    assert asked.details.excluded == ((44.0, 47.0),)
    assert not np.any((asked.two_theta >= 44.0) & (asked.two_theta <= 47.0))
    assert not [strip for strip in messages(window) if "other regions" in strip.message.text]
    assert np.isnan(window.pattern.plot.calculated.getOriginalDataset()[1]).sum() == 1


def test_regions_are_kept_in_the_project_and_a_new_pattern_has_none(window, qtbot, file, tmp_path):
    opened(window, qtbot, file)
    window.session.preparing.exclude(44.0, 47.0)
    settle(window, qtbot)
    path = tmp_path / "work.densight"
    window.documents.save(path)
    settle(window, qtbot)
    assert not window.session.modified
    window.session.preparing.exclude(60.0, 61.0)
    assert window.session.modified
    opened(window, qtbot, file)
    assert window.session.preparing.regions == ()
    drop(window, path)
    qtbot.waitUntil(lambda: bool(window.session.preparing.regions))
    settle(window, qtbot)
    assert window.session.preparing.regions == ((44.0, 47.0),)
    assert window.session.pattern.settled
    assert len(window.pattern.tools.regions.shades) == 1
    assert not window.session.modified


def test_the_table_of_the_plot_says_what_was_left_out(window, qtbot, file, tmp_path):
    solved(window, qtbot, file)
    window.session.preparing.exclude(44.0, 47.0)
    window.sample.solve_button.click()
    settle(window, qtbot)
    path = tmp_path / "plot.csv"
    window.pattern.save(path)
    table = np.genfromtxt(path, delimiter=",", names=True)
    out = (table["two_theta"] >= 44.0) & (table["two_theta"] <= 47.0)
    assert np.array_equal(table["excluded"], out)
    assert np.isfinite(table["observed"]).all()
    assert np.isnan(table["calculated"][out]).all()
    assert np.isfinite(table["calculated"][~out]).all()
