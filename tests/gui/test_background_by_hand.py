"""The background chosen, and its anchors dragged, in the real window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from tests.gui.plot_steps import click, double_click, drag, in_hand, place
from tests.gui.steps import drop, opened, settle


def choose(window, qtbot, method: str) -> None:
    box = window.pattern.tools.pages["background"].method
    box.setCurrentIndex(box.findData(method))
    box.activated.emit(box.currentIndex())
    settle(window, qtbot)


def test_anchors_are_dragged_put_and_removed(window, qtbot, file, engine):
    opened(window, qtbot, file)
    session, plot = window.session, in_hand(window, "background")
    tool, options = window.pattern.tools.anchors, window.pattern.tools.pages["background"]
    assert len(tool.points.points()) == 0
    assert not options.anew.isVisible()
    choose(window, qtbot, "spline")
    anchors = session.preparing.background.anchors
    assert len(tool.points.points()) == len(anchors) > 5
    assert options.anew.isVisible()
    view = plot.box.viewRange()
    index = len(anchors) // 2
    start = place(plot, *anchors[index])
    drag(plot, start, start + QPoint(6, -60))
    settle(window, qtbot)
    moved = session.preparing.background.anchors[index]
    assert moved[0] > anchors[index][0]
    assert moved[1] > anchors[index][1] + 200.0
    assert plot.box.viewRange() == view
    assert np.interp(moved[0], session.pattern.pattern.two_theta, session.pattern.background) == (
        pytest.approx(moved[1], rel=1e-3)
    )
    assert engine.derived[-1][1].background == session.preparing.background
    click(plot, place(plot, 35.0, 4000.0))
    settle(window, qtbot)
    assert len(session.preparing.background.anchors) == len(anchors) + 1
    double_click(plot, place(plot, *moved))
    settle(window, qtbot)
    assert moved not in session.preparing.background.anchors
    window.actions_.undo.trigger()
    settle(window, qtbot)
    assert moved in session.preparing.background.anchors
    options.anew.click()
    settle(window, qtbot)
    assert moved not in session.preparing.background.anchors
    window.pattern_menu.automatic.trigger()
    settle(window, qtbot)
    assert len(tool.points.points()) == 0
    assert session.pattern.background == pytest.approx(100.0)
    drag(plot, place(plot, 30.0), place(plot, 50.0, 100.0))  # no anchor there: it zooms
    assert plot.box.viewRange() != view


def test_anchors_by_keys_on_a_logarithmic_scale(window, qtbot, file):
    opened(window, qtbot, file)
    session, plot = window.session, in_hand(window, "background")
    choose(window, qtbot, "polynomial")
    window.pattern.tools.pages["background"].degree.setValue(3)
    session.pattern.set_scale("log")
    before = session.preparing.background
    assert before.degree == 3
    place_, counts = before.anchors[4]
    plot.set_cursor(place_)
    qtbot.keyClick(plot, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert session.preparing.background.anchors[4][1] > counts
    # Presses of a key that follow each other are one step; what comes between ends it.
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert window.actions_.undo.text() == f"Undo move anchor at {place_:.2f}°"
    window.actions_.undo.trigger()
    assert session.preparing.background == before
    window.actions_.redo.trigger()
    qtbot.keyClick(plot, Qt.Key.Key_Down)
    window.actions_.undo.trigger()
    assert session.preparing.background.anchors[4][1] > counts
    qtbot.keyClick(plot, Qt.Key.Key_Delete)
    assert len(session.preparing.background.anchors) == len(before.anchors) - 1
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert len(session.preparing.background.anchors) == len(before.anchors)
    settle(window, qtbot)


def test_the_background_is_kept_in_the_project(window, qtbot, file, tmp_path):
    opened(window, qtbot, file)
    in_hand(window, "background")
    choose(window, qtbot, "spline")
    window.session.preparing.move_anchor(3, 40.0, 250.0)
    window.session.preparing.add_peak(35.0)
    settle(window, qtbot)
    preparation = window.session.pattern.preparation
    path = tmp_path / "work.densight"
    window.documents.save(path)
    settle(window, qtbot)
    opened(window, qtbot, file)
    assert window.session.pattern.preparation != preparation
    drop(window, path)
    qtbot.waitUntil(lambda: window.session.pattern.preparation == preparation)
    settle(window, qtbot)
    assert len(window.pattern.tools.anchors.points.points()) == len(preparation.background.anchors)
    assert window.session.pattern.peaks.by_hand.sum() == 1
