"""Structures from intensities and random phases."""

from __future__ import annotations

import pytest

from engine.crystal.structure_io import to_pymatgen
from engine.errors import CancelledError
from engine.progress import Progress
from engine.refine.prepared import prepare
from engine.solve.cells import CellsOfPattern
from engine.solve.phasing.proposals import phasing_proposals
from engine.solve.result import Problem
from engine.solve.solver import solve
from engine.training.scoring import compare
from tests.engine.solve.watch import Watch
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

NEVER = 1e12


@pytest.fixture(scope="module")
def pattern():
    return measured(BY_NAME["pyrite"].structure, 7, zero=0.02, step=0.03)


@pytest.fixture(scope="module")
def cells(pattern):
    return CellsOfPattern(pattern)


@pytest.fixture(scope="module")
def prepared(pattern):
    return prepare(pattern)


def test_the_right_structure_is_proposed_and_again_for_the_same_seed(
    pattern, prepared, cells, monkeypatch
):
    monkeypatch.setattr("engine.solve.phasing.proposals.WORK", 300.0)
    problem = Problem(pattern, ("Fe", "S"), seed=2)
    watch = Watch()
    found = phasing_proposals(problem, pattern, prepared, cells, watch, NEVER)
    assert [p.badness for p in found] == sorted(p.badness for p in found)
    assert {p.source for p in found} == {"phasing"}
    truth = to_pymatgen(BY_NAME["pyrite"].structure)
    assert any(compare(p.structure, p.space_group, truth, 205).crystallographic for p in found[:3])
    assert watch.fractions == sorted(watch.fractions)
    again = phasing_proposals(problem, pattern, prepared, cells, Progress(), NEVER)
    assert [p.badness for p in again] == [p.badness for p in found]


def test_cancelling_and_the_deadline_are_heeded(pattern, prepared, cells):
    problem = Problem(pattern, ("Fe", "S"))
    with pytest.raises(CancelledError):
        phasing_proposals(problem, pattern, prepared, cells, Watch(0.4), NEVER)
    assert phasing_proposals(problem, pattern, prepared, cells, Progress(), 0.0) == []


@pytest.mark.parametrize("phasing", [True, False])
def test_the_solver_phases_only_where_it_is_asked_to(pattern, phasing):
    asked = Problem(pattern, ("Fe", "S"), library=False, network=False, phasing=phasing)
    solution = solve(asked)
    assert ("phasing" in solution.timings) == phasing
    if not phasing:
        assert solution.candidates == ()
        return
    truth = to_pymatgen(BY_NAME["pyrite"].structure)
    best = solution.candidates[0]
    assert best.source == "phasing"
    assert compare(best.structure, best.space_group_number, truth, 205).crystallographic
