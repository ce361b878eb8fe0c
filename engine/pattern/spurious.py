"""Features of a pattern that are no reflections of the sample's K-alpha lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.pattern.line_fit import Laws
from engine.pattern.line_profile import Lines
from engine.pattern.radiation import K_ALPHA, Radiation

# K-beta (1 and 3) in angstrom; International Tables C, table 4.2.2.
K_BETA = {
    "Cu": 1.392234,
    "Co": 1.620826,
    "Mo": 0.632303,
    "Cr": 2.084912,
    "Fe": 1.756644,
    "Ag": 0.497082,
}
# Tungsten from the filament settles on old anodes: its L-alpha-1 line.
TUNGSTEN_L_ALPHA = 1.476410
_LARGEST_SHARE = 0.02
# A feature so many times wider than the lines around it is diffuse scattering.
_HUMP = 4.0
_WIDE = 1.8


def spurious(lines: Lines, laws: Laws, radiation: Radiation) -> NDArray[np.bool_]:
    """Which fitted lines (n,) are K-beta or tungsten satellites of strong lines, or humps."""
    if len(lines) == 0:
        return np.zeros(0, dtype=bool)
    found = _humps(lines, laws)
    for wavelength in _contaminants(radiation):
        found |= _satellites(lines, wavelength / radiation.primary)
    return np.asarray(found)


def _humps(lines: Lines, laws: Laws) -> NDArray[np.bool_]:
    """Lines far wider than usual, and wide ones beside them that model the same feature."""
    excess = np.exp(lines.log_fwhm - laws.at(lines.position)[0])
    humps = excess > _HUMP
    fwhm = np.exp(lines.log_fwhm)
    distance = np.abs(lines.position[:, None] - lines.position[None, :])
    beside = (distance < fwhm[:, None] + 2.0 * fwhm[None, :]) & humps[None, :]
    return np.asarray(humps | ((excess > _WIDE) & beside.any(axis=1)))


def _contaminants(radiation: Radiation) -> tuple[float, ...]:
    for anode, (first, _) in K_ALPHA.items():
        if len(radiation.wavelengths) > 1 and abs(radiation.primary - first) < 1e-3:
            extra = (TUNGSTEN_L_ALPHA,) if anode == "Cu" else ()
            return (K_BETA[anode], *extra)
    return ()


def _satellites(lines: Lines, ratio: float) -> NDArray[np.bool_]:
    """Lines where another wavelength would show a line at least fifty times as strong."""
    sine = np.sin(np.radians(lines.position / 2.0)) * ratio
    expected = 2.0 * np.degrees(np.arcsin(np.clip(sine, 0.0, 1.0)))
    distance = np.abs(lines.position[:, None] - expected[None, :])
    near = distance < 0.4 * np.exp(lines.log_fwhm)[:, None]
    weak = lines.area[:, None] < _LARGEST_SHARE * lines.area[None, :]
    return np.asarray(np.any(near & weak, axis=1))
