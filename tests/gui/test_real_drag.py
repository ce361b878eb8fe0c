"""A file dragged with the mouse from the window of another process."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from tests.gui.steps import settle

SOURCE = Path(__file__).parent / "drag_source.py"


def mouse(qtbot, *words: str) -> None:
    """Move or press as a hand would, while the window goes on working."""
    with subprocess.Popen(["xdotool", *words]) as hand:
        qtbot.waitUntil(lambda: hand.poll() is not None, timeout=10_000)
    qtbot.wait(80)


@pytest.mark.skipif(shutil.which("xdotool") is None, reason="xdotool is not installed")
def test_a_file_dragged_from_another_process_is_opened(window, qtbot, file):
    if QGuiApplication.platformName() != "xcb":
        pytest.skip("xdotool speaks to an X server")
    window.move(100, 0)
    qtbot.wait(100)
    with subprocess.Popen(
        [sys.executable, str(SOURCE), str(file)], stdout=subprocess.PIPE, text=True
    ) as source:
        assert source.stdout is not None
        try:
            assert source.stdout.readline().strip() == "shown"
            qtbot.wait(500)
            mouse(qtbot, "mousemove", "40", "40")
            mouse(qtbot, "mousedown", "1")
            for x in range(60, 700, 40):
                mouse(qtbot, "mousemove", str(x), str(40 + x // 3))
            qtbot.waitUntil(lambda: window.activity.text() == "Drop to open", timeout=10_000)
            mouse(qtbot, "mouseup", "1")
            qtbot.waitUntil(lambda: window.session.pattern.pattern is not None, timeout=10_000)
            settle(window, qtbot)
            assert source.stdout.readline().strip() == "dropped CopyAction"
        finally:
            source.kill()
    assert np.array_equal(window.session.pattern.pattern.counts, np.loadtxt(file)[:, 1])
