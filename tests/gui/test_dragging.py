"""Dragging a level, a region or a divider: what is dragged follows, and nothing long begins."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.gui.plot_steps import drag, in_hand, place
from tests.gui.steps import LEFT, settle, solved

STEPS = 40


class Work:
    """Counts what would hold up a hand that drags: jobs, steps, and curves that are made anew."""

    def __init__(self, window, monkeypatch: pytest.MonkeyPatch) -> None:
        self.jobs: list[str] = []
        self.curves = 0
        start, runner = type(window.jobs).start, type(window.jobs)

        def started(one, kind, *rest):
            if kind != "autosave":  # has a rhythm of its own
                self.jobs.append(kind)
            return start(one, kind, *rest)

        observed = window.pattern.plot.observed
        given = observed.setData

        def drawn(*arguments, **named):
            self.curves += 1
            return given(*arguments, **named)

        monkeypatch.setattr(runner, "start", started)
        monkeypatch.setattr(observed, "setData", drawn)


@pytest.fixture
def work(window, qtbot, file, monkeypatch) -> Work:
    solved(window, qtbot, file)
    return Work(window, monkeypatch)


def test_a_level_is_followed_but_not_drawn_for_every_step(
    window, qtbot, work, needs_opengl, monkeypatch
):
    canvas, drawn = window.density.canvas, []
    set_surfaces = canvas.set_surfaces

    def counted(*levels):
        drawn.append(levels[0])
        set_surfaces(*levels)

    monkeypatch.setattr(canvas, "set_surfaces", counted)
    undo = window.session.history.undo_text
    slider = window.density.controls.outer.slider
    readings = set()
    for step in range(STEPS):
        slider.setSliderPosition(100 + 5 * step)
        readings.add(window.density.controls.outer.reading)
    assert not drawn  # the hand is not held up
    assert len(readings) > STEPS // 2  # but reads what it does
    settle(window, qtbot)
    assert 1 <= len(drawn) <= 3
    assert drawn[-1] == pytest.approx(canvas_level(window), rel=1e-6)
    assert work.jobs == []
    assert work.curves == 0
    assert window.session.history.undo_text == undo  # looking is no step


def canvas_level(window) -> float:
    density = window.session.density
    return density.shown.maximum * density.surfaces.outer**2


def test_a_region_works_when_it_is_let_go(window, qtbot, work):
    plot = in_hand(window, "exclude")
    low, high = (place(plot, angle) for angle in (40.0, 50.0))
    during = []
    window.session.pattern.about_to_prepare.connect(lambda step, _series: during.append(step))
    drag(plot, low, high)
    assert len(during) == 1  # for all the steps of the drag
    assert work.jobs.count("peaks") == 1
    settle(window, qtbot)
    edge = window.pattern.tools.regions.shades[0].main.lines[1]
    work.jobs.clear()
    for step in range(STEPS):
        edge.setValue(50.0 + 0.05 * step)  # as pyqtgraph does while a line is dragged
    assert work.jobs == []
    assert len(during) == 1
    assert work.curves == 0


@pytest.mark.parametrize("which", ["right", "below"])
def test_a_divider_moves_panels_and_nothing_else(window, qtbot, work, which):
    splitter = getattr(window, which)
    handle = splitter.handle(1)
    before = splitter.sizes()
    QTest.mousePress(handle, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(2, 2))
    for step in range(1, STEPS):
        QTest.mouseMove(handle, QPoint(2 + (step % 3), 2 + (step % 3)))
    QTest.mouseRelease(handle, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(40, 40))
    splitter.moveSplitter(before[0] - 60, 1)
    qtbot.wait(60)
    assert splitter.sizes() != before
    assert work.jobs == []
    assert work.curves == 0
