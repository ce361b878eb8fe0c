"""Patterns compared in the plot of the real window."""

from __future__ import annotations

import csv
import itertools

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QToolButton

from app.views.overlay_chips import OverlayChip, fair_share
from app.views.pattern_overlays import DARK_COLOURS, LIGHT_COLOURS
from app.views.pattern_tools import TOOLS
from engine.pattern.radiation import preset
from tests.app.fake_engine import make_pattern
from tests.gui.steps import drop, messages, opened, settle


@pytest.fixture
def others(tmp_path):
    """Two files that name no wavelength, and one that is no pattern."""
    paths = []
    for name, edge in (("sylvite", 6.29), ("galena", 5.93)):
        pattern = make_pattern(edge=edge)
        path = tmp_path / f"{name}.xy"
        np.savetxt(path, np.column_stack([pattern.two_theta, 2.0 * pattern.counts]), fmt="%.4f")
        paths.append(str(path))
    bad = tmp_path / "bad.xy"
    bad.write_text("no numbers here\n", encoding="utf-8")
    return [*paths, str(bad)]


def test_a_table_of_what_is_in_view_holds_them_all(window, qtbot, file, others, tmp_path):
    opened(window, qtbot, file)
    window.overlaying.add(others[:2])
    settle(window, qtbot)
    window.session.overlays.show(1, False)
    window.session.overlays.set_same_height(True)
    window.session.overlays.set_offset(0.5)
    window.pattern.plot.box.setXRange(30.0, 60.0, padding=0.0)
    path = tmp_path / "view.csv"
    window.pattern.save(path)
    with path.open(encoding="utf-8", newline="") as text:
        heading, *rows = list(csv.reader(text))
    assert heading[:4] == ["two_theta", "d", "q", "observed"]
    assert heading[4:] == [f"{what} (1 sylvite)" for what in ("two_theta", "d", "observed")]
    angles, counts = np.array([row[4:7:2] for row in rows], dtype=float).T
    assert 29.9 < angles.min() < 30.1
    assert 59.9 < angles.max() < 60.1
    shown = window.session.overlays.stack.overlays[0].pattern
    own = window.session.pattern.pattern.counts.max()  # the same height, and no offset
    inside = (shown.two_theta >= 30.0) & (shown.two_theta <= 60.0)
    assert counts == pytest.approx(shown.counts[inside] * own / shown.counts.max())


def legend(window) -> list[str]:
    return [label.text for _sample, label in window.pattern.plot.legend.items]


@pytest.mark.parametrize("size", [(960, 600), (1100, 720), (1600, 900)])
def test_chips_have_names_and_tools_hang_together(window, qtbot, file, others, size):
    opened(window, qtbot, file)
    window.resize(*size)
    window.overlaying.add(others[:2])
    settle(window, qtbot)
    tools = window.pattern.tools
    chips = tools.stacking.chips.findChildren(OverlayChip)
    assert [chip.shown for chip in chips] == ["sylvite", "galena"]
    assert all(chip.toolTip() for chip in chips)
    buttons = [tools.choice.button(name) for name, _text, _tip in TOOLS]
    for left, right in itertools.pairwise(buttons):
        assert left.geometry().right() + 1 == right.geometry().left()
    assert buttons[0].mapTo(tools, buttons[0].rect().topLeft()).x() == 0


def test_short_names_leave_their_room_to_long_ones():
    assert fair_share([], 100) == 0
    assert fair_share([30, 40], 100) == 40
    assert fair_share([20, 90, 80], 120) == 50
    assert fair_share([60, 60], 100) == 50


def test_a_long_name_is_shortened_and_many_keep_their_colours(window, qtbot, file, others):
    opened(window, qtbot, file)
    window.resize(960, 600)
    window.overlaying.add(others[:1])
    settle(window, qtbot)
    row = window.pattern.tools.stacking.chips
    chip = OverlayChip("a measurement with a name of many words.xy", "#336699")
    row.fill([(chip, QToolButton())])
    qtbot.wait(30)
    assert chip.shown.startswith("a measurement")
    assert chip.shown.endswith("…")
    row.fill([(OverlayChip("name", "#336699"), QToolButton()) for _ in range(9)])
    qtbot.wait(30)
    assert {one.shown for one in row._chips} == {""}


def test_patterns_are_added_stacked_hidden_and_removed(window, qtbot, file, others, monkeypatch):
    opened(window, qtbot, file)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_a: (others, ""))
    window.pattern_menu.add_patterns.trigger()
    settle(window, qtbot)
    session, layer = window.session, window.pattern.tools.overlays
    assert session.pattern.pattern.name == "halite"
    assert [o.pattern.name for o in session.overlays.stack.overlays] == ["sylvite", "galena"]
    assert legend(window)[-2:] == ["sylvite", "galena"]
    assert any("bad.xy" in strip.message.text for strip in messages(window))
    assert session.plot_tool.tool == "compare"
    assert len({item.opts["pen"].color().name() for item in layer.items}) == 2
    before = [item.getOriginalDataset()[1] for item in layer.items]
    window.pattern.tools.stacking.offset.setValue(50)
    height = np.ptp(session.pattern.pattern.counts)
    for row, item in enumerate(layer.items, start=1):
        lift = item.getOriginalDataset()[1] - before[row - 1]
        assert lift == pytest.approx(0.5 * row * height)
    window.pattern.plot.show_all()
    assert window.pattern.plot.box.viewRange()[1][1] > layer.items[1].getOriginalDataset()[1].max()
    window.pattern.tools.stacking.offset.setValue(0)
    window.pattern.tools.stacking.same.setChecked(True)
    top = layer.items[0].getOriginalDataset()[1].max()
    assert top == pytest.approx(session.pattern.pattern.counts.max())
    session.overlays.show(0, False)
    assert len(layer.items) == 1
    session.overlays.remove(1)
    assert "galena" not in legend(window)
    window.actions_.undo.trigger()
    settle(window, qtbot)
    assert "galena" in legend(window)
    assert not set(LIGHT_COLOURS) & set(DARK_COLOURS)


def test_another_wavelength_stands_by_d_and_is_named(window, qtbot, file):
    opened(window, qtbot, file)
    other = make_pattern().with_radiation(preset("MoKa", "file"))
    window.session.overlays.add([other])
    layer, state = window.pattern.tools.overlays, window.session.pattern
    assert "0.7093" in legend(window)[-1]
    assert layer.items[0].getOriginalDataset()[0] == pytest.approx(other.two_theta)
    state.set_x_axis("d")
    assert np.sort(layer.items[0].getOriginalDataset()[0]) == pytest.approx(
        np.sort(other.d_spacing)
    )
    state.set_x_axis("q")
    assert layer.items[0].getOriginalDataset()[0] == pytest.approx(other.q)
    assert window.pattern.plot.box.state["limits"]["xLimits"][1] >= other.q.max()


def test_they_come_back_with_the_project(window, qtbot, file, tmp_path):
    opened(window, qtbot, file)
    window.session.overlays.add([make_pattern(501)])
    path = tmp_path / "work.densight"
    window.documents.save(path)
    settle(window, qtbot)
    window.session.overlays.clear()
    assert window.session.modified
    drop(window, path)
    qtbot.waitUntil(lambda: bool(window.session.overlays.stack.overlays))
    settle(window, qtbot)
    assert len(window.pattern.tools.overlays.items) == 1
    assert not window.session.modified
