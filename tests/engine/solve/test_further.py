"""Going on with a search: what is asked next, and what stays of the former answer."""

from dataclasses import replace

from engine.solve.further import MOST_ATOMS, alike, further, joined


def test_first_every_source_then_larger_cells(make_solution):
    problem = make_solution(1).problem
    first = further(problem)
    assert first.thorough
    assert (first.seed, first.max_atoms) == (problem.seed, problem.max_atoms)
    assert first.top > problem.top
    second = further(first)
    assert second.seed == problem.seed + 1
    assert second.max_atoms == 2 * problem.max_atoms
    assert further(replace(first, max_atoms=200)).max_atoms == MOST_ATOMS
    assert further(replace(first, max_atoms=500)).max_atoms == 500  # never less than before
    assert first.pattern is problem.pattern


def test_what_is_kept_stands_behind_what_was_found(make_solution):
    former, found = make_solution(3), make_solution(1)
    other = replace(former.candidates[1], formula="Ti3O5", ties=(1,))
    former = replace(former, candidates=(former.candidates[0], other, former.candidates[2]))
    whole = joined(former, found, lambda candidate: True)
    assert [candidate.rank for candidate in whole.candidates] == [1, 2]
    assert whole.candidates[1].formula == "Ti3O5"
    assert not whole.candidates[1].ties  # ranks of the former list mean others now
    assert joined(former, found, lambda candidate: False).candidates == found.candidates


def test_an_empty_answer_takes_nothing_away(make_solution):
    former = make_solution(2)
    nothing = replace(former, candidates=(), verdict="no-solution")
    whole = joined(former, nothing, lambda candidate: True)
    assert len(whole.candidates) == 2
    assert whole.verdict == former.verdict


def test_alike_is_formula_group_and_cell(make_solution):
    one = make_solution(1).candidates[0]
    assert alike(one, one)
    assert not alike(one, replace(one, space_group_number=1))
    wider = replace(one.structure, lattice=1.03 * one.structure.lattice)
    assert not alike(one, replace(one, structure=wider))
