"""The maps of the solver's candidates, as an answer to be compared with."""

import numpy as np
import pytest

from engine.crystal.cmed import density_on_grid, niggli_primitive
from engine.training.library_baseline import candidate_maps


def test_the_maps_are_the_candidates_own_densities(make_solution, rutile) -> None:
    truth = density_on_grid(niggli_primitive(rutile), 50)
    maps = candidate_maps(make_solution(2), truth)
    assert maps.shape == (2, 50, 50, 50)
    np.testing.assert_allclose(maps[0], truth, rtol=1e-6)


def test_without_a_candidate_the_mean_stands_for_the_map(make_solution) -> None:
    truth = np.random.default_rng(0).uniform(size=(50, 50, 50))
    maps = candidate_maps(make_solution(0), truth)
    assert maps.shape == (1, 50, 50, 50)
    assert maps.max() == pytest.approx(truth.mean())
    assert np.ptp(maps) == 0.0
