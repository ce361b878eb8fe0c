"""A turn of the density, saved from the window."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog

from tests.gui.steps import LEFT, settle, solved


@pytest.fixture
def dialog(window, qtbot, file, needs_opengl):
    assert not window.actions_.save_turn.isEnabled()
    solved(window, qtbot, file)
    window.actions_.save_turn.trigger()
    made = window.beside.turn_dialog
    made.pictures.setValue(8)
    made.width_.setValue(240)
    yield made
    made.close()


def ended(window, qtbot):
    qtbot.waitUntil(lambda: window.beside.turning.state.status != "running", timeout=60_000)


def test_a_turn_is_saved_as_it_is_seen(dialog, window, qtbot, monkeypatch, tmp_path):
    path = tmp_path / "turn.gif"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    canvas = window.density.canvas
    before, size = canvas.camera.azimuth, canvas.native.size()
    qtbot.mouseClick(dialog.save, LEFT)
    assert dialog.stop.isEnabled()
    ended(window, qtbot)
    settle(window, qtbot)
    assert "Saved turn.gif" in dialog.status.text()
    assert canvas.camera.azimuth == before
    assert canvas.native.size() == size
    with Image.open(path) as image:
        assert image.n_frames == 8
        assert image.width == 240
        frames = []
        for number in range(8):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB"), dtype=int))
    for one, other in itertools.pairwise(frames):
        assert np.abs(one - other).mean() > 0.1  # it turns
    background = window.density._theme.surface
    assert np.abs(frames[0][0, 0] - [int(background[i : i + 2], 16) for i in (1, 3, 5)]).max() < 12


def test_a_section_cannot_be_turned(dialog, window, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "t.gif"), ""))
    window.session.density.draw(view="section")
    qtbot.mouseClick(dialog.save, LEFT)
    assert "no density in space" in dialog.status.text()


def test_closing_stops_it(dialog, window, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "t.gif"), ""))
    dialog.pictures.setValue(300)
    qtbot.mouseClick(dialog.save, LEFT)
    qtbot.wait(50)
    dialog.close()
    assert window.beside.turning.state.status == "cancelled"
    assert not list(tmp_path.glob("t*.gif"))
