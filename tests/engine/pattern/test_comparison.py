"""Observed lines against calculated ones."""

import numpy as np
import pytest

from engine.pattern.comparison import compare_peaks
from engine.pattern.peaks import PeakList
from engine.pattern.radiation import preset
from engine.refine.result import Reflections

RADIATION = preset("CuKa")


def peaks_at(two_theta, area, su: float = 0.002) -> PeakList:
    x, n = np.array(two_theta, dtype=float), len(two_theta)
    return PeakList(
        two_theta=x,
        two_theta_su=np.full(n, su),
        area=np.array(area, dtype=float),
        area_su=np.ones(n),
        fwhm=np.full(n, 0.12),
        fwhm_su=np.full(n, 0.01),
        eta=np.full(n, 0.5),
        height=np.array(area, dtype=float),
        asymmetry=np.zeros(n),
        wavelength=RADIATION.primary,
        background=np.zeros(10),
    )


def reflections_at(two_theta, intensity) -> Reflections:
    x, n = np.array(two_theta, dtype=float), len(two_theta)
    return Reflections(
        hkl=np.array([[i + 1, 0, 0] for i in range(n)]),
        d_spacing=RADIATION.primary / (2 * np.sin(np.radians(x / 2))),
        two_theta=x,
        multiplicity=np.full(n, 2),
        intensity=np.array(intensity, dtype=float),
        f_squared=np.ones(n),
    )


def test_perfect_agreement():
    x, area = [20.0, 30.0, 45.0], [100.0, 50.0, 10.0]
    table = compare_peaks(peaks_at(x, area), reflections_at(x, area), RADIATION)
    assert [row.kind for row in table.rows] == ["matched"] * 3
    assert [row.hkl for row in table.rows] == [((1, 0, 0),), ((2, 0, 0),), ((3, 0, 0),)]
    assert table.scale == pytest.approx(1.0)
    assert table.r_intensity == pytest.approx(0.0)
    assert table.explained == pytest.approx(1.0)
    assert table.rows[0].observed_d == pytest.approx(table.rows[0].calculated_d)


def test_differences_and_scale():
    peaks = peaks_at([20.01, 30.01], [200.0, 100.0])
    table = compare_peaks(peaks, reflections_at([20.0, 30.0], [100.0, 50.0]), RADIATION)
    first = table.rows[0]
    assert first.difference == pytest.approx(0.01)
    assert first.difference_su == pytest.approx(5.0)
    assert first.ratio == pytest.approx(1.0)
    assert table.scale == pytest.approx(2.0)
    assert table.mean_difference == pytest.approx(0.01)
    assert table.figure_of_merit == pytest.approx(2 / (0.01 * 2))


def test_what_has_no_partner():
    peaks = peaks_at([20.0, 25.0], [100.0, 40.0])
    calculated = reflections_at([20.0, 33.0, 50.0], [100.0, 30.0, 0.2])
    table = compare_peaks(peaks, calculated, RADIATION)
    assert [row.kind for row in table.rows] == ["matched", "observed", "calculated"]
    assert table.unmatched_observed[0].observed_two_theta == 25.0
    assert table.unmatched_calculated[0].hkl == ((2, 0, 0),)  # the weakest is not missed
    assert table.explained == pytest.approx(100 / 140)
    assert table.r_intensity == pytest.approx((40 + 30) / 140)


def test_overlapping_reflections_are_one_line():
    calculated = reflections_at([20.0, 30.0, 30.02], [100.0, 20.0, 60.0])
    table = compare_peaks(peaks_at([20.0, 30.015], [100.0, 80.0]), calculated, RADIATION)
    assert len(table.rows) == 2
    merged = table.rows[1]
    assert merged.hkl == ((3, 0, 0), (2, 0, 0))
    assert merged.calculated_two_theta == pytest.approx(30.015)
    assert merged.ratio == pytest.approx(1.0)


def test_each_line_is_used_once():
    peaks = peaks_at([30.0, 30.09], [100.0, 5.0])
    table = compare_peaks(peaks, reflections_at([30.02], [100.0]), RADIATION)
    assert [row.kind for row in table.rows] == ["matched", "observed"]


def test_tolerance_can_be_given():
    peaks, calculated = peaks_at([30.3], [10.0]), reflections_at([30.0], [10.0])
    assert len(compare_peaks(peaks, calculated, RADIATION).matched) == 0
    assert len(compare_peaks(peaks, calculated, RADIATION, tolerance=0.5).matched) == 1


def test_empty_sides():
    none, some = peaks_at([], []), peaks_at([30.0], [10.0])
    table = compare_peaks(none, reflections_at([30.0], [10.0]), RADIATION)
    assert [row.kind for row in table.rows] == ["calculated"]
    assert table.figure_of_merit == 0.0
    empty = Reflections(np.zeros((0, 3), int), *(np.zeros(0) for _ in range(2)),
                        np.zeros(0, int), np.zeros(0), np.zeros(0))  # fmt: skip
    assert [row.kind for row in compare_peaks(some, empty, RADIATION).rows] == ["observed"]
