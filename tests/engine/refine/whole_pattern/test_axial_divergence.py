"""Lines that stand for asymmetric ones."""

from __future__ import annotations

import numpy as np
import pytest

from engine.refine.whole_pattern.axial_divergence import TWO_BEAMS, axial_lines


def test_weights_of_a_line_sum_to_one_and_its_tail_points_to_the_nearer_pole():
    angles = np.array([8.0, 25.0, 90.0, 150.0])
    made = axial_lines(angles, np.full(4, 0.05), 0.08)
    for i, side in enumerate((-1.0, -1.0, 0.0, 1.0)):
        mine = made.parent == i
        assert np.isclose(made.weight[mine].sum(), 1.0)
        mean = made.weight[mine] @ made.offset[mine]
        assert abs(mean) < 1e-9 if side == 0.0 else mean * side > 1e-4


def test_mean_shift_is_that_of_the_integral():
    axial, angle = 0.08, 12.0
    h = (np.arange(20000) + 0.5) / 20000 * axial
    seen = np.arccos(np.cos(np.radians(angle)) * np.sqrt(1.0 + h * h))
    weight = (axial - h) / ((1.0 + h * h) * np.sin(seen))
    expected = weight @ (np.degrees(seen) - angle) / weight.sum()
    made = axial_lines(np.array([angle]), np.array([0.03]), axial)
    assert np.isclose(made.weight @ made.offset, expected, rtol=1e-4)


@pytest.mark.parametrize("angle", [12.0, 60.0, 90.0, 150.0])
def test_two_beams_are_seen_where_the_directions_of_their_rays_say(angle):
    """Against rays drawn at random: x and y of triangular densities, the exact formula."""
    axial, n = 0.05, 400_000
    generator = np.random.default_rng(4)
    x, y = axial * (1.0 - np.sqrt(generator.random((2, n)))) * generator.choice([-1, 1], (2, n))
    b, c = (x + y) / np.sqrt(2.0), (y - x) / np.sqrt(2.0)
    cosine = (np.cos(np.radians(angle)) - np.sin(b) * np.sin(c)) / (np.cos(b) * np.cos(c))
    seen = np.degrees(np.arccos(cosine)) - angle
    made = axial_lines(np.array([angle]), np.array([0.02]), axial, TWO_BEAMS)
    assert np.isclose(made.weight.sum(), 1.0)
    mean = made.weight @ made.offset
    spread = np.sqrt(made.weight @ (made.offset - mean) ** 2)
    assert mean == pytest.approx(seen.mean(), abs=0.02 * seen.std())
    assert spread == pytest.approx(seen.std(), rel=0.02)


def test_slopes_of_two_beams_are_derivatives():
    angles, width, step = np.array([10.0, 47.0, 100.0, 160.0]), np.full(4, 0.05), 1e-6
    low = axial_lines(angles, width, 0.04 - step, TWO_BEAMS)
    high = axial_lines(angles, width, 0.04 + step, TWO_BEAMS)
    middle = axial_lines(angles, width, 0.04, TWO_BEAMS)
    slope = (high.offset - low.offset) / (2.0 * step)
    assert np.allclose(middle.offset_slope, slope, rtol=1e-5, atol=1e-6)
    assert np.array_equal(high.weight, low.weight)
    assert np.all(middle.weight > 0.0)
