"""From 960 x 600 to 4K, and on screens with finer pixels: nothing is cut, focus is seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton

from app.views.candidates_table import COLUMNS
from app.views.controls import Elided
from app.views.periodic_table import ElementButton
from app.views.yielding_text import YieldingText
from tests.gui.steps import messages, settle, solved

ROOT = Path(__file__).resolve().parents[2]


def cut_off(window) -> list[str]:
    """Buttons that are narrower than their words, or reach out of the window."""
    found = []
    for button in window.findChildren(QAbstractButton):
        own_font = isinstance(button, ElementButton)  # it draws its letters itself, and small
        if not button.isVisible() or not button.text() or own_font:
            continue
        corner = button.mapTo(window, QPoint(button.width(), button.height()))
        inside = 0 <= corner.x() <= window.width() and 0 <= corner.y() <= window.height()
        shown = getattr(button, "shown", button.text())
        words = button.fontMetrics().horizontalAdvance(shown.replace("&", ""))
        if not inside or button.width() < words:
            found.append(f"{shown!r} {button.width()} of {words}")
    return found


def below_the_fold(window) -> set[str]:
    """Buttons beside the plot that are seen only after scrolling."""
    fold = window.sample.visibleRegion().boundingRect().bottom()
    return {
        button.text()
        for button in window.sample.findChildren(QPushButton)
        if button.isVisible() and button.mapTo(window.sample, QPoint(0, button.height())).y() > fold
    }


SMALL = [(960, 600), (1024, 680), (1100, 720)]


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
def test_nothing_is_cut_at_any_size(window, qtbot, file, size):
    solved(window, qtbot, file)
    window.resize(*size)
    qtbot.wait(50)
    assert (window.width(), window.height()) == size
    assert cut_off(window) == []
    assert window.pattern.plot.height() > 0.25 * size[1]
    shown = [label for label in window.findChildren(Elided) if label.isVisible()]
    assert shown
    assert all(label.width() > 0 for label in shown)


@pytest.mark.parametrize("size", SMALL)
def test_a_small_window_leaves_out_what_matters_least(window, qtbot, file, size):
    solved(window, qtbot, file)
    window.resize(*size)
    window.arrangement.reset()
    qtbot.wait(50)
    assert (window.width(), window.height()) == size
    assert cut_off(window) == []
    assert below_the_fold(window) == set()
    table = window.candidates
    header = table.horizontalHeader()
    names = [name for name, _tip in COLUMNS]
    shown = [name for column, name in enumerate(names) if not header.isSectionHidden(column)]
    assert header.length() <= table.viewport().width()
    assert {"Formula", "Space group", "Rwp %", "Verdict"} <= set(shown)
    assert "Fit" not in shown
    for column in range(len(names)):
        hidden = header.isSectionHidden(column)
        cell = names[column] == "Space group" and not table.model().sourceModel().brief
        if not hidden and not cell:  # a long cell may be shortened
            assert header.sectionSize(column) >= table.sizeHintForColumn(column)
    marks = window.marks
    assert [button.shown for button in (marks.pin, marks.discard)] == ["★", "✕"]
    assert marks.pin.toolTip()
    assert marks.note.width() >= 56


def test_no_part_is_pressed_together_in_the_smallest_window(window, qtbot, file):
    """What the parts ask for at least is there, also below messages and with a tool in hand."""
    solved(window, qtbot, file)
    window.controller.predict_density()
    settle(window, qtbot)
    window.resize(window.minimumSize())
    window.arrangement.reset()
    window.session.plot_tool.choose("background")
    words = "A note that is so long that it takes more than a line in a window that is so narrow, "
    for number in range(3):
        window.session.messages.add("info", f"{words}as this one is. {number}")
    qtbot.wait(50)
    central = window.centralWidget()
    assert central.minimumSizeHint().width() <= central.width()
    assert central.minimumSizeHint().height() <= central.height()
    rows = window.candidates.viewport().height() / window.candidates.rowHeight(0)
    assert rows > 1.5
    window.resize(1280, 900)
    qtbot.waitUntil(lambda: len(messages(window)) == 3)


def test_words_return_with_the_room(window, qtbot, file):
    solved(window, qtbot, file)
    for size, sign in (((960, 600), "★"), ((1600, 900), "★ Pin")):
        window.resize(*size)
        window.arrangement.reset()
        qtbot.wait(50)
        assert window.marks.pin.shown == sign
    assert window.density.source.button("network").shown == "Network"
    shown = [not window.candidates.isColumnHidden(column) for column in range(len(COLUMNS) - 1)]
    assert all(shown)


def test_names_of_axes_are_whole_or_not_there(window, qtbot, file):
    """With a tool's options above it, the plot of a small window is low."""
    solved(window, qtbot, file)
    window.resize(960, 600)
    window.arrangement.reset()
    window.session.plot_tool.choose("exclude")
    qtbot.wait(50)
    plot = window.pattern.plot
    for axis in (plot.axis, plot.rest_axis):
        fits = axis.label.boundingRect().width() <= axis.size().height()
        assert fits or not axis.isVisible() or axis.label.opacity() == 0.0
    assert plot.box.height() > 60  # the difference has given way
    assert not plot.rest.isVisible()
    axis = plot.axis
    assert len(axis.tickValues(0.0, 10_500.0, 60.0)[0][1]) <= 4  # no number over another
    assert 0.0 in axis.tickValues(-450.0, 450.0, 40.0)[0][1]
    window.session.plot_tool.choose("look")
    window.resize(1280, 800)
    qtbot.wait(50)
    assert plot.rest.isVisible()


