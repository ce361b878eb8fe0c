"""What symmetry leaves free, and structure factors with their derivatives."""

from __future__ import annotations

from dataclasses import replace

import gemmi
import numpy as np
import pytest
import spglib
import torch

from engine.crystal.anomalous import dispersion
from engine.crystal.lattice import cell_from_matrix, d_spacings, matrix_from_cell
from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import standardise
from engine.diffraction.structure_factors import CrystalBatch, structure_factors
from engine.errors import BadInputError
from engine.refine.crystal_model import CrystalModel, free_displacements
from tests.made_structures import BY_NAME, MADE, THIRD, Made, mixed_site_structure

WAVELENGTH = 1.5405929
CALCITE = Made(
    "calcite",
    "trigonal",
    167,
    "R -3 c:H",
    (4.9896, 4.9896, 17.061, 90.0, 90.0, 120.0),
    (("Ca", 0.0, 0.0, 0.0), ("C", 0.0, 0.0, 0.25), ("O", 0.2568, 0.0, 0.25)),
)
# R3c floats along c: its origin must be held.
LITHIUM_NIOBATE = Made(
    "lithium niobate",
    "trigonal",
    161,
    "R 3 c:H",
    (5.148, 5.148, 13.863, 90.0, 90.0, 120.0),
    (("Nb", 0.0, 0.0, 0.0), ("Li", 0.0, 0.0, 0.2787), ("O", 0.0492, 0.3446, 0.0647)),
)
EVERY = (*MADE, CALCITE, LITHIUM_NIOBATE)
every_made = pytest.mark.parametrize("made", EVERY, ids=lambda made: made.name)
# Free coordinates by hand, from the site symmetries, less the floating origin.
FREE = {
    "triclinic, polar": 9 - 3,
    "triclinic, centric": 6,
    "baddeleyite": 9,
    "tenorite": 1,
    "perovskite": 2 + 2 + 3,
    "orthorhombic, polar": 2 + 3 + 3 + 2 - 1,
    "rutile": 1,
    "anatase": 1,
    "quartz": 4,
    "corundum": 2,
    "wurtzite": 2 - 1,
    "magnesium diboride": 0,
    "rock salt": 0,
    "pyrite": 1,
    "spinel": 1,
    "calcite": 1,
    "lithium niobate": 1 + 1 + 3 - 1,
}


def prepared(structure: CrystalStructure, d_min: float = 0.9, **options) -> CrystalModel:
    return CrystalModel.prepare(structure, WAVELENGTH, d_min, **options)


@every_made
def test_the_number_of_free_coordinates(made: Made) -> None:
    assert free_displacements(standardise(made.structure, 0.01)).shape[2] == FREE[made.name]


@every_made
def test_displacements_keep_the_space_group(made: Made) -> None:
    found = standardise(made.structure, 0.01)
    cell = found.conventional
    columns = free_displacements(found)
    rng = np.random.default_rng(3)
    trials = list(0.02 * np.eye(columns.shape[2]))
    trials.append(rng.uniform(-0.03, 0.03, columns.shape[2]))
    for shifts in trials:
        moved = cell.frac_coords + columns @ shifts
        dataset = spglib.get_symmetry_dataset((cell.lattice, moved, cell.numbers), symprec=1e-4)
        assert dataset.number == made.number


@pytest.mark.parametrize(
    "made", [made for made in EVERY if FREE[made.name]], ids=lambda made: made.name
)
def test_no_displacement_is_a_shift_of_the_whole_crystal(made: Made) -> None:
    found = standardise(made.structure, 0.01)
    columns = free_displacements(found)
    flat = columns.reshape(-1, columns.shape[2])
    assert np.linalg.matrix_rank(flat, tol=1e-8) == columns.shape[2]
    turns = found.rotations.mean(axis=0)
    rank = int(np.linalg.matrix_rank(turns, tol=1e-8))
    polar = np.linalg.svd(turns)[0][:, :rank]
    whole = np.tile(polar, (len(found.conventional), 1))
    both = np.concatenate([flat, whole], axis=1)
    assert np.linalg.matrix_rank(both, tol=1e-8) == columns.shape[2] + rank


@every_made
def test_a_unit_of_a_free_coordinate_is_an_angstrom(made: Made) -> None:
    found = standardise(made.structure, 0.01)
    columns = free_displacements(found)
    lengths = np.linalg.norm(np.einsum("nip,ij->njp", columns, found.conventional.lattice), axis=1)
    for length in lengths.T:
        moving = length[length > 1e-9]
        assert np.sqrt(np.mean(moving**2)) == pytest.approx(1.0)


@every_made
def test_metric_forms_give_the_spacings_and_the_lattice_comes_back(made: Made) -> None:
    model = prepared(made.structure)
    cell = model.standardised.conventional
    np.testing.assert_allclose(
        (model.metric_forms @ model.metric) ** -0.5, d_spacings(cell.lattice, model.hkl), rtol=1e-9
    )
    expected = matrix_from_cell(*cell_from_matrix(cell.lattice))
    np.testing.assert_allclose(model.lattice(model.metric), expected, atol=1e-8)


