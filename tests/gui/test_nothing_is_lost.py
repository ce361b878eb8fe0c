"""Unsaved work: the question before closing, the way back, and what a killed process leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from app.launch import make_window
from app.settings import Settings
from engine.export.project import read_project
from tests.gui.steps import LEFT, drop, messages, opened, settle, solved, tick

ROOT = Path(__file__).resolve().parent.parent.parent
# A window of its own, killed while the solver is under way and has shown a first candidate.
VICTIM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from app import recovery
from app.launch import make_window
from app.settings import Settings
from tests.app.fake_engine import FakeEngine

recovery.RESULT_SECONDS = 0.01
engine = FakeEngine()
engine.gate.clear()
window = make_window(engine.services(), Settings(Path(sys.argv[1])))
window.show()
window.open_file(sys.argv[2])

def begin():
    if window.session.pattern.pattern is not None:
        window.session.elements.select(("Na", "Cl"))
        window.controller.solve()
        timer.stop()

def look():
    if window.recovery.slot.with_suffix(".densight").exists() and window.jobs.running("solve"):
        print("kept", flush=True)
        watch.stop()

timer, watch = QTimer(), QTimer()
timer.timeout.connect(begin)
watch.timeout.connect(look)
timer.start(20)
watch.start(20)
from PySide6.QtWidgets import QApplication
QApplication.instance().exec()
"""


def box(window) -> QMessageBox:
    assert window.asking.unsaved_box is not None
    return window.asking.unsaved_box


def answer(window, qtbot, which) -> None:
    qtbot.mouseClick(box(window).button(which), LEFT)


def test_inputs_alone_close_without_a_question(window, qtbot, file):
    opened(window, qtbot, file)
    tick(window, qtbot, "Na")
    window.close()
    assert not window.isVisible()


def test_closing_with_unsaved_results_asks_and_cancel_stays(window, qtbot, file):
    solved(window, qtbot, file)
    window.close()
    assert window.isVisible()
    assert "halite" in box(window).text()
    assert QApplication.activeModalWidget() in (None, box(window))
    window.close()  # a second try does not ask twice
    assert len([w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox)]) == 1
    answer(window, qtbot, QMessageBox.StandardButton.Cancel)
    assert window.isVisible()
    assert window.asking.unsaved_box is None
    assert window.candidates.model().rowCount() == 3


def test_discarding_closes(window, qtbot, file):
    solved(window, qtbot, file)
    window.close()
    answer(window, qtbot, QMessageBox.StandardButton.Discard)
    assert not window.isVisible()


def test_saving_from_the_question_saves_and_closes(window, qtbot, file, tmp_path, monkeypatch):
    path = tmp_path / "salt.densight"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    solved(window, qtbot, file)
    window.close()
    answer(window, qtbot, QMessageBox.StandardButton.Save)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert len(read_project(path).solution.candidates) == 3


def test_a_save_that_fails_keeps_the_window_open(window, qtbot, file, tmp_path, monkeypatch):
    nowhere = str(tmp_path / "nowhere" / "salt.densight")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (nowhere, ""))
    solved(window, qtbot, file)
    window.close()
    answer(window, qtbot, QMessageBox.StandardButton.Save)
    settle(window, qtbot)
    assert window.isVisible()
    assert "cannot be written" in messages(window)[0].message.text
    # A later save is no reason to close.
    window.documents.save(tmp_path / "salt.densight")
    settle(window, qtbot)
    assert window.isVisible()
    window.close()
    assert not window.isVisible()


def test_another_pattern_says_what_it_put_away_and_brings_it_back(window, qtbot, file, tmp_path):
    solved(window, qtbot, file)
    other = tmp_path / "other.xy"
    other.write_bytes(file.read_bytes())
    drop(window, other)
    qtbot.waitUntil(lambda: window.session.pattern.pattern.name == "other")
    settle(window, qtbot)
    strip = next(s for s in messages(window) if s.message.topic == "replaced")
    assert "'halite'" in strip.message.text
    qtbot.mouseClick(strip.offers[0], LEFT)
    settle(window, qtbot)
    assert window.session.pattern.pattern.name == "halite"
    assert window.candidates.model().rowCount() == 3


def test_what_came_back_is_not_saved_under_another_name(window, qtbot, file, tmp_path):
    """A pattern opened over a project is a new document; undo returns to the old one."""
    solved(window, qtbot, file)
    path = tmp_path / "salt.densight"
    window.documents.save(path)
    settle(window, qtbot)
    other = tmp_path / "other.xy"
    other.write_bytes(file.read_bytes())
    drop(window, other)
    qtbot.waitUntil(lambda: window.session.pattern.pattern.name == "other")
    settle(window, qtbot)
    assert window.documents.path is None
    window.actions_.undo.trigger()
    settle(window, qtbot)
    assert window.documents.path == path
    assert not window.isWindowModified()
    window.actions_.redo.trigger()
    settle(window, qtbot)
    assert window.documents.path is None


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_window_is_offered_again(qapp, qtbot, engine, file, tmp_path):
    settings = tmp_path / "settings" / "window.json"
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(settings), str(file)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        assert victim.stdout.readline().strip() == "kept"
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait(10)
        victim.stdout.close()
    window = make_window(engine.services(), Settings(settings))
    window.show()
    qtbot.waitExposed(window)
    window.recovery.offer()
    strip = messages(window)[0]
    assert "'halite' was open" in strip.message.text
    qtbot.mouseClick(strip.offers[0], LEFT)
    qtbot.waitUntil(lambda: window.candidates.model().rowCount() == 1)
    settle(window, qtbot)
    assert window.session.elements.selected == ("Na", "Cl")
    assert window.session.unsaved
    qtbot.waitUntil(lambda: len(list(window.recovery.folder.glob("*.densight"))) == 1)
    assert window.recovery.slot.with_suffix(".densight").exists()
    window.discard_and_close()
    assert not list(window.recovery.folder.glob("*.densight"))
    window.deleteLater()
