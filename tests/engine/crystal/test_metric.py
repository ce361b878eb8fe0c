"""Free metrics, quadratic forms and unique reflections."""

from __future__ import annotations

import gemmi
import numpy as np
import pytest
import spglib
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.lattice import crystal_system, d_spacings, matrix_from_cell
from engine.crystal.metric import (
    metric_basis,
    metric_to_vector,
    primitive_rotations,
    quadratic_form,
    vector_to_metric,
)
from engine.crystal.symmetry import standardise
from engine.diffraction.reflections import independent_reflections
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
def test_multiplicities_are_those_of_gemmi(made: Made) -> None:
    found, turns, lattice, _ = conventional(made)
    listed = independent_reflections(lattice, 0.35, turns)
    operations = gemmi.symops_from_hall(found.hall)
    order = len(operations.sym_ops)
    for row, expected in zip(listed.hkl.tolist(), listed.multiplicity, strict=True):
        share = order // operations.epsilon_factor_without_centering(row)
        assert share * (1 if operations.is_reflection_centric(row) else 2) == expected
