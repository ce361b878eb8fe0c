"""Absorption in a capillary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.diffraction.cylinder import transmission
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.errors import BadInputError
from engine.pattern.radiation import preset


def sampled(theta: float, mu_r: float, n: int = 200_000) -> float:
    """Mean over random points of the cross section; independent of the rings and sectors."""
    generator = np.random.default_rng(3)
    points = generator.uniform(-1.0, 1.0, (n, 2))
    points = points[(points**2).sum(axis=1) < 1.0]
    way = np.zeros(len(points))
    for direction in ((-1.0, 0.0), (np.cos(2 * theta), np.sin(2 * theta))):
        along = points @ np.array(direction)
        way += np.sqrt(1.0 - (points**2).sum(axis=1) + along**2) - along
    return float(np.exp(-mu_r * way).mean())


@pytest.mark.parametrize("mu_r", [0.3, 1.0, 3.0])
def test_transmission_is_the_mean_over_the_cross_section(mu_r):
    for degrees in (5.0, 25.0, 50.0, 80.0):
        theta = np.radians(degrees)
        found = float(transmission(np.array([np.sin(theta) ** 2]), mu_r)[0])
        assert found == pytest.approx(sampled(theta, mu_r), rel=1.5e-2)


def test_forward_scattering_has_a_closed_form():
    """At theta = 0 the way is the chord: an integral over one coordinate."""
    chord = np.sqrt(1.0 - np.linspace(-1, 1, 20_001) ** 2)
    for mu_r in (0.5, 1.0, 2.0):
        exact = np.trapezoid(2.0 * chord * np.exp(-2.0 * mu_r * chord), dx=1e-4) / np.pi
        assert float(transmission(np.array([0.0]), mu_r)[0]) == pytest.approx(exact, rel=1e-3)


def test_backward_scattering_is_absorbed_less_and_tensors_work_too():
    torch = pytest.importorskip("torch")
    sine = np.array([0.05, 0.5, 0.95])
    factors = transmission(sine, 1.5)
    assert np.all(np.diff(factors) > 0.0)
    tensor = torch.tensor(sine, requires_grad=True)
    made = transmission(tensor, 1.5)
    assert np.allclose(made.detach().numpy(), factors)
    made.sum().backward()
    assert bool((tensor.grad > 0.0).all())


def test_only_a_capillary_changes_the_factor():
    flat = preset("CuKa")
    sine = np.array([0.1, 0.6])
    filled = replace(flat, capillary_mu_r=1.0)
    ratio = lorentz_polarisation(sine, filled) / lorentz_polarisation(sine, flat)
    assert np.allclose(ratio, transmission(sine, 1.0))
    with pytest.raises(BadInputError):
        replace(flat, capillary_mu_r=30.0)
