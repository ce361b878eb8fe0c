"""Pseudo-Voigt lines of a pattern, each with all wavelengths of the radiation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.pattern.radiation import Radiation

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_LN2 = float(np.log(2.0))
# Lines are fitted to the points within so many FWHM, and calculated over the longer range.
REACH = 6.0
FAR_REACH = 50.0


@dataclass(frozen=True, eq=False)
class Lines:
    """Parameters of n lines.

    Attributes
    ----------
    position : (n,) array
        2theta of the primary wavelength, degrees.
    area : (n,) array
        Integrated intensity of all wavelengths together, counts times degrees.
    log_fwhm : (n,) array
        Natural logarithm of the FWHM in degrees.
    eta : (n,) array
        Lorentzian share, 0 to 1.
    asymmetry : (n,) array
        The half towards low angles is wider by this share, the other narrower by as much.
    """

    position: FloatArray
    area: FloatArray
    log_fwhm: FloatArray
    eta: FloatArray
    asymmetry: FloatArray

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.position)

    def take(self, index: IntArray | NDArray[np.bool_]) -> Lines:
        """Some of the lines."""
        return Lines(*(column[index] for column in self.columns()))

    def columns(self) -> tuple[FloatArray, ...]:
        """Position, area, log_fwhm, eta and asymmetry."""
        return self.position, self.area, self.log_fwhm, self.eta, self.asymmetry

    def join(self, other: Lines) -> Lines:
        """These lines and others, in order of position."""
        pairs = zip(self.columns(), other.columns(), strict=True)
        both = [np.concatenate(pair) for pair in pairs]
        order = np.argsort(both[0], kind="stable")
        return Lines(*(column[order] for column in both))


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """Which points each line touches: flat lists of pairs (line, point), ordered by line."""

    line: IntArray
    point: IntArray


def satellite_positions(position: FloatArray, radiation: Radiation) -> FloatArray:
    """2theta (w, n) of every wavelength for lines whose primary one is at `position` (n,)."""
    sine = np.sin(np.radians(position / 2.0))
    ratio = np.array(radiation.wavelengths)[:, None] / radiation.primary
    return np.asarray(2.0 * np.degrees(np.arcsin(np.clip(ratio * sine, -1.0, 1.0))))


def neighbourhoods(
    two_theta: FloatArray, lines: Lines, radiation: Radiation, reach: float = REACH
) -> Neighbourhoods:
    """Points within `reach` FWHM of any wavelength of each line."""
    satellites = satellite_positions(lines.position, radiation)
    margin = reach * np.exp(lines.log_fwhm)
    first = np.searchsorted(two_theta, satellites.min(axis=0) - margin)
    last = np.searchsorted(two_theta, satellites.max(axis=0) + margin)
    size = last - first
    line = np.repeat(np.arange(len(lines)), size)
    start = np.repeat(first - np.concatenate([[0], np.cumsum(size)[:-1]]), size)
    return Neighbourhoods(line, start + np.arange(int(size.sum())))


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles of unit area at every (line, point), and their derivatives, each (m,)."""

    value: FloatArray
    by_position: FloatArray
    by_log_fwhm: FloatArray
    by_eta: FloatArray
    by_asymmetry: FloatArray


def unit_profiles(
    two_theta: FloatArray, lines: Lines, near: Neighbourhoods, radiation: Radiation
) -> Profiles:
    """Pseudo-Voigt (1 - eta) G + eta L with a common FWHM, summed over the wavelengths.

    The two halves are stretched by 1 + asymmetry (low angles) and 1 - asymmetry, which leaves
    height, FWHM and area as they are.
    """
    satellites = satellite_positions(lines.position, radiation)
    cosine = np.cos(np.radians(lines.position / 2.0))
    inverse = np.exp(-lines.log_fwhm)[near.line]
    eta = lines.eta[near.line]
    x_data = two_theta[near.point]
    asymmetry = lines.asymmetry[near.line]
    total = [np.zeros(len(near.line)) for _ in range(5)]
    for k, weight in enumerate(radiation.weights):
        # d(2theta_k)/d(2theta_1), by Bragg's law.
        moved = (
            radiation.wavelengths[k]
            / radiation.primary
            * cosine
            / np.maximum(np.cos(np.radians(satellites[k] / 2.0)), 0.02)
        )
        u = (x_data - satellites[k][near.line]) * inverse
        side = np.where(u < 0.0, 1.0, -1.0)
        stretch = 1.0 / (1.0 + side * asymmetry)
        u *= stretch
        gauss, lorentz, fall = _shapes(u, inverse * weight)
        gauss_part, lorentz_part = (1.0 - eta) * gauss, eta * lorentz
        slope = (8.0 * _LN2) * gauss_part + 8.0 * fall * lorentz_part
        slope *= u
        both = gauss_part + lorentz_part
        total[0] += both
        total[1] += moved[near.line] * inverse * slope * stretch
        slope *= u
        total[2] += slope - both
        total[3] += lorentz - gauss
        total[4] += slope * stretch * side
    return Profiles(*total)


def _shapes(u: FloatArray, scale: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Gaussian and Lorentzian of unit area times `scale`, and 1/(1 + 4 u^2); u in FWHM."""
    square = u * u
    fall = 1.0 / (1.0 + 4.0 * square)
    gauss = np.exp((-4.0 * _LN2) * square) * (scale * (2.0 * np.sqrt(_LN2 / np.pi)))
    return gauss, fall * scale * (2.0 / np.pi), fall


def calculate(
    two_theta: FloatArray, lines: Lines, radiation: Radiation, reach: float = REACH
) -> FloatArray:
    """Sum (n,) of all lines at the points of a pattern, without background."""
    if len(lines) == 0:
        return np.zeros(len(two_theta))
    near = neighbourhoods(two_theta, lines, radiation, reach)
    total = np.zeros(len(near.line))
    inverse, eta = np.exp(-lines.log_fwhm)[near.line], lines.eta[near.line]
    asymmetry = lines.asymmetry[near.line]
    x_data = two_theta[near.point]
    satellites = satellite_positions(lines.position, radiation)
    for k, weight in enumerate(radiation.weights):
        u = (x_data - satellites[k][near.line]) * inverse
        u /= 1.0 + np.where(u < 0.0, asymmetry, -asymmetry)
        gauss, lorentz, _ = _shapes(u, inverse * weight)
        total += gauss + eta * (lorentz - gauss)
    weights = lines.area[near.line] * total
    summed = np.bincount(near.point, weights=weights, minlength=len(two_theta))
    return np.asarray(summed, dtype=np.float64)


def heights(lines: Lines, radiation: Radiation) -> FloatArray:
    """Height (n,) of the primary wavelength's maximum in counts above the background."""
    fwhm = np.exp(lines.log_fwhm)
    unit = ((1.0 - lines.eta) * 2.0 * np.sqrt(_LN2 / np.pi) + lines.eta * 2.0 / np.pi) / fwhm
    share = radiation.weights[0] / sum(radiation.weights)
    return np.asarray(lines.area * share * unit)
