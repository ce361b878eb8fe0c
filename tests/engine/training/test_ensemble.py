"""Mean and spread of samples whose origin, hand and basis are free."""

import numpy as np
import pytest

from engine.crystal.cmed import density_on_grid
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.training.ensemble import ensemble

CELL = np.diag([4.0, 4.7, 5.9])
SITES = np.array([[0.1, 0.2, 0.3], [0.45, 0.61, 0.02], [0.8, 0.35, 0.71]])


@pytest.fixture(scope="module")
def density():
    return density_on_grid(CrystalStructure(CELL, np.array([22, 8, 14]), SITES), 16)


def test_what_differs_in_the_origin_and_hand_alone_does_not_differ(density):
    moved = np.roll(density, (3, 5, 2), axis=(0, 1, 2))
    turned = np.roll(density[::-1, ::-1, ::-1], 1, axis=(0, 1, 2))
    found = ensemble(np.stack([density, moved, turned]), np.stack([CELL] * 3), np.ones(3))
    assert found.members == (0, 1, 2)
    assert found.correlation == pytest.approx(1.0, abs=1e-5)
    assert found.mean == pytest.approx(density, abs=1e-9)
    assert found.deviation == pytest.approx(0.0, abs=1e-6)


def test_weights_count_and_other_lattices_do_not(density):
    samples = np.stack([density, 3.0 * density, density])
    cells = np.stack([CELL, 1.01 * CELL, 1.5 * CELL])
    found = ensemble(samples, cells, np.array([3.0, 1.0, 9.0]))
    assert found.members == (0, 1)
    assert found.mean == pytest.approx(1.5 * density)
    assert found.deviation == pytest.approx(np.sqrt(0.75) * density)
    other = ensemble(samples, cells, np.array([3.0, 1.0, 9.0]), reference=1)
    assert other.members == (0, 1)


def test_weights_of_nothing_are_even(density):
    found = ensemble(np.stack([density, 3.0 * density]), np.stack([CELL] * 2), np.zeros(2))
    assert found.mean == pytest.approx(2.0 * density)


def test_a_sample_with_a_cell_of_its_own_cannot_be_averaged(density):
    with pytest.raises(BadInputError, match="No other sample has the cell of sample 2"):
        ensemble(
            np.stack([density, density]), np.stack([CELL, 1.5 * CELL]), np.ones(2), reference=1
        )
