"""The background of a refinement: a curve, a polynomial, air scatter and diffuse humps.

Air in the beam scatters more the lower the angle, because more of it is lit and seen there, and
because its atoms scatter forward. A term A / two_theta beside the polynomial follows that rise
(One_on_X of TOPAS: Coelho, J. Appl. Cryst. 51, 210 (2018)), for which a polynomial alone needs many
terms. What is amorphous (a capillary, a binder, a glass) shows as humps some degrees wide:
pseudo-Voigt peaks on top of the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from engine.refine.whole_pattern.parameters import InstrumentParameters

FloatArray = NDArray[np.float64]
PER_HUMP = 3  # position, height, FWHM
_LOWEST = 0.5  # degrees: below this the term of air scatter rises no further
# So much of the diffuse part may be undone by a polynomial below zero.
_UNDONE = 0.1
_GAUSS = 4.0 * np.log(2.0)


@dataclass(frozen=True, eq=False)
class Background:
    """What is calculated under the lines.

    Attributes
    ----------
    two_theta, fixed : (n,) arrays
        Degrees, and a curve (counts) that is not refined.
    terms : (n, b) array
        Chebyshev polynomials of the first kind on the pattern's range.
    air : (n,) array
        1 / two_theta, 1/degree.
    """

    two_theta: FloatArray
    fixed: FloatArray
    terms: FloatArray
    air: FloatArray

    @classmethod
    def of(cls, two_theta: FloatArray, fixed: FloatArray, n_terms: int) -> Background:
        """With so many Chebyshev terms beside a curve (n,) of counts."""
        unit = 2.0 * (two_theta - two_theta[0]) / (two_theta[-1] - two_theta[0]) - 1.0
        terms = np.asarray(chebyshev.chebvander(unit, n_terms - 1))
        return cls(two_theta, fixed, terms, 1.0 / np.maximum(two_theta, _LOWEST))

    def polynomial(self, n_terms: int) -> Background:
        """So many Chebyshev terms and no curve."""
        return Background.of(self.two_theta, np.zeros_like(self.fixed), n_terms)

    def curve(self, instrument: InstrumentParameters) -> FloatArray:
        """(n,) counts."""
        return self.smooth(instrument) + self.diffuse(instrument)

    def smooth(self, instrument: InstrumentParameters) -> FloatArray:
        """(n,) counts of curve and polynomial."""
        return np.asarray(self.fixed + self.terms @ instrument.background)

    def diffuse(self, instrument: InstrumentParameters) -> FloatArray:
        """(n,) counts of air scatter and humps."""
        level = instrument.air * self.air
        for k in range(len(instrument.hump_shapes)):
            level = level + self.hump(instrument, k)
        return np.asarray(level)

    def hump(self, instrument: InstrumentParameters, k: int) -> FloatArray:
        """(n,) counts of one hump, numbered from 0."""
        position, height, fwhm = instrument.humps[PER_HUMP * k : PER_HUMP * (k + 1)]
        shape = hump_shape(self.two_theta, position, fwhm, instrument.hump_shapes[k])
        return np.asarray(height * shape)

    def columns(self, group: str, instrument: InstrumentParameters) -> FloatArray:
        """(n, v) derivatives by "background", "air", "humps" or "hump_shapes"."""
        if group == "background":
            return self.terms
        if group == "air":
            return self.air[:, None]
        made = [self._by_hump(group, instrument, k) for k in range(len(instrument.hump_shapes))]
        return np.concatenate([np.zeros((len(self.two_theta), 0)), *made], axis=1)

    def _by_hump(self, group: str, instrument: InstrumentParameters, k: int) -> FloatArray:
        position, height, fwhm = instrument.humps[PER_HUMP * k : PER_HUMP * (k + 1)]
        eta = instrument.hump_shapes[k]
        away = (self.two_theta - position) / fwhm
        gauss, lorentz = _curves(away)
        if group == "hump_shapes":
            return np.asarray((height * (lorentz - gauss))[:, None])
        slope = -2.0 * away * ((1.0 - eta) * _GAUSS * gauss + eta * 4.0 * lorentz**2)
        moved = -height / fwhm * slope
        shape = (1.0 - eta) * gauss + eta * lorentz
        return np.stack([moved, shape, moved * away], axis=1)


def is_plausible(smooth: FloatArray, diffuse: FloatArray) -> bool:
    """Whether air scatter and humps stand for something, and no polynomial below zero undoes them.

    Parameters
    ----------
    smooth, diffuse : (n,) arrays
        Counts of the two parts of a background.
    """
    return bool(np.min(smooth) >= -_UNDONE * float(np.max(diffuse)))


def hump_shape(two_theta: FloatArray, position: float, fwhm: float, eta: float) -> FloatArray:
    """(n,) pseudo-Voigt of unit height, of Lorentzian share `eta`; position and FWHM in degrees."""
    gauss, lorentz = _curves((two_theta - position) / fwhm)
    return np.asarray((1.0 - eta) * gauss + eta * lorentz)


def _curves(away: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(n,) Gaussian and Lorentzian of unit height, `away` FWHM from their middle."""
    return np.exp(-_GAUSS * away**2), 1.0 / (1.0 + 4.0 * away**2)
