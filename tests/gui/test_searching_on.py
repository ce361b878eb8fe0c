"""Going on after an answer, in the real window: a wider search, a second phase."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.windows import all_windows
from tests.gui.steps import LEFT, messages, settle, solved, tick


def test_a_search_goes_on_wider_and_keeps_what_is_marked(window, qtbot, file, engine):
    solved(window, qtbot, file)
    session = window.session
    former = session.solution.solution
    window.candidates.selectRow(2)
    window.marks.note.setText("look at this")
    window.marks.note.editingFinished.emit()
    noted = session.solution.chosen
    engine.gate.clear()
    qtbot.mouseClick(window.sample.further_button, LEFT)
    qtbot.waitUntil(lambda: len(engine.problems) == 2)
    qtbot.wait(50)
    # What was found stays in view while the search goes on.
    assert session.solution.candidates == former.candidates
    assert not window.sample.further_button.isVisible()
    assert not window.sample.candidate.second_button.isEnabled()
    engine.gate.set()
    settle(window, qtbot)
    assert [problem.thorough for problem in engine.problems] == [False, True]
    assert engine.problems[1].pattern is engine.problems[0].pattern
    assert session.solution.solution is not former
    assert any("Searched further" in strip.message.text for strip in messages(window))
    assert noted.formula in [candidate.formula for candidate in session.solution.candidates]
    window.actions_.undo.trigger()
    assert session.solution.solution is former
    # A second time it is asked of larger cells, with other random numbers.
    window.actions_.redo.trigger()
    window.actions_.further.trigger()
    settle(window, qtbot)
    last = engine.problems[-1]
    assert (last.seed, last.max_atoms) == (1, 120)


def test_a_wider_search_that_is_cancelled_leaves_everything_as_it_was(window, qtbot, file, engine):
    solved(window, qtbot, file)
    former = window.session.solution.solution
    engine.gate.clear()
    window.actions_.further.trigger()
    qtbot.waitUntil(lambda: len(engine.problems) == 2)
    qtbot.mouseClick(window.sample.cancel_button, LEFT)
    engine.gate.set()
    settle(window, qtbot)
    assert window.session.solution.solution is former
    assert window.session.solution.status == "cancelled"


@pytest.fixture
def rest(window, qtbot, file):
    """The window that opens on what the first candidate leaves."""
    solved(window, qtbot, file)
    windows = all_windows(QApplication.instance())
    before = list(windows.open)
    qtbot.mouseClick(window.sample.candidate.second_button, LEFT)
    (made,) = [one for one in windows.open if one not in before]
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=20_000)
    yield made
    made.discard_and_close()


def test_a_second_phase_is_sought_in_a_window_of_its_own(window, rest, qtbot, engine):
    first, left = window.session.pattern.pattern, rest.session.pattern.pattern
    fit = window.session.solution.chosen.fit
    lines = np.interp(left.two_theta, fit.two_theta, fit.calculated - fit.background)
    inside = np.isin(first.two_theta, left.two_theta)
    assert left.counts == pytest.approx(first.counts[inside] - lines)
    assert window.session.solution.candidates  # what was found stays where it is
    assert any("second phase" in strip.message.text for strip in messages(rest))
    assert rest.session.elements.selected == ("Na", "Cl")
    qtbot.mouseClick(rest.sample.clear_button, LEFT)
    tick(rest, qtbot, "K")
    qtbot.mouseClick(rest.sample.solve_button, LEFT)
    settle(rest, qtbot)
    assert engine.problems[-1].pattern.name.endswith("(rest)")
    assert engine.problems[-1].elements == ("K",)
