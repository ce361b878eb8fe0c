import gemmi
import numpy as np
import pytest
from pymatgen.io.common import VolumetricData

from engine.crystal.cmed import density_on_grid
from engine.crystal.lattice import cell_from_matrix
from engine.errors import BadInputError
from engine.export.maps import BOHR, write_map
from tests.made_structures import BY_NAME

STRUCTURE = BY_NAME["baddeleyite"].structure
DENSITY = density_on_grid(STRUCTURE, 12)


def test_ccp4_is_read_by_gemmi(tmp_path) -> None:
    write_map(tmp_path / "a.ccp4", DENSITY, STRUCTURE.lattice)
    found = gemmi.read_ccp4_map(str(tmp_path / "a.ccp4"))
    np.testing.assert_allclose(np.array(found.grid.array), DENSITY, rtol=1e-6)
    expected = cell_from_matrix(STRUCTURE.lattice)
    assert found.grid.unit_cell.parameters == pytest.approx(expected, rel=1e-6)
    assert found.full_cell()


def test_ccp4_keeps_three_sizes_apart(tmp_path) -> None:
    values = np.random.default_rng(0).random((4, 5, 6))
    write_map(tmp_path / "a.ccp4", values, STRUCTURE.lattice)
    found = gemmi.read_ccp4_map(str(tmp_path / "a.ccp4"))
    np.testing.assert_allclose(np.array(found.grid.array), values, rtol=1e-6)


def test_cube_is_in_atomic_units_without_far_face(tmp_path) -> None:
    write_map(tmp_path / "a.cube", DENSITY, STRUCTURE.lattice, STRUCTURE)
    found = VolumetricData.from_cube(str(tmp_path / "a.cube"))
    np.testing.assert_allclose(found.data["total"], DENSITY * BOHR**3, rtol=1e-5)
    np.testing.assert_allclose(found.structure.lattice.matrix, STRUCTURE.lattice, atol=1e-6)
    assert len(found.structure) == len(STRUCTURE)
    # Without atoms too.
    write_map(tmp_path / "b.cube", DENSITY, STRUCTURE.lattice)
    assert (tmp_path / "b.cube").read_text().splitlines()[2].split()[0] == "0"


def test_xsf_repeats_its_far_face(tmp_path) -> None:
    values = np.random.default_rng(0).random((4, 5, 6))
    write_map(tmp_path / "a.xsf", values, STRUCTURE.lattice, STRUCTURE)
    lines = (tmp_path / "a.xsf").read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("BEGIN_DATAGRID_3D"))
    assert lines[at + 1].split() == ["5", "6", "7"]
    vectors = np.array([line.split() for line in lines[at + 3 : at + 6]], dtype=float)
    np.testing.assert_allclose(vectors, STRUCTURE.lattice, atol=1e-8)
    end = lines.index("END_DATAGRID_3D")
    numbers = np.array(" ".join(lines[at + 6 : end]).split(), dtype=float)
    grid = numbers.reshape((5, 6, 7), order="F")
    np.testing.assert_allclose(grid[:4, :5, :6], values, rtol=1e-5)
    np.testing.assert_array_equal(grid[4], grid[0])
    np.testing.assert_array_equal(grid[:, :, 6], grid[:, :, 0])


def test_npz_holds_one_sample(tmp_path) -> None:
    write_map(tmp_path / "a.npz", DENSITY, STRUCTURE.lattice)
    with np.load(tmp_path / "a.npz") as found:
        np.testing.assert_array_equal(found["density"], DENSITY[None])
        np.testing.assert_array_equal(found["cell"], STRUCTURE.lattice[None])
        assert found["crystal_system"].tolist() == ["monoclinic"]
        assert found["weights"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("name", "density", "lattice"),
    [
        ("a.txt", DENSITY, STRUCTURE.lattice),
        ("a.cube", DENSITY[0], STRUCTURE.lattice),
        ("a.cube", DENSITY, STRUCTURE.lattice[0]),
        ("a.cube", np.zeros((0, 3, 3)), STRUCTURE.lattice),
    ],
)
def test_what_is_no_map_is_bad_input(tmp_path, name, density, lattice) -> None:
    with pytest.raises(BadInputError):
        write_map(tmp_path / name, density, lattice)
    assert not list(tmp_path.iterdir())
