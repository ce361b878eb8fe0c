import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.crystal.cmed import density_at, density_on_grid
from engine.crystal.section import section
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from tests.engine.crystal.test_coordination import rutile

index = st.integers(-3, 3)


def test_the_plane_through_the_oxygens_of_rutile():
    structure = rutile()
    grid = density_on_grid(structure, 60)
    cut = section(grid, structure.lattice, (0, 0, 1), 0.0, structure=structure)
    assert cut.spacing == pytest.approx(2.9587)
    assert tuple(cut.along) in {(1, 0, 0), (0, 1, 0)}
    assert len(cut.outline) == 4
    assert set(structure.numbers[cut.rows]) == {22, 8}
    heavy = cut.atoms[structure.numbers[cut.rows] == 22]
    for x, y in heavy:
        i, j = np.argmin(np.abs(cut.y - y)), np.argmin(np.abs(cut.x - x))
        assert cut.values[i, j] > 0.95 * grid.max()


@given(h=index, k=index, m=index, offset=st.floats(-1.0, 2.0))
@settings(max_examples=25, deadline=None)
def test_values_are_those_of_the_density_on_that_plane(h, k, m, offset):
    assume(any((h, k, m)))
    lattice = np.array([[5.0, 0.0, 0.0], [-1.2, 6.0, 0.0], [0.7, 0.4, 4.4]])
    structure = CrystalStructure(lattice, [20, 9], [(0.1, 0.2, 0.3), (0.6, 0.7, 0.9)])
    grid = density_on_grid(structure, 64)
    cut = section(grid, lattice, (h, k, m), offset, structure=structure, points=24)
    # The picture's own axes, rebuilt from what it says of itself.
    normal = np.linalg.inv(lattice) @ (h, k, m)
    normal /= np.linalg.norm(normal)
    e1 = cut.along @ lattice
    e1 = e1 / np.linalg.norm(e1)
    assert e1 @ normal == pytest.approx(0.0, abs=1e-9)
    centre = 0.5 * lattice.sum(axis=0)
    foot = centre + (offset * cut.spacing - centre @ normal) * normal
    places = foot + cut.x[None, :, None] * e1 + cut.y[:, None, None] * np.cross(normal, e1)
    fractional = places @ np.linalg.inv(lattice)
    assert fractional @ (h, k, m) == pytest.approx(np.full(cut.values.shape, offset), abs=1e-6)
    truth = density_at(structure, fractional.reshape(-1, 3)).reshape(cut.values.shape)
    np.testing.assert_allclose(cut.values, truth, atol=0.03 * grid.max())


@given(h=index, k=index, m=index, offset=st.floats(-0.5, 1.5))
@settings(max_examples=30, deadline=None)
def test_the_outline_lies_within_the_picture_and_turns_one_way(h, k, m, offset):
    assume(any((h, k, m)))
    lattice = np.array([[5.0, 0.0, 0.0], [-1.2, 6.0, 0.0], [0.7, 0.4, 4.4]])
    cut = section(np.zeros((8, 8, 8)), lattice, (h, k, m), offset, points=12)
    if len(cut.outline):
        assert np.all(cut.outline >= [cut.x[0], cut.y[0]])
        assert np.all(cut.outline <= [cut.x[-1], cut.y[-1]])
        sides = np.roll(cut.outline, -1, axis=0) - cut.outline
        turns = sides[:, 0] * np.roll(sides, -1, axis=0)[:, 1]
        turns -= sides[:, 1] * np.roll(sides, -1, axis=0)[:, 0]
        assert np.all(turns >= -1e-6)


@pytest.mark.parametrize("hkl", [(0, 0, 0), (21, 0, 0)])
def test_planes_that_do_not_exist_are_refused(hkl):
    with pytest.raises(BadInputError, match="There is no plane"):
        section(np.zeros((8, 8, 8)), np.eye(3), hkl, 0.0)
