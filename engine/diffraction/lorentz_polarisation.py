"""Geometric and polarisation factors of a powder line.

All functions take x = sin^2(theta) = (lambda s)^2 and use arithmetic only, so that numpy arrays
and torch tensors (with gradients) both work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.diffraction.cylinder import transmission
from engine.pattern.radiation import Radiation

if TYPE_CHECKING:
    from torch import Tensor

Array = TypeVar("Array", NDArray[np.float64], "Tensor")


def lorentz(sin_squared: Array) -> Array:
    """Lorentz factor of a powder ring, 1 / (sin^2(theta) cos(theta)).

    International Tables C, section 6.2.5. Values at sin^2(theta) >= 1 are not meaningful.
    """
    factor: Array = 1.0 / (sin_squared * (1.0 - sin_squared) ** 0.5)
    return factor


def polarisation(sin_squared: Array, radiation: Radiation) -> Array:
    """Polarisation factor, 1 in the forward direction.

    (p + (1 - p) K cos^2(2 theta)) / (p + (1 - p) K), where p is the fraction of the beam
    polarised perpendicular to the diffraction plane and K = cos^2(2 theta_m) of a monochromator
    (mosaic crystal; K = 1 without one). For a tube p = 1/2 gives (1 + K cos^2)/(1 + K); for a
    synchrotron p is near 1. Azaroff, Acta Cryst. 8, 701 (1955).
    """
    transmitted = 1.0
    if radiation.monochromator_two_theta is not None:
        transmitted = float(np.cos(np.radians(radiation.monochromator_two_theta)) ** 2)
    across = radiation.polarisation
    within = (1.0 - across) * transmitted
    cosine = 1.0 - 2.0 * sin_squared
    factor: Array = (across + within * cosine**2) / (across + within)
    return factor


def slits(sin_squared: Array, radiation: Radiation) -> Array:
    """Share of the beam that the sample sees: sin(theta) with automatic slits, 1 with fixed ones.

    Automatic divergence slits keep the lit area constant, so the lit beam grows as sin(theta).
    """
    share: Array = sin_squared**0.5 if radiation.slit_mode == "automatic" else sin_squared**0
    return share


def lorentz_polarisation(sin_squared: Array, radiation: Radiation) -> Array:
    """Factor between multiplicity times |F|^2 and a line's integrated intensity.

    Parameters
    ----------
    sin_squared : array or tensor
        sin^2(theta), between 0 and 1 (exclusive).
    radiation : Radiation
        Its polarisation, monochromator, slit mode and capillary count; its wavelengths do not.
    """
    factor: Array = lorentz(sin_squared) * polarisation(sin_squared, radiation)
    factor = factor * slits(sin_squared, radiation)
    if radiation.capillary_mu_r > 0.0:
        factor = factor * transmission(sin_squared, radiation.capillary_mu_r)
    return factor
