"""Lines added and removed by hand, fitted together with those that were found."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pattern.choices import PeakEdits
from engine.pattern.peaks import find_peaks

LINES = [(26.6, 1500.0), (38.0, 300.0), (38.5, 200.0), (71.7, 500.0)]


def test_without_edits_every_line_is_where_it_was_found(make_pattern):
    pattern = make_pattern(LINES)
    peaks = find_peaks(pattern, edits=PeakEdits())
    assert peaks.placed == pytest.approx(peaks.two_theta)
    assert not peaks.by_hand.any()


def test_a_removed_line_goes_and_the_others_stay(make_pattern):
    pattern = make_pattern(LINES)
    found = find_peaks(pattern)
    peaks = find_peaks(pattern, edits=PeakEdits(removed=(float(found.placed[3]), 50.0)))
    assert peaks.two_theta == pytest.approx(found.two_theta[:3], abs=0.002)
    assert peaks.area == pytest.approx(found.area[:3], rel=0.01)
    assert peaks.background == pytest.approx(found.background)
    assert len(find_peaks(pattern, edits=PeakEdits(removed=tuple(found.placed)))) == 0


def test_a_weak_line_that_the_search_left_out_is_fitted_where_it_is_put(make_pattern):
    pattern = make_pattern([*LINES, (50.0, 6.0)])
    found = find_peaks(pattern, threshold=12.0)
    assert len(found) == 4
    peaks = find_peaks(pattern, threshold=12.0, edits=PeakEdits(added=(50.05,)))
    assert np.array_equal(peaks.by_hand, [False, False, False, True, False])
    assert peaks.placed[3] == 50.05
    assert peaks.two_theta[3] == pytest.approx(50.0, abs=4.0 * peaks.two_theta_su[3])
    assert peaks.two_theta_su[3] < 0.04
    assert peaks.area[3] == pytest.approx(6.0, abs=4.0 * peaks.area_su[3])
    assert peaks.area_su[3] < 3.0


def test_a_shoulder_is_parted_by_a_second_line(make_pattern):
    pattern = make_pattern([(26.6, 1500.0), (60.0, 500.0), (60.07, 500.0)])
    found = find_peaks(pattern)
    blend = found.placed[np.abs(found.placed - 60.03) < 0.1]
    edits = PeakEdits(added=(59.99, 60.08), removed=tuple(blend))
    peaks = find_peaks(pattern, edits=edits)
    pair = peaks.by_hand
    assert peaks.two_theta[pair] == pytest.approx([60.0, 60.07], abs=0.015)
    assert peaks.area[pair].sum() == pytest.approx(1000.0, rel=0.05)


def test_what_is_put_where_there_is_nothing_stays_and_has_no_negative_area(make_pattern):
    pattern = make_pattern(LINES)
    places = (45.0, 46.0, 47.0, 55.0, 56.0, 57.0)
    peaks = find_peaks(pattern, edits=PeakEdits(added=places))
    put = peaks.by_hand
    assert peaks.two_theta[put] == pytest.approx(places, abs=0.13)
    assert np.all(peaks.area[put] >= 0.0)
    assert np.all(peaks.area[put] < 5.0 * peaks.area_su[put])
    assert len(find_peaks(make_pattern([]), edits=PeakEdits(added=(40.0,)))) == 1
