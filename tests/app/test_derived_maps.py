"""The difference of two densities: computed when it is looked at, and never an outdated one."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from app.controller import Controller
from app.derived_maps import DerivedMaps
from app.jobs.runner import JobRunner
from app.services import Services
from app.state.density import DensityMap, DensityState
from app.state.session import Session
from engine.errors import BadInputError
from engine.solve.result import Problem
from tests.app.fake_engine import FakeEngine, make_prediction, make_solution


@pytest.fixture
def asked():
    """Services whose difference waits for a gate, and what they were asked."""
    calls = []
    gate = threading.Event()
    gate.set()

    def subtract(predicted, own, label):
        calls.append((predicted, own, label))
        gate.wait(5.0)
        if predicted.lattice[0, 0] > 4.2:
            raise BadInputError("another lattice")
        values = predicted.values - own.values
        made = DensityMap(values, own.lattice, own.structure, label, signed=True)
        return {"cell": made, "cube": made}

    return subtract, calls, gate


@pytest.fixture
def session(qapp, qtbot, asked):
    engine = FakeEngine()
    jobs = JobRunner()
    controller = Controller(Session(), engine.services(density_difference=asked[0]), jobs)
    controller.derived_maps = DerivedMaps(controller)
    made = controller.session
    problem = Problem(engine.pattern, ("Na", "Cl"))
    made.solution.set_solution(make_solution(problem))
    made.jobs, made.controller = jobs, controller
    qtbot.waitUntil(lambda: not jobs.busy)
    yield made
    asked[2].set()
    assert jobs.shutdown(5.0)


def settle(session, qtbot):
    qtbot.waitUntil(lambda: not session.jobs.busy, timeout=5_000)


def test_it_is_made_when_it_is_looked_at_and_follows_sample_and_candidate(session, asked, qtbot):
    density, calls = session.density, asked[1]
    assert not density.has_both
    density.set_prediction(make_prediction())
    assert density.has_both
    settle(session, qtbot)
    assert not calls
    density.set_source("difference")
    settle(session, qtbot)
    assert density.shown.signed
    assert "Network sample 1 minus candidate 1: NaCl" in density.shown.label
    density.set_sample(1)
    assert density.shown is None
    settle(session, qtbot)
    assert "sample 2" in density.shown.label
    session.solution.choose(2)
    settle(session, qtbot)
    assert "candidate 3: KCl" in density.shown.label
    assert len(calls) == 3
    density.set_source("network")
    density.set_source("difference")  # nothing has changed
    settle(session, qtbot)
    assert len(calls) == 3


def test_cells_that_do_not_match_are_told_and_not_asked_again(session, asked, qtbot):
    density = session.density
    density.set_prediction(make_prediction())
    density.set_sample(2)
    density.set_source("difference")
    settle(session, qtbot)
    assert density.shown is None
    assert density.difference_note == "another lattice"
    density.map_changed.emit()
    assert len(asked[1]) == 1
    density.set_sample(0)
    settle(session, qtbot)
    assert density.shown is not None
    assert density.difference_note == ""


def test_a_late_difference_is_dropped(session, asked, qtbot):
    _, calls, gate = asked
    density = session.density
    density.set_prediction(make_prediction())
    gate.clear()
    density.set_source("difference")
    qtbot.waitUntil(lambda: len(calls) == 1)
    density.set_sample(1)
    qtbot.waitUntil(lambda: len(calls) == 2)
    gate.set()
    settle(session, qtbot)
    assert "sample 2" in density.shown.label


def test_what_belonged_together_goes_together(session, qtbot):
    density = session.density
    density.set_prediction(make_prediction())
    density.set_source("difference")
    settle(session, qtbot)
    session.solution.set_solution(None)
    settle(session, qtbot)
    assert density.source == "network"
    assert not density.difference_maps


def test_the_largest_of_a_difference_is_of_either_sign():
    values = np.zeros((8, 8, 8))
    values[0, 0, 0], values[1, 1, 1] = 0.5, -2.0
    density = DensityMap(values, np.eye(3), signed=True)
    assert density.maximum == 2.0
    assert replace(density, signed=False).maximum == 0.5


def test_the_real_service_subtracts_in_both_shapes():
    from tests.app.fake_engine import rock_salt

    services = Services()
    maps = services.candidate_maps(rock_salt(5.64), "own")
    cube = maps["cube"]
    found = services.density_difference(
        DensityMap(np.roll(cube.values, 5, axis=0), cube.lattice), maps["cell"], "one minus two"
    )
    assert "correlation 1.00" in found["cube"].label
    for shape in ("cell", "cube"):
        assert found[shape].signed
        assert found[shape].maximum < 1e-3 * cube.maximum
    assert found["cell"].values.shape == maps["cell"].values.shape


def test_a_session_without_a_prediction_never_shows_a_difference():
    state = DensityState()
    state.set_source("difference")
    assert state.shown is None
    state.set_candidate_maps({})
    assert state.source == "network"
