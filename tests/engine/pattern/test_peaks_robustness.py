"""Peak search on patterns that no diffractometer would give."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.pattern.background import estimate_background
from engine.pattern.pattern import PowderPattern
from engine.pattern.peaks import find_peaks
from engine.pattern.radiation import Radiation, preset

RADIATIONS = [preset("CuKa"), preset("CrKa"), Radiation((0.3,), (1.0,))]


def check(pattern: PowderPattern) -> None:
    background = estimate_background(pattern)
    assert background.shape == pattern.counts.shape
    assert np.all(np.isfinite(background))
    peaks = find_peaks(pattern)
    for column in (peaks.two_theta, peaks.area, peaks.fwhm, peaks.eta, peaks.two_theta_su):
        assert np.all(np.isfinite(column))
    assert np.all(peaks.area > 0)
    assert np.all(peaks.two_theta >= pattern.two_theta[0] - 1e-9)
    assert np.all(peaks.two_theta <= pattern.two_theta[-1] + 1e-9)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    counts=st.integers(20, 120).flatmap(
        lambda n: arrays(np.float64, n, elements=st.floats(-1e6, 1e6, width=32))
    ),
    start=st.floats(0.01, 150.0),
    step=st.floats(1e-4, 0.2),
    radiation=st.sampled_from(RADIATIONS),
    poisson=st.booleans(),
)
def test_any_numbers(counts, start, step, radiation, poisson):
    x = start + step * np.arange(len(counts))
    sigma = np.sqrt(np.maximum(np.abs(counts), 1.0))
    check(PowderPattern(x, counts, sigma, radiation=radiation, poisson=poisson))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_any_scale_of_intensities_gives_the_same_lines(make_pattern, scale):
    pattern = make_pattern([(25.0, 900.0), (40.0, 400.0), (60.0, 2000.0)])
    scaled = PowderPattern(
        pattern.two_theta,
        pattern.counts * scale,
        pattern.sigma * scale,
        radiation=pattern.radiation,
        poisson=False,
    )
    peaks = find_peaks(scaled)
    assert peaks.two_theta == pytest.approx([25.0, 40.0, 60.0], abs=0.005)
    assert peaks.area == pytest.approx([900.0 * scale, 400.0 * scale, 2000.0 * scale], rel=0.05)


def test_one_single_spike(make_pattern):
    pattern = make_pattern([], background=0.0, seed=None)
    pattern.counts[1000] = 1e5
    check(pattern)


def test_lines_near_the_last_angle(make_pattern):
    check(make_pattern([(150.0, 900.0), (165.0, 800.0), (171.0, 900.0)], span=(140.0, 179.5)))


def test_short_range(make_pattern):
    pattern = make_pattern([(30.0, 900.0)], span=(29.0, 31.0))
    peaks = find_peaks(pattern)
    assert peaks.two_theta == pytest.approx([30.0], abs=0.005)
