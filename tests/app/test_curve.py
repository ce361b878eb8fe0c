"""The measured points as they are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.curve import curve_of, nearest_row
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset
from tests.app.fake_engine import make_pattern


@pytest.mark.parametrize("axis", ["two_theta", "d", "q"])
@pytest.mark.parametrize("scale", ["linear", "sqrt", "log"])
def test_points_rise_along_every_axis_and_keep_their_counts(axis, scale):
    pattern = make_pattern(301)
    curve = curve_of(pattern, axis, scale)
    assert np.all(np.diff(curve.x) > 0.0)
    counts = {"linear": curve.y, "sqrt": curve.y**2, "log": 10.0**curve.y}[scale]
    expected = pattern.counts[::-1] if axis == "d" else pattern.counts
    assert counts == pytest.approx(expected)


def test_the_floor_is_the_least_count_above_zero_but_no_less_than_a_millionth_of_the_largest():
    x = np.linspace(10.0, 20.0, 5)
    for counts, floor in (
        ([0.0, 3.0, 5.0, -2.0, 100.0], 3.0),
        ([1e-9, 1.0, 1e6, 2.0, 3.0], 1.0),
        ([0.0] * 5, 1.0),
    ):
        pattern = PowderPattern(x, np.array(counts), np.ones(5), preset("CuKa", "file"))
        assert curve_of(pattern, "two_theta", "log").floor == pytest.approx(floor)


@given(st.floats(5.0, 95.0), st.floats(0.0, 40.0))
def test_points_and_extremes_between_two_places(low, width):
    pattern = make_pattern(501)
    curve = curve_of(pattern, "two_theta", "linear")
    inside = (curve.x >= low) & (curve.x <= low + width)
    assert curve.count(low, low + width) == inside.sum()
    y = curve.y[inside] if inside.any() else curve.y
    assert curve.extremes_between(low, low + width) == (y.min(), y.max())


@given(
    st.lists(st.floats(0.0, 180.0), min_size=1, max_size=30, unique=True), st.floats(-10.0, 190.0)
)
def test_the_nearest_row_is_the_nearest(angles, angle):
    rising = np.array(sorted(angles))
    found = nearest_row(rising, angle)
    assert abs(rising[found] - angle) == pytest.approx(np.abs(rising - angle).min())
