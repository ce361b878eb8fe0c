import gemmi
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.crystal.lattice import (
    cell_from_matrix,
    crystal_system,
    d_spacings,
    lattice_system,
    matrix_from_cell,
    metric,
    niggli_reduce,
    reciprocal,
)
from engine.errors import BadInputError
from tests.made_structures import MADE

lengths = st.floats(2.0, 30.0)
angles = st.floats(60.0, 120.0)
cells = st.tuples(lengths, lengths, lengths, angles, angles, angles)
small = st.integers(-2, 2)


def lattice_of(cell: tuple[float, ...]) -> np.ndarray:
    try:
        lattice = matrix_from_cell(*cell)
    except BadInputError:
        assume(False)
    flatness = abs(np.linalg.det(lattice)) / np.prod(np.linalg.norm(lattice, axis=1))
    assume(flatness > 0.05)
    return lattice


@given(cells)
def test_cell_to_matrix_and_back(cell) -> None:
    lattice = lattice_of(cell)
    np.testing.assert_allclose(cell_from_matrix(lattice), cell, rtol=1e-9)
    assert lattice[0, 1] == lattice[0, 2] == lattice[1, 2] == 0.0
    assert np.linalg.det(lattice) > 0.0


def test_right_angles_are_exact() -> None:
    lattice = matrix_from_cell(3.0, 4.0, 5.0, 90.0, 90.0, 90.0)
    np.testing.assert_array_equal(lattice, np.diag([3.0, 4.0, 5.0]))


@pytest.mark.parametrize(
    "cell",
    [
        (0.0, 4, 5, 90, 90, 90),
        (3, 4, 5, 90, 90, 180),
        (3, 4, 5, 60, 60, 170),
        (float("nan"), 4, 5, 90, 90, 90),
    ],
)
def test_impossible_cells_are_bad_input(cell) -> None:
    with pytest.raises(BadInputError):
        matrix_from_cell(*cell)


@given(cells)
def test_reciprocal_and_spacings(cell) -> None:
    lattice = lattice_of(cell)
    np.testing.assert_allclose(reciprocal(lattice) @ lattice.T, np.eye(3), atol=1e-9)
    unit = gemmi.UnitCell(*cell)
    hkl = np.array([[1, 0, 0], [1, -2, 3], [0, 4, 1]])
    expected = [unit.calculate_d(row.tolist()) for row in hkl]
    np.testing.assert_allclose(d_spacings(lattice, hkl), expected, rtol=1e-9)


@given(cells)
@settings(max_examples=200)
def test_niggli_cell_fulfils_its_conditions(cell) -> None:
    lattice = lattice_of(cell)
    reduced, transformation = niggli_reduce(lattice)
    np.testing.assert_allclose(transformation @ lattice, reduced)
    assert round(np.linalg.det(transformation)) == 1
    products = metric(reduced)
    slack = 1e-3 * abs(np.linalg.det(lattice)) ** (2.0 / 3.0)
    assert products[0, 0] <= products[1, 1] + slack
    assert products[1, 1] <= products[2, 2] + slack
    assert 2.0 * abs(products[1, 2]) <= products[1, 1] + slack
    assert 2.0 * abs(products[0, 2]) <= products[0, 0] + slack
    assert 2.0 * abs(products[0, 1]) <= products[0, 0] + slack
    off = [products[1, 2], products[0, 2], products[0, 1]]
    assert min(off) > -slack or max(off) < slack


@given(cells, st.lists(st.tuples(st.permutations([0, 1, 2]), small), min_size=1, max_size=4))
@example((2.0, 2.00001, 30.0, 60.0, 60.0, 60.0), [([0, 1, 2], 1)])
@settings(max_examples=200)
def test_niggli_cell_does_not_depend_on_the_basis(cell, steps) -> None:
    lattice = lattice_of(cell)
    other = lattice.copy()
    for (i, j, _), times in steps:
        other[i] = other[i] + times * other[j]
    first, _ = niggli_reduce(lattice)
    second, transformation = niggli_reduce(other)
    assert abs(round(np.linalg.det(transformation))) == 1
    # Lengths are the successive minima of the lattice and change smoothly; signs of the
    # products may differ where two cells are reduced equally well.
    np.testing.assert_allclose(
        np.linalg.norm(first, axis=1), np.linalg.norm(second, axis=1), rtol=1e-3
    )
    assert np.linalg.det(second) == pytest.approx(np.linalg.det(first))


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_niggli_cell_is_that_of_gemmi(made) -> None:
    rng = np.random.default_rng(3)
    lattice = made.structure.lattice
    for _ in range(3):
        shear = np.eye(3, dtype=int)
        i, j = rng.permutation(3)[:2]
        shear[i, j] = rng.integers(-3, 4)
        lattice = shear @ lattice
    found = cell_from_matrix(niggli_reduce(lattice)[0])
    vector = gemmi.GruberVector(gemmi.UnitCell(*made.cell), None)
    vector.niggli_reduce()
    np.testing.assert_allclose(found, vector.get_cell().parameters, atol=1e-4)


def test_left_handed_basis_becomes_right_handed() -> None:
    left = np.diag([3.0, 4.0, -5.0])
    reduced, transformation = niggli_reduce(left)
    assert np.linalg.det(reduced) > 0
    assert round(np.linalg.det(transformation)) == -1


def test_flat_lattice_is_bad_input() -> None:
    with pytest.raises(BadInputError, match="span no cell"):
        niggli_reduce([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]])


def test_crystal_systems() -> None:
    limits = {1: "triclinic", 2: "triclinic", 3: "monoclinic", 15: "monoclinic"}
    limits |= {16: "orthorhombic", 74: "orthorhombic", 75: "tetragonal", 142: "tetragonal"}
    limits |= {143: "trigonal", 167: "trigonal", 168: "hexagonal", 194: "hexagonal"}
    limits |= {195: "cubic", 230: "cubic"}
    for number, system in limits.items():
        assert crystal_system(number) == system
    with pytest.raises(BadInputError):
        crystal_system(231)


def test_lattice_systems() -> None:
    assert lattice_system(np.eye(3) * 4.0) == "cubic"
    assert lattice_system(matrix_from_cell(4, 4, 4, 80, 80, 80)) == "trigonal"
    assert lattice_system(matrix_from_cell(4, 4, 6, 90, 90, 120)) == "hexagonal"
    assert lattice_system(matrix_from_cell(4, 5, 6, 85, 95, 100)) == "triclinic"
