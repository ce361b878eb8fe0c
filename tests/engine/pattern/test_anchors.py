"""Backgrounds through anchors, by clipping, and as they are chosen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadInputError
from engine.pattern.anchors import monotone_cubic, suggested_anchors, through_anchors
from engine.pattern.background import chosen_background, estimate_background, snip_background
from engine.pattern.choices import BackgroundChoice, PeakEdits
from engine.pattern.peaks import find_peaks

ANCHORS = ((10.0, 300.0), (30.0, 200.0), (50.0, 150.0), (90.0, 140.0))
places = st.integers(0, 10**7).map(lambda n: n / 1e5)
points = st.lists(st.tuples(places, st.floats(-1e4, 1e4)), min_size=1, max_size=12)


@given(points)
def test_a_curve_goes_through_its_anchors_and_has_no_extrema_between_them(given_points):
    x, y = np.array(sorted(given_points)).T
    distinct = np.unique(x)
    mean = np.array([y[x == place].mean() for place in distinct])
    assert monotone_cubic(x, y, distinct) == pytest.approx(mean, rel=1e-6, abs=1e-6)
    at = np.linspace(distinct[0], distinct[-1], 400)
    curve = monotone_cubic(x, y, at)
    part = np.clip(np.searchsorted(distinct, at, side="right") - 1, 0, max(len(distinct) - 2, 0))
    ends = np.stack([mean[part], mean[np.minimum(part + 1, len(mean) - 1)]])
    room = 1e-6 * (1.0 + np.abs(ends).max(axis=0))
    assert np.all(curve >= ends.min(axis=0) - room)
    assert np.all(curve <= ends.max(axis=0) + room)


def test_anchors_that_all_but_coincide_count_as_one():
    x, y = np.array([10.0, np.nextafter(10.0, 11.0), 20.0]), np.array([4.0, 0.0, 6.0])
    assert monotone_cubic(x, y, np.array([10.0, 20.0])) == pytest.approx([2.0, 6.0])


def test_the_curve_is_smooth():
    x, y = np.array(ANCHORS).T
    at = np.linspace(10.0, 90.0, 8001)
    slope = np.diff(monotone_cubic(x, y, at)) / 0.01
    assert np.max(np.abs(np.diff(slope))) < 0.05


def test_a_polynomial_takes_no_more_degrees_than_it_has_anchors():
    at = np.linspace(10.0, 90.0, 81)
    line = through_anchors(at, BackgroundChoice("polynomial", ANCHORS[::3], degree=9))
    assert line == pytest.approx(300.0 - 2.0 * (at - 10.0))
    cubic = through_anchors(at, BackgroundChoice("polynomial", ANCHORS, degree=9))
    assert np.interp([10.0, 30.0, 50.0, 90.0], at, cubic) == pytest.approx([300, 200, 150, 140])
    one = through_anchors(at, BackgroundChoice("polynomial", ANCHORS[:1]))
    assert one == pytest.approx(np.full(81, 300.0))


def test_beyond_the_outermost_anchors_it_is_level():
    for method in ("spline", "polynomial"):
        choice = BackgroundChoice(method, ANCHORS[1:3])
        assert through_anchors(np.array([5.0, 95.0]), choice) == pytest.approx([200.0, 150.0])


def test_suggested_anchors_stand_on_the_background_between_the_lines(make_pattern):
    lines = [(angle, 800.0) for angle in range(14, 88, 6)]
    pattern = make_pattern(lines)
    level = np.full(len(pattern), 150.0)
    anchors = suggested_anchors(pattern.two_theta, pattern.counts, level)
    places = np.array([place for place, _counts in anchors])
    assert 8 <= len(anchors) <= 14
    assert (places[0], places[-1]) == (10.0, 90.0)
    assert all(counts == 150.0 for _place, counts in anchors)
    assert np.all(np.diff(places) > 1.0)
    assert min(abs(place - angle) for place in places[1:-1] for angle, _ in lines) > 0.5


def test_clipping_follows_the_background_under_lines(make_pattern):
    pattern = make_pattern(
        [(25.0, 900.0), (40.0, 300.0), (40.4, 300.0), (70.0, 900.0)],
        background=lambda x: 100.0 + 400.0 * np.exp(-x / 20.0),
    )
    truth = 100.0 + 400.0 * np.exp(-pattern.two_theta / 20.0)
    level = snip_background(pattern)
    assert np.median(np.abs(level - truth) / truth) < 0.1
    assert np.max(np.abs(level - truth) / truth) < 0.35


def test_what_was_chosen_is_held_by_the_peaks(make_pattern):
    pattern = make_pattern([(26.6, 1500.0), (71.7, 500.0)])
    assert chosen_background(pattern, BackgroundChoice()) is None
    arpls = chosen_background(pattern, BackgroundChoice("arpls"))
    assert arpls == pytest.approx(estimate_background(pattern))
    drawn = BackgroundChoice("spline", ((10.0, 140.0), (90.0, 160.0)))
    background = chosen_background(pattern, drawn)
    peaks = find_peaks(pattern, background, edits=PeakEdits(added=(50.0,)))
    assert peaks.background == pytest.approx(140.0 + (pattern.two_theta - 10.0) / 4.0)
    assert len(peaks) == 3


@pytest.mark.parametrize(
    ("method", "anchors", "degree"),
    [
        ("spline", (), 5),
        ("polynomial", ((20.0, float("nan")),), 5),
        ("polynomial", ((20.0, 1.0),), 40),
    ],
)
def test_a_choice_that_means_nothing_is_refused(method, anchors, degree):
    with pytest.raises(BadInputError):
        BackgroundChoice(method, anchors, degree)
    with pytest.raises(BadInputError):
        PeakEdits(added=(float("inf"),))
