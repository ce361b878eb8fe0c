"""Levels of isosurfaces as densities, in sigma, and by the electrons inside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.density import DensityMap
from app.state.levels import from_unit, in_unit

UNITS = ("value", "sigma", "electrons")


def a_map(seed=0, n=8, edge=4.0):
    values = np.random.default_rng(seed).gamma(1.0, 2.0, (n, n, n))
    return DensityMap(values, np.diag([edge, edge, 1.5 * edge]))


def test_electrons_are_counted_above_the_level():
    density = a_map()
    volume = 4.0 * 4.0 * 6.0
    above = density.values[density.values >= 3.0].sum() * volume / density.values.size
    assert in_unit(3.0, "electrons", density) == pytest.approx(above)
    assert in_unit(0.0, "electrons", density) == pytest.approx(density.values.mean() * volume)
    assert in_unit(2.0 * density.maximum, "electrons", density) == 0.0
    assert in_unit(3.0, "sigma", density) == pytest.approx(3.0 / density.values.std())


@given(st.integers(0, 50), st.floats(0.02, 0.9), st.sampled_from(UNITS))
def test_there_and_back(seed, share, unit):
    density = a_map(seed)
    level = share * density.maximum
    back = from_unit(in_unit(level, unit, density), unit, density)
    # Between two grid points' densities the enclosed electrons do not change.
    spacing = np.diff(np.sort(density.values, axis=None)).max()
    assert back == pytest.approx(level, rel=1e-9, abs=spacing if unit == "electrons" else 1e-9)


def test_a_higher_level_encloses_less():
    density = a_map()
    found = [in_unit(level, "electrons", density) for level in np.linspace(0.1, 9.0, 20)]
    assert found == sorted(found, reverse=True)


def test_more_electrons_than_there_are_give_the_whole_of_what_is_above_zero():
    values = a_map().values - 1.0
    density = DensityMap(values, np.eye(3) * 4.0, signed=True)
    level = from_unit(1e6, "electrons", density)
    assert level == values[values > 0.0].min()


def test_a_flat_map_has_no_sigma():
    density = DensityMap(np.ones((4, 4, 4)), np.eye(3))
    assert in_unit(1.0, "sigma", density) == 0.0
    assert from_unit(2.0, "sigma", density) == 0.0
