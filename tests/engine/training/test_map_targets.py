"""True maps against sums over the atoms, and the settings that are kept."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.model.cell_maps import coarse_shape, to_map
from engine.training.data import CellSet
from engine.training.map_targets import TargetMaker, place_atoms
from engine.training.sets import TrainingSets
from engine.training.settings_of_cells import SettingsTable, settings_of


@pytest.fixture(scope="module")
def skew() -> CellSet:
    """A rhombohedral cell whose structure has not the symmetry of its lattice."""
    lattice = 4.2 * np.array([[1.0, 0.1, 0.1], [0.1, 1.0, 0.1], [0.1, 0.1, 1.0]])
    coords = np.array([[0.0, 0.0, 0.0], [0.31, 0.12, 0.0], [0.5, 0.71, 0.23]])
    return CellSet.join([(lattice, np.array([26, 8, 3]), coords, 1, 0)])


def test_settings_are_kept_and_do_not_change_with_an_even_stretch(
    skew: CellSet, few_cells: CellSet, tmp_path: Path
) -> None:
    cells = CellSet.concatenate([few_cells, skew])
    table = SettingsTable.build(cells)
    table.save(tmp_path / "settings.npz")
    again = SettingsTable.join([SettingsTable.load(tmp_path / "settings.npz")] * 2)
    for row in range(len(cells)):
        np.testing.assert_allclose(again.matrices_of(row), settings_of(cells, row), atol=1e-6)
        kept = again.matrices_of(row + len(cells))
        np.testing.assert_array_equal(kept, table.matrices_of(row))
    wide = CellSet.join([(1.03 * skew.lattice[0], *skew.atoms(0), 1, 0)])
    np.testing.assert_allclose(settings_of(wide, 0), settings_of(skew, 0))
    assert len(table.matrices_of(len(cells) - 1)) > 1


def test_maps_have_their_peaks_at_the_atoms_of_every_setting(skew: CellSet) -> None:
    shape = coarse_shape(skew.lattice[0])
    placed = place_atoms(skew, np.array([0, 0]))
    assert placed.owner.tolist() == sorted(placed.owner.tolist())
    lattice = torch.as_tensor(skew.lattice[[0, 0]])
    truth = TargetMaker().maps(placed, lattice, shape)
    maps = to_map(truth.density).numpy()
    fine = np.array(maps.shape[1:])
    for index, drawn in enumerate(maps):
        place = np.array(np.unravel_index(drawn.argmax(), drawn.shape)) / fine
        iron = placed.positions[index, 0].numpy()
        apart = (place - iron + 0.5) % 1.0 - 0.5
        assert np.abs(apart).max() < 0.6 / fine.min()
    norms = truth.density.abs().square().sum(dim=(-3, -2, -1))
    torch.testing.assert_close(norms, torch.ones(len(norms)))


def test_smaller_cells_of_a_batch_have_no_ghost_atoms(skew: CellSet) -> None:
    lattice = skew.lattice[0]
    single = (lattice, np.array([29]), np.zeros((1, 3)), 1, 0)
    both = CellSet.concatenate([CellSet.join([single]), skew])
    shape = coarse_shape(lattice)
    lattices = torch.as_tensor(both.lattice)
    together = TargetMaker().maps(place_atoms(both, np.array([0, 1])), lattices, shape)
    alone = TargetMaker().maps(place_atoms(both, np.array([0])), lattices[:1], shape)
    torch.testing.assert_close(together.density[0], alone.density[0])
    torch.testing.assert_close(together.sites[0], alone.sites[0])


def test_sets_that_do_not_belong_together_are_refused(prepared: Path, tmp_path: Path) -> None:
    from engine.errors import BadInputError
    from engine.training.sets import cells_path

    sets = TrainingSets(prepared, ("few",))
    assert sets.settings is not None
    for name in ("few", "other"):
        (tmp_path / name).symlink_to(prepared / "few")
        sets.cells.rows(np.array([1, 0, 2, 3])).save(cells_path(tmp_path, name))
    with pytest.raises(BadInputError, match="prepare them anew"):
        _ = TrainingSets(tmp_path, ("few", "other")).cells
