"""The same structure in other descriptions, and structures that only resemble each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.structure import CrystalStructure
from engine.solve.alike import FARTHEST, NEIGHBOURS, Surroundings
from tests.made_structures import BY_NAME, MADE

NAMES = [made.name for made in MADE]


def doubled(structure: CrystalStructure, axis: int) -> CrystalStructure:
    factor = np.ones(3)
    factor[axis] = 2.0
    half = np.zeros(3)
    half[axis] = 0.5
    coords = structure.frac_coords / factor
    return CrystalStructure(
        structure.lattice * factor[:, None],
        np.tile(structure.numbers, 2),
        np.concatenate([coords, coords + half]),
    )


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 2), st.integers(0, 99))
def test_origin_order_and_multiples_of_the_cell_do_not_matter(name, axis, seed) -> None:
    structure = BY_NAME[name].structure
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(structure))
    moved = CrystalStructure(
        structure.lattice,
        structure.numbers[order],
        (structure.frac_coords[order] + rng.random(3)) % 1.0,
    )
    assert Surroundings(structure).same(Surroundings(doubled(moved, axis)))


@pytest.mark.parametrize("name", NAMES)
def test_every_made_structure_is_only_like_itself(name) -> None:
    around = Surroundings(BY_NAME[name].structure)
    alike = [other for other in NAMES if around.same(Surroundings(BY_NAME[other].structure))]
    assert alike == [name]


def test_small_shifts_are_the_same_and_exchanged_elements_are_not() -> None:
    rutile = BY_NAME["rutile"].structure
    rng = np.random.default_rng(3)
    shaken = replace(rutile, frac_coords=rutile.frac_coords + 0.01 * rng.standard_normal((6, 3)))
    exchanged = replace(rutile, numbers=np.where(rutile.numbers == 8, 9, 8))
    around = Surroundings(rutile)
    assert around.same(Surroundings(shaken))
    assert not around.same(Surroundings(exchanged))


def test_zincblende_and_wurtzite_are_told_apart() -> None:
    """Polytypes have the same nearest neighbours."""
    a = 5.41
    cubic = CrystalStructure(
        a * np.eye(3),
        np.repeat([30, 16], 4),
        np.array(
            [
                [0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0],
                [0.25, 0.25, 0.25], [0.25, 0.75, 0.75], [0.75, 0.25, 0.75], [0.75, 0.75, 0.25],
            ]
        ),
    )  # fmt: skip
    side = a / np.sqrt(2.0)
    lattice = side * np.array([[1, 0, 0], [-0.5, np.sqrt(0.75), 0], [0, 0, np.sqrt(8.0 / 3.0)]])
    hexagonal = CrystalStructure(
        lattice,
        np.array([30, 30, 16, 16]),
        np.array(
            [[1 / 3, 2 / 3, 0], [2 / 3, 1 / 3, 0.5], [1 / 3, 2 / 3, 0.375], [2 / 3, 1 / 3, 0.875]]
        ),
    )
    assert cubic.volume / 8 == pytest.approx(hexagonal.volume / 4)
    assert not Surroundings(cubic).same(Surroundings(hexagonal))


def test_a_lonely_atom_has_its_images_for_neighbours() -> None:
    iron = CrystalStructure(
        2.87 * (np.ones((3, 3)) / 2 - np.eye(3)), np.array([26]), np.zeros((1, 3))
    )
    found = Surroundings(iron).distances
    assert found.shape == (1, NEIGHBOURS)
    assert found[0, :8] == pytest.approx(np.full(8, 2.87 * np.sqrt(0.75)))
    assert found[0, 8:] == pytest.approx(np.full(4, 2.87))
    assert found.max() < FARTHEST
