"""Pseudo-Voigt lines and their derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.refine.line_profiles import line_profiles

AXIS = np.arange(10.0, 60.0, 0.01)
places = st.floats(20.0, 50.0)
widths = st.floats(0.05, 0.6)
shares = st.floats(0.0, 1.0)


def drawn(position: float, fwhm: float, eta: float, reach: float = 12.0, wanted=()):
    return line_profiles(
        AXIS, np.array([position]), np.array([fwhm]), np.array([eta]), reach, wanted
    )


@settings(max_examples=40, deadline=None)
@given(places, widths, shares)
def test_lines_have_unit_area_but_for_the_tails(position, fwhm, eta) -> None:
    area = drawn(position, fwhm, eta, reach=14.0).value.sum() * 0.01
    beyond = eta * (1.0 - 2.0 / np.pi * np.arctan(2.0 * 14.0))
    assert area == pytest.approx(1.0 - beyond, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(places, widths, shares)
def test_half_the_height_is_half_the_fwhm_away(position, fwhm, eta) -> None:
    axis = np.array([position - 0.5 * fwhm, position, position + 0.5 * fwhm])
    value = (
        line_profiles(axis, np.array([position]), np.array([fwhm]), np.array([eta]))
        .value.toarray()
        .ravel()
    )
    np.testing.assert_allclose(value[[0, 2]], 0.5 * value[1], rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(places, widths, shares)
def test_derivatives_are_those_of_finite_differences(position, fwhm, eta) -> None:
    wanted = ("position", "fwhm", "eta")
    exact = drawn(position, fwhm, eta, 8.0, wanted)
    step = 1e-5
    # Near the ends of its reach a line begins or ends between points; leave those out.
    inside = np.abs(AXIS - position) < 7.5 * fwhm
    for index, matrix in enumerate((exact.by_position, exact.by_fwhm, exact.by_eta)):
        ends = []
        for sign in (1.0, -1.0):
            moved = [position, fwhm, eta]
            moved[index] += sign * step
            ends.append(drawn(*moved, 8.0).value.toarray().ravel())
        numeric = (ends[0] - ends[1]) / (2.0 * step)
        found = matrix.toarray().ravel()
        np.testing.assert_allclose(
            found[inside], numeric[inside], atol=1e-4 * np.abs(numeric).max()
        )


def test_only_the_neighbourhood_is_touched_and_only_what_is_asked_for_is_made() -> None:
    profiles = drawn(30.0, 0.1, 0.5, reach=5.0)
    points = AXIS[profiles.value.indices]
    assert points.min() >= 29.5
    assert points.max() <= 30.5
    assert profiles.by_position is profiles.by_fwhm is profiles.by_eta is None


def test_lines_outside_the_axis_are_empty() -> None:
    profiles = line_profiles(AXIS, np.array([5.0, 30.0, 80.0]), np.full(3, 0.1), np.full(3, 0.5))
    assert profiles.value.shape == (len(AXIS), 3)
    sums = np.asarray(profiles.value.sum(axis=0)).ravel()
    assert sums[0] == sums[2] == 0.0
    assert sums[1] > 0.0
