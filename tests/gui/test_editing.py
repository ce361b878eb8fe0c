"""Editing a candidate in the real window: another element, another tolerance, refined again."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.launch import make_window
from engine.refine.edit import Edited, edited, sites_of
from tests.gui.steps import LEFT, settle, solved


@pytest.fixture
def window(qtbot, engine, settings):
    def refine_edited(pattern, structure, elements, symprec, progress):
        engine.calls.append("edit")
        changed = edited(structure, elements, symprec)
        fit = engine.refine(pattern, [changed], None, progress)
        return Edited(replace(fit, structure=changed), "Fm-3m", 225, 2), "KCl"

    made = make_window(engine.services(sites_of=sites_of, refine_edited=refine_edited), settings)
    made.resize(1280, 720)
    with qtbot.waitSignal(made.painted, timeout=10_000):
        made.show()
    made.warm_up()
    qtbot.waitUntil(lambda: not made.jobs.busy)
    yield made
    made.discard_and_close()
    made.deleteLater()


@pytest.fixture
def dialog(window, qtbot, file):
    solved(window, qtbot, file)
    qtbot.mouseClick(window.marks.edit, LEFT)
    settle(window, qtbot)
    return window.beside.edit_dialog


def test_another_element_makes_another_candidate_and_undo_takes_it_away(window, qtbot, dialog):
    before = window.session.solution.solution
    assert [entry.text() for entry in dialog.entries] == ["Na", "Cl"]
    assert "225" in dialog.group.text()
    dialog.entries[0].setText("K")
    qtbot.mouseClick(dialog.refine, LEFT)
    settle(window, qtbot)
    chosen = window.session.solution.chosen
    assert (chosen.rank, chosen.formula) == (4, "KCl")
    assert set(chosen.structure.numbers) == {19, 17}
    assert math.isnan(chosen.score)
    assert window.session.solution.mark_of(chosen).note.startswith("Candidate 1, edited: Na → K")
    row = [
        window.candidates.model().index(3, column).data(Qt.ItemDataRole.DisplayRole)
        for column in range(7)
    ]
    assert row[5] == "Not judged"
    assert "made by hand, and not judged" in window.marks.why.text()
    assert window.actions_.undo.text() == "Undo edit NaCl"
    window.actions_.undo.trigger()
    settle(window, qtbot)
    assert window.session.solution.solution is before
    assert window.session.solution.marks == {}
    window.actions_.redo.trigger()
    settle(window, qtbot)
    assert len(window.session.solution.candidates) == 4


def test_what_is_no_element_is_said_and_nothing_is_refined(window, qtbot, dialog, engine):
    dialog.entries[1].setText("Qq")
    qtbot.mouseClick(dialog.refine, LEFT)
    settle(window, qtbot)
    assert "Qq" in dialog.status.text()
    assert "edit" not in engine.calls


def test_the_sites_follow_the_candidate_and_the_tolerance(window, qtbot, dialog):
    window.candidates.selectRow(2)
    settle(window, qtbot)
    assert [entry.text() for entry in dialog.entries] == ["K", "Cl"]
    dialog.tolerance.setValue(0.2)
    qtbot.waitUntil(lambda: window.beside.editing.state.symprec == 0.2)
    assert len(dialog.entries) == 2


def test_an_edited_candidate_is_saved_with_the_project(window, qtbot, dialog, tmp_path):
    qtbot.mouseClick(dialog.refine, LEFT)
    settle(window, qtbot)
    window.documents.save(tmp_path / "edited.densight")
    settle(window, qtbot)
    window.open_file(tmp_path / "edited.densight")
    qtbot.waitUntil(lambda: window.session.history.undo_text == "Open edited")
    settle(window, qtbot)
    last = window.session.solution.candidates[-1]
    assert math.isnan(last.score)
    assert "edited" in window.session.solution.mark_of(last).note
