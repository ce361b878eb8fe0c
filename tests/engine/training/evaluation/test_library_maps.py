"""The maps of the solver's candidates, as an answer to be compared with."""

import numpy as np
import pytest

from engine.crystal.cmed import density_on_grid, niggli_primitive
from engine.training.evaluation.library_maps import candidate_maps
from engine.training.evaluation.scores import Target


def test_the_maps_are_the_candidates_own_densities(make_solution, rutile) -> None:
    primitive = niggli_primitive(rutile)
    maps, cells = candidate_maps(make_solution(2), Target(primitive, 20))
    assert maps.shape == (2, 20, 20, 20)
    np.testing.assert_allclose(maps[0], density_on_grid(primitive, 20), rtol=1e-6)
    np.testing.assert_allclose(cells[1], primitive.lattice)


def test_without_a_candidate_the_mean_stands_for_the_map(make_solution, rutile) -> None:
    target = Target(niggli_primitive(rutile), 20)
    maps, cells = candidate_maps(make_solution(0), target)
    assert maps.shape == (1, 20, 20, 20)
    assert maps.max() == pytest.approx(target.density.mean())
    assert np.ptp(maps) == 0.0
    np.testing.assert_array_equal(cells[0], target.structure.lattice)
