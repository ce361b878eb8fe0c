"""Batches of one shape: the same from any start, and as often as they are drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.cell_maps import coarse_shape
from engine.training.row_plan import RowPlan, coarse_shapes

LENGTHS = np.array([3.0, 3.1, 5.0, 9.0, 9.1, 9.2, 30.0])
LATTICES = LENGTHS[:, None, None] * np.eye(3)
COMMON = np.array([0.3, 0.3, 0.2, 0.1, 0.05, 0.02, 0.03])


def draw(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.choice(len(LENGTHS), size, p=COMMON)


def plan(batch: int = 8, seed: int = 0) -> RowPlan:
    return RowPlan(LATTICES, draw, batch, 1728, [seed])


@settings(max_examples=30, deadline=None)
@given(st.floats(2.0, 40.0), st.floats(2.0, 40.0), st.floats(2.0, 40.0))
def test_shapes_of_many_are_those_of_each(a: float, b: float, c: float) -> None:
    lattice = np.diag([a, b, c])
    assert tuple(coarse_shapes(lattice[None])[0]) == coarse_shape(lattice)


def test_batches_share_a_shape_and_leave_large_cells_out() -> None:
    rows = plan()
    for step in range(50):
        batch = rows.rows(step)
        assert len(batch) == 8
        assert len({rows.shape(int(row)) for row in batch}) == 1
        assert 6 not in batch


def test_rare_shapes_come_as_often_as_they_are_drawn() -> None:
    rows = plan()
    every = np.concatenate([rows.rows(step) for step in range(8000)])
    share = np.bincount(every, minlength=7) / len(every)
    np.testing.assert_allclose(share, COMMON * (np.arange(7) != 6) / COMMON[:6].sum(), atol=0.01)


def test_any_process_finds_the_same_batches_from_any_step() -> None:
    straight, other = plan(), plan()
    every = [straight.rows(step).tolist() for step in range(9000)]
    assert other.rows(8999).tolist() == every[8999]
    assert other.rows(17).tolist() == every[17]
    assert plan(seed=1).rows(17).tolist() != every[17]


def test_no_cell_that_fits_is_an_error() -> None:
    with pytest.raises(ValueError, match="at most 8"):
        RowPlan(LATTICES, draw, 8, 8, [0])
