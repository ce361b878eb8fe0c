"""Other elements on a candidate's sites, and what they would do to its fit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.structure import CrystalStructure
from engine.progress import Progress
from engine.refine import stages
from engine.refine.prepared import PreparedPattern, prepare
from engine.refine.stages import Refinement
from engine.solve.proposals import Proposal
from engine.solve.ranking import CLEARLY_BETTER, Ranking
from engine.solve.recolouring import (
    LEAST_LOG_ODDS,
    NO_DOUBT,
    NOTICEABLE,
    REFINED,
    Doubt,
    doubt,
    likeliest,
    recolourings,
)
from engine.solve.result import Problem
from engine.solve.solver import solve
from engine.solve.verdict import AMBIGUITY
from tests.made_patterns import measured
from tests.made_structures import BY_NAME, Made

# Three anions in general positions, one of them fluorine.
OXYFLUORIDE = Made(
    "oxyfluoride",
    "monoclinic",
    14,
    "P 1 21/c 1",
    (5.30, 5.60, 6.90, 90.0, 101.0, 90.0),
    (
        ("Fe", 0.27, 0.04, 0.21),
        ("O", 0.07, 0.33, 0.34),
        ("O", 0.45, 0.76, 0.48),
        ("F", 0.80, 0.45, 0.05),
    ),
).structure


def refined(prepared: PreparedPattern, structure: CrystalStructure) -> Refinement:
    begun = stages.refine_shape(stages.start(prepared, structure))
    return stages.refine_atoms(begun, steps=12)


@pytest.fixture(scope="module")
def prepared() -> PreparedPattern:
    return prepare(measured(OXYFLUORIDE, 5, step=0.03))


@pytest.fixture(scope="module")
def refinement(prepared: PreparedPattern) -> Refinement:
    return refined(prepared, OXYFLUORIDE)


def contents(structure: CrystalStructure) -> dict[int, int]:
    return {int(z): int((structure.numbers == z).sum()) for z in np.unique(structure.numbers)}


def test_every_exchange_uses_all_elements_and_moves_no_atom(refinement: Refinement) -> None:
    found = recolourings(refinement)
    coloured = {one.structure.numbers.tobytes() for one in found}
    before = refinement.model.crystal.standardised.conventional
    assert len(coloured) == len(found) - 1 == 9
    assert before.numbers.tobytes() not in coloured
    emptied = [one.structure for one in found if len(one.structure) < len(before)]
    # Either oxygen orbit; iron and fluorine would be gone with theirs.
    assert [contents(structure) for structure in emptied] == [{8: 4, 9: 4, 26: 4}] * 2
    for one in found:
        assert set(contents(one.structure)) == {8, 9, 26}
        apart = one.structure.frac_coords[:, None] - before.frac_coords
        assert np.abs(apart).max(axis=2).min(axis=1) == pytest.approx(0.0, abs=1e-3)
        assert one.ratio > 0.0
    everywhere = np.where(before.numbers == 8, 9, np.where(before.numbers == 9, 8, before.numbers))
    assert everywhere.tobytes() not in coloured


def test_the_foretold_misfit_is_that_of_a_refinement(
    prepared: PreparedPattern, refinement: Refinement
) -> None:
    near = sorted(recolourings(refinement), key=lambda one: one.ratio)[:4]
    for one in near:
        again = refined(prepared, one.structure)
        true = again.state.chi_squared / refinement.state.chi_squared
        assert math.log(one.ratio) == pytest.approx(math.log(true), rel=0.25, abs=0.01)


def test_neighbours_exchanged_fit_better_than_strangers(refinement: Refinement) -> None:
    found = recolourings(refinement)
    now = contents(refinement.model.crystal.standardised.conventional)
    anions = [one.ratio for one in found if contents(one.structure)[26] == now[26]]
    metals = [one.ratio for one in found if contents(one.structure)[26] != now[26]]
    assert max(r for r in anions if r < 2.0) < min(metals)


@pytest.mark.parametrize("change", ["mixed", "one element"])
def test_no_exchange_where_there_is_nothing_to_exchange(change: str) -> None:
    structure = BY_NAME["rutile"].structure
    if change == "mixed":
        other = replace(structure, occupancies=np.full(len(structure), 0.9))
    else:
        other = replace(structure, numbers=np.full(len(structure), 22))
    refinement = stages.start(prepare(measured(structure, 5, step=0.04)), other)
    assert recolourings(refinement) == []
    assert doubt(recolourings(refinement), 100.0) == NO_DOUBT


def test_hydrogen_is_left_where_it_is(prepared: PreparedPattern) -> None:
    numbers = np.where(OXYFLUORIDE.numbers == 9, 1, OXYFLUORIDE.numbers)
    found = recolourings(stages.start(prepared, replace(OXYFLUORIDE, numbers=numbers)))
    for one in found:
        assert contents(one.structure)[1] == 4


def test_doubt_falls_with_what_the_pattern_is_worth(refinement: Refinement) -> None:
    little, much = (doubt(recolourings(refinement), n) for n in (2.0, 2000.0))
    assert little.ambiguity > NOTICEABLE > much.ambiguity
    assert 1 <= len(little.formulas) <= 3
    first = little.formulas[0]
    assert f"{first} with places exchanged" in little.in_words(first)
    assert f"({first}" in little.in_words("another")
    assert "exchanged" not in little.in_words("another")
    assert much.in_words(first) == ""


def test_the_likeliest_come_first(refinement: Refinement) -> None:
    found = recolourings(refinement)
    near = likeliest(found, 2.0, LEAST_LOG_ODDS)
    odds = [one.log_odds(2.0) for one in near]
    assert 1 <= len(near) <= REFINED
    assert odds == sorted(odds, reverse=True)
    assert odds[-1] > LEAST_LOG_ODDS
    assert odds[0] == max(one.log_odds(2.0) for one in found)
    assert likeliest(found, 2.0, odds[0]) == []
    assert likeliest(found, 2000.0, LEAST_LOG_ODDS) == []


def coloured(*numbers: int) -> CrystalStructure:
    """The oxyfluoride with other elements on its four orbits."""
    return replace(OXYFLUORIDE, numbers=np.repeat(numbers, 4))


@pytest.mark.parametrize(
    "guess",
    [coloured(26, 9, 8, 8), coloured(26, 8, 9, 9)],
    ids=["places exchanged", "one orbit of the other element"],
)
def test_a_candidate_gets_the_elements_that_are_clearly_better(
    prepared: PreparedPattern, guess: CrystalStructure
) -> None:
    ranking = Ranking(prepared, Progress(), math.inf)
    ranking.add([Proposal(guess, 0.0, 0.1, 0.0, 0.0, 14)], (0.0, 1.0))
    first, *others = ranking.finished()
    assert np.array_equal(first.fit.structure.numbers, OXYFLUORIDE.numbers)
    assert first.fit.gof == pytest.approx(1.0, abs=0.05)
    assert not first.exchanged
    assert all(other.score > first.score + CLEARLY_BETTER for other in others)


def test_exchanges_that_are_not_clearly_better_stay_ties(
    prepared: PreparedPattern, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.solve.ranking.CLEARLY_BETTER", math.inf)
    guess = coloured(26, 9, 8, 8)
    ranking = Ranking(prepared, Progress(), math.inf)
    ranking.add([Proposal(guess, 0.0, 0.1, 0.0, 0.0, 14)], (0.0, 1.0))
    (only,) = ranking.finished()
    assert np.array_equal(only.fit.structure.numbers, guess.numbers)
    assert only.doubt.ambiguity > NOTICEABLE


def test_a_known_formula_is_kept(prepared: PreparedPattern) -> None:
    """Places are exchanged; that other amounts would fit better does not count."""
    for guess, found in (
        (coloured(26, 9, 8, 8), OXYFLUORIDE),
        (coloured(26, 8, 9, 9), coloured(26, 8, 9, 9)),
    ):
        ranking = Ranking(prepared, Progress(), math.inf, formula_known=True)
        ranking.add([Proposal(guess, 0.0, 0.1, 0.0, 0.0, 14)], (0.0, 1.0))
        first = ranking.finished()[0]
        assert np.array_equal(first.fit.structure.numbers, found.numbers)
        others = ranking.exchanged()
        assert all(contents(o.fit.structure) == contents(guess) for o in others)


def test_exchanges_that_keep_the_formula_are_not_crowded_out(
    prepared: PreparedPattern, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.solve.recolouring.MOST_EXCHANGES", 2)
    refinement = refined(prepared, coloured(26, 9, 8, 8))
    found = [tuple(each.structure.numbers[::4]) for each in recolourings(refinement, True)]
    assert sorted(found) == [(26, 8, 8, 9), (26, 8, 9, 8)]


def test_an_atom_too_many_is_left_out(prepared: PreparedPattern) -> None:
    fuller = CrystalStructure(
        OXYFLUORIDE.lattice,
        np.append(OXYFLUORIDE.numbers, [9, 9]),
        np.append(OXYFLUORIDE.frac_coords, [[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]], axis=0),
    )
    ranking = Ranking(prepared, Progress(), math.inf)
    ranking.add([Proposal(fuller, 0.0, 0.1, 0.0, 0.0, 14)], (0.0, 1.0))
    first = ranking.finished()[0]
    assert contents(first.fit.structure) == {8: 8, 9: 4, 26: 4}


def test_exchanges_are_refined_to_the_end(
    prepared: PreparedPattern, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranking = Ranking(prepared, Progress(), math.inf)
    assert ranking.exchanged() == []
    ranking.add([Proposal(OXYFLUORIDE, 0.0, 0.1, 0.0, 0.0, 14)], (0.0, 1.0))
    (best,) = ranking.finished()
    # The pattern is good enough to tell them all from the truth.
    assert ranking.exchanged() == []
    monkeypatch.setattr("engine.solve.ranking.LEAST_LOG_ODDS", -1e9)
    others = ranking.exchanged()
    assert len(others) == REFINED
    for other in others:
        assert other.exchanged
        assert other.score > best.score
        assert 1.0 < other.fit.rwp / best.fit.rwp < 2.0
        assert other.fit.structure.cell == pytest.approx(best.fit.structure.cell, rel=1e-3)
        assert (other.fit.structure.numbers != best.fit.structure.numbers).sum() in (4, 8)


def test_the_user_is_told_of_doubtful_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Doubt(2.0, ("FeOF", "FeO2F3"))
    monkeypatch.setattr("engine.solve.ranking.doubt", lambda *given: told)
    pattern = measured(BY_NAME["rutile"].structure, 5, step=0.04)
    solution = solve(Problem(pattern, ("Ti", "O"), network=False, phasing=False))
    assert told.in_words(solution.candidates[0].formula) in solution.notes
    assert solution.candidates[0].features[AMBIGUITY] == 2.0
