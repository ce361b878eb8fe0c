from __future__ import annotations

import threading

import numpy as np
import pytest

from app.controller import Controller
from app.exports import Exports
from app.jobs.runner import JobRunner
from app.state.session import Session
from engine.errors import BadInputError
from tests.app.fake_engine import FakeEngine, make_pattern


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def controller(qapp, engine):
    jobs = JobRunner()
    made = Controller(Session(), engine.services(), jobs)
    yield made
    engine.gate.set()
    assert jobs.shutdown(5.0)


@pytest.fixture
def file(tmp_path):
    pattern = make_pattern()
    path = tmp_path / "halite.xy"
    np.savetxt(path, np.column_stack([pattern.two_theta, pattern.counts]), fmt="%.4f")
    return path


def settle(controller, qtbot):
    qtbot.waitUntil(lambda: not controller.jobs.busy, timeout=10_000)


def texts(controller, severity):
    return [m.text for m in controller.session.messages.messages if m.severity == severity]


def open_and_tick(controller, qtbot, file):
    controller.open_file(file)
    settle(controller, qtbot)
    controller.session.elements.select(("Na", "Cl"))


def test_opening_shows_pattern_peaks_and_the_assumed_wavelength(controller, qtbot, file):
    opened = []
    controller.opened.connect(opened.append)
    controller.open_file(file)
    settle(controller, qtbot)
    state = controller.session.pattern
    assert len(state.pattern) == 3501
    assert state.peaks is not None
    assert opened == [str(file)]
    assert state.radiation.provenance == "assumed"
    assert any("assumed" in text for text in texts(controller, "warning"))


@pytest.mark.parametrize(
    "content", [b"", b"not a pattern at all\n", b"\x00\x01\x02" * 50, b"1 2\n2 3\n"]
)
def test_a_bad_file_leaves_the_session_as_it_was(controller, qtbot, file, tmp_path, content):
    open_and_tick(controller, qtbot, file)
    controller.solve()
    settle(controller, qtbot)
    before = controller.session.pattern.pattern
    bad = tmp_path / "bad.xy"
    bad.write_bytes(content)
    controller.open_file(bad)
    settle(controller, qtbot)
    assert len(texts(controller, "error")) == 1
    assert controller.session.pattern.pattern is before
    assert controller.session.elements.selected == ("Na", "Cl")
    assert len(controller.session.solution.candidates) == 3


def test_solving_needs_a_pattern_and_elements(controller, qtbot, file, engine):
    assert not controller.solve()
    assert "no pattern" in texts(controller, "error")[-1]
    controller.open_file(file)
    settle(controller, qtbot)
    assert not controller.solve()
    assert not controller.predict_density()
    assert "No element is ticked" in texts(controller, "error")[-1]
    assert "solve" not in engine.calls


def test_solving_hands_on_what_is_known_and_shows_candidates(controller, qtbot, file, engine):
    open_and_tick(controller, qtbot, file)
    controller.set_composition("NaCl")
    controller.session.elements.set_others_possible(True)
    assert controller.solve()
    settle(controller, qtbot)
    problem = engine.problems[0]
    assert (problem.elements, problem.formula) == (("Na", "Cl"), "NaCl")
    assert problem.others_possible
    session = controller.session
    assert session.solution.status == "done"
    assert len(session.solution.candidates) == 3
    assert session.density.source == "candidate"
    assert session.density.shown.structure is session.solution.chosen.structure


def test_first_candidate_comes_before_the_rest_and_cancel_keeps_it(controller, qtbot, file, engine):
    open_and_tick(controller, qtbot, file)
    engine.gate.clear()
    controller.solve()
    qtbot.waitUntil(lambda: len(controller.session.solution.candidates) == 1)
    assert controller.session.solution.status == "running"
    controller.cancel_solve()
    assert controller.session.solution.status == "cancelled"
    engine.gate.set()
    settle(controller, qtbot)
    qtbot.wait(50)
    assert len(controller.session.solution.candidates) == 1


def test_prediction_is_apart_from_solving(controller, qtbot, file, engine):
    open_and_tick(controller, qtbot, file)
    controller.predict_density()
    settle(controller, qtbot)
    session = controller.session
    assert "solve" not in engine.calls
    assert session.solution.candidates == ()
    assert session.density.n_samples == 3
    assert session.density.source == "network"
    assert texts(controller, "warning")[-1] == "The network took the CPU."
    assert "cell indexed, expected correlation 0.90" in session.density.shown.label


def test_another_candidate_brings_its_own_density(controller, qtbot, file):
    open_and_tick(controller, qtbot, file)
    controller.solve()
    settle(controller, qtbot)
    session = controller.session
    session.solution.choose(1)
    settle(controller, qtbot)
    assert session.density.shown.structure is session.solution.candidates[1].structure


def test_a_new_wavelength_puts_results_away(controller, qtbot, file):
    open_and_tick(controller, qtbot, file)
    controller.solve()
    settle(controller, qtbot)
    assert not controller.set_wavelength("nonsense")
    assert len(controller.session.solution.candidates) == 3
    assert controller.set_wavelength("MoKa")
    settle(controller, qtbot)
    assert controller.session.pattern.radiation.provenance == "preset"
    assert controller.session.solution.candidates == ()
    assert not any("assumed" in text for text in texts(controller, "warning"))
    assert controller.set_wavelength("1.54056, 1.54439")
    assert controller.session.pattern.radiation.provenance == "typed"


def test_a_refusal_by_the_solver_is_shown_in_place(qapp, qtbot, file, engine):
    def refuse(_problem, _progress):
        raise BadInputError("The formula has no oxygen.")

    jobs = JobRunner()
    controller = Controller(Session(), engine.services(solve=refuse), jobs)
    open_and_tick(controller, qtbot, file)
    controller.solve()
    settle(controller, qtbot)
    assert texts(controller, "error") == ["The formula has no oxygen."]
    assert controller.session.solution.status == "failed"
    assert jobs.shutdown()


def test_exports(controller, qtbot, file, tmp_path, engine):
    exports = Exports(controller.session, controller.services, controller.jobs)
    exports.write_cif(tmp_path / "x.cif")
    exports.write_map(tmp_path / "x.cube")
    assert len(texts(controller, "error")) == 2
    open_and_tick(controller, qtbot, file)
    controller.solve()
    settle(controller, qtbot)
    exports.write_cif(tmp_path / "named.cif")
    settle(controller, qtbot)
    exports.write_map(tmp_path / "map.cube")
    settle(controller, qtbot)
    assert [path.name for path, _ in engine.written] == ["named.cif", "map.cube"]
    assert engine.written[0][1][0] is controller.session.solution.chosen
    exports.write_cif(tmp_path / "nowhere" / "x.cif")
    settle(controller, qtbot)
    assert "could not be written" in texts(controller, "error")[-1]


def test_the_canvas_does_not_wait_for_the_engine(qapp, qtbot, engine):
    gate, log = threading.Event(), []

    def warm_up(_progress):
        gate.wait(5.0)
        return "CPU (test)"

    jobs = JobRunner()
    controller = Controller(Session(), engine.services(warm_up=warm_up), jobs)
    controller.warm_up(can_draw=lambda: log.append("can draw"), ready=lambda: log.append("ready"))
    qtbot.waitUntil(lambda: log == ["can draw"])
    gate.set()
    settle(controller, qtbot)
    assert log == ["can draw", "ready"]
    assert controller.session.device == "CPU (test)"
    assert jobs.shutdown()
