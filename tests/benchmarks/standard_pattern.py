"""The standard test pattern ("lab-like") that every reported score is measured on.

Made with pymatgen's `XRDCalculator`, on purpose apart from `engine.diffraction`: a program
that is tested on its own simulator proves nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 2026
WAVELENGTHS = (1.5405929, 1.5444274)
WEIGHTS = (1.0, 0.5)
START, STOP, STEP = 5.0, 90.0, 0.02
HIGHEST = 10_000.0
ETA = 0.5

FloatArray = NDArray[np.float64]


def standard_pattern(record: dict[str, Any], line_number: int) -> tuple[FloatArray, FloatArray]:
    """Counts against 2theta (degrees) for one record of the structure files.

    Parameters
    ----------
    record : dict
        With ``lattice``, ``species`` and ``frac_coords``.
    line_number : int
        Place of the record in its file, from 0: it seeds the random numbers.
    """
    rng = np.random.default_rng([SEED, line_number])
    elements = sorted(set(record["species"]))
    b_iso = {element: rng.uniform(0.2, 2.0) for element in elements}
    fwhm = rng.uniform(0.08, 0.20)
    hump = rng.uniform(0.0, 200.0)
    zero = rng.uniform(-0.05, 0.05)
    two_theta = np.arange(round((STOP - START) / STEP) + 1) * STEP + START
    bragg = np.zeros_like(two_theta)
    for wavelength, weight in zip(WAVELENGTHS, WEIGHTS, strict=True):
        positions, intensities = bragg_lines(record, wavelength, b_iso)
        bragg += weight * _profile(two_theta, positions + zero, intensities, fwhm)
    bragg *= HIGHEST / bragg.max()
    background = 100.0 + 400.0 * np.exp(-two_theta / 20.0)
    background += hump * np.exp(-0.5 * ((two_theta - 25.0) / 8.0) ** 2)
    return two_theta, rng.poisson(bragg + background).astype(np.float64)


def bragg_lines(
    record: dict[str, Any], wavelength: float, b_iso: dict[str, float]
) -> tuple[FloatArray, FloatArray]:
    """Line positions (degrees of 2theta) and integrated intensities from pymatgen."""
    from pymatgen.analysis.diffraction.xrd import XRDCalculator
    from pymatgen.core import Lattice, Structure

    structure = Structure(Lattice(record["lattice"]), record["species"], record["frac_coords"])
    calculator = XRDCalculator(wavelength=wavelength, debye_waller_factors=b_iso)
    pattern = calculator.get_pattern(
        structure, scaled=False, two_theta_range=(START - 1.0, STOP + 1.0)
    )
    return np.asarray(pattern.x), np.asarray(pattern.y)


def _profile(
    two_theta: FloatArray, positions: FloatArray, intensities: FloatArray, fwhm: float
) -> FloatArray:
    """Sum of area-normalised pseudo-Voigts; the width grows as 1/cos(theta)."""
    total = np.zeros_like(two_theta)
    for position, intensity in zip(positions, intensities, strict=True):
        width = fwhm / np.cos(np.radians(position / 2.0))
        x = (two_theta - position) / width
        gauss = np.sqrt(4.0 * np.log(2.0) / np.pi) * np.exp(-4.0 * np.log(2.0) * x**2)
        lorentz = 2.0 / (np.pi * (1.0 + 4.0 * x**2))
        total += intensity / width * (ETA * lorentz + (1.0 - ETA) * gauss)
    return total
