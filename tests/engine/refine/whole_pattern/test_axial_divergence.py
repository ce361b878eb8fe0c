"""Lines that stand for asymmetric ones."""

from __future__ import annotations

import numpy as np

from engine.refine.whole_pattern.axial_divergence import axial_lines


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
