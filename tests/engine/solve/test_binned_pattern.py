"""The pattern in bins of 1/d."""

from __future__ import annotations

import numpy as np
import pytest

from engine.refine.prepared import prepare
from engine.solve.binned_pattern import BinnedPattern
from tests.made_patterns import measured
from tests.made_structures import BY_NAME


@pytest.fixture(scope="module")
def prepared():
    return prepare(measured(BY_NAME["rutile"].structure, 3, zero=0.05))


@pytest.mark.parametrize("width", [0.001, 0.0012])
def test_a_line_keeps_its_intensity_and_place(prepared, width: float) -> None:
    pattern = BinnedPattern(prepared, width, width)
    place = pattern.start + width * np.arange(pattern.size)
    d_star = np.array([0.4, 0.5003])
    drawn = pattern.profiles(d_star)
    both = pattern.draw(pattern.on_bins(d_star), np.array([[2.0, 3.0]]))[0]
    assert drawn.sum(axis=1) == pytest.approx(sum(prepared.radiation.weights), rel=0.03)
    assert both.sum() == pytest.approx(5.0 * sum(prepared.radiation.weights), rel=1e-6)
    assert drawn @ place / drawn.sum(axis=1) == pytest.approx(d_star, abs=1.2e-3)


def test_what_is_outside_the_pattern_is_not_drawn(prepared) -> None:
    pattern = BinnedPattern(prepared)
    outside = np.array([pattern.start - 0.1, pattern.start + pattern.width * (pattern.size + 30)])
    drawn = pattern.draw(pattern.on_bins(outside), np.ones((2, 2)))
    assert drawn.shape == (2, pattern.size)
    assert not drawn.any()


def test_the_shape_is_that_of_the_measured_lines(prepared) -> None:
    """Lines shared out onto the profiles leave less than a Gaussian would."""
    pattern = BinnedPattern(prepared, 0.001, 0.001, 0.05)
    lines = 2.0 * np.sin(np.radians((prepared.peaks.two_theta - 0.05) / 2.0))
    profiles = pattern.profiles(lines / pattern.wavelength)
    area, *_ = np.linalg.lstsq(
        (profiles * np.sqrt(pattern.weight)).T,
        pattern.observed * np.sqrt(pattern.weight),
        rcond=None,
    )
    rest = pattern.observed - area @ profiles
    assert np.sqrt(pattern.weight @ rest**2 / pattern.power) < 0.1


def test_the_zero_error_is_taken_off(prepared) -> None:
    without, corrected = BinnedPattern(prepared), BinnedPattern(prepared, zero=0.05)
    place = [p.start + p.width * np.arange(p.size) for p in (without, corrected)]
    # 110 of rutile: 1/d = 0.3079 at a = 4.5937 A.
    highest = [
        x[np.where((x > 0.30) & (x < 0.316), p.observed, 0.0).argmax()]
        for x, p in zip(place, (without, corrected), strict=True)
    ]
    assert highest[1] == pytest.approx(np.sqrt(2.0) / 4.5937, abs=0.0013)
    assert highest[0] >= highest[1]
