"""From 1280 x 720 to 4K, and on screens with finer pixels: nothing is cut, focus is seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton

from app.views.controls import Elided
from app.views.periodic_table import ElementButton
from tests.gui.steps import solved

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
        words = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
        if not inside or button.width() < words:
            found.append(f"{button.text()!r} {button.width()} of {words}")
    return found


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
