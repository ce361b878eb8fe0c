"""Free metrics, quadratic forms and unique reflections."""

from __future__ import annotations

import gemmi
import numpy as np
import pytest
import spglib
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.lattice import crystal_system, d_spacings, matrix_from_cell
from engine.crystal.symmetry import standardise
from engine.diffraction.reflections import hkl_within, independent_reflections
from engine.library.symmetry_table import (
    laue_rotations,
    metric_basis,
    metric_to_vector,
    primitive_rotations,
    quadratic_form,
    unique_reflections,
    vector_to_metric,
)
from tests.made_structures import MADE, Made

FREE = {
    "triclinic": 6,
    "monoclinic": 4,
    "orthorhombic": 3,
    "tetragonal": 2,
    "trigonal": 2,
    "hexagonal": 2,
    "cubic": 1,
}
ALL_GROUPS = range(1, 231)
every_made = pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)


def test_each_group_has_the_free_metric_of_its_crystal_system() -> None:
    found = {group: metric_basis(group).shape for group in ALL_GROUPS}
    assert found == {group: (6, FREE[crystal_system(group)]) for group in ALL_GROUPS}


def test_free_metrics_are_orthonormal_and_unchanged_by_the_group() -> None:
    rng = np.random.default_rng(1)
    for group in ALL_GROUPS:
        basis = metric_basis(group)
        np.testing.assert_allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=1e-10)
        metric = vector_to_metric(basis @ rng.normal(size=basis.shape[1]))
        turns = primitive_rotations(group)
        moved = turns @ metric @ turns.transpose(0, 2, 1)
        np.testing.assert_allclose(moved, np.broadcast_to(metric, moved.shape), atol=1e-10)


def test_primitive_rotations_form_a_group() -> None:
    for group in ALL_GROUPS:
        turns = primitive_rotations(group)
        products = np.einsum("aij,bjk->abik", turns, turns).reshape(-1, 9)
        assert len(np.unique(products, axis=0)) == len(turns)
        assert np.all(np.abs(np.rint(np.linalg.det(turns))) == 1)


@every_made
def test_primitive_rotations_are_those_of_the_standardised_primitive_cell(made: Made) -> None:
    structure = made.structure
    cell = (structure.lattice, structure.frac_coords, structure.numbers)
    primitive = spglib.standardize_cell(cell, to_primitive=True, symprec=0.01)
    dataset = spglib.get_symmetry_dataset(primitive, symprec=0.01)
    expected = np.unique(np.asarray(dataset.rotations), axis=0)
    np.testing.assert_array_equal(
        np.unique(primitive_rotations(int(dataset.number)), axis=0), expected
    )


cells = st.tuples(*[st.floats(2.5, 25.0)] * 3, *[st.floats(65.0, 115.0)] * 3)
indices = st.lists(st.tuples(*[st.integers(-9, 9)] * 3).filter(any), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(cells, indices)
def test_the_quadratic_form_gives_one_over_d_squared(cell, hkl) -> None:
    lattice = matrix_from_cell(*cell)
    reciprocal = np.linalg.inv(lattice @ lattice.T)
    squared = quadratic_form(np.array(hkl)) @ metric_to_vector(reciprocal)
    np.testing.assert_allclose(squared, d_spacings(lattice, np.array(hkl)) ** -2.0, rtol=1e-8)
    np.testing.assert_allclose(vector_to_metric(metric_to_vector(reciprocal)), reciprocal)


def conventional(made: Made):
    found = standardise(made.structure, 0.01)
    turns = np.unique(found.rotations, axis=0)
    lattice = found.conventional.lattice
    return found, turns, lattice, np.linalg.inv(lattice @ lattice.T)


@every_made
def test_unique_reflections_and_their_equivalents_fill_the_sphere_once(made: Made) -> None:
    _, turns, lattice, reciprocal = conventional(made)
    laue = laue_rotations(turns)
    hkl, multiplicity, d_star = unique_reflections(reciprocal, laue, 0.7)
    images = [np.unique(np.einsum("i,rij->rj", row, laue), axis=0) for row in hkl]
    assert [len(image) for image in images] == multiplicity.tolist()
    everything = np.concatenate(images)
    assert len(np.unique(everything, axis=0)) == len(everything)
    half, _ = hkl_within(lattice, 0.35)
    assert len(everything) == 2 * len(half)
    assert np.all(np.diff(d_star) >= 0.0)
    np.testing.assert_allclose(d_star, 1.0 / d_spacings(lattice, hkl), rtol=1e-9)


@every_made
def test_multiplicities_are_those_of_gemmi(made: Made) -> None:
    found, turns, _, reciprocal = conventional(made)
    hkl, multiplicity, _ = unique_reflections(reciprocal, laue_rotations(turns), 0.7)
    operations = gemmi.symops_from_hall(found.hall)
    order = len(operations.sym_ops)
    for row, expected in zip(hkl.tolist(), multiplicity, strict=True):
        share = order // operations.epsilon_factor_without_centering(row)
        assert share * (1 if operations.is_reflection_centric(row) else 2) == expected


@every_made
def test_unique_reflections_are_those_of_the_diffraction_package(made: Made) -> None:
    _, turns, lattice, reciprocal = conventional(made)
    _, multiplicity, d_star = unique_reflections(reciprocal, laue_rotations(turns), 0.7)
    other = independent_reflections(lattice, 0.35, turns)
    np.testing.assert_allclose(d_star, 2.0 * other.s, rtol=1e-9)
    rounded = np.round(d_star, 9)
    for spacing in np.unique(rounded):
        mine = np.sort(multiplicity[rounded == spacing])
        theirs = np.sort(other.multiplicity[np.abs(2.0 * other.s - spacing) < 1e-8])
        np.testing.assert_array_equal(mine, theirs)


def test_there_may_be_no_reflection_at_all() -> None:
    hkl, multiplicity, d_star = unique_reflections(
        np.eye(3) / 16.0, laue_rotations(primitive_rotations(221)), 0.2
    )
    assert hkl.shape == (0, 3)
    assert len(multiplicity) == len(d_star) == 0
