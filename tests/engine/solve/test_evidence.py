"""What observations are worth, and what coordinates cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.refine import stages
from engine.refine.least_squares import LeastSquares
from engine.refine.prepared import prepare
from engine.solve.evidence import LEAST_MODEL_ERROR, Evidence
from engine.solve.proposals import Parent, Proposal
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

BADDELEYITE = BY_NAME["baddeleyite"].structure


@pytest.fixture(scope="module")
def prepared():
    return prepare(measured(BADDELEYITE, 4, step=0.04))


@pytest.fixture(scope="module")
def refined(prepared):
    return stages.refine_shape(stages.start(prepared, BADDELEYITE))


def with_misfit(refinement, misfit: float):
    """A refinement that ended with that chi^2 per point."""
    chi_squared = misfit * len(refinement.prepared.observed)
    state = LeastSquares(refinement.state.parameters, chi_squared)
    return replace(refinement, state=state)


def n_of(prepared, refined, misfit: float) -> float:
    evidence = Evidence(prepared)
    evidence.learn(with_misfit(refined, misfit))
    return evidence.n


def test_the_lines_alone_count_where_nothing_fits(prepared, refined) -> None:
    lines = float(len(prepared.peaks))
    assert Evidence(prepared).n == lines
    assert n_of(prepared, refined, 50.0) == lines


def test_errors_that_are_one_a_line_cost_what_the_design_effect_says(prepared, refined) -> None:
    """With as much model error as noise: clusters of n / k points, beside one another."""
    points, lines = len(prepared.observed), len(prepared.peaks)
    cluster = points / lines
    assert n_of(prepared, refined, 1.1) == pytest.approx(points / (1.0 + 0.1 * cluster))
    # No fit is so good that every point would count.
    most = points / (1.0 + LEAST_MODEL_ERROR * cluster)
    assert n_of(prepared, refined, 1.0) == pytest.approx(most)
    assert n_of(prepared, refined, 0.9) == pytest.approx(most)


@given(st.floats(0.5, 100.0), st.floats(0.5, 100.0))
def test_the_better_the_fit_the_more_observations(prepared, refined, one, two) -> None:
    better, worse = sorted((one, two))
    first, second = (n_of(prepared, refined, misfit) for misfit in (better, worse))
    assert first >= second >= len(prepared.peaks)


def test_coordinates_beside_those_of_the_former_symmetry_cost_by_how_far_they_moved(
    prepared, refined
) -> None:
    evidence = Evidence(prepared)
    evidence.learn(refined)
    free = Proposal(BADDELEYITE, 0.0, 0.1, 0.0, 0.0, 1, "phasing")
    few = replace(free, parent=Parent(2, 3, 0.0))
    near, far = (replace(refined, moved_before=moved) for moved in (0.05, 0.5))
    assert refined.model.crystal.n_coordinates > few.parent.n_coordinates
    assert evidence.score(few, near) < evidence.score(few, far) < evidence.score(free, far)
    # One that has left no symmetry pays for all of them, however near they stayed.
    assert evidence.score(free, near) == pytest.approx(evidence.score(free, far))
    same = replace(free, parent=Parent(refined.model.crystal.n_coordinates, 3, 0.0))
    assert evidence.score(same, far) == pytest.approx(evidence.score(free, far))
    assert np.isfinite(evidence.score(few, near))
