from __future__ import annotations

from dataclasses import replace

import pytest

from app.state.standing import standing
from engine.solve.result import Problem
from tests.app.fake_engine import make_pattern, make_solution


@pytest.fixture
def solution():
    return make_solution(Problem(make_pattern(), ("Na", "Cl")))


def changed(solution, index, fit=None, **fields):
    candidates = list(solution.candidates)
    one = candidates[index]
    candidates[index] = replace(one, fit=replace(one.fit, **(fit or {})), **fields)
    return replace(solution, candidates=tuple(candidates))


def test_the_best_is_set_beside_the_next(solution):
    text = standing(solution, 0)
    assert text.startswith("Rwp 5.0 %.")
    assert "The next best Rwp is 2.00 times as large." in text
    assert text.endswith("Chance of being right 0.90: solved.")


def test_others_are_set_beside_the_best(solution):
    assert "Its Rwp is 3.00 times that of candidate 1." in standing(solution, 2)
    alike = changed(solution, 1, fit={"rwp": 0.0501})
    assert "It fits as well as candidate 1." in standing(alike, 1)
    assert "Others fit as well." in standing(alike, 0)
    better = changed(solution, 1, fit={"rwp": 0.04})
    assert "fits better than candidate 1 (0.80 times its Rwp)" in standing(better, 1)


def test_what_the_cell_alone_allows_tells_good_atoms_from_bad(solution):
    assert "the atoms explain" in standing(changed(solution, 0, fit={"rwp_lebail": 0.045}), 0)
    assert "not explained by its atoms" in standing(
        changed(solution, 0, fit={"rwp_lebail": 0.02}), 0
    )


def test_a_fit_as_good_as_the_lattice_allows(solution):
    for bound in (0.0501, 0.052):
        text = standing(changed(solution, 0, fit={"rwp_lebail": bound}), 0)
        assert text.startswith("Rwp 5.0 %, as good as its cell allows")


def test_why_a_likely_candidate_is_not_called_solved(solution):
    held = standing(changed(solution, 0, verdict="tentative"), 0)
    assert "0.90, but tentative all the same: it needs a strong texture" in held
    unsure = standing(changed(solution, 0, verdict="tentative", score=0.7), 0)
    assert unsure.endswith("0.70: tentative.")


def test_ties_are_named_and_not_counted_as_rivals(solution):
    tied = changed(changed(solution, 0, ties=(2,)), 1, fit={"rwp": 0.05})
    text = standing(tied, 0)
    assert "cannot tell it from candidate 2: compare the chemistry." in text
    assert "The next best Rwp is 3.00 times" in text
    many = changed(solution, 0, ties=(2, 3, 4, 5))
    assert "candidates 2, 3, 4 and 1 more" in standing(many, 0)


def test_a_lonely_candidate(solution):
    lonely = replace(solution, candidates=solution.candidates[:1])
    assert "Nothing else was found." in standing(lonely, 0)
    unlikely = changed(lonely, 0, verdict="no-solution", score=0.1)
    assert standing(unlikely, 0).endswith("0.10: unlikely.")
