"""Noise estimated from patterns alone."""

import numpy as np
import pytest

from engine.pattern.noise import are_raw_counts, estimate_sigma, estimate_variance
from engine.pattern.resample import downsample


def test_poisson_counts_are_recognised(make_pattern):
    pattern = make_pattern([(25.0, 900.0), (40.0, 400.0), (60.0, 2000.0)])
    a, b = estimate_variance(pattern.counts)
    level = np.median(pattern.counts)
    assert (a + b * level) / level == pytest.approx(1.0, abs=0.2)
    assert are_raw_counts(pattern.counts)


@pytest.mark.parametrize("factor", [0.013, 1 / 7.5, 25.0])
def test_scaled_counts_are_not_raw(make_pattern, factor):
    counts = make_pattern([(25.0, 900.0), (40.0, 400.0)]).counts * factor
    assert not are_raw_counts(counts)
    true = np.sqrt(np.maximum(counts, 0.0) * factor)
    assert np.median(estimate_sigma(counts) / true) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("top", [100.0, 1.0, 10_000.0])
def test_normalised_patterns_are_not_raw(make_pattern, top):
    counts = make_pattern([(25.0, 900.0)]).counts
    assert not are_raw_counts(np.round(counts / counts.max() * top))


def test_scaled_whole_numbers_are_not_raw(make_pattern):
    assert not are_raw_counts(make_pattern([(25.0, 900.0)]).counts * 16)


@pytest.mark.parametrize("counts", [np.zeros(30), np.full(30, 5.0), np.arange(30.0)])
def test_no_noise_is_no_error(counts):
    a, b = estimate_variance(counts)
    assert a >= 0.0
    assert b >= 0.0
    assert np.all(estimate_sigma(counts) > 0)


def test_downsampling_keeps_integrals(make_pattern):
    pattern = make_pattern([(25.0, 900.0)], step=0.01)
    short = downsample(pattern, 1000)
    assert len(short) <= 1000
    assert short.counts.sum() * short.step == pytest.approx(
        pattern.counts.sum() * pattern.step, rel=2e-3
    )
    assert np.median(short.sigma) == pytest.approx(np.median(pattern.sigma) / np.sqrt(9), rel=0.05)
    assert downsample(pattern, len(pattern)) is pattern
