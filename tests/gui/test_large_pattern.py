"""Five million points: what a movement of the view costs does not grow with the pattern."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from app.state import curve
from app.views import pattern_plot
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset

POINTS = 5_000_000
MOST_DRAWN = 20_000  # of a plot a thousand pixels wide
PEAK = 3_456_789


@pytest.fixture(scope="module")
def huge() -> PowderPattern:
    x = np.linspace(5.0, 120.0, POINTS)
    counts = 100.0 + np.arange(POINTS) % 7
    counts[PEAK] = 1e5
    return PowderPattern(x, counts, np.sqrt(counts), preset("CuKa", "file"), name="huge")


@pytest.fixture
def plot(window, qtbot, huge):
    window.session.pattern.set_pattern(huge)
    qtbot.wait(20)
    return window.pattern.plot


def drawn(plot):
    x, y = plot.observed.getData()
    return x, y


def test_it_is_drawn_thinned_without_losing_its_highest_point(plot):
    x, y = drawn(plot)
    assert len(x) < MOST_DRAWN
    assert y.max() == 1e5


def test_moving_the_view_touches_no_more_points_than_are_drawn(plot, monkeypatch):
    """Neither angles nor counts are worked out again, no curve is handed over anew."""
    work: list[str] = []

    def counted(name, function):
        def call(*arguments, **named):
            work.append(name)
            return function(*arguments, **named)

        return call

    for module, name in (
        (curve, "from_two_theta"), (curve, "scaled"), (pattern_plot, "curve_of"),
        (pattern_plot, "with_gaps"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, counted(name, getattr(module, name)))
    monkeypatch.setattr(plot.observed, "setData", counted("setData", plot.observed.setData))
    for step in range(6):
        plot.box.setXRange(20.0 + step, 90.0 + step, padding=0.0)
        assert len(drawn(plot)[0]) < MOST_DRAWN
    for _step in range(10):
        plot.box.scaleBy((0.5, 1.0), QPointF(60.0, 100.0))
        assert len(drawn(plot)[0]) < MOST_DRAWN
    assert plot.observed.opts["symbol"] is None or plot.curve.count(*plot.box.viewRange()[0]) < 700
    plot.set_cursor(44.0)
    plot.show_all()
    assert work == []


def test_axis_and_scale_make_the_curve_once(plot, window, monkeypatch):
    made: list[tuple[str, str]] = []
    make = pattern_plot.curve_of

    def counted(pattern, axis, scale):
        made.append((axis, scale))
        return make(pattern, axis, scale)

    monkeypatch.setattr(pattern_plot, "curve_of", counted)
    window.session.pattern.set_scale("log")
    window.session.pattern.set_x_axis("q")
    window.session.pattern.derived_changed.emit()
    assert made == [("two_theta", "log"), ("q", "log")]
    x, _y = drawn(plot)
    assert len(x) < MOST_DRAWN
    assert np.all(np.diff(plot.curve.x) > 0.0)


def test_the_cursor_reads_the_nearest_point(plot, window, huge):
    plot.set_cursor(float(huge.two_theta[PEAK]) + 1e-6)
    assert "100" in window.pattern.readout.text()
    assert "000" in window.pattern.readout.text()
