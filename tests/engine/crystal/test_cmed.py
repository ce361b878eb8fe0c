import gemmi
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.cmed import density_at, density_on_grid, niggli_primitive
from engine.crystal.lattice import cell_from_matrix
from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import from_record
from engine.diffraction.scattering import form_factors
from engine.errors import BadInputError
from tests.made_structures import BY_NAME, MADE, mixed_site_structure

fractions = st.floats(-3.0, 3.0)


def electrons(structure: CrystalStructure) -> float:
    forward = form_factors(structure.numbers, [0.0])[:, 0]
    return float(forward @ structure.occupancies)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_grid_and_points_agree(made) -> None:
    structure = niggli_primitive(made.structure)
    grid = density_on_grid(structure, 50)
    places = np.random.default_rng(0).integers(0, 50, (200, 3))
    points = density_at(structure, places / 50.0)
    np.testing.assert_allclose(grid[tuple(places.T)], points, rtol=1e-5)


@pytest.mark.parametrize("n", [12, 50])
def test_integral_is_the_number_of_electrons(n) -> None:
    for structure in (mixed_site_structure(), *(made.structure for made in MADE)):
        total = density_on_grid(structure, n).mean() * structure.volume
        # The mean over a grid that is too coarse holds aliased terms, about 1e-4 at n = 12.
        assert total == pytest.approx(electrons(structure), rel=1e-9 if n == 50 else 0.2)


def test_density_is_its_fourier_sum_with_gemmis_scattering_factors() -> None:
    structure = BY_NAME["rutile"].structure
    point = np.array([0.13, 0.27, 0.41])
    star = np.linalg.inv(structure.lattice)
    reach = np.arange(-15, 16)
    hkl = np.stack(np.meshgrid(reach, reach, reach, indexing="ij"), axis=-1).reshape(-1, 3)
    s2 = ((hkl @ star.T) ** 2).sum(axis=1) / 4.0
    total = 0.0
    for number, place in zip(structure.numbers, structure.frac_coords, strict=True):
        f0 = np.array([gemmi.Element(int(number)).it92.calculate_sf(x) for x in s2])
        phase = 2.0 * np.pi * (hkl @ (place - point))
        total += float((f0 * np.exp(-6.0 * s2) * np.cos(phase)).sum())
    assert density_at(structure, point) == pytest.approx(total / structure.volume, rel=1e-4)


def test_one_atom_alone_has_the_density_of_its_gaussians() -> None:
    structure = CrystalStructure(np.eye(3) * 30.0, np.array([8]), np.zeros((1, 3)))
    oxygen = gemmi.Element("O").it92
    for distance in (0.0, 0.5, 1.5):
        expected = sum(
            a * (4 * np.pi / (b + 6)) ** 1.5 * np.exp(-4 * np.pi**2 * distance**2 / (b + 6))
            for a, b in zip([*oxygen.a, oxygen.c], [*oxygen.b, 0.0], strict=True)
        )
        found = density_at(structure, [distance / 30.0, 0.0, 0.0])
        assert found == pytest.approx(expected, rel=1e-6)


@given(st.tuples(fractions, fractions, fractions), st.tuples(fractions, fractions, fractions))
@settings(max_examples=25, deadline=None)
def test_density_moves_with_the_atoms_and_repeats(point, shift) -> None:
    structure = MADE[1].structure
    moved = CrystalStructure(
        structure.lattice, structure.numbers, structure.frac_coords + np.array(shift)
    )
    here = density_at(structure, point)
    assert density_at(moved, np.add(point, shift)) == pytest.approx(here, rel=1e-6)
    assert density_at(structure, np.add(point, [1, -2, 3])) == pytest.approx(here, rel=1e-6)


def test_moving_by_a_grid_step_rolls_the_grid() -> None:
    structure = BY_NAME["quartz"].structure
    moved = CrystalStructure(
        structure.lattice, structure.numbers, structure.frac_coords + np.array([0.1, 0.0, -0.2])
    )
    expected = np.roll(density_on_grid(structure, 20), (2, -4), axis=(0, 2))
    np.testing.assert_allclose(density_on_grid(moved, 20), expected, rtol=1e-7, atol=1e-9)


def test_coarse_grid_holds_values_of_the_fine_one() -> None:
    structure = BY_NAME["spinel"].structure
    fine, coarse = density_on_grid(structure, 48), density_on_grid(structure, 16)
    np.testing.assert_allclose(coarse, fine[::3, ::3, ::3], rtol=1e-6)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_niggli_cell_holds_the_same_crystal(made) -> None:
    structure = made.structure
    reduced = niggli_primitive(structure)
    a, b, c, *_ = cell_from_matrix(reduced.lattice)
    assert a <= b + 1e-4 <= c + 2e-4
    points = np.random.default_rng(5).random((20, 3))
    there = points @ structure.lattice @ np.linalg.inv(reduced.lattice)
    np.testing.assert_allclose(density_at(reduced, there), density_at(structure, points), rtol=2e-3)


def test_occupancies_count() -> None:
    structure = mixed_site_structure()
    pure = CrystalStructure(
        structure.lattice, structure.numbers, structure.frac_coords, u_iso=structure.u_iso
    )
    assert density_on_grid(structure, 50).mean() < density_on_grid(pure, 50).mean()


def test_shapes_and_bad_grids() -> None:
    structure = BY_NAME["rock salt"].structure
    assert density_at(structure, np.zeros((2, 5, 3))).shape == (2, 5)
    assert density_on_grid(structure, 7).shape == (7, 7, 7)
    with pytest.raises(BadInputError):
        density_on_grid(structure, 0)


def test_large_cells_of_the_data(data_root) -> None:
    import gzip
    import json

    with gzip.open(data_root / "structures" / "val_large.jsonl.gz", "rt") as lines:
        structure = niggli_primitive(from_record(json.loads(next(lines))))
    grid = density_on_grid(structure, 50)
    # Along a long axis 50 points sample the density a little coarsely for an exact integral.
    assert grid.mean() * structure.volume == pytest.approx(electrons(structure), rel=1e-3)
    places = np.random.default_rng(0).integers(0, 50, (100, 3))
    np.testing.assert_allclose(
        grid[tuple(places.T)], density_at(structure, places / 50.0), rtol=1e-5
    )
