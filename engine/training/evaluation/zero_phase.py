"""The zero-phase map: what a known cell gives without any network.

    rho(x) = sum over h of |F(h)| exp(-B s^2) cos(2 pi h.x),   s = 1/(2d)

with |F| from the pattern's own intensities, those of overlapping reflections shared out equally.
It peaks at the interatomic vectors of heavy atoms, and where a heavy atom sits at the origin of a
centrosymmetric crystal it is nearly right. It does not use the network's own encoding, so that it
stays the same from one set of weights to the next.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.cmed import SMEARING
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.diffraction.reflections import hkl_within
from engine.pattern.background import estimate_background
from engine.pattern.pattern import PowderPattern

FloatArray = NDArray[np.float64]
# Reflections closer than this many line widths count as one line.
UNRESOLVED = 0.5
LINE_WIDTH = 0.15  # degrees of 2theta
REACH = 3.0  # line widths to either side from which a line's intensity is taken
S_MAX = 0.75  # 1/angstrom: exp(-6 s^2) is 0.03 there
TYPICAL_B = 2.0  # square angstrom: the fall of |F| beyond what was measured


def zero_phase_map(
    pattern: PowderPattern, lattice: FloatArray, grid: int, mean: float, spread: float
) -> FloatArray:
    """Map with all phases zero from a powder pattern on a known cell.

    Parameters
    ----------
    pattern : PowderPattern
    lattice : (3, 3) array
        Rows in angstrom.
    grid : int
    mean, spread : float
        Mean and standard deviation of the result, e/A^3: a help, correlations ignore them.

    Returns
    -------
    (grid, grid, grid) array
    """
    indices, s = hkl_within(lattice, S_MAX)
    amplitude = zero_phase_amplitudes(pattern, s) * np.exp(-SMEARING * s**2)
    folded = np.zeros((grid, grid, grid))
    np.add.at(folded, tuple((indices % grid).T), amplitude)
    values = np.fft.fftn(folded).real
    return np.asarray(mean + (values - values.mean()) * spread / max(float(values.std()), 1e-12))


def zero_phase_amplitudes(pattern: PowderPattern, s: FloatArray) -> FloatArray:
    """|F| of each reflection, on an arbitrary scale.

    Parameters
    ----------
    pattern : PowderPattern
    s : (m,) array
        sin(theta)/lambda of every reflection, equivalents one by one.
    """
    wavelength = pattern.radiation.mean
    sine = s * wavelength
    place = np.degrees(2.0 * np.arcsin(np.clip(sine, 0.0, 1.0)))
    margin = REACH * LINE_WIDTH
    seen = (sine < 1.0) & (place > pattern.two_theta[0] + margin)
    seen &= place < pattern.two_theta[-1] - margin
    squared = np.zeros_like(s)
    if seen.any():
        squared[seen] = _shared_intensities(pattern, place[seen])
        squared[seen] /= lorentz_polarisation(sine[seen] ** 2, pattern.radiation)
    # Beyond the data: the mean measured square, falling as a displacement would make it.
    slope = np.exp(-2.0 * TYPICAL_B * s**2)
    level = squared[seen].sum() / slope[seen].sum() if seen.any() else 1.0
    squared[~seen] = level * slope[~seen]
    return np.sqrt(squared)


def _shared_intensities(pattern: PowderPattern, place: FloatArray) -> FloatArray:
    """Intensity of each reflection: every point of the pattern goes to the nearest line.

    Parameters
    ----------
    pattern : PowderPattern
    place : (m,) array
        Degrees of 2theta; those that are not resolved share their line's intensity equally.
    """
    order = np.argsort(place)
    starts = np.diff(place[order], prepend=-np.inf) > UNRESOLVED * LINE_WIDTH
    line = np.cumsum(starts) - 1
    counts = np.bincount(line)
    centre = np.bincount(line, place[order]) / counts
    net = (pattern.counts - estimate_background(pattern)) * np.gradient(pattern.two_theta)
    borders = 0.5 * (centre[1:] + centre[:-1])
    nearest = np.searchsorted(borders, pattern.two_theta)
    near = np.abs(pattern.two_theta - centre[nearest]) <= REACH * LINE_WIDTH
    intensity = np.bincount(nearest[near], net[near], minlength=len(counts))
    shared = np.empty(len(place))
    shared[order] = np.maximum(intensity / counts, 0.0)[line]
    return shared
