"""Distances, choices and free coordinates as a prior."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.crystal.lattice import matrix_from_cell
from engine.crystal.structure import CrystalStructure
from engine.solve.plausibility import (
    LARGEST_PENALTY,
    NOVELTY,
    choice_prior,
    coordinate_charge,
    distance_prior,
    metric_coincidences,
    metric_prior,
    shortest_ratio,
)
from tests.made_structures import BY_NAME, MADE


# The structures with a comma in their names are made up.
@pytest.mark.parametrize("name", [made.name for made in MADE if "," not in made.name])
def test_known_crystals_are_usual(name):
    assert distance_prior(BY_NAME[name].structure) > -0.5


def pair(distance, first=11, second=17, side=9.0):
    coords = np.array([[0.98, 0.5, 0.5], [0.98 + distance / side, 0.5, 0.5]])
    return CrystalStructure(side * np.eye(3), np.array([first, second]), coords % 1.0)


def test_the_shortest_distance_is_found_over_the_border_of_the_cell():
    # Covalent radii of Na and Cl as in gemmi: 1.66 and 1.02 angstrom.
    assert shortest_ratio(pair(2.68)) == pytest.approx(1.0, abs=0.01)
    assert shortest_ratio(pair(1.34)) == pytest.approx(0.5, abs=0.01)


def test_an_atom_has_its_own_images_as_neighbours():
    one = CrystalStructure(3.32 * np.eye(3), np.array([11]), np.zeros((1, 3)))
    assert shortest_ratio(one) == pytest.approx(1.0, abs=0.01)


def test_close_atoms_are_charged_up_to_a_limit():
    penalties = [distance_prior(pair(d)) for d in (2.3, 2.0, 1.9, 1.0)]
    assert penalties == sorted(penalties, reverse=True)
    assert penalties[0] == 0.0
    assert penalties[-1] == -LARGEST_PENALTY


def test_hydrogen_and_shared_sites_do_not_count():
    assert shortest_ratio(pair(0.9, second=1)) > 2.0
    assert math.isinf(shortest_ratio(CrystalStructure(np.eye(3), np.array([1]), np.zeros((1, 3)))))
    assert shortest_ratio(pair(0.0)) > 1.0


@given(st.integers(1, 30), st.integers(1, 7))
def test_more_to_choose_from_is_never_likelier(orbits, elements):
    assert choice_prior(orbits, elements) <= NOVELTY
    assert choice_prior(orbits, elements + 1) <= choice_prior(orbits, elements)


@pytest.mark.parametrize("moved", [None, 0.0])
def test_without_free_coordinates_there_is_no_charge(moved):
    assert coordinate_charge(0, 50.0, moved) == 0.0


def test_coordinates_of_a_map_cost_in_proportion():
    one = coordinate_charge(1, 50.0, None)
    assert coordinate_charge(4, 50.0, None) == pytest.approx(4.0 * one)
    assert one == pytest.approx(math.log(50.0) + 2.0 * math.log(5.0))


@given(st.integers(1, 60), st.floats(3.0, 1000.0), st.floats(0.0, 5.0), st.floats(0.0, 5.0))
def test_what_a_type_told_costs_the_more_the_further_it_moved(number, n, one, two):
    near, far = sorted((one, two))
    assert coordinate_charge(number, n, near) <= coordinate_charge(number, n, far) + 1e-9


@given(st.integers(1, 60), st.floats(3.0, 1000.0), st.floats(0.0, 0.3))
def test_what_a_type_told_never_costs_much_more_than_the_information_criterion(number, n, mean):
    charge = coordinate_charge(number, n, mean * math.sqrt(number))
    assert charge <= number * math.log(n) + number + 1e-9
    assert charge < coordinate_charge(number, n, None)


def test_isotypes_of_the_same_compound_are_nearly_free():
    same, other = (coordinate_charge(10, 50.0, moved) for moved in (0.1, 0.9))
    assert same < 0.25 * other


@pytest.mark.parametrize(
    ("cell", "space_group", "expected"),
    [
        # Tetragonal, orthorhombic and monoclinic structures on a cubic lattice.
        ((4.0, 4.0, 4.002, 90, 90, 90), 123, 1),
        ((4.0, 4.002, 3.999, 90, 90, 90), 28, 2),
        ((4.0, 4.0, 4.0, 90, 90, 90), 3, 3),
        # Half a per cent apart is no coincidence; a cubic crystal has none.
        ((4.0, 4.0, 4.02, 90, 90, 90), 123, 0),
        ((4.0, 4.0, 4.0, 90, 90, 90), 221, 0),
        # A trigonal structure on a hexagonal lattice has as many free parameters as its lattice.
        ((4.0, 4.0, 6.5, 90, 90, 120), 164, 0),
        # The rhombohedral cell of a cubic lattice: its angle is 60 degrees.
        ((4.0, 4.0, 4.0, 60, 60, 60), 166, 1),
    ],
)
def test_lattices_more_symmetric_than_the_structure(cell, space_group, expected):
    assert metric_coincidences(matrix_from_cell(*cell), space_group) == expected


def test_coincidences_are_rare_and_the_more_the_rarer():
    assert metric_prior(0) == 0.0
    assert 0.0 > metric_prior(1) > metric_prior(2) > metric_prior(5)
