from __future__ import annotations

import pytest

from app.state import history as history_module
from app.state.session import Session
from app.state.solution import Mark, candidate_key
from engine.errors import BadInputError
from engine.pattern.radiation import preset
from engine.solve.result import Problem
from tests.app.fake_engine import make_pattern, make_prediction, make_solution


@pytest.fixture
def session():
    made = Session()
    pattern = make_pattern(501)
    with made.history.step("Open halite"):
        made.pattern.set_pattern(pattern)
    return made


def solve(session, n=3):
    session.history.record("Solve structure")
    session.solution.begin()
    problem = Problem(session.pattern.pattern, session.elements.selected)
    session.solution.set_solution(make_solution(problem, n))
    session.solution.set_status("done", 1.0)


def test_elements_go_back_and_forth_one_step_at_a_time(session):
    elements, history = session.elements, session.history
    elements.toggle("Na")
    elements.toggle("Cl")
    elements.set_text("NaCl")
    elements.set_others_possible(True)
    elements.clear()
    seen = []
    while history.undo_text and history.undo_text != "Open halite":
        seen.append((history.undo_text, elements.text))
        history.undo()
    assert seen == [
        ("Clear elements", ""),
        ("Allow others", "NaCl"),
        ("Formula NaCl", "NaCl"),
        ("Tick Cl", "Na Cl"),
        ("Tick Na", "Na"),
    ]
    assert elements.selected == ()
    for _ in range(4):
        history.redo()
    assert (elements.text, elements.formula, elements.others_possible) == ("NaCl", "NaCl", True)
    elements.toggle("Br")
    assert not history.redo_text  # a new step forgets what was taken back


def test_a_refused_formula_is_no_step(session):
    before = session.history.undo_text
    with pytest.raises(BadInputError):
        session.elements.set_text("NaXx2")
    assert session.history.undo_text == before


def test_a_new_wavelength_gives_the_results_back_when_undone(session):
    solve(session)
    found, pattern = session.solution.solution, session.pattern.pattern
    session.solution.choose(2)
    with session.history.step("Wavelength Mo"):
        session.clear_results()
        session.pattern.set_radiation(preset("MoKa"))
    assert session.solution.candidates == ()
    session.history.undo()
    assert session.pattern.pattern is pattern
    assert session.solution.solution is found
    assert (session.solution.chosen_index, session.solution.status) == (2, "done")
    session.history.redo()
    assert session.pattern.radiation.anode == "Mo"
    assert session.solution.solution is None


def test_a_search_that_goes_on_survives_undoing_what_came_after(session):
    session.history.record("Solve structure")
    session.solution.begin()
    session.elements.toggle("Na")
    problem = Problem(session.pattern.pattern, ("Na",))
    first = make_solution(problem, 1)
    session.solution.set_solution(first)
    session.history.undo()
    assert session.elements.selected == ()
    assert session.solution.status == "running"
    assert session.solution.solution is first
    session.history.undo()
    assert session.solution.solution is None
    session.history.redo()
    assert session.solution.solution is first
    assert session.solution.status == "cancelled"  # nothing runs any more


def test_marks_are_steps_and_belong_to_the_structure(session):
    solve(session)
    state = session.solution
    first, second = state.candidates[:2]
    state.pin(first, True)
    state.discard(second, True)
    state.annotate(second, " twin? ")
    assert state.mark_of(second) == Mark(discarded=True, note="twin?")
    assert session.history.undo_text == "Note on NaCl Fm-3m"
    session.history.undo()
    session.history.undo()
    assert state.mark_of(second) == Mark()
    assert state.mark_of(first).pinned
    state.discard(first, True)
    assert state.mark_of(first) == Mark(discarded=True)
    state.discard(first, False)
    assert state.marks == {}
    assert candidate_key(first) != candidate_key(second)


def test_the_networks_samples_are_a_step(session):
    session.history.record("Predict density")
    session.density.begin()
    answer = make_prediction()
    session.density.set_prediction(answer)
    session.history.undo()
    assert session.density.prediction is None
    session.history.redo()
    assert session.density.prediction is answer


def test_same_work_is_what_saving_would_save(session):
    start = session.remember()
    session.elements.toggle("Na")
    assert not session.remember().same_work(start)
    session.history.undo()
    assert session.remember().same_work(start)
    solve(session)
    session.solution.choose(1)
    kept = session.remember()
    session.solution.choose(0)
    assert session.remember().same_work(kept)


def test_memory_is_bounded(session, monkeypatch):
    for _ in range(70):
        session.elements.toggle("Na")
        session.elements.toggle("Cl")
    count = 0
    while session.history.undo_text:
        session.history.undo()
        count += 1
    assert count == history_module.MAXIMUM_STEPS
    monkeypatch.setattr(history_module, "MAXIMUM_BYTES", 3 * 501 * 8 * 3 - 1)
    fresh = Session()
    for number in range(6):
        with fresh.history.step(f"Open {number}"):
            fresh.pattern.set_pattern(make_pattern(501))
    count = 0
    while fresh.history.undo_text:
        fresh.history.undo()
        count += 1
    assert count == 2
