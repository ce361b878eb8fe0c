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


def varied_pattern(
    record: dict[str, Any],
    line_number: int,
    *,
    dispersion: bool = False,
    automatic_slits: bool = False,
    impurity: dict[str, Any] | None = None,
    share: float = 0.0,
    lines: str = "true",
) -> tuple[FloatArray, FloatArray]:
    """The standard pattern with one thing about it changed; with nothing changed it is the same.

    Parameters
    ----------
    record, line_number
        As for `standard_pattern`.
    dispersion : bool
        Anomalous dispersion of every element at Cu K-alpha.
    automatic_slits : bool
        Divergence slits that keep the illuminated length: Bragg intensities times sin(theta).
    impurity : dict, optional
        Record of a second phase.
    share : float
        Its weight fraction.
    lines : {"true", "permuted", "scattered", "hump", "noise"}
        ``permuted``: the intensities change places among the lines. ``scattered``: the lines,
        permuted, at random places. ``hump``: amorphous humps and no line. ``noise``: nothing but
        the background and its counting noise.
    """
    rng = np.random.default_rng([SEED, line_number])
    other = np.random.default_rng([SEED, line_number, 1])
    b_iso = {element: rng.uniform(0.2, 2.0) for element in sorted(set(record["species"]))}
    fwhm, hump, zero = rng.uniform(0.08, 0.20), rng.uniform(0.0, 200.0), rng.uniform(-0.05, 0.05)
    two_theta = np.arange(round((STOP - START) / STEP) + 1) * STEP + START
    calculated = _dispersed_lines if dispersion else bragg_lines
    bragg = np.zeros_like(two_theta)
    if lines == "hump":
        bragg = _amorphous(two_theta, other)
    elif lines in ("permuted", "scattered"):
        positions, intensities = calculated(record, WAVELENGTHS[0], b_iso)
        intensities = other.permutation(intensities)
        if lines == "scattered":
            positions = np.sort(other.uniform(START + 5.0, STOP, len(positions)))
        for wavelength, weight in zip(WAVELENGTHS, WEIGHTS, strict=True):
            places = _at(positions, wavelength / WAVELENGTHS[0])
            bragg += weight * _profile(two_theta, places + zero, intensities, fwhm)
    elif lines == "true":
        phases = [(record, b_iso, 1.0)]
        if impurity is not None:
            found = sorted(set(impurity["species"]))
            b_other = {element: other.uniform(0.2, 2.0) for element in found}
            relative = share / (1.0 - share) * _per_mass(impurity) / _per_mass(record)
            phases.append((impurity, b_other, relative))
        for wavelength, weight in zip(WAVELENGTHS, WEIGHTS, strict=True):
            for phase, b_phase, amount in phases:
                positions, intensities = calculated(phase, wavelength, b_phase)
                profile = _profile(two_theta, positions + zero, intensities, fwhm)
                bragg += weight * (profile if phase is record else amount * profile)
    elif lines != "noise":
        raise ValueError(f"There are no lines of the kind '{lines}'.")
    if automatic_slits:
        bragg = bragg * np.sin(np.radians(two_theta / 2.0))
    if bragg.any():
        bragg = bragg * (HIGHEST / bragg.max())
    background = 100.0 + 400.0 * np.exp(-two_theta / 20.0)
    background += hump * np.exp(-0.5 * ((two_theta - 25.0) / 8.0) ** 2)
    return two_theta, rng.poisson(bragg + background).astype(np.float64)


def _at(positions: FloatArray, ratio: float) -> FloatArray:
    """Where lines lie for a wavelength that is longer by `ratio`."""
    sine = np.minimum(ratio * np.sin(np.radians(positions / 2.0)), 1.0)
    return np.asarray(2.0 * np.degrees(np.arcsin(sine)))


def _amorphous(two_theta: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Two broad humps like those of a glass, the second weaker and at a higher angle."""
    centre, width = rng.uniform(18.0, 40.0), rng.uniform(3.0, 7.0)
    first = np.exp(-0.5 * ((two_theta - centre) / width) ** 2)
    second = np.exp(-0.5 * ((two_theta - 1.7 * centre) / (1.5 * width)) ** 2)
    return np.asarray(first + rng.uniform(0.1, 0.5) * second)


def _per_mass(record: dict[str, Any]) -> float:
    """By what unscaled line intensities of one cell become those of unit mass: 1/(M V)."""
    from pymatgen.core import Lattice, Structure

    cell = Structure(Lattice(record["lattice"]), record["species"], record["frac_coords"])
    return float(1.0 / (cell.composition.weight * cell.volume))


def _dispersed_lines(
    record: dict[str, Any], wavelength: float, b_iso: dict[str, float]
) -> tuple[FloatArray, FloatArray]:
    """`bragg_lines` with f' and f'' (Cromer and Liberman, from gemmi) in the structure factors."""
    import gemmi

    corrections = {
        symbol: complex(*gemmi.cromer_liberman(gemmi.Element(symbol).atomic_number, energy))
        for energy in [12398.4198 / wavelength]
        for symbol in set(record["species"])
    }
    return summed_lines(record, wavelength, b_iso, corrections)


def summed_lines(
    record: dict[str, Any],
    wavelength: float,
    b_iso: dict[str, float],
    corrections: dict[str, complex],
) -> tuple[FloatArray, FloatArray]:
    """Lines from a sum over all reflections, with pymatgen's form factors.

    Parameters
    ----------
    record, wavelength, b_iso
        As for `bragg_lines`.
    corrections : dict
        What is added to each element's form factor: f' + i f''. With zeros the intensities are
        pymatgen's.
    """
    from pymatgen.analysis.diffraction.xrd import ATOMIC_SCATTERING_PARAMS
    from pymatgen.core import Element, Lattice

    low, high = (2.0 * np.sin(np.radians(t / 2.0)) / wavelength for t in (START - 1.0, STOP + 1.0))
    reciprocal = Lattice(record["lattice"]).reciprocal_lattice_crystallographic
    points = reciprocal.get_points_in_sphere([[0, 0, 0]], [0, 0, 0], high)
    hkl = np.round(np.array([point[0] for point in points]))
    length = np.array([point[1] for point in points])
    hkl, length = hkl[length >= low], length[length >= low]
    s_squared = (length / 2.0) ** 2
    species, coords = np.array(record["species"]), np.array(record["frac_coords"])
    factors = np.zeros(len(hkl), dtype=np.complex128)
    for symbol in sorted(set(record["species"])):
        a, b = np.array(ATOMIC_SCATTERING_PARAMS[symbol]).T
        f0 = Element(symbol).Z - 41.78214 * s_squared * (a * np.exp(-np.outer(s_squared, b))).sum(1)
        waves = np.exp(2j * np.pi * hkl @ coords[species == symbol].T).sum(axis=1)
        factors += (f0 + corrections[symbol]) * np.exp(-b_iso[symbol] * s_squared) * waves
    theta = np.arcsin(wavelength * length / 2.0)
    lorentz = (1.0 + np.cos(2.0 * theta) ** 2) / (np.sin(theta) ** 2 * np.cos(theta))
    places, which = np.unique(np.round(2.0 * np.degrees(theta), 6), return_inverse=True)
    return places, np.bincount(which, weights=np.abs(factors) ** 2 * lorentz)
