"""Absorption in a cylindrical sample: a filled capillary in the beam.

A ray that is scattered at a point of the cross section has come through the sample to it and goes
through the sample on its way out; the transmission factor is the mean of exp(-mu l) over the
cross section, l the whole way (International Tables C, section 6.3.3). It depends on the Bragg
angle and on mu R alone, and its logarithm is so smooth in sin^2(theta) that a polynomial of low
order holds it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Array = TypeVar("Array", NDArray[np.float64], "Tensor")
# Up to mu R = 3 the polynomial is right to 0.1 %.
_ORDER = 8
_ANGLES = 40
_RINGS, _SECTORS = 48, 96


def transmission(sin_squared: Array, mu_r: float) -> Array:
    """Transmission factor of a cylinder, a fraction.

    Parameters
    ----------
    sin_squared : array or tensor
        sin^2(theta).
    mu_r : float
        Linear absorption coefficient times radius, at most 3.
    """
    coefficients = _logarithm(round(mu_r, 6))
    total: Array = sin_squared * 0.0 + coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        total = total * sin_squared + coefficient
    factor: Array = 2.718281828459045**total
    return factor


@cache
def _logarithm(mu_r: float) -> tuple[float, ...]:
    """Coefficients of ln A in powers of sin^2(theta), lowest first."""
    sine = 0.5 * (1.0 - np.cos(np.pi * (np.arange(_ANGLES) + 0.5) / _ANGLES))
    theta = np.arcsin(np.sqrt(sine))
    values = np.log([_mean_transmission(angle, mu_r) for angle in theta])
    found = np.polynomial.polynomial.polyfit(sine, values, _ORDER)
    return tuple(float(c) for c in found)


def _mean_transmission(theta: float, mu_r: float) -> float:
    """Mean over the cross section (Gauss-Legendre in the squared radius, even sectors)."""
    nodes, weights = np.polynomial.legendre.leggauss(_RINGS)
    radius = np.sqrt(0.5 * (nodes + 1.0))[:, None]
    turn = (2.0 * np.pi * (np.arange(_SECTORS) + 0.5) / _SECTORS)[None, :]
    x, y = radius * np.cos(turn), radius * np.sin(turn)
    # The beam comes along +x; the scattered ray leaves at 2 theta.
    way = _to_surface(x, y, -1.0, 0.0)
    way = way + _to_surface(x, y, np.cos(2.0 * theta), np.sin(2.0 * theta))
    return float(0.5 * weights @ np.exp(-mu_r * way).mean(axis=1))


def _to_surface(
    x: NDArray[np.float64], y: NDArray[np.float64], along: float, across: float
) -> NDArray[np.float64]:
    """Way from points in a circle of radius 1 to its rim, in one direction."""
    projected = x * along + y * across
    inside = np.maximum(1.0 - x * x - y * y + projected**2, 0.0)
    return np.asarray(np.sqrt(inside) - projected)
