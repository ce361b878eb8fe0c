"""Lines and coefficients of a few crystals made here."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.crystal.cmed import density_on_grid
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.model.encoding import half_box
from engine.model.network import density_on_grid as series_on_grid
from engine.training.data import CellSet, crystal_system_index
from engine.training.tables import Rows, TrainingTables, build_tables


@pytest.fixture(scope="module")
def tables(few_cells: CellSet) -> TrainingTables:
    return build_tables(few_cells)


def test_coefficients_are_those_of_the_cmed(few_cells: CellSet, tables: TrainingTables) -> None:
    numbers, positions = few_cells.atoms(0)
    structure = CrystalStructure(few_cells.lattice[0], numbers, positions)
    density = density_on_grid(structure, 32)
    pair = torch.as_tensor(tables.coefficients[0].astype(np.float32))
    series = torch.view_as_complex(pair.contiguous())
    drawn = series_on_grid(series, 32, torch.as_tensor(half_box())).numpy()
    assert np.corrcoef(density.ravel(), drawn.ravel())[0, 1] > 0.995
    assert np.exp(tables.log_density[0]) == pytest.approx(density.mean(), rel=1e-3)
    assert np.exp(tables.log_contrast[0]) == pytest.approx(density.std() / density.mean(), rel=0.02)


def test_lines_are_at_the_places_of_rock_salt(tables: TrainingTables) -> None:
    part = slice(*tables.line_offsets[:2])
    d = 2.0 * np.pi / tables.line_q[part]
    expected = 5.64 / np.sqrt([3.0, 4.0, 8.0, 11.0, 12.0, 16.0])
    np.testing.assert_allclose(d[:6], expected, rtol=1e-5)
    # 200 is the strongest of F(hkl)^2 times multiplicity after 220; 111 is weak.
    assert tables.line_power[part][0] < 0.2 * tables.line_power[part][1]


def test_systems_of_space_groups() -> None:
    groups = np.array([1, 2, 3, 15, 16, 74, 75, 142, 143, 167, 168, 194, 195, 230])
    expected = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert crystal_system_index(groups).tolist() == expected


def test_tables_can_be_kept_and_joined(tables: TrainingTables, tmp_path: Path) -> None:
    tables.save(tmp_path)
    again = TrainingTables.load(tmp_path)
    np.testing.assert_array_equal(again.line_q, tables.line_q)
    both = TrainingTables.join([tables, again])
    assert len(both) == 2 * len(tables)
    last = slice(*both.line_offsets[-2:])
    np.testing.assert_array_equal(both.line_q[last], tables.line_q[tables.line_offsets[-2] :])
    with pytest.raises(BadInputError, match="--prepare"):
        TrainingTables.load(tmp_path / "none")


def test_tables_in_their_files_give_the_same_rows(tables: TrainingTables, tmp_path: Path) -> None:
    tables.save(tmp_path)
    mapped = [TrainingTables.load(tmp_path, mapped=True) for _ in range(3)]
    joined, whole = TrainingTables.join(mapped, mapped=True), TrainingTables.join([tables] * 3)
    rows = np.array([11, 0, 5, 4, 3, 11])
    assert isinstance(joined.coefficients, Rows)
    assert len(joined.coefficients) == len(whole)
    np.testing.assert_array_equal(joined.coefficients[rows], whole.coefficients[rows])
    flat = np.arange(len(whole.line_q))[::-3]
    np.testing.assert_array_equal(joined.line_q[flat], whole.line_q[flat])
    np.testing.assert_array_equal(joined.lattice, whole.lattice)