def test_running_text_ends_with_an_ellipsis(qtbot):
    label = YieldingText()
    qtbot.addWidget(label)
    words = "the atoms explain the intensities, and nothing else was found beside them"
    label.setText(words)
    label.show()
    label.resize(120, 400)
    assert label.lines != [words]
    assert "".join(label.lines) == words
    assert not label.toolTip()
    label.resize(120, 2 * label.fontMetrics().lineSpacing())
    qtbot.wait(20)
    assert len(label.lines) == 2
    assert label.lines[-1].endswith("…")
    assert label.toolTip() == label.text() == words


def test_a_long_formula_is_seen_from_its_beginning(window, qtbot):
    long = "Ca0.7Sr0.3Na1.25K0.75Al2Si3Ti0.5Fe0.5Mg0.25Mn0.25O12H4F0.5Cl0.5"
    window.controller.set_composition(long)
    assert window.sample.formula.text() == long
    assert window.sample.formula.cursorPosition() == 0


def test_one_thing_to_do_is_in_colour(window, qtbot, file):
    """Before there is a pattern it is to open one; then it is to solve."""

    def coloured() -> set[QPushButton]:
        return {
            button
            for button in window.findChildren(QPushButton)
            if button.isVisible() and button.property("primary")
        }

    assert coloured() == {window.pattern.empty.open_button}
    solved(window, qtbot, file)
    assert coloured() == {window.sample.solve_button}


@pytest.mark.parametrize(
    "part", ["formula", "solve_button", "density_button", "open_button", "others"]
)
def test_the_focus_can_be_seen(window, qtbot, part):
    widget = getattr(window.sample, part)
    window.activateWindow()
    sample = window.sample
    elsewhere = sample.solve_button if widget is sample.density_button else sample.density_button
    elsewhere.setFocus()
    qtbot.waitUntil(elsewhere.hasFocus)
    qtbot.wait(20)
    before = widget.grab().toImage()
    widget.setFocus()
    if isinstance(widget, QLineEdit):
        widget.deselect()
    qtbot.waitUntil(widget.hasFocus)
    qtbot.wait(20)
    assert widget.grab().toImage() != before


@pytest.mark.parametrize("scale", ["1.5", "2"])
def test_a_finer_screen_has_finer_pictures(tmp_path, scale):
    picture = tmp_path / "window.png"
    code = (
        "import sys; from app.launch import run_window; "
        "sys.exit(run_window([sys.argv[1]], screenshot=sys.argv[2], quit_when_done=True, "
        "size=(1100, 700)))"
    )
    example = ROOT / "resources" / "examples" / "halite.xy"
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale,
        "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    command = [sys.executable, "-c", code, str(example), str(picture)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=240)
    image = QImage(str(picture))
    assert image.width() == round(1100 * float(scale))
    assert image.height() == round(700 * float(scale))
