"""Weight fractions from scale factors, absorption, and Brindley's correction.

Hill and Howard, J. Appl. Cryst. 20, 467 (1987): with intensities S m |F|^2 Lp, |F|^2 for a whole
cell, the weight of a phase goes as S Z M V: scale, mass and volume of the cell. Where phases
absorb unlike and grains are not fine, a phase's rays are weakened by its own grains:
Brindley (Phil. Mag. 36, 347 (1945)) divides S Z M V by tau, the mean over a spherical grain of
exp(-(mu - mu_mean) x), x being the path in it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.crystal.anomalous import dispersion
from engine.crystal.structure import CrystalStructure

FloatArray = NDArray[np.float64]
ELECTRON_RADIUS = 2.8179403e-5  # angstrom (CODATA 2018)
_PER_CM = 1e8
_MICROMETRE = 1e-4  # cm
# Brindley's limit of fine powders: |mu - mu_mean| D below this needs no correction.
FINE = 0.01
MEDIUM = 0.1
_GRAINS = 4000


def cell_mass(structure: CrystalStructure) -> float:
    """Mass of a cell's content, dalton."""
    import gemmi

    weights = [gemmi.Element(int(z)).weight for z in structure.numbers]
    return float(np.dot(weights, structure.occupancies))


def weight_fractions(
    scales: FloatArray, covariance: FloatArray, structures: list[CrystalStructure]
) -> tuple[FloatArray, FloatArray]:
    """Weight fractions of crystalline phases that together are the whole.

    Parameters
    ----------
    scales : (k,) array
        Per |F|^2 of a conventional cell.
    covariance : (k, k) array
        Of the scales.
    structures : list of CrystalStructure
        Conventional cells.

    Returns
    -------
    fractions, su : (k,) arrays
    """
    factor = np.array([cell_mass(s) * s.volume for s in structures])
    return _shares(scales * factor, factor[:, None] * covariance * factor)


def _shares(amounts: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    total = amounts.sum()
    fractions = amounts / total
    slope = (np.eye(len(amounts)) - fractions[:, None]) / total
    return fractions, np.sqrt(np.maximum(np.diag(slope @ covariance @ slope.T), 0.0))


def linear_absorption(structure: CrystalStructure, wavelength: float) -> float:
    """Photoelectric absorption coefficient, 1/cm, by the optical theorem 2 r_e lambda f''.

    Parameters
    ----------
    structure : CrystalStructure
    wavelength : float
        Angstrom.
    """
    _, second = dispersion(structure.numbers, wavelength)
    total = float(np.dot(second, structure.occupancies))
    return 2.0 * ELECTRON_RADIUS * wavelength * total / structure.volume * _PER_CM


def mean_absorption(
    fractions: FloatArray, structures: list[CrystalStructure], mu: FloatArray
) -> float:
    """Absorption coefficient of the solid, 1/cm, from weight fractions."""
    density = np.array([cell_mass(s) / s.volume for s in structures])
    volumes = fractions / density
    return float(volumes @ mu / volumes.sum())


def brindley(
    fractions: FloatArray,
    structures: list[CrystalStructure],
    mu: FloatArray,
    diameters: FloatArray,
) -> FloatArray:
    """Weight fractions corrected for microabsorption.

    Parameters
    ----------
    fractions : (k,) array
        Uncorrected.
    structures : list of CrystalStructure
    mu : (k,) array
        Linear absorption coefficients, 1/cm.
    diameters : (k,) array
        Of spherical grains, micrometres.
    """
    corrected = fractions
    for _ in range(50):
        excess = mu - mean_absorption(corrected, structures, mu)
        tau = np.array(
            [
                absorption_in_sphere(float(round(x, 7)))
                for x in excess * diameters * _MICROMETRE / 2.0
            ]
        )
        new = fractions / tau
        new = new / new.sum()
        if np.abs(new - corrected).max() < 1e-7:
            break
        corrected = new
    return np.asarray(new)


@cache
def absorption_in_sphere(mu_radius: float) -> float:
    """Mean of exp(-mu x) over a sphere, x the way in and out at right angles (2 theta = 90).

    Parameters
    ----------
    mu_radius : float
        mu times the radius; negative where the grain absorbs less than what surrounds it.
    """
    inside = _grains()
    # Way to the surface along an axis: from r to |r + t e| = 1.
    along = inside[:, :2]
    off = (inside**2).sum(axis=1)[:, None]
    path = along + np.sqrt(np.maximum(along**2 + 1.0 - off, 0.0))
    return float(np.mean(np.exp(-mu_radius * path.sum(axis=1))))


@cache
def _grains() -> FloatArray:
    """Points spread evenly in the unit sphere (an additive recurrence and its mirror image)."""
    rank = np.arange(1, _GRAINS + 1)
    # Powers of the generalised golden ratio of three dimensions.
    alpha = 1.2207440846057596 ** -np.arange(1.0, 4.0)
    unit = (0.5 + rank[:, None] * alpha) % 1.0
    radius = unit[:, 0] ** (1.0 / 3.0)
    z = 2.0 * unit[:, 1] - 1.0
    turn = 2.0 * np.pi * unit[:, 2]
    ring = np.sqrt(1.0 - z * z)
    points = radius[:, None] * np.stack([ring * np.cos(turn), ring * np.sin(turn), z], axis=1)
    return np.concatenate([points, -points])
