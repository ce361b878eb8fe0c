"""Weight fractions, absorption, microabsorption."""

from __future__ import annotations

import numpy as np
import pytest

from engine.refine.whole_pattern.weight_fractions import (
    absorption_in_sphere,
    brindley,
    cell_mass,
    linear_absorption,
    weight_fractions,
)
from tests.made_structures import BY_NAME

PAIR = [BY_NAME["corundum"].structure, BY_NAME["rutile"].structure]


def test_fractions_go_as_scale_mass_and_volume():
    factor = np.array([cell_mass(s) * s.volume for s in PAIR])
    scales = np.array([0.3, 0.7]) / factor
    fractions, su = weight_fractions(scales, np.diag((0.01 * scales) ** 2), PAIR)
    assert fractions == pytest.approx([0.3, 0.7])
    # Of w = a / (a + b): w (1 - w) times the root of both relative variances.
    assert su == pytest.approx([0.21 * 0.01 * np.sqrt(2.0)] * 2)


def test_absorption_of_corundum_is_the_tabulated_one():
    # International Tables C, 4.2.4: 30.9 cm^2/g for Al2O3 with Cu K-alpha, 3.99 g/cm^3.
    assert linear_absorption(PAIR[0], 1.5418) == pytest.approx(124.0, rel=0.05)


def test_grains_that_absorb_more_are_underestimated():
    mu = np.array([linear_absorption(s, 1.5418) for s in PAIR])
    assert mu[1] > mu[0]
    half = np.array([0.5, 0.5])
    assert brindley(half, PAIR, mu, np.full(2, 10.0))[1] > 0.52
    assert brindley(half, PAIR, mu, np.full(2, 1e-4)) == pytest.approx(half, abs=1e-5)


def test_thin_sphere_absorbs_by_its_mean_path():
    # Way in and way out are 3/4 of the radius each.
    assert absorption_in_sphere(1e-3) == pytest.approx(1.0 - 1.5e-3, abs=1e-5)
