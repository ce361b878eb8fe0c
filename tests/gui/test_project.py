"""Saving and opening a project in the real window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.app import fake_engine
from tests.gui.steps import LEFT, drop, messages, opened, settle, solved, tick

IMPURITY = "No lines of the structure at 31.2°. Look for an impurity."
NOT_RAW = "The intensities are not raw counts."


def test_a_project_brings_everything_back(window, qtbot, file, tmp_path):
    assert not window.actions_.save.isEnabled()
    solved(window, qtbot, file)
    window.candidates.selectRow(1)
    window.session.solution.pin(window.session.solution.chosen, True)
    counts = window.session.pattern.pattern.counts
    path = tmp_path / "work.densight"
    window.documents.save(path)
    settle(window, qtbot)
    assert "Saved work.densight" in messages(window)[0].message.text
    assert window.windowTitle().startswith("work")
    assert not window.isWindowModified()
    tick(window, qtbot, "Br")
    assert window.isWindowModified()
    window.actions_.undo.trigger()
    assert not window.isWindowModified()
    while window.actions_.undo.isEnabled():
        window.actions_.undo.trigger()
    settle(window, qtbot)
    assert window.session.is_empty
    drop(window, path)
    qtbot.waitUntil(lambda: window.session.pattern.pattern is not None)
    settle(window, qtbot)
    state = window.session
    assert np.array_equal(state.pattern.pattern.counts, counts)
    assert state.pattern.peaks is not None
    assert state.elements.selected == ("Na", "Cl")
    assert window.candidates.model().rowCount() == 3
    assert state.solution.chosen_index == 1
    assert state.solution.mark_of(state.solution.chosen).pinned
    assert not window.isWindowModified()
    assert window.settings.recent_files[0].endswith("work.densight")


def test_a_bad_project_leaves_the_session_as_it_was(window, qtbot, file, tmp_path):
    solved(window, qtbot, file)
    before = window.session.solution.solution
    bad = tmp_path / "bad.densight"
    bad.write_bytes(b"PK\x03\x04 cut")
    drop(window, bad)
    settle(window, qtbot)
    assert "no Densight project" in messages(window)[0].message.text
    assert window.session.solution.solution is before


@pytest.fixture
def noted(monkeypatch):
    """Every search has something to say beside its candidates."""
    make = fake_engine.make_solution
    monkeypatch.setattr(
        fake_engine,
        "make_solution",
        lambda *asked: replace(make(*asked), notes=(IMPURITY, NOT_RAW)),
    )


def notes(window) -> set[str]:
    """Those of the results, among all messages that are up."""
    said = {message.text for message in window.session.messages.messages}
    return said & {IMPURITY, NOT_RAW, "The network took the CPU."}


def test_notes_come_back_with_a_project(noted, window, qtbot, file, tmp_path):
    solved(window, qtbot, file)
    window.controller.predict_density()
    settle(window, qtbot)
    told = notes(window)
    assert len(told) == 3
    path = tmp_path / "work.densight"
    window.documents.save(path)
    settle(window, qtbot)
    opened(window, qtbot, file)  # another beginning
    assert notes(window) == set()
    drop(window, path)
    settle(window, qtbot)
    assert notes(window) == told
    window.actions_.undo.trigger()
    settle(window, qtbot)
    assert notes(window) == set()
    window.actions_.redo.trigger()
    settle(window, qtbot)
    assert notes(window) == told


def test_a_note_that_was_put_away_stays_away_until_it_is_news(noted, window, qtbot, file, tmp_path):
    window.resize(1280, 900)  # a low one does not show every message
    solved(window, qtbot, file)
    path = tmp_path / "work.densight"
    window.documents.save(path)
    settle(window, qtbot)
    strip = next(one for one in messages(window) if one.message.text == NOT_RAW)
    qtbot.mouseClick(strip.layout().itemAt(2).widget(), LEFT)
    assert notes(window) == {IMPURITY}
    tick(window, qtbot, "Br")
    window.actions_.undo.trigger()
    assert notes(window) == {IMPURITY}
    drop(window, path)
    settle(window, qtbot)
    assert notes(window) == {IMPURITY}
    window.controller.solve()
    settle(window, qtbot)
    assert notes(window) == {IMPURITY, NOT_RAW}
