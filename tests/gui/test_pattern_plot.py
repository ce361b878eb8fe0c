"""The plot's manners: mouse, keys, axes, scales, read-out."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.state.session import Session
from app.theme import LIGHT
from app.views.pattern_panel import PatternPanel
from engine.pattern.pattern import PowderPattern
from engine.solve.result import Problem
from tests.app.fake_engine import make_pattern, make_solution
from tests.gui.plot_steps import drag

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def panel(qtbot):
    made = PatternPanel(Session())
    made.set_theme(LIGHT)
    made.resize(900, 420)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made._session.pattern.set_pattern(make_pattern())
    qtbot.wait(50)
    return made


def at(panel: PatternPanel, x: float, y: float) -> QPoint:
    """Where on the widget a point of the main plot is."""
    scene = panel.plot.box.mapViewToScene(QPointF(x, y))
    return panel.plot.mapFromScene(scene)


def ranges(panel: PatternPanel):
    return [tuple(pair) for pair in panel.plot.box.viewRange()]


def test_left_drag_zooms_right_click_goes_out_double_shows_all(panel, qtbot):
    whole = ranges(panel)
    drag(panel.plot, at(panel, 30.0, 4_000.0), at(panel, 50.0, 500.0))
    (x_low, x_high), (y_low, y_high) = ranges(panel)
    assert x_low == pytest.approx(30.0, abs=1.0)
    assert x_high == pytest.approx(50.0, abs=1.0)
    assert y_high < whole[1][1]
    assert y_low > whole[1][0]
    middle = at(panel, 40.0, 2_000.0)
    qtbot.mouseClick(panel.plot.viewport(), RIGHT, pos=middle)
    assert ranges(panel)[0][1] - ranges(panel)[0][0] == pytest.approx(
        2.0 * (x_high - x_low), rel=0.02
    )
    qtbot.mouseDClick(panel.plot.viewport(), RIGHT, pos=middle)
    qtbot.mouseRelease(panel.plot.viewport(), RIGHT, pos=middle)
    qtbot.waitUntil(lambda: ranges(panel)[0] == pytest.approx(whole[0], abs=0.5))
    assert ranges(panel)[1] == pytest.approx(whole[1], rel=0.02, abs=50)


def test_wheel_zooms_about_the_cursor_and_never_leaves_the_data(panel, qtbot):
    view = panel.plot.viewport()
    where = at(panel, 40.0, 5_000.0)

    def turn(steps):
        event = QWheelEvent(
            QPointF(where), QPointF(view.mapToGlobal(where)), QPoint(0, 0), QPoint(0, 120 * steps),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view, event)
        QApplication.processEvents()

    whole = ranges(panel)
    turn(4)
    near = ranges(panel)
    assert near[0][0] > whole[0][0]
    assert near[0][1] < whole[0][1]
    assert near[1] == pytest.approx(whole[1])
    for _ in range(20):
        turn(-6)
        qtbot.mouseClick(view, RIGHT, pos=where)
    assert ranges(panel)[1][0] >= whole[1][0] - 0.1 * (whole[1][1] - whole[1][0])
    assert ranges(panel)[0][0] >= 20.0 - 2.0
    assert ranges(panel)[0][1] <= 90.0 + 2.0


@pytest.mark.parametrize("axis", ["d", "q"])
def test_changing_the_axis_keeps_the_range_in_view(panel, axis):
    state = panel._session.pattern
    panel.plot.box.setXRange(40.0, 60.0, padding=0)
    panel.axis.button(axis).click()
    assert state.x_axis == axis
    x, _y = panel.plot.observed.getOriginalDataset()
    expected = getattr(state.pattern, "d_spacing" if axis == "d" else "q")
    assert np.sort(x) == pytest.approx(np.sort(expected))
    low, high = ranges(panel)[0]
    ends = np.interp([40.0, 60.0], state.pattern.two_theta, expected)
    assert sorted(ends) == pytest.approx([low, high], rel=1e-3)
    panel.axis.button("two_theta").click()
    assert ranges(panel)[0] == pytest.approx((40.0, 60.0), abs=0.05)


@pytest.mark.parametrize(
    ("scale", "drawn"),
    [("linear", lambda y: y), ("sqrt", np.sqrt), ("log", np.log10)],
)
def test_scales(panel, scale, drawn):
    panel.scale.button(scale).click()
    counts = panel._session.pattern.pattern.counts
    _x, y = panel.plot.observed.getOriginalDataset()
    assert y == pytest.approx(drawn(counts))
    labels = panel.plot.axis.tickValues(*panel.plot.box.viewRange()[1], 250)
    assert labels[0][1]


def test_cursor_reads_out_everything_and_names_the_reflection(panel, qtbot):
    session = panel._session
    problem = Problem(session.pattern.pattern, ("Na", "Cl"))
    session.solution.set_solution(make_solution(problem))
    qtbot.wait(50)
    line = session.solution.chosen.fit.reflections
    angle = float(line.two_theta[1])
    where = panel.plot.box.mapViewToScene(QPointF(angle, 1000.0))
    panel.plot.pointer.hover(where)
    shown = panel.readout.text()
    assert f"2θ {angle:.2f}"[:-1] in shown
    assert f"d {line.d_spacing[1]:.2f}"[:-1] in shown
    assert "Q " in shown
    assert "hkl 2 0 0" in shown
    panel.plot.pointer.hover(panel.plot.box.mapViewToScene(QPointF(angle + 5.0, 1000.0)))
    assert "hkl" not in panel.readout.text()


def test_arrow_keys_step_the_cursor(panel, qtbot):
    plot = panel.plot
    plot.set_cursor(40.0)
    step = panel._session.pattern.pattern.step
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.cursor == pytest.approx(40.0 + step, abs=1e-6)
    qtbot.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert plot.cursor == pytest.approx(40.0 - 9 * step, abs=1e-6)
    panel._session.pattern.set_x_axis("d")
    before = plot.cursor
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.cursor > before  # d falls to the right, as the angle rises


def test_a_huge_pattern_is_drawn_thinned_and_soon(panel, qtbot):
    n = 400_000
    x = np.linspace(5.0, 120.0, n)
    y = np.random.default_rng(0).poisson(100.0, n).astype(float)
    y[123_456] = 1e5
    began = time.monotonic()
    panel._session.pattern.set_pattern(PowderPattern(x, y, np.sqrt(y + 1.0)))
    panel.plot.grab()
    assert time.monotonic() - began < 5.0
    drawn_x, drawn_y = panel.plot.observed.getData()
    assert len(drawn_x) < 20_000
    assert drawn_y.max() == 1e5  # thinning keeps the peaks


def test_points_are_marked_when_few_are_in_view(panel):
    assert panel.plot.observed.opts["symbol"] is None
    panel.plot.box.setXRange(31.0, 33.0, padding=0)
    assert panel.plot.observed.opts["symbol"] == "o"
    panel.plot.show_all()
    assert panel.plot.observed.opts["symbol"] is None
