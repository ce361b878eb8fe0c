"""Simulated measurements whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.crystal.anomalous import dispersion
from engine.crystal.structure import CrystalStructure
from engine.diffraction.profile import simulate_pattern
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation, preset


def with_b_iso(structure: CrystalStructure, b_iso: float) -> CrystalStructure:
    """The structure with one displacement parameter B (square angstrom) for all atoms."""
    return replace(structure, u_iso=np.full(len(structure), b_iso / (8.0 * np.pi**2)))


def measured(
    structure: CrystalStructure,
    seed: int | None = 0,
    *,
    b_iso: float = 0.6,
    zero: float = 0.0,
    radiation: Radiation | None = None,
    **simulation: Any,
) -> PowderPattern:
    """A simulated measurement with Poisson noise and anomalous scattering.

    Parameters
    ----------
    structure : CrystalStructure
    seed : int or None
        Of the noise; without one there is neither noise nor background.
    b_iso : float
        Square angstrom.
    zero : float
        Degrees added to every angle.
    radiation : Radiation, optional
        Cu K-alpha by default.
    **simulation
        For `simulate_pattern`.
    """
    pattern = measured_as_it_is(with_b_iso(structure, b_iso), seed, radiation, **simulation)
    return replace(pattern, two_theta=pattern.two_theta + zero)


def measured_as_it_is(
    structure: CrystalStructure,
    seed: int | None = 0,
    radiation: Radiation | None = None,
    **simulation: Any,
) -> PowderPattern:
    """As `measured`, with the structure's own displacement parameters."""
    optics = radiation or preset("CuKa")
    return simulate_pattern(
        structure,
        optics,
        noise_seed=seed,
        dispersion=dispersion(structure.numbers, optics.primary),
        **simulation,
    )


def noise_only(seed: int = 0, level: float = 200.0) -> PowderPattern:
    """Counts about a flat background, no line."""
    two_theta = np.arange(10.0, 80.0, 0.02)
    counts = np.random.default_rng(seed).poisson(level, len(two_theta)).astype(np.float64)
    return PowderPattern(two_theta, counts, np.sqrt(counts), preset("CuKa"), name="noise")
