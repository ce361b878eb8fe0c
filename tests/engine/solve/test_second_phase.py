"""A second phase is found in what the first one leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.refine import report, stages
from engine.refine.prepared import prepare
from engine.solve.result import Problem
from engine.solve.second_phase import MODEL_ERROR, rest_of
from engine.solve.solver import solve
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

SHARE = 0.15


@pytest.fixture(scope="module")
def mixture():
    pure = measured(BY_NAME["rutile"].structure, 11)
    salt = measured(BY_NAME["rock salt"].structure, 12)
    counts = pure.counts + SHARE * salt.counts
    return replace(pure, counts=counts, sigma=np.sqrt(np.maximum(counts, 1.0)))


@pytest.fixture(scope="module")
def rest(mixture):
    begun = stages.start(prepare(mixture), BY_NAME["rutile"].structure)
    fit = report.finish(stages.refine_shape(begun))
    return fit, rest_of(mixture, fit)


def test_lines_of_the_first_phase_are_gone_and_uncertain(mixture, rest) -> None:
    fit, left = rest
    highest = int(np.argmax(fit.calculated - fit.background))
    at = int(np.argmin(np.abs(left.two_theta - fit.two_theta[highest])))
    height = float((fit.calculated - fit.background)[highest])
    assert abs(left.counts[at] - fit.background[highest]) < 0.15 * height
    assert left.sigma[at] >= 0.9 * MODEL_ERROR * height
    assert not left.poisson
    assert len(left) <= len(mixture)


def test_the_second_phase_is_solved_from_the_rest(rest) -> None:
    _, left = rest
    solution = solve(Problem(left, ("Na", "Cl"), network=False, phasing=False))
    first = solution.candidates[0]
    assert (first.formula, first.space_group_number) == ("NaCl", 225)
    assert first.cell[0] == pytest.approx(5.6402, rel=2e-3)


def test_nothing_is_found_where_nothing_is_left() -> None:
    pure = measured(BY_NAME["rutile"].structure, 13)
    fit = report.finish(
        stages.refine_shape(stages.start(prepare(pure), BY_NAME["rutile"].structure))
    )
    solution = solve(Problem(rest_of(pure, fit), ("Na", "Cl"), network=False, phasing=False))
    assert solution.verdict == "no-solution"
