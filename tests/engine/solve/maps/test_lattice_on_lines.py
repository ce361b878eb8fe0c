"""Cells on lines, under the symmetry of their lattice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.lattice import matrix_from_cell
from engine.crystal.niggli import niggli_reduce
from engine.library.retrieve import LineSet
from engine.refine.prepared import prepare
from engine.solve.maps.lattice_on_lines import lattice_rotations, place_lattice
from engine.solve.proposals import line_set
from tests.engine.solve.maps.made_maps import reduced
from tests.made_patterns import measured
from tests.made_structures import BY_NAME


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ((4.0, 4.0, 4.0, 90.0, 90.0, 90.0), 48),
        ((4.0, 4.0, 4.0, 60.0, 60.0, 60.0), 48),
        ((4.0, 4.0, 4.0, 109.4712, 109.4712, 109.4712), 48),
        ((4.0, 4.0, 7.0, 90.0, 90.0, 120.0), 24),
        ((4.0, 4.0, 7.0, 90.0, 90.0, 90.0), 16),
        ((4.0, 4.0, 4.0, 75.0, 75.0, 75.0), 12),
        ((4.0, 5.0, 7.0, 90.0, 90.0, 90.0), 8),
        ((4.0, 5.0, 7.0, 90.0, 103.0, 90.0), 4),
        ((4.1, 5.3, 6.2, 82.0, 97.0, 104.0), 2),
    ],
)
def test_lattices_have_their_point_groups(cell, order: int) -> None:
    lattice = niggli_reduce(matrix_from_cell(*cell), 1e-3)[0]
    rotations = lattice_rotations(lattice)
    assert len(rotations) == order
    np.testing.assert_array_equal(rotations[0], np.eye(3))
    metric = lattice @ lattice.T
    for w in rotations:
        np.testing.assert_allclose(w.T @ metric @ w, metric, rtol=0.03, atol=0.5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31))
def test_the_rotations_of_any_reduced_lattice_are_a_group(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lattice = niggli_reduce(rng.normal(size=(3, 3)) * 3.0 + 4.0 * np.eye(3), 1e-3)[0]
    rotations = lattice_rotations(lattice)
    keys = {w.tobytes() for w in rotations}
    products = np.einsum("aij,bjk->abik", rotations, rotations).reshape(-1, 3, 3)
    assert {np.ascontiguousarray(w).tobytes() for w in products} == keys


@pytest.mark.parametrize("name", ["rutile", "pyrite", "baddeleyite"])
def test_a_cell_that_is_off_by_a_per_cent_comes_back_to_the_lines(name: str) -> None:
    truth = reduced(name).lattice
    prepared = prepare(measured(BY_NAME[name].structure, 2, zero=0.03))
    placed = place_lattice(1.008 * truth, line_set(prepared), prepared.radiation.primary)
    lengths = np.linalg.norm(placed.lattice, axis=1) / np.linalg.norm(truth, axis=1)
    assert lengths == pytest.approx(1.0, abs=8e-4)
    assert placed.zero == pytest.approx(0.03, abs=0.02)
    assert placed.explained > 0.95


def test_a_lattice_whose_first_line_is_beyond_the_last_measured_one_explains_nothing() -> None:
    lines = LineSet(np.array([0.02, 0.04, 0.06]), np.ones(3), 0.01, 0.07)
    placed = place_lattice(4.0 * np.eye(3), lines, 1.5406)
    assert placed.explained == 0.0
    np.testing.assert_array_equal(placed.lattice, 4.0 * np.eye(3))
