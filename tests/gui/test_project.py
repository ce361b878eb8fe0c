"""Saving and opening a project in the real window."""

from __future__ import annotations

import numpy as np

from tests.gui.steps import drop, messages, settle, solved, tick


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
