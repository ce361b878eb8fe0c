"""Fourier series of maps on other grids and at points."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.cell_maps import fine_shape, to_coefficients, to_map, usable
from engine.model.series import common_series, map_on_grid, values_at

SHAPES = ((4, 6, 4), (6, 4, 8))


def random_series(seed: int, shape: tuple[int, int, int]) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return to_coefficients(torch.randn(*fine_shape(shape), generator=generator)) * usable(shape)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100), st.sampled_from([5, 12, 20, 33]))
def test_grid_and_points_agree(seed: int, n: int) -> None:
    parts = [random_series(seed + i, shape) for i, shape in enumerate(SHAPES)]
    series, indices = common_series(parts)
    place = np.random.default_rng(seed).integers(0, n, (4, 3))
    values = values_at(series, indices, place / n)
    for row, part in enumerate(parts):
        on_grid = map_on_grid(part, n)
        np.testing.assert_allclose(values[row], on_grid[tuple(place.T)], atol=1e-4)


def test_the_own_grid_gives_the_map_itself() -> None:
    part = random_series(3, (6, 6, 6))
    np.testing.assert_allclose(map_on_grid(part, 12), to_map(part).numpy(), atol=1e-5)


def test_each_pair_of_indices_comes_once() -> None:
    _, indices = common_series([random_series(0, SHAPES[0])])
    every = {tuple(h) for h in indices} | {tuple(-h) for h in indices}
    assert len(every) == 2 * len(indices)
    assert (0, 0, 0) not in every
