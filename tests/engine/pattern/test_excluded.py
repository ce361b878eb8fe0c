"""Regions that a fit must not see."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadInputError
from engine.pattern.excluded import (
    in_regions,
    merged_regions,
    parse_regions,
    regions_text,
    without_regions,
)
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset


def pattern() -> PowderPattern:
    x = np.linspace(10.0, 60.0, 501)
    return PowderPattern(x, 100.0 + x, np.sqrt(100.0 + x), preset("CuKa"))


@pytest.mark.parametrize(
    ("typed", "regions"),
    [
        ("", ()),
        ("25-27", ((25.0, 27.0),)),
        ("25 - 27.5, 40.2 to 41;50 51", ((25.0, 27.5), (40.2, 41.0), (50.0, 51.0))),
    ],
)
def test_regions_as_they_are_typed(typed, regions):
    assert parse_regions(typed) == regions


@pytest.mark.parametrize("typed", ["27-25", "25", "a-b", "25-27-29", "25-25"])
def test_what_is_no_region_is_refused(typed):
    with pytest.raises(BadInputError):
        parse_regions(typed)


def test_points_inside_are_left_out_and_the_rest_is_untouched():
    whole = pattern()
    left = without_regions(whole, [(20.0, 30.0), (50.0, 55.0)])
    outside = ~(
        ((whole.two_theta >= 20.0) & (whole.two_theta <= 30.0))
        | ((whole.two_theta >= 50.0) & (whole.two_theta <= 55.0))
    )
    assert np.array_equal(left.two_theta, whole.two_theta[outside])
    assert np.array_equal(left.counts, whole.counts[outside])
    assert np.array_equal(left.sigma, whole.sigma[outside])
    assert without_regions(whole, ()) is whole


@pytest.mark.parametrize("region", [(30.0, 20.0), (70.0, 80.0), (0.0, 59.0)])
def test_useless_regions_are_refused(region):
    with pytest.raises(BadInputError):
        without_regions(pattern(), [region])


@given(st.lists(st.tuples(st.floats(1, 90), st.floats(1, 90)), max_size=4))
def test_typed_regions_come_back(pairs):
    regions = tuple((round(a, 2), round(a, 2) + 1.0 + round(b, 2)) for a, b in pairs)
    typed = ", ".join(f"{low:.2f} - {high:.2f}" for low, high in regions)
    assert np.allclose(np.array(parse_regions(typed)), np.array(regions), atol=1e-9)


regions = st.lists(
    st.tuples(st.integers(0, 60_000), st.integers(1, 9_000)).map(
        lambda pair: (pair[0] / 1000.0, (pair[0] + pair[1]) / 1000.0)
    ),
    max_size=6,
)


@given(regions)
def test_merged_regions_hold_the_same_angles_and_read_back_as_text(given_regions):
    merged = merged_regions(given_regions)
    angles = np.random.default_rng(0).uniform(0.0, 70.0, 500)
    assert np.array_equal(in_regions(angles, merged), in_regions(angles, given_regions))
    for (_, high), (low, _) in pairwise(merged):
        assert high < low
    assert parse_regions(regions_text(merged)) == merged