@every_made
def test_reflections_lie_in_the_range_and_none_is_absent(made: Made) -> None:
    model = prepared(made.structure, 1.0, d_max=3.0)
    spacings = (model.metric_forms @ model.metric) ** -0.5
    assert spacings.min() >= 1.0 - 1e-6
    assert spacings.max() <= 3.0 + 1e-6
    operations = gemmi.symops_from_hall(model.standardised.hall)
    assert not any(operations.is_systematically_absent(row) for row in model.hkl.tolist())


@every_made
def test_f_squared_is_that_of_the_diffraction_package(made: Made) -> None:
    model = prepared(made.structure)
    cell = model.standardised.conventional
    pair = dispersion(cell.numbers, WAVELENGTH)
    batch = CrystalBatch.from_structures(
        [replace(cell, u_iso=np.zeros(len(cell)))], dispersion=[pair]
    )
    theirs = structure_factors(batch, torch.tensor(model.hkl)[None]).mean_square[0].numpy()
    mine, gradient = model.f_squared(np.zeros(model.n_coordinates), False)
    assert gradient.shape == (len(mine), 0)
    np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-4 * mine.max())


def test_f_squared_of_rock_salt_is_the_textbook_sum() -> None:
    model = prepared(BY_NAME["rock salt"].structure, anomalous=False)
    f = model.form_factor
    numbers = model.standardised.conventional.numbers
    sodium, chlorine = (f[numbers == z][0] for z in (11, 17))
    even = (model.hkl % 2 == 0).all(axis=1)
    expected = 16.0 * np.where(even, sodium + chlorine, sodium - chlorine) ** 2
    found, _ = model.f_squared(np.zeros(0), True)
    np.testing.assert_allclose(found, expected, rtol=1e-8)


@every_made
def test_the_gradient_of_f_squared_is_that_of_finite_differences(made: Made) -> None:
    model = prepared(made.structure, 1.1)
    rng = np.random.default_rng(5)
    shifts = rng.uniform(-0.05, 0.05, model.n_coordinates)
    value, gradient = model.f_squared(shifts, True)
    assert gradient.shape == (len(value), model.n_coordinates)
    step = 1e-5
    for i, unit in enumerate(np.eye(model.n_coordinates)):
        upper, _ = model.f_squared(shifts + step * unit, False)
        lower, _ = model.f_squared(shifts - step * unit, False)
        np.testing.assert_allclose(
            gradient[:, i], (upper - lower) / (2.0 * step), atol=1e-6 * value.max()
        )


@every_made
def test_the_gradient_by_displacement_parameters_is_that_of_finite_differences(made: Made) -> None:
    model = prepared(made.structure, 1.1)
    n, e = model.n_coordinates, len(model.lighter)
    assert e == len(np.unique(made.structure.numbers)) - 1
    rng = np.random.default_rng(6)
    shifts, b = rng.uniform(-0.05, 0.05, n), rng.uniform(-0.5, 0.9, e)
    value, gradient = model.f_squared(shifts, True, b)
    assert gradient.shape == (len(value), n + e)
    step = 1e-5
    for i, unit in enumerate(np.eye(n + e)):
        upper, lower = (
            model.f_squared(shifts + sign * unit[:n], False, b + sign * unit[n:])[0]
            for sign in (step, -step)
        )
        np.testing.assert_allclose(
            gradient[:, i], (upper - lower) / (2.0 * step), atol=1e-6 * value.max()
        )


def test_mixed_sites_count_with_their_occupancies() -> None:
    model = prepared(mixed_site_structure(), anomalous=False)
    cell = model.standardised.conventional
    strongest = model.f_squared(np.zeros(model.n_coordinates), False)[0].max()
    electrons = float((cell.numbers * cell.occupancies).sum())
    assert 0.3 * electrons**2 < strongest < electrons**2


def test_two_atoms_at_one_place_are_refused() -> None:
    broken = CrystalStructure(
        np.eye(3) * 4.0, np.array([11, 17]), np.array([[0.0, 0.0, 0.0], [THIRD, 0.0, 0.0]])
    )
    flat = replace(broken, lattice=np.diag([4.0, 4.0, 0.0]))
    with pytest.raises(BadInputError):
        prepared(flat)


@every_made
def test_an_element_that_is_held_stays_and_the_others_keep_their_freedom(made: Made) -> None:
    model = prepared(made.structure)
    numbers = model.standardised.conventional.numbers
    for z in np.unique(numbers):
        held = model.holding(int(z))
        np.testing.assert_allclose(held.displacements[numbers == z], 0.0, atol=1e-9)
        # What the others can do without this one is lost nowhere.
        assert held.n_coordinates == model.n_coordinates - rank_of(model, numbers == z)
        assert rank_of(held, numbers > 0) == held.n_coordinates


def rank_of(model: CrystalModel, atoms: np.ndarray) -> int:
    """In how many ways some atoms can move."""
    columns = model.displacements[atoms].reshape(3 * int(atoms.sum()), model.n_coordinates)
    return int(np.linalg.matrix_rank(columns, tol=1e-6)) if columns.size else 0


def test_an_element_that_is_not_there_holds_nothing() -> None:
    model = prepared(BY_NAME["rutile"].structure)
    assert model.holding(1) is model
