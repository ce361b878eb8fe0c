"""The order of refined proposals, and the verdict on them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import standardise
from engine.diffraction.profile import simulate_pattern
from engine.pattern.radiation import preset
from engine.progress import Progress
from engine.refine import stages
from engine.refine.prepared import prepare
from engine.refine.result import FitResult, Parameter
from engine.solve.candidate_refinement import Ranked, polish
from engine.solve.duplicates import without_duplicates
from engine.solve.evidence import OPTICS_CHARGE, Evidence, misfit, n_structural
from engine.solve.proposals import KINSHIP_WEIGHT, Proposal
from engine.solve.ranking import GROWN, Finished, Ranking
from engine.solve.recolouring import Doubt
from engine.solve.unexplained import UnexplainedLine
from engine.solve.verdict import (
    AMBIGUITY,
    KINSHIP,
    LARGEST_AMBIGUITY,
    LARGEST_SIGNIFICANCE,
    LEAST_FLOOR,
    SIGNIFICANCE,
    UNEXPLAINED,
    explains,
    features,
    probabilities,
    reason,
    tied,
    verdict,
    with_exchanged,
)
from tests.made_patterns import measured, measured_as_it_is, with_b_iso
from tests.made_structures import BY_NAME, calcium_chloride_type

# Rutile with the elements exchanged.
INSIDE_OUT = replace(
    BY_NAME["rutile"], sites=(("O", 0.0, 0.0, 0.0), ("Ti", 0.3053, 0.3053, 0.0))
).structure


def proposal_of(structure: CrystalStructure) -> Proposal:
    return Proposal(structure, 0.0, 0.1, 0.0, 0.0, 1)


@pytest.fixture(scope="module")
def prepared():
    return prepare(measured(BY_NAME["rutile"].structure, 4))


def ranked(prepared, structure: CrystalStructure, score: float) -> Ranked:
    refinement = stages.refine_shape(stages.start(prepared, structure))
    return Ranked(proposal_of(structure), refinement, score)


def test_the_same_structure_met_twice_is_kept_once(prepared) -> None:
    made = BY_NAME["rutile"]
    structure = made.structure
    shifted = replace(structure, frac_coords=structure.frac_coords + np.array([0.5, 0.5, 0.5]))
    other = replace(made, sites=(("O", 0.0, 0.0, 0.0), ("Ti", 0.3053, 0.3053, 0.0)))
    one, two = ranked(prepared, structure, 1.0), ranked(prepared, shifted, 2.0)
    three = ranked(prepared, other.structure, 3.0)
    assert without_duplicates([one, two, three]) == [one, three]


def test_the_right_structure_has_the_smaller_misfit(prepared) -> None:
    made = BY_NAME["rutile"]
    other = replace(made, sites=(("O", 0.0, 0.0, 0.0), ("Ti", 0.3053, 0.3053, 0.0)))
    right, wrong = (ranked(prepared, m.structure, 0.0).refinement for m in (made, other))
    assert misfit(right) == pytest.approx(1.1, abs=0.3)
    assert misfit(wrong) > 3.0 * misfit(right)
    # a, c, the coordinate of oxygen, and B.
    assert n_structural(right) == 4


@pytest.fixture
def finished(a_fit: FitResult, rutile: CrystalStructure):
    standardised = standardise(rutile)

    def make(score: float, rwp: float = 0.08, rwp_lebail: float | None = 0.078) -> Finished:
        fit = replace(a_fit, rwp=rwp, rwp_background_subtracted=1.2 * rwp, rwp_lebail=rwp_lebail)
        return Finished(proposal_of(rutile), fit, standardised, score, 4, 24)

    return make


def test_probabilities_fall_with_the_rank_and_sum_to_at_most_one(finished) -> None:
    rng = np.random.default_rng(0)
    for size in (1, 2, 7, 20):
        scores = np.sort(rng.uniform(-500.0, 100.0, size))
        chances = probabilities([finished(float(s), 0.05 + 0.01 * i) for i, s in enumerate(scores)])
        assert len(chances) == size
        assert chances == sorted(chances, reverse=True)
        assert all(0.0 <= chance <= 1.0 for chance in chances)
        assert sum(chances) <= 1.0 + 1e-12


def test_there_are_no_probabilities_without_candidates() -> None:
    assert probabilities([]) == []


def test_a_fit_at_its_floor_is_likelier_than_one_far_above(finished) -> None:
    good = probabilities([finished(-300.0, 0.05, 0.049), finished(-100.0, 0.30)])[0]
    bad = probabilities([finished(-300.0, 0.30, 0.08), finished(-100.0, 0.45)])[0]
    assert good > bad + 0.3


@given(st.floats(0.01, 0.9), st.floats(0.01, 0.9), st.floats(-300, 300), st.floats(-300, 300))
def test_ties_go_both_ways(first, second, one_score, two_score) -> None:
    class Fit:
        def __init__(self, rwp: float) -> None:
            self.rwp = rwp

    one, two = (
        Finished(None, Fit(rwp), None, score, 0, 0)  # type: ignore[arg-type]
        for rwp, score in ((first, one_score), (second, two_score))
    )
    assert tied(one, two) == tied(two, one)
    assert tied(one, one)


def test_what_fits_alike_is_tied_and_what_fits_worse_is_not(finished) -> None:
    best = finished(-300.0, 0.080)
    assert tied(best, finished(-299.0, 0.081))
    assert not tied(best, finished(-299.0, 0.16))
    assert not tied(best, finished(-100.0, 0.081))


def test_tied_candidates_share_the_probability(finished) -> None:
    alone = probabilities([finished(-300.0), finished(-50.0, 0.2)])[0]
    shared = probabilities([finished(-300.0), finished(-300.0), finished(-50.0, 0.2)])
    assert shared[0] == pytest.approx(shared[1])
    assert shared[0] < 0.75 * alone


def exchanged_ones(finished, rutile: CrystalStructure, *scores: float) -> list[Finished]:
    """With other cells, so that they are other structures, as with other elements."""
    larger = (replace(rutile, lattice=(1.1 + 0.1 * i) * rutile.lattice) for i in range(9))
    return [
        replace(one, exchanged=True, fit=replace(one.fit, structure=structure))
        for one, structure in zip((finished(score) for score in scores), larger, strict=False)
    ]


@pytest.mark.parametrize("score", [-310.0, -300.0, -296.0])
def test_what_differs_in_elements_is_listed_as_a_tie(finished, rutile, score: float) -> None:
    plain = [finished(-300.0)]
    listed = with_exchanged(plain, exchanged_ones(finished, rutile, score), 20)
    assert [one.exchanged for one in listed] == [False, True]
    # It counts through the doubt about the first, and shares what the first leaves.
    assert features(listed, 0) == features(plain, 0)
    chances = probabilities(listed)
    assert chances[0] == probabilities(plain)[0]
    assert 0.0 < chances[1] <= min(chances[0], 1.0 - chances[0] + 1e-12)
    assert "other elements on some sites" in reason(listed, 1, [1])
    assert "other elements" not in reason(listed, 0, [2])


def test_only_what_is_about_as_likely_with_other_elements_is_listed(finished, rutile) -> None:
    others = exchanged_ones(finished, rutile, -299.0, -293.0, -330.0, -301.0)
    listed = with_exchanged([finished(-300.0)], others, 20)
    assert [one.score for one in listed] == [-300.0, -330.0, -301.0, -299.0]
    assert len(with_exchanged([finished(-300.0)], others, 2)) == 2
    # What is there already is not listed twice.
    again = replace(finished(-300.0), exchanged=True)
    assert len(with_exchanged([finished(-300.0)], [again], 20)) == 1


def test_features_are_finite_even_of_a_perfect_or_a_hopeless_fit(finished) -> None:
    for rwp, floor in ((0.0, 0.0), (0.08, None), (5.0, 1e-9)):
        values = features([finished(0.0, rwp, floor)], 0)
        assert all(math.isfinite(value) for value in values)
        assert values[0] >= 0.0
        assert values[2] >= 0.0


def test_verdicts_rise_with_the_probability() -> None:
    order = ["no-solution", "tentative", "solved"]
    words = [order.index(verdict(p)) for p in np.linspace(0.0, 1.0, 101)]
    assert words == sorted(words)
    assert words[0] == 0
    assert words[-1] == 2


def test_a_doubtful_fit_is_not_called_solved(finished) -> None:
    from engine.solve.verdict import strong_texture

    assert verdict(0.99, doubtful=True) == "tentative"
    plain = finished(0.0)

    def textured(r: float) -> Finished:
        fit = replace(plain.fit, parameters=(Parameter("march_dollase_001", r, 0.01),))
        return replace(plain, fit=fit)

    assert strong_texture(features([textured(0.3)], 0))
    assert strong_texture(features([textured(2.5)], 0))
    assert not strong_texture(features([textured(0.9)], 0))
    assert not strong_texture(features([plain], 0))


def test_the_reason_names_residuals_and_ties(finished) -> None:
    several = [finished(-300.0, 0.08), finished(-299.0, 0.088)]
    assert "R_wp 8.0 %" in reason(several, 0, ())
    text = reason(several, 1, (1,))
    assert "1.10 times the best" in text
    assert "rank 1" in text


BASES = (
    np.eye(3, dtype=int),
    np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]]),
    np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]]),
    np.array([[1, 0, 0], [-1, 1, 0], [0, 1, 1]]),
)


@pytest.mark.parametrize("name", ["rutile", "corundum"])
def test_the_score_does_not_depend_on_origin_axes_or_order(name: str) -> None:
    structure = BY_NAME[name].structure
    prepared = prepare(measured(structure, 8))
    rng = np.random.default_rng(2)
    found = []
    for basis in BASES:
        order = rng.permutation(len(structure))
        coords = (structure.frac_coords + rng.random(3)) @ np.linalg.inv(basis)
        described = CrystalStructure(
            basis @ structure.lattice, structure.numbers[order], coords[order] % 1.0
        )
        evidence = Evidence(prepared)
        begun = stages.refine_atoms(stages.start(prepared, described))
        evidence.learn(begun)
        found.append(evidence.score(proposal_of(described), begun))
    assert found == pytest.approx([found[0]] * len(BASES), abs=1.5)


def test_every_candidate_is_shown_with_its_own_fit(prepared) -> None:
    """Also where those of an earlier source are dropped and their memory is used again."""
    made = BY_NAME["rutile"]
    ranking = Ranking(prepared, Progress(), math.inf, most=1)
    for x in (0.20, 0.26, 0.3053, 0.29):
        sites = (("Ti", 0.0, 0.0, 0.0), ("O", x, x, 0.0))
        ranking.add([proposal_of(replace(made, sites=sites).structure)], (0.0, 1.0))
        (best,) = ranking.finished()
        difference = (best.fit.observed - best.fit.calculated) / best.fit.sigma
        weighted = best.fit.observed / best.fit.sigma
        own = float(np.sqrt((difference @ difference) / (weighted @ weighted)))
        assert best.fit.rwp == pytest.approx(own)
        kept = polish(ranking._ordered[0].refinement)
        assert best.fit.rwp == pytest.approx(kept.rwp, rel=1e-6)


def test_candidates_further_down_are_not_judged_by_a_poorer_model(monkeypatch) -> None:
    """What is only extended gets a B for every element too, where that pays."""
    structure = BY_NAME["rutile"].structure
    differing = np.where(structure.numbers == 8, 1.9, 0.3) / (8.0 * np.pi**2)
    pattern = measured_as_it_is(replace(structure, u_iso=differing), 3)
    monkeypatch.setattr("engine.solve.ranking.OVERTAKING", 0)
    ranking = Ranking(prepare(pattern), Progress(), math.inf)
    ranking.add([proposal_of(structure)], (0.0, 1.0), completed=0)
    (only,) = ranking.finished()
    assert any(p.name.startswith("B_O_less") for p in only.fit.parameters)


def test_relatives_among_known_crystals_lower_the_score(prepared) -> None:
    found = ranked(prepared, BY_NAME["rutile"].structure, 0.0)
    akin = replace(found.proposal, kinship=4.0)
    evidence = Evidence(prepared)
    gain = evidence.score(found.proposal, found.refinement) - evidence.score(akin, found.refinement)
    assert gain == pytest.approx(2.0 * KINSHIP_WEIGHT * 4.0)


def test_the_verdict_sees_relatives(finished) -> None:
    one = finished(0.0)
    akin, strange = (replace(one, proposal=replace(one.proposal, kinship=k)) for k in (9.0, -1.0))
    assert features([akin], 0)[KINSHIP] - features([strange], 0)[KINSHIP] == pytest.approx(10.0)
    assert probabilities([akin])[0] > probabilities([strange])[0]
    # Volume and charges are a feature of their own.
    assert features([akin], 0)[:KINSHIP] == features([strange], 0)[:KINSHIP]


def test_the_verdict_sees_unexplained_lines(finished) -> None:
    left = tuple(UnexplainedLine(angle, 2.0, 0.08) for angle in (20.0, 30.0))
    lacking = replace(finished(0.0), unexplained=left)
    assert features([lacking], 0)[UNEXPLAINED] == pytest.approx(0.4)
    assert features([finished(0.0)], 0)[UNEXPLAINED] == 0.0
    assert probabilities([lacking])[0] < probabilities([finished(0.0)])[0]


def test_what_the_atoms_leave_counts_the_more_the_better_the_lattice_fits(finished) -> None:
    """With errors of the counting noise, and with errors five times as large."""
    one = finished(0.0, rwp=0.085, rwp_lebail=0.08)
    sigma = np.abs(one.fit.observed - one.fit.calculated) + 1.0
    excess = math.log(0.085 / 0.08)
    found = []
    for noise in (excess, math.log(5.0)):
        calculated = one.fit.observed + math.exp(noise) * sigma
        fit = replace(one.fit, sigma=sigma, calculated=calculated)
        found.append(features([replace(one, fit=fit)], 0))
    at_noise, above = (values[SIGNIFICANCE] for values in found)
    assert at_noise == pytest.approx(excess / LEAST_FLOOR)
    assert above == pytest.approx(excess / (math.log(5.0) - excess + LEAST_FLOOR))
    hopeless = features([finished(0.0, 5.0, 1e-9)], 0)
    assert hopeless[SIGNIFICANCE] == LARGEST_SIGNIFICANCE


def test_doubtful_elements_are_no_lack_of_an_answer(finished) -> None:
    """The pattern is explained, if not by certain elements: tentative, not no-solution."""
    sure = finished(-300.0, 0.05, 0.049)
    doubtful = replace(sure, doubt=Doubt(LARGEST_AMBIGUITY, ("TiO2",)))
    chances = [probabilities([one])[0] for one in (sure, doubtful)]
    assert chances[1] < chances[0]
    assert features([doubtful], 0)[AMBIGUITY] == LARGEST_AMBIGUITY
    assert explains(features([doubtful], 0))
    assert verdict(0.1, explained=True) == "tentative"
    assert verdict(0.1) == "no-solution"
    assert not explains(features([finished(-300.0, 0.6, 0.2)], 0))


@pytest.mark.parametrize(("reach", "completed"), [(math.inf, 2), (1.0, 1)])
def test_what_is_out_of_reach_is_not_refined_to_the_end(
    prepared, monkeypatch, reach: float, completed: int
) -> None:
    rutile = BY_NAME["rutile"].structure
    done = []

    def complete(prepared, ranked: Ranked, evidence: Evidence):
        done.append(ranked.proposal.structure)
        return ranked.proposal, ranked.refinement

    monkeypatch.setattr("engine.solve.order.OUT_OF_REACH", reach)
    monkeypatch.setattr("engine.solve.order.HOPELESS", math.inf)
    monkeypatch.setattr("engine.solve.ranking.complete", complete)
    ranking = Ranking(prepared, Progress(), math.inf)
    ranking.add([proposal_of(INSIDE_OUT), proposal_of(rutile)], (0.0, 1.0))
    assert len(done) == completed
    assert done[0] is rutile or np.array_equal(done[0].numbers, rutile.numbers)
    assert len(ranking.finished()) == 2


@pytest.mark.parametrize(("least", "listed"), [(math.inf, 2), (200.0, 1)])
def test_what_fits_many_times_as_badly_is_not_listed(
    prepared, monkeypatch, least: float, listed: int
) -> None:
    rutile = BY_NAME["rutile"].structure
    monkeypatch.setattr("engine.solve.order.HOPELESS", least)
    ranking = Ranking(prepared, Progress(), math.inf)
    ranking.add([proposal_of(INSIDE_OUT), proposal_of(rutile)], (0.0, 1.0))
    assert len(ranking.finished()) == listed


def test_what_was_decided_before_the_best_fit_was_known_is_decided_again(
    prepared, monkeypatch
) -> None:
    """The fewer observations there seemed to be, the more one more parameter was charged."""
    decided = []

    def settle(prepared, ranked: Ranked, evidence: Evidence):
        decided.append(evidence.n)
        return ranked.proposal, ranked.refinement

    monkeypatch.setattr("engine.solve.ranking.settled", settle)
    rutile = BY_NAME["rutile"].structure
    ranking = Ranking(prepared, Progress(), math.inf)
    before = ranking._run.evidence.n
    ranking.add([proposal_of(rutile)], (0.0, 1.0))
    after = ranking._run.evidence.n
    assert after > GROWN * before
    assert decided == [after]
    ranking.add([proposal_of(rutile)], (0.0, 1.0))
    assert decided == [after]


@pytest.mark.parametrize(("off", "number"), [(0.0, 136), (0.04, 136), (0.15, 136), (0.3, 58)])
def test_a_structure_comes_back_to_the_symmetry_it_nearly_has(off: float, number: int) -> None:
    """Rutile that was begun as the CaCl2 type; but where the pattern is of that, it stays."""
    rutile = BY_NAME["rutile"].structure
    pattern = measured(rutile if number == 136 else calcium_chloride_type(off), 3, step=0.04)
    ranking = Ranking(prepare(pattern), Progress(), math.inf)
    ranking.add([proposal_of(calcium_chloride_type(off))], (0.0, 1.0))
    (only,) = ranking.finished()
    assert only.standardised.number == number


def test_a_larger_cell_than_is_needed_is_left_though_the_lattice_is_nearly_cubic() -> None:
    """Half a percent off cubic: the translations are found, and no more than they."""
    bent = np.eye(3) + 5e-3 * np.array([[0.0, 0.3, -0.6], [0.3, 1.0, 0.9], [-0.6, 0.9, -1.0]])
    salt = BY_NAME["rock salt"].structure
    truth = replace(salt, lattice=salt.lattice @ bent)
    push = np.random.default_rng(1).normal(0.0, 0.05, salt.frac_coords.shape)
    guess = replace(truth, frac_coords=truth.frac_coords + push @ np.linalg.inv(truth.lattice))
    ranking = Ranking(prepare(measured(truth, 3, step=0.04)), Progress(), math.inf)
    ranking.add([proposal_of(guess)], (0.0, 1.0))
    (only,) = ranking.finished()
    assert (only.standardised.number, len(only.standardised.primitive)) == (2, 2)
    assert only.fit.gof == pytest.approx(1.0, abs=0.05)


def test_other_optics_than_were_given_have_a_price(prepared) -> None:
    found = ranked(prepared, BY_NAME["rutile"].structure, 0.0)
    without = Evidence(replace(prepared, dispersion=False))
    dearer = without.score(found.proposal, found.refinement)
    cheaper = Evidence(prepared).score(found.proposal, found.refinement)
    assert dearer - cheaper == pytest.approx(OPTICS_CHARGE)


def test_a_candidate_is_refined_under_the_optics_that_suit_it(monkeypatch) -> None:
    """Those of all may have been settled with another candidate before the right one came."""
    structure = BY_NAME["pyrite"].structure
    pattern = simulate_pattern(with_b_iso(structure, 0.6), preset("CuKa"), noise_seed=3, step=0.04)
    monkeypatch.setattr("engine.solve.ranking.better_optics", lambda *given: None)
    ranking = Ranking(prepare(pattern), Progress(), math.inf)
    ranking.add([proposal_of(structure)], (0.0, 1.0))
    (only,) = ranking.finished()
    assert only.fit.gof == pytest.approx(1.0, abs=0.1)
    assert "without anomalous dispersion" in ranking.notes[0]
    assert not ranking.prepared.dispersion


def test_a_candidate_keeps_the_optics_that_were_given(monkeypatch) -> None:
    structure = BY_NAME["pyrite"].structure
    tried = []
    monkeypatch.setattr("engine.solve.ranking.under_change", lambda *given: tried.append(given))
    ranking = Ranking(prepare(measured(structure, 3, step=0.04)), Progress(), math.inf)
    ranking.add([proposal_of(structure)], (0.0, 1.0))
    # What cannot explain it better is not refined at all.
    assert not tried
    assert ranking.notes == ()
    assert ranking.prepared.dispersion
