"""Candidates that lack the hydrogen of the sample."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.reduced_formula import reduced_formula
from engine.crystal.structure import CrystalStructure
from engine.errors import CancelledError
from engine.progress import Progress
from engine.refine import report
from engine.refine.prepared import prepare
from engine.solve.hydrogen.completion import MUST_HAVE, with_hydrogen
from engine.solve.hydrogen.placement import placements
from engine.solve.hydrogen.sites import crowded
from engine.solve.proposals import Proposal
from engine.solve.ranking import Ranking
from engine.solve.verdict import reason, with_exchanged
from tests.engine.solve.hydrogen.hydroxides import BRUCITE, POLAR_HYDROXIDE, without_hydrogen
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

SPAN = (0.95, 0.96)


def ranking_of(
    truth: CrystalStructure, *guesses: CrystalStructure, progress: Progress | None = None
) -> Ranking:
    ranking = Ranking(prepare(measured(truth, 3, step=0.04)), progress or Progress(), math.inf)
    proposals = [Proposal(guess, 0.0, 0.1, 0.0, 0.0, 1) for guess in guesses]
    ranking.add(proposals, (0.0, 1.0))
    return ranking


def hydrogen_of(structure: CrystalStructure) -> np.ndarray:
    return structure.frac_coords[structure.numbers == 1]


def bonds(structure: CrystalStructure) -> list[float]:
    """From each hydrogen atom to the nearest oxygen, angstrom."""
    oxygen = structure.frac_coords[structure.numbers == 8]
    away = hydrogen_of(structure)[:, None] - oxygen[None]
    away -= np.rint(away)
    return [float(x) for x in np.linalg.norm(away @ structure.lattice, axis=2).min(axis=1)]


@pytest.mark.parametrize("truth", [BRUCITE, POLAR_HYDROXIDE], ids=["brucite", "polar hydroxide"])
def test_hydrogen_is_placed_beside_the_oxygen_that_bears_it(truth: CrystalStructure) -> None:
    ranking = ranking_of(truth, without_hydrogen(truth))
    before = ranking.finished()[0]
    ranking.place_hydrogen(None, SPAN)
    after = ranking.finished()
    best = after[0].fit.structure
    assert reduced_formula(best.numbers) == reduced_formula(truth.numbers)
    assert bonds(best) == pytest.approx([0.97] * len(hydrogen_of(best)), abs=0.25)
    assert after[0].fit.rwp < before.fit.rwp
    # What has none gives way to it.
    assert all(1 in one.fit.structure.numbers for one in after)
    assert report.HYDROGEN_HELD in ranking.notes
    assert report.HYDROGEN_HELD in after[0].fit.notes


def test_placed_hydrogen_is_no_parameter() -> None:
    ranking = ranking_of(BRUCITE, without_hydrogen(BRUCITE))
    before = ranking.finished()[0]
    ranking.place_hydrogen(None, SPAN)
    refinement = ranking._ordered[0].refinement
    assert refinement.hydrogen_held
    assert ranking.finished()[0].n_free == before.n_free
    crystal = refinement.model.crystal
    held = crystal.standardised.conventional
    np.testing.assert_allclose(
        hydrogen_of(report.refined_structure(refinement)), hydrogen_of(held), atol=1e-9
    )


def test_what_still_has_no_hydrogen_pays_for_places_as_well(monkeypatch) -> None:
    monkeypatch.setattr("engine.solve.hydrogen.completion.COMPLETED", 1)
    monkeypatch.setattr("engine.solve.order.HOPELESS", math.inf)
    other = without_hydrogen(BRUCITE)
    ranking = ranking_of(BRUCITE, other, replace(other, numbers=other.numbers + 1))
    assert len(ranking._ordered) == 2
    ranking.place_hydrogen(None, SPAN)
    completed, bare = ranking._ordered
    assert 1 in completed.proposal.structure.numbers
    assert 1 not in bare.proposal.structure.numbers
    assert bare.proposal.log_choice == completed.proposal.log_choice < 0.0


def test_candidates_with_hydrogen_are_left_as_they_are() -> None:
    ranking = ranking_of(BRUCITE, BRUCITE)
    (before,) = ranking._ordered
    ranking.place_hydrogen(None, SPAN)
    assert [r.refinement for r in ranking._ordered] == [before.refinement]
    assert ranking.notes == ()


@pytest.mark.parametrize(("share", "formula"), [(2 / 5, "Mg(HO)2"), (4 / 7, "Mg(H2O)2")])
def test_a_known_formula_says_how_much_hydrogen_there_is(share: float, formula: str) -> None:
    ranking = ranking_of(BRUCITE, without_hydrogen(BRUCITE))
    first = ranking._ordered[0]
    for placed in placements(first.refinement, ranking._run.evidence.n, share, 4):
        assert reduced_formula(placed.structure.numbers) == formula


def test_where_there_is_no_room_nothing_is_placed() -> None:
    diamond = CrystalStructure(
        3.567 / 2.0 * np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]]),
        np.array([6, 6]),
        np.array([[0.0, 0.0, 0.0], [0.25, 0.25, 0.25]]),
    )
    ranking = ranking_of(diamond, diamond)
    assert with_hydrogen(ranking._ordered[0], ranking._run.evidence, None) == []
    ranking.place_hydrogen(None, SPAN)
    assert reduced_formula(ranking.finished()[0].fit.structure.numbers) == "C"


def test_what_the_pattern_speaks_against_is_not_placed() -> None:
    rutile = BY_NAME["rutile"].structure
    ranking = ranking_of(rutile, rutile)
    first, evidence = ranking._ordered[0], ranking._run.evidence
    bare = evidence.score(first.proposal, first.refinement)
    for one in with_hydrogen(first, evidence, None)[:1]:
        assert evidence.score(one.proposal, one.refinement) <= bare + MUST_HAVE
        assert not crowded(report.refined_structure(one.refinement))


def test_other_amounts_are_listed_as_such() -> None:
    ranking = ranking_of(BRUCITE, without_hydrogen(BRUCITE))
    ranking.place_hydrogen(None, SPAN)
    first, amounts = ranking._ordered[0], ranking._amounts[ranking._ordered[0].refinement]
    contents = [len(r.refinement.model.crystal.standardised.primitive) for r in (first, *amounts)]
    assert len(contents) == len(set(contents)) > 1
    finished, exchanged = ranking.finished(), ranking.exchanged()
    assert len(exchanged) >= len(amounts)
    # Shown only where they are as likely; here all of them.
    near = [type(e)(**{**vars(e), "score": finished[0].score}) for e in exchanged]
    shown = with_exchanged(finished, near, 20)
    assert "another amount of hydrogen" in reason(shown, 1, ())


def test_the_work_can_be_stopped() -> None:
    class Stop(Progress):
        stopping = False

        def report(self, fraction: float, message: str = "") -> None:
            if self.stopping:
                raise CancelledError

    watch = Stop()
    ranking = ranking_of(BRUCITE, without_hydrogen(BRUCITE), progress=watch)
    watch.stopping = True
    before = list(ranking._ordered)
    with pytest.raises(CancelledError):
        ranking.place_hydrogen(None, SPAN)
    assert ranking._ordered == before
