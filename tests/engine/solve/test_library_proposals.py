"""Proposals from the bundled library."""

from __future__ import annotations

import numpy as np
import pytest

from engine.progress import Progress
from engine.refine.prepared import prepare
from engine.solve.cells import CellsOfPattern
from engine.solve.library_proposals import library_on_cells, library_proposals
from engine.solve.proposals import line_set
from engine.solve.result import Problem
from tests.engine.solve.watch import Watch
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

MOST_ATOMS = 6


@pytest.fixture(scope="module")
def rutile_pattern():
    return measured(BY_NAME["rutile"].structure, 2, zero=0.03)


@pytest.fixture(scope="module")
def prepared(rutile_pattern):
    return prepare(rutile_pattern)


def proposed(pattern, prepared, progress=None, **knowledge):
    problem = Problem(pattern, max_atoms=MOST_ATOMS, **knowledge)
    return library_proposals(problem, prepared, progress or Progress())


@pytest.fixture(scope="module")
def proposals(rutile_pattern, prepared):
    return proposed(rutile_pattern, prepared, elements=("Ti", "O"))


def test_lines_are_in_order_and_inside_the_window(prepared) -> None:
    lines = line_set(prepared)
    assert np.all(np.diff(lines.d_star) > 0.0)
    assert lines.d_star[0] >= lines.d_star_min
    assert lines.d_star[-1] <= lines.d_star_max
    assert np.all(lines.amplitude > 0.0)
    # The first line of rutile is 110.
    assert 1.0 / lines.d_star[0] == pytest.approx(3.248, rel=3e-3)


def test_the_right_structure_is_among_the_first(proposals) -> None:
    assert [p.badness for p in proposals] == sorted(p.badness for p in proposals)
    first = [p for p in proposals[:3] if p.space_group == 136]
    assert first
    assert first[0].structure.volume == pytest.approx(62.43, rel=0.005)
    assert sorted(first[0].structure.numbers.tolist()) == [8, 8, 8, 8, 22, 22]
    assert first[0].zero == pytest.approx(0.03, abs=0.02)


def test_proposals_hold_every_element_and_no_more_atoms_than_asked_for(proposals) -> None:
    for proposal in proposals:
        assert set(proposal.structure.numbers) == {8, 22}
        assert len(proposal.structure) <= MOST_ATOMS
        assert np.linalg.det(proposal.structure.lattice) > 0.0


def test_a_formula_restricts_the_contents(rutile_pattern, prepared, proposals) -> None:
    restricted = proposed(rutile_pattern, prepared, elements=("Ti", "O"), formula="TiO2")
    assert 0 < len(restricted) < len(proposals)
    for proposal in restricted:
        numbers = proposal.structure.numbers
        assert 2 * np.sum(numbers == 22) == np.sum(numbers == 8)


def test_hydrogen_in_the_formula_does_not_hide_types_without_it(rutile_pattern, prepared) -> None:
    watch = Watch()
    found = proposed(rutile_pattern, prepared, watch, elements=("Ti", "O", "H"), formula="Ti(OH)2")
    bare = [p for p in found if 1 not in p.structure.numbers]
    assert any(p.space_group == 136 for p in bare[:5])
    for proposal in bare:
        numbers = proposal.structure.numbers
        assert 2 * np.sum(numbers == 22) == np.sum(numbers == 8)
    # A search says often where it is, so that it can be cancelled at any time.
    assert len(watch.fractions) > 50
    assert watch.fractions == sorted(watch.fractions)
    assert watch.fractions[-1] <= 1.0


def test_other_elements_may_be_added(rutile_pattern, prepared) -> None:
    found = proposed(rutile_pattern, prepared, elements=("Ti",), others_possible=True)
    contents = {frozenset(p.structure.numbers.tolist()) for p in found}
    assert all(22 in elements for elements in contents)
    assert frozenset({22, 8}) in contents
    assert len(contents) > 2


def test_more_elements_than_any_type_has_give_no_proposal(rutile_pattern, prepared) -> None:
    elements = ("Ti", "O", "Na", "K", "Rb", "Cs", "Ca", "Sr", "Ba", "F", "Cl", "Br")
    assert proposed(rutile_pattern, prepared, elements=elements) == []


def test_a_type_is_found_by_the_shape_of_an_indexed_cell(rutile_pattern, prepared) -> None:
    cells = CellsOfPattern(rutile_pattern).likely()
    problem = Problem(rutile_pattern, elements=("Ti", "O"), max_atoms=MOST_ATOMS)
    watch = Watch()
    found = library_on_cells(problem, prepared, cells, watch)
    assert found[0].space_group == 136
    # On the indexed cell as it is.
    assert found[0].structure.volume == pytest.approx(cells[0].volume, rel=1e-6)
    assert found[0].zero == cells[0].zero
    assert all(len(p.structure) <= MOST_ATOMS for p in found)
    assert all(0.0 <= fraction <= 1.0 for fraction in watch.fractions)


def test_without_cells_nothing_is_proposed(rutile_pattern, prepared) -> None:
    problem = Problem(rutile_pattern, elements=("Ti", "O"))
    assert library_on_cells(problem, prepared, [], Progress()) == []


def test_an_element_that_nobody_ticked_is_found_by_its_weight(rutile_pattern, prepared) -> None:
    """No probe is titanium; those near it in weight are tried where a probe fits."""
    found = proposed(rutile_pattern, prepared, elements=("O",), others_possible=True)
    first = next(p for p in found if len(np.unique(p.structure.numbers)) == 2)
    assert first.space_group == 136
    (metal,) = set(first.structure.numbers.tolist()) - {8}
    assert abs(metal - 22) <= 3


def test_a_formula_may_name_what_is_not_ticked(rutile_pattern, prepared) -> None:
    found = proposed(
        rutile_pattern, prepared, elements=("O",), others_possible=True, formula="TiO2"
    )
    contents = {tuple(sorted(set(p.structure.numbers.tolist()))) for p in found}
    assert (8, 22) in contents
