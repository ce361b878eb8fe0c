"""Candidates that have more symmetry than the crystal."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.structure import CrystalStructure
from engine.progress import Progress
from engine.refine.prepared import prepare
from engine.solve import lower_symmetry
from engine.solve.evidence import misfit
from engine.solve.lower_symmetry import lowered
from engine.solve.proposals import Proposal
from engine.solve.ranking import Ranking
from tests.made_patterns import measured
from tests.made_structures import BY_NAME, calcium_chloride_type

SPAN = (0.95, 1.0)
RUTILE = BY_NAME["rutile"].structure
HALITE = CrystalStructure(
    5.64 * (np.ones((3, 3)) - np.eye(3)) / 2.0,
    np.array([11, 17]),
    np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]]),
)


def along_the_diagonal(structure: CrystalStructure, stretch: float) -> CrystalStructure:
    """A cubic crystal strained along [111]: rhombohedral, every atom on its place."""
    axis = np.ones(3) / np.sqrt(3.0)
    return replace(
        structure, lattice=structure.lattice @ (np.eye(3) + stretch * np.outer(axis, axis))
    )


def ranking_of(truth: CrystalStructure, *guesses: CrystalStructure) -> Ranking:
    ranking = Ranking(prepare(measured(truth, 3, step=0.04)), Progress(), math.inf)
    proposals = [Proposal(guess, 0.0, 0.1, 0.0, 0.0, 1) for guess in guesses]
    ranking.add(proposals, (0.0, 1.0))
    return ranking


@pytest.mark.parametrize(
    ("truth", "guess", "number"),
    [
        (calcium_chloride_type(0.3), RUTILE, 58),
        (calcium_chloride_type(0.0, stretch=0.004), RUTILE, 58),
        (along_the_diagonal(HALITE, 0.004), HALITE, 166),
    ],
    ids=["atoms", "cell", "rhombohedral cell"],
)
def test_what_has_too_much_symmetry_loses_it(truth, guess, number: int) -> None:
    ranking = ranking_of(truth, guess)
    (before,) = ranking.finished()
    assert before.fit.gof > 1.1
    assert ranking.lower_symmetries(True, SPAN)
    best = ranking.finished()[0]
    assert best.fit.gof == pytest.approx(1.0, abs=0.05)
    assert best.standardised.number == number


@pytest.mark.parametrize("structure", [RUTILE, HALITE, BY_NAME["pyrite"].structure])
def test_what_has_its_symmetry_keeps_it(structure) -> None:
    ranking = ranking_of(structure, structure)
    (before,) = ranking.finished()
    ranking.lower_symmetries(True, SPAN)
    after = ranking.finished()
    assert after[0].standardised.number == before.standardised.number
    assert after[0].fit.rwp == pytest.approx(before.fit.rwp, rel=0.01)


def test_what_left_its_symmetry_for_nothing_is_not_listed() -> None:
    ranking = ranking_of(HALITE, HALITE)
    assert not ranking.lower_symmetries(True, SPAN)
    assert len(ranking.finished()) == 1


def test_none_is_asked_twice() -> None:
    ranking = ranking_of(calcium_chloride_type(0.3), RUTILE)
    assert ranking.lower_symmetries(True, SPAN)
    assert not ranking.lower_symmetries(True, SPAN)


def test_only_more_symmetric_cells_are_asked_beside_a_sure_first(monkeypatch) -> None:
    asked = []

    def note(ranked, best, evidence):
        asked.append(ranked.refinement.model.crystal.standardised.number)
        return []

    monkeypatch.setattr("engine.solve.ranking.lowered", note)
    monkeypatch.setattr("engine.solve.ranking.LOWERED_REACH", math.inf)
    monkeypatch.setattr("engine.solve.order.HOPELESS", math.inf)
    truth = calcium_chloride_type(0.3, stretch=0.01)
    ranking = ranking_of(truth, truth, RUTILE)
    ranking.lower_symmetries(False, SPAN)
    assert asked == [136]
    ranking.lower_symmetries(True, SPAN)
    assert asked == [136, 58]


def test_what_has_no_symmetry_or_too_many_atoms_has_none_to_leave(monkeypatch) -> None:
    triclinic = BY_NAME["triclinic, polar"].structure
    ranking = ranking_of(triclinic, triclinic)
    first = ranking._ordered[0]
    evidence = ranking._run.evidence
    assert lowered(first, misfit(first.refinement), evidence) == []
    ranking = ranking_of(RUTILE, RUTILE)
    monkeypatch.setattr(lower_symmetry, "MOST_ATOMS", 5)
    assert not ranking.lower_symmetries(True, SPAN)


def test_a_lowered_candidate_remembers_its_symmetry() -> None:
    ranking = ranking_of(calcium_chloride_type(0.3), RUTILE)
    ranking.lower_symmetries(True, SPAN)
    best = ranking.finished()[0]
    assert best.proposal.parent is not None
    # Rutile: one coordinate of oxygen, two orbits.
    assert best.proposal.parent.n_coordinates == 1
    assert best.proposal.parent.n_orbits == 2
