"""The background of simulated laboratory patterns."""

import time

import numpy as np
import pytest

from engine.pattern.background import estimate_background, snip, whittaker
from engine.pattern.peak_detection import typical_width


def laboratory(x: np.ndarray) -> np.ndarray:
    return 100 + 400 * np.exp(-x / 20) + 150 * np.exp(-0.5 * ((x - 25) / 8) ** 2)


def some_lines(n: int, seed: int = 2) -> list[tuple[float, float]]:
    rng = np.random.default_rng(seed)
    return [(p, a) for p, a in zip(rng.uniform(15, 85, n), rng.exponential(300, n), strict=True)]


@pytest.mark.parametrize("n_lines", [0, 8, 40])
def test_smooth_background_with_a_hump(make_pattern, n_lines):
    pattern = make_pattern(some_lines(n_lines), background=laboratory)
    true = laboratory(pattern.two_theta)
    error = (estimate_background(pattern) - true) / np.sqrt(true)
    # In units of one point's noise; what is left are tails of lines.
    assert abs(np.median(error)) < 0.6
    assert np.percentile(np.abs(error), 90) < 2.0


def test_broad_lines_are_not_background(make_pattern):
    lines = [(30.0, 3000.0), (50.0, 2000.0), (70.0, 1500.0)]
    pattern = make_pattern(lines, fwhm=1.2, background=100.0)
    assert estimate_background(pattern)[np.argmax(pattern.counts)] < 300.0


def test_subtracted_pattern_with_negative_counts(make_pattern):
    pattern = make_pattern(some_lines(10), background=200.0)
    shifted = type(pattern)(pattern.two_theta, pattern.counts - 200.0, pattern.sigma)
    assert abs(np.median(estimate_background(shifted))) < 8.0


@pytest.mark.parametrize("fwhm", [0.06, 0.12, 0.3, 0.8])
def test_typical_width(make_pattern, fwhm):
    pattern = make_pattern([(20.0 + 9 * i, 500.0) for i in range(7)], fwhm=fwhm)
    assert typical_width(pattern) == pytest.approx(fwhm, rel=0.5)


def test_it_is_fast(make_pattern):
    pattern = make_pattern(some_lines(60), step=0.008)
    assert len(pattern) > 10_000
    estimate_background(pattern)
    start = time.perf_counter()
    estimate_background(pattern)
    assert time.perf_counter() - start < 0.5  # measured: 0.02 s


def test_snip_clips_lines_and_keeps_slopes():
    values = np.arange(50.0)
    values[20:23] += 30.0
    assert np.allclose(snip(values, 6), np.arange(50.0))


def test_whittaker_keeps_straight_lines():
    line = 3.0 + 0.5 * np.arange(40)
    assert np.allclose(whittaker(line, np.ones(40), 1e5), line, atol=1e-6)
