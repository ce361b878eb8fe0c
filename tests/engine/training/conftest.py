"""A few prepared crystals that training is tried on."""

from pathlib import Path

import numpy as np
import pytest

from engine.training.data import CellSet
from engine.training.prepare import prepare_sets
from engine.training.sets import cells_path

SALT = np.array([[0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]])
PAIRS = [(5.64, 11, 17, 225), (6.29, 19, 17, 225), (4.21, 12, 8, 225), (4.12, 55, 17, 221)]


def make_cells() -> CellSet:
    """Three of the rock-salt type, and caesium chloride, as primitive cells."""
    made = []
    for line, (a, z1, z2, group) in enumerate(PAIRS):
        lattice = a * (SALT if group == 225 else np.eye(3))
        made.append((lattice, np.array([z1, z2]), np.array([[0.0] * 3, [0.5] * 3]), group, line))
    return CellSet.join(made)


@pytest.fixture(scope="session")
def few_cells() -> CellSet:
    return make_cells()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, few_cells: CellSet) -> Path:
    """Folder of the prepared set ``few``."""
    root = tmp_path_factory.mktemp("sets")
    few_cells.save(cells_path(root, "few"))
    prepare_sets(("few",), root / "no-data", root, with_settings=True)
    return root
