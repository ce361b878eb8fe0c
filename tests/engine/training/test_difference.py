import numpy as np
import pytest

from engine.crystal.cmed import density_on_grid, niggli_primitive
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.training.difference import density_difference
from engine.training.metrics import inverted


@pytest.fixture(scope="module")
def rutile():
    x = 0.305
    places = [
        (0, 0, 0), (0.5, 0.5, 0.5),
        (x, x, 0), (-x, -x, 0), (0.5 + x, 0.5 - x, 0.5), (0.5 - x, 0.5 + x, 0.5),
    ]  # fmt: skip
    return CrystalStructure(
        np.diag([4.594, 4.594, 2.959]), np.array([22, 22, 8, 8, 8, 8]), np.array(places) % 1.0
    )


@pytest.fixture(scope="module")
def salt():
    """Rock salt in its conventional cell, which holds four primitive ones."""
    corners = np.array([(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)])
    places = np.concatenate([corners, (corners + 0.5) % 1.0])
    return CrystalStructure(np.eye(3) * 5.64, np.repeat([11, 17], 4), places)


def moved(structure, n=24):
    """The structure's own density inverted, and shifted by whole steps."""
    reduced = niggli_primitive(structure)
    density = np.roll(inverted(density_on_grid(reduced, n)), (5, -3, 7), axis=(0, 1, 2))
    return density, reduced


def test_a_map_of_the_same_crystal_leaves_nothing(rutile):
    density, reduced = moved(rutile)
    found = density_difference(density, reduced.lattice * 1.01, rutile)
    assert found.correlation == pytest.approx(1.0, abs=1e-6)
    assert np.abs(found.values).max() < 1e-6 * density.max()
    assert found.electrons == pytest.approx(0.0, abs=1e-6)


def test_what_is_missing_is_negative_where_it_is_missing(rutile):
    fewer = CrystalStructure(rutile.lattice, rutile.numbers[:-1], rutile.frac_coords[:-1])
    reduced = niggli_primitive(fewer)
    density = np.roll(density_on_grid(reduced, 24), (2, 4, 6), axis=(0, 1, 2))
    found = density_difference(density, reduced.lattice, rutile)
    assert found.electrons == pytest.approx(-8.0, abs=1e-3)
    deepest = np.array(np.unravel_index(np.argmin(found.values), found.values.shape)) / 24
    oxygen = found.structure.frac_coords[found.structure.numbers == 8]
    away = oxygen - deepest
    away = (away - np.round(away)) @ found.structure.lattice
    assert np.linalg.norm(away, axis=1).min() < 0.3
    assert found.values.max() < 0.05 * -found.values.min()


def test_on_the_conventional_cell_it_is_the_same_function_of_space(salt):
    fewer = CrystalStructure(salt.lattice, salt.numbers[4:], salt.frac_coords[4:])
    reduced = niggli_primitive(fewer)
    found = density_difference(density_on_grid(reduced, 24), reduced.lattice, salt)
    n = 32
    drawn = found.on_cell(salt, n)
    wanted = density_on_grid(fewer, n) - density_on_grid(salt, n)
    # What is missing is sodium: chlorine, the stronger one, falls on its own places.
    assert drawn.mean() == pytest.approx(wanted.mean(), rel=1e-3)
    for place in salt.frac_coords[:4]:
        i, j, k = np.round(place * n).astype(int) % n
        assert drawn[i, j, k] == pytest.approx(wanted[i, j, k], rel=0.05)


def test_another_lattice_is_refused(rutile, salt):
    density, reduced = moved(salt)
    with pytest.raises(BadInputError, match="subtracted"):
        density_difference(density, reduced.lattice, rutile)
