"""The measured lines as indexing uses them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern

FloatArray = NDArray[np.float64]

FEWEST_LINES = 3
# Fitted positions are never better than this, in degrees: asymmetry, overlap, displacement.
FINEST = 0.004
UNKNOWN_SIGMA = 0.02
UNKNOWN_WIDTH = 0.1


@dataclass(frozen=True, eq=False)
class LineList:
    """Lines in rising order of angle.

    Attributes
    ----------
    two_theta : (n,) array
        Degrees.
    sigma : (n,) array
        Standard uncertainty of `two_theta`, degrees.
    intensity : (n,) array
        Integrated intensity, the strongest being 1.
    width : (n,) array
        Full width at half maximum, degrees: lines nearer to each other than about half of it
        are seen as one.
    wavelength : float
        Angstrom.
    """

    two_theta: FloatArray
    sigma: FloatArray
    intensity: FloatArray
    width: FloatArray
    wavelength: float

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.two_theta)

    def take(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> LineList:
        """Some of the lines."""
        return LineList(
            self.two_theta[chosen],
            self.sigma[chosen],
            self.intensity[chosen],
            self.width[chosen],
            self.wavelength,
        )

    def first(self, count: int, faintest: float) -> LineList:
        """The first `count` lines that are at least `faintest` of the strongest."""
        return self.take(np.flatnonzero(self.intensity >= faintest)[:count])

    def square(self, zero: float = 0.0) -> FloatArray:
        """1/d^2 (n,) in 1/angstrom^2, after taking a zero shift (degrees) off the angles."""
        return to_square(self.two_theta - zero, self.wavelength)

    def slope(self) -> FloatArray:
        """Change (n,) of 1/d^2 with a degree of 2theta."""
        turn = np.radians(self.two_theta)
        return np.asarray(2.0 * np.sin(turn) / self.wavelength**2 * np.radians(1.0))


def to_square(two_theta: FloatArray, wavelength: float) -> FloatArray:
    """1/d^2 in 1/angstrom^2 at angles in degrees."""
    return np.asarray((2.0 * np.sin(np.radians(two_theta) / 2.0) / wavelength) ** 2)


def to_angle(square: FloatArray, wavelength: float) -> FloatArray:
    """2theta in degrees of lines with given 1/d^2; 180 where the line is out of reach."""
    sine = 0.5 * wavelength * np.sqrt(np.clip(square, 0.0, None))
    return np.asarray(2.0 * np.degrees(np.arcsin(np.minimum(sine, 1.0))))


def lines_of(pattern: PowderPattern) -> LineList:
    """The lines that the peak search finds in a pattern."""
    from engine.pattern.peaks import find_peaks

    peaks = find_peaks(pattern)
    if len(peaks) == 0:
        return _empty(pattern.radiation.primary)
    return LineList(
        peaks.two_theta,
        np.hypot(peaks.two_theta_su, FINEST),
        peaks.area / peaks.area.max(),
        peaks.fwhm,
        pattern.radiation.primary,
    )


def lines_from(
    two_theta: FloatArray,
    wavelength: float,
    intensities: FloatArray | None = None,
    sigma: FloatArray | None = None,
) -> LineList:
    """Lines from positions alone, or with what is known of them.

    Parameters
    ----------
    two_theta : (n,) array
        Degrees, in any order.
    wavelength : float
        Angstrom.
    intensities, sigma : (n,) arrays, optional
        In any unit; degrees.

    Raises
    ------
    BadInputError
        If the arrays do not go together or hold what cannot be.
    """
    angles = np.asarray(two_theta, dtype=np.float64).ravel()
    if not 0.0 < wavelength < np.inf:
        raise BadInputError(f"The wavelength must be positive, not {wavelength:g} angstrom.")
    if not np.all((angles > 0.0) & (angles < 180.0)):
        raise BadInputError("Line positions must lie between 0 and 180 degrees of 2theta.")
    n = len(angles)
    strength = np.ones(n) if intensities is None else np.asarray(intensities, dtype=np.float64)
    spread = np.full(n, UNKNOWN_SIGMA) if sigma is None else np.asarray(sigma, dtype=np.float64)
    if len(strength) != n or len(spread) != n:
        raise BadInputError("Give as many intensities and uncertainties as line positions.")
    if not (np.all(strength > 0.0) and np.all(spread > 0.0)):
        raise BadInputError("Intensities and uncertainties of lines must be positive.")
    if n == 0:
        return _empty(wavelength)
    order = np.argsort(angles, kind="stable")
    return LineList(
        angles[order],
        np.hypot(spread[order], FINEST),
        strength[order] / strength.max(),
        np.full(n, UNKNOWN_WIDTH),
        wavelength,
    )


def _empty(wavelength: float) -> LineList:
    none = np.zeros(0)
    return LineList(none, none, none, none, wavelength)
