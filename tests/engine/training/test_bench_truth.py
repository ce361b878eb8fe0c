"""What explains a failure: right cells, known types, right sites, hidden elements."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import to_pymatgen
from engine.training.bench_cells import (
    INDEXED,
    REFINED,
    generated_lattice,
    reduced_lattice,
    same_lattice,
    true_cell,
)
from engine.training.bench_types import type_is_known
from engine.training.scoring import as_wild_card, same_sites
from tests.made_library import make_library
from tests.made_structures import BY_NAME, MADE

RUTILE = BY_NAME["rutile"].structure
WINDOW = (5.0, 90.0)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_the_cell_of_a_structure_is_right_and_a_larger_one_is_not(made) -> None:
    cell = true_cell(made.structure, 1.5406, WINDOW)
    lattice = reduced_lattice(made.structure)
    assert cell.judge([lattice], INDEXED) == "lattice"
    assert cell.judge([1.02 * lattice], REFINED) == ""
    doubled = np.diag([2.0, 1.0, 1.0]) @ lattice
    assert cell.judge([doubled], REFINED) == ""


def test_a_superlattice_that_no_line_shows_is_not_decidable() -> None:
    """Two atoms of one kind half a cell apart are one cell of half the size."""
    lattice = np.diag([3.0, 4.0, 10.0])
    numbers = np.array([29, 29])
    coords = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.5]])
    almost = CrystalStructure(lattice, numbers, coords + np.array([[0, 0, 0], [0, 0.004, 0]]))
    nearly = replace(almost, numbers=np.array([29, 30]), frac_coords=coords)
    cell = true_cell(nearly, 1.5406, WINDOW)
    assert not cell.decidable
    half = np.diag([3.0, 4.0, 5.0])
    assert cell.judge([half], INDEXED) == "sublattice"
    assert cell.judge([half, lattice], INDEXED) == "lattice"
    distinct = replace(almost, numbers=np.array([29, 8]), frac_coords=coords)
    assert true_cell(distinct, 1.5406, WINDOW).decidable


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.int64, (3, 3), elements=st.integers(-4, 4)),
    arrays(np.int64, (5, 3), elements=st.integers(-3, 3)),
)
def test_generated_lattices_hold_their_vectors_and_nothing_more(basis, mixing) -> None:
    vectors = np.concatenate([basis, mixing @ basis])
    found = generated_lattice(vectors)
    volume = round(abs(float(np.linalg.det(basis))))
    if volume == 0:
        assert found is None
        return
    assert found is not None
    assert round(abs(float(np.linalg.det(found)))) == volume
    indices = vectors @ np.linalg.inv(found)
    np.testing.assert_allclose(indices, np.round(indices), atol=1e-9)


def test_the_same_lattice_in_another_basis_is_the_same() -> None:
    lattice = np.diag([3.0, 4.0, 5.0])
    sheared = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]]) @ lattice
    assert same_lattice(lattice, sheared, INDEXED)
    assert not same_lattice(lattice, 1.01 * lattice, INDEXED)


def test_a_type_is_known_by_its_sites_and_not_by_its_elements(tmp_path) -> None:
    library = make_library(tmp_path, [RUTILE], 2)
    other = replace(RUTILE, numbers=np.where(RUTILE.numbers == 22, 9, 50))
    assert type_is_known(to_pymatgen(other), library)
    assert type_is_known(to_pymatgen(replace(other, lattice=1.3 * other.lattice)), library)
    assert not type_is_known(to_pymatgen(BY_NAME["anatase"].structure), library)
    assert not type_is_known(to_pymatgen(BY_NAME["rock salt"].structure), library)


def test_right_sites_in_wrong_colours_are_seen() -> None:
    truth = to_pymatgen(RUTILE)
    swapped = replace(RUTILE, numbers=np.where(RUTILE.numbers == 22, 8, 22))
    assert same_sites(swapped, truth)
    assert not same_sites(BY_NAME["anatase"].structure, truth)


def test_a_wild_card_stands_for_the_hidden_element() -> None:
    tin = replace(RUTILE, numbers=np.where(RUTILE.numbers == 22, 24, 8))
    card = as_wild_card(tin, ["O"], "Ti")
    np.testing.assert_array_equal(card.structure.numbers, RUTILE.numbers)
    assert card.distance == 2
    plain = as_wild_card(RUTILE, ["O", "Ti"], "Sn")
    assert plain.distance is None
    np.testing.assert_array_equal(plain.structure.numbers, RUTILE.numbers)
