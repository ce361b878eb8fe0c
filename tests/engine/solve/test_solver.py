"""The solver as a whole, on simulated measurements."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.reduced_formula import reduced_formula
from engine.crystal.structure_io import to_pymatgen
from engine.diffraction.profile import simulate_pattern
from engine.errors import BadInputError, CancelledError
from engine.pattern.radiation import preset
from engine.progress import Progress
from engine.refine.prepared import prepare
from engine.solve import solver
from engine.solve.proposals import Proposal
from engine.solve.ranking import Ranking
from engine.solve.result import Problem
from engine.solve.solver import solve
from engine.training.scoring import compare
from tests.engine.solve.conftest import CASES
from tests.engine.solve.hydrogen.hydroxides import BRUCITE
from tests.engine.solve.watch import Watch
from tests.made_patterns import measured, noise_only
from tests.made_structures import BY_NAME

SMALL = 6
every_case = pytest.mark.parametrize("name", CASES)


@pytest.fixture(scope="module")
def rutile_pattern():
    return measured(BY_NAME["rutile"].structure, 5, step=0.03)


@every_case
def test_the_first_candidate_is_the_structure_that_was_measured(solved, name: str) -> None:
    made, solution, _ = solved(name)
    best = solution.candidates[0]
    match = compare(
        best.structure, best.space_group_number, to_pymatgen(made.structure), made.number
    )
    assert match.loose
    assert match.strict
    assert match.crystallographic
    assert solution.verdict == "solved"
    assert best.verdict == "solved"


@every_case
def test_candidates_are_listed_in_order(solved, name: str) -> None:
    _, solution, _ = solved(name)
    candidates = solution.candidates
    assert [c.rank for c in candidates] == list(range(1, len(candidates) + 1))
    assert len(candidates) <= 8
    scores = [c.score for c in candidates]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.0 + 1e-9
    _, elements, _ = CASES[name]
    numbers = set(BY_NAME[name].structure.numbers) if name in BY_NAME else {20, 9}
    for candidate in candidates:
        assert set(candidate.structure.numbers) == numbers
        assert candidate.formula == reduced_formula(candidate.structure.numbers)
        assert all(candidate.rank in candidates[t - 1].ties for t in candidate.ties)
        assert candidate.reason
        assert candidate.n_atoms <= len(candidate.structure)
    assert solution.problem.elements == elements


@every_case
def test_progress_rises_and_a_first_candidate_is_shown(solved, name: str) -> None:
    _, solution, watch = solved(name)
    assert watch.fractions == sorted(watch.fractions)
    assert watch.fractions[0] >= 0.0
    assert watch.fractions[-1] == 1.0
    assert len(watch.partials) >= 1
    first = watch.partials[0]
    assert len(first.candidates) == 1
    assert first.problem is solution.problem
    timings = solution.timings
    assert 0.0 < timings["first_candidate"] <= timings["total"]


@every_case
def test_the_answer_says_with_what_it_was_found(solved, name: str) -> None:
    _, solution, _ = solved(name)
    assert {"densight", "numpy", "spglib"} <= set(solution.versions)
    assert solution.candidates[0].fit.rwp_lebail is not None
    assert solution.candidates[0].fit.gof == pytest.approx(1.0, abs=0.25)


def test_a_pattern_without_anomalous_scattering_is_solved_too() -> None:
    """The optics are changed half-way; progress must not go back."""
    pattern = simulate_pattern(BY_NAME["pyrite"].structure, preset("CuKa"), noise_seed=3)
    watch = Watch()
    solution = solve(Problem(pattern, ("Fe", "S"), max_atoms=12, top=3), watch)
    assert solution.candidates[0].space_group_number == 205
    assert solution.candidates[0].formula == "FeS2"
    assert watch.fractions == sorted(watch.fractions)


def test_wrong_elements_are_not_solved(rutile_pattern) -> None:
    solution = solve(Problem(rutile_pattern, ("Na", "Cl"), max_atoms=SMALL))
    assert solution.verdict != "solved"


@pytest.fixture(scope="module")
def small_problem(rutile_pattern):
    return Problem(rutile_pattern, ("Ti", "O"), max_atoms=SMALL, formula="TiO2", top=3)


@pytest.fixture(scope="module")
def small_solution(small_problem):
    watch = Watch()
    return solve(small_problem, watch), watch


def test_the_atom_limit_the_formula_and_the_number_asked_for_hold(small_solution) -> None:
    solution, _ = small_solution
    assert 1 <= len(solution.candidates) <= 3
    assert solution.candidates[0].space_group_number == 136
    for candidate in solution.candidates:
        assert candidate.n_atoms <= SMALL
        assert candidate.formula == "TiO2"


def test_an_answer_for_part_of_the_intensity_is_not_called_solved(
    small_problem, small_solution, monkeypatch
) -> None:
    monkeypatch.setattr(solver, "much_is_left_out", lambda area, foreign: True)
    part, (whole, _) = solve(small_problem), small_solution
    assert whole.verdict == whole.candidates[0].verdict == "solved"
    assert part.verdict == part.candidates[0].verdict == "tentative"
    assert part.candidates[0].score == pytest.approx(whole.candidates[0].score)


def test_no_exchange_of_elements_leaves_a_known_formula(small_problem, monkeypatch) -> None:
    asked = []

    def recolourings(refinement, formula_known: bool) -> list:
        asked.append(formula_known)
        return []

    monkeypatch.setattr("engine.solve.ranking.recolourings", recolourings)
    solve(small_problem)
    assert set(asked) == {True}


def test_the_same_question_has_the_same_answer(small_problem, small_solution) -> None:
    one, two = small_solution[0], solve(small_problem)
    assert len(one.candidates) == len(two.candidates)
    for first, second in zip(one.candidates, two.candidates, strict=True):
        assert first.score == second.score
        np.testing.assert_array_equal(first.structure.frac_coords, second.structure.frac_coords)
        np.testing.assert_array_equal(first.structure.lattice, second.structure.lattice)


@pytest.mark.parametrize("stop_at", [0.0, 0.1, 0.45])
def test_cancelling_ends_the_work_at_once(small_problem, stop_at: float) -> None:
    watch = Watch(stop_at)
    with pytest.raises(CancelledError):
        solve(small_problem, watch)
    assert watch.fractions[-1] >= stop_at
    assert all(fraction < stop_at for fraction in watch.fractions[:-1])
    assert time.perf_counter() - watch.times[-1] < 1.0


def test_a_time_limit_cuts_the_refinements_short_but_leaves_an_answer(
    small_problem, small_solution
) -> None:
    free, many = small_solution
    few = Watch()
    limited = solve(replace(small_problem, time_limit=0.01), few)
    assert 1 <= len(limited.candidates) <= len(free.candidates)
    # Refinements come after the search, which ends at 0.3.
    count = [sum(f >= 0.3 for f in watch.fractions) for watch in (few, many)]
    assert count[0] < 0.6 * count[1]


def test_noise_has_no_solution_and_a_note_says_why() -> None:
    solution = solve(Problem(noise_only(), ("Ti", "O")))
    assert solution.verdict == "no-solution"
    assert solution.candidates == ()
    assert any("noise" in note for note in solution.notes)


@pytest.mark.parametrize(
    ("elements", "formula", "message"),
    [
        (("Ti", "O", "Na"), "TiO2", "check the formula"),
        (tuple("Ti O Na K Rb Cs Ca Sr Ba F Cl Br".split()), None, "tick only elements"),
    ],
)
def test_where_no_type_can_fit_a_note_says_what_to_change(
    rutile_pattern, elements: tuple[str, ...], formula: str | None, message: str
) -> None:
    asked = Problem(rutile_pattern, elements, formula, max_atoms=SMALL, network=False)
    solution = solve(replace(asked, phasing=False))
    assert solution.candidates == ()
    assert solution.verdict == "no-solution"
    assert any(message in note for note in solution.notes)


@pytest.mark.parametrize(
    ("elements", "formula", "message"),
    [
        ((), None, "tick at least one"),
        (("Xx",), None, "Xx"),
        (("Ti", "Ooo"), None, "Ooo"),
        (("Ti", "O"), "TiN", "N"),
    ],
)
def test_bad_elements_and_formulas_are_refused(
    rutile_pattern, elements: tuple[str, ...], formula: str | None, message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        solve(Problem(rutile_pattern, elements, formula=formula))


@pytest.mark.parametrize(
    ("numbers", "formula"),
    [
        ([22, 22, 8, 8, 8, 8], "TiO2"),
        ([17, 11], "NaCl"),
        ([26, 26], "Fe"),
        ([8, 13, 13, 8, 8], "Al2O3"),
    ],
)
def test_formulas_are_written_as_chemists_do(numbers: list[int], formula: str) -> None:
    assert reduced_formula(np.array(numbers)) == formula


@pytest.mark.parametrize(
    ("elements", "formula", "share"),
    [
        (("Mg", "O", "H"), None, None),
        (("Mg", "O", "H"), "Mg(OH)2", 0.4),
        (("Mg", "O", "H"), "MgO", "not asked"),
        (("Mg", "O"), None, "not asked"),
        (("H",), None, "not asked"),
    ],
)
def test_hydrogen_is_placed_where_it_is_in_the_sample(
    monkeypatch, elements: tuple[str, ...], formula: str | None, share: object
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(Ranking, "place_hydrogen", lambda self, share, span: asked.append(share))
    bare = BRUCITE.only(BRUCITE.numbers != 1)
    ranking = Ranking(prepare(measured(BRUCITE, 3, step=0.04)), Progress(), math.inf)
    ranking.add([Proposal(bare, 0.0, 0.1, 0.0, 0.0, 164)], (0.0, 1.0))
    problem = Problem(measured(BRUCITE, 3, step=0.04), elements, formula=formula)
    solver._place_hydrogen(problem, ranking)
    assert asked == ([] if share == "not asked" else [pytest.approx(share)])


def test_hydrogen_is_not_placed_in_what_does_not_fit(monkeypatch) -> None:
    monkeypatch.setattr(Ranking, "place_hydrogen", lambda *given: pytest.fail("asked"))
    wrong = BY_NAME["rock salt"].structure
    ranking = Ranking(prepare(measured(BRUCITE, 3, step=0.04)), Progress(), math.inf)
    problem = Problem(measured(BRUCITE, 3, step=0.04), ("Na", "Cl", "H"))
    solver._place_hydrogen(problem, ranking)
    ranking.add([Proposal(wrong, 0.0, 0.1, 0.0, 0.0, 225)], (0.0, 1.0))
    solver._place_hydrogen(problem, ranking)


@pytest.mark.parametrize(("elements", "fits"), [(("Ti", "O"), True), (("Ba", "Pb"), False)])
def test_further_sources_see_the_optics_of_a_first_candidate_that_nearly_fits(
    rutile_pattern, monkeypatch, elements: tuple[str, ...], fits: bool
) -> None:
    """Those that explain a wrong one best are as likely to be wrong as it is."""
    best, likelier = object(), object()
    monkeypatch.setattr(Ranking, "prepared", property(lambda self: best))
    monkeypatch.setattr(solver, "under_likelier_slits", lambda prepared, elements: likelier)
    seen = []

    def propose(problem, pattern, prepared, cells, progress, deadline) -> list[Proposal]:
        seen.append(prepared)
        return []

    asked = [replace(source, propose=propose) for source in solver._SOURCES]
    monkeypatch.setattr(solver, "_SOURCES", asked)
    solve(Problem(rutile_pattern, elements, thorough=True, top=3))
    assert seen == [best if fits else likelier] * len(asked)


@pytest.mark.parametrize(
    ("verdict", "names"),
    [
        ("no-solution", ["types_on_cells", "network", "phasing"]),
        ("tentative", ["types_on_cells"]),
        ("solved", []),
    ],
)
def test_what_fits_well_is_not_the_end_unless_it_is_an_answer(
    rutile_pattern, monkeypatch, verdict: str, names: list[str]
) -> None:
    asked: list[str] = []

    def recorded(name: str):
        return lambda *given, deadline: asked.append(name) or []

    sources = [replace(source, propose=recorded(source.name)) for source in solver._SOURCES]
    monkeypatch.setattr(solver, "_SOURCES", sources)
    monkeypatch.setattr(solver, "verdict_on_first", lambda found: verdict)
    solution = solve(Problem(rutile_pattern, ("Ti", "O"), top=3))
    assert solution.candidates[0].space_group_number == 136
    assert asked == names
