"""Width and Lorentzian share of a line from its Gaussian and Lorentzian parts.

Thompson, Cox and Hastings (J. Appl. Cryst. 20, 79 (1987)): a pseudo-Voigt that stands for the
convolution of a Gaussian of the width G, G^2 = W + V tan(theta) + U tan^2(theta), which is the
instrument's, and a Lorentzian of the width L = X / cos(theta) + Y tan(theta), which crystallite
size and microstrain give to each phase.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
NARROWEST = 0.003
_WIDTH = (2.69269, 2.42843, 4.47163, 0.07842)
_SHARE = (1.36603, -0.47719, 0.11116)


@dataclass(frozen=True, eq=False)
class LineWidths:
    """Full widths (degrees) and shapes of lines, with derivatives.

    Attributes
    ----------
    fwhm, eta : (p,) arrays
    fwhm_by_gauss_squared, fwhm_by_lorentz, eta_by_gauss_squared, eta_by_lorentz : (p,) arrays
        By G^2 and by L.
    """

    fwhm: FloatArray
    eta: FloatArray
    fwhm_by_gauss_squared: FloatArray
    fwhm_by_lorentz: FloatArray
    eta_by_gauss_squared: FloatArray
    eta_by_lorentz: FloatArray


def line_widths(gauss_squared: FloatArray, lorentz: FloatArray) -> LineWidths:
    """Combine both parts.

    Parameters
    ----------
    gauss_squared : (p,) array
        G^2, square degrees; less than `NARROWEST` squared counts as that.
    lorentz : (p,) array
        L, degrees, at least 0.
    """
    floor = NARROWEST**2
    gauss = np.sqrt(np.maximum(gauss_squared, floor))
    narrow = np.maximum(lorentz, 0.0)
    a, b, c, d = _WIDTH
    fifth = (
        gauss**5
        + a * gauss**4 * narrow
        + b * gauss**3 * narrow**2
        + c * gauss**2 * narrow**3
        + d * gauss * narrow**4
        + narrow**5
    )
    fwhm = fifth**0.2
    unit = 1.0 / (5.0 * fwhm**4)
    by_gauss = unit * (
        5.0 * gauss**4
        + 4.0 * a * gauss**3 * narrow
        + 3.0 * b * gauss**2 * narrow**2
        + 2.0 * c * gauss * narrow**3
        + d * narrow**4
    )
    by_lorentz = unit * (
        a * gauss**4
        + 2.0 * b * gauss**3 * narrow
        + 3.0 * c * gauss**2 * narrow**2
        + 4.0 * d * gauss * narrow**3
        + 5.0 * narrow**4
    )
    ratio = narrow / fwhm
    p, q, r = _SHARE
    eta = ratio * (p + ratio * (q + ratio * r))
    slope = p + ratio * (2.0 * q + ratio * 3.0 * r)
    per_square = np.where(gauss_squared > floor, 0.5 / gauss, 0.0)
    return LineWidths(
        fwhm=fwhm,
        eta=eta,
        fwhm_by_gauss_squared=by_gauss * per_square,
        fwhm_by_lorentz=by_lorentz,
        eta_by_gauss_squared=-slope * ratio / fwhm * by_gauss * per_square,
        eta_by_lorentz=slope * (1.0 - ratio * by_lorentz) / fwhm,
    )


def split_pseudo_voigt(fwhm: float, eta: float) -> tuple[float, float]:
    """Gaussian and Lorentzian widths of a pseudo-Voigt, the inverse of `line_widths`.

    Parameters
    ----------
    fwhm : float
        Degrees.
    eta : float
        Lorentzian share, 0 to 1.

    Notes
    -----
    Polynomials of Thompson, Cox and Hastings (1987), as corrected by Young and Desai (Arch. Nauki
    Mater. 10, 71 (1989)).
    """
    lorentz = 0.72928 * eta + 0.19289 * eta**2 + 0.07783 * eta**3
    gauss = max(1.0 - 0.74417 * eta - 0.24781 * eta**2 - 0.00810 * eta**3, 0.0) ** 0.5
    return fwhm * gauss, fwhm * lorentz
