"""Features of a pattern that are no reflections of the sample's K-alpha lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
# A feature so many times wider than the lines around it is none of the sample's lines.
_HUMP = 4.0
_WIDE = 1.8
# Degrees: what is narrower is no amorphous matter, but may be a line of a phase in small grains.
_DIFFUSE = 2.0
# Of all intensity; more in features that are left out is worth a note, and leaves an answer open.
_NOTABLE = 0.1


@dataclass(frozen=True)
class ForeignLine:
    """A feature that is no reflection of the sample's K-alpha lines.

    Attributes
    ----------
    two_theta : float
        Degrees.
    area : float
        Integrated intensity, counts times degrees.
    origin : str
        What it is, in words.
    fwhm, eta : float
        Width in degrees and Lorentzian share of a line; a diffuse hump has neither, 0.
    width : float
        FWHM of a diffuse hump, degrees; 0 for a line.
    """

    two_theta: float
    area: float
    origin: str
    fwhm: float = 0.0
    eta: float = 0.0
    width: float = 0.0


def foreign_lines(
    lines: Lines, laws: Laws, radiation: Radiation
) -> tuple[NDArray[np.bool_], tuple[ForeignLine, ...]]:
    """Fitted lines that are K-beta or tungsten satellites of strong ones, or far wider than usual.

    Returns
    -------
    found : (n,) array
    named : tuple of ForeignLine
        Each of them with its origin.
    """
    if len(lines) == 0:
        return np.zeros(0, dtype=bool), ()
    origins: dict[int, str] = {}
    shapes: dict[int, tuple[float, float]] = {}
    for i in np.flatnonzero(_humps(lines, laws)):
        origins[int(i)] = _wide(float(np.exp(lines.log_fwhm[i])))
    for name, wavelength in _contaminants(radiation):
        parents = _parents(lines, wavelength / radiation.primary)
        for i in np.flatnonzero(parents >= 0):
            strong = lines.position[parents[i]]
            origins.setdefault(int(i), f"{name} of the line at {strong:.2f} deg")
            shapes[int(i)] = float(np.exp(lines.log_fwhm[i])), float(lines.eta[i])
    found = np.zeros(len(lines), dtype=bool)
    found[list(origins)] = True
    named = tuple(
        ForeignLine(
            float(lines.position[i]),
            float(lines.area[i]),
            origins[i],
            *shapes.get(i, (0.0, 0.0)),
            width=0.0 if i in shapes else float(np.exp(lines.log_fwhm[i])),
        )
        for i in sorted(origins)
    )
    return found, named


def in_words(found: Sequence[ForeignLine]) -> str:
    """One sentence on lines that are not of the sample; empty where there is none."""
    if not found:
        return ""
    listed = "; ".join(f"{line.two_theta:.2f} deg ({line.origin})" for line in found)
    return f"Taken for no reflection of the sample: {listed}."


def much_is_left_out(area: NDArray[np.float64], foreign: Sequence[ForeignLine]) -> bool:
    """Whether broad lines, perhaps of a second phase, hold a good part of the intensity.

    Parameters
    ----------
    area : (n,) array
        Of the lines, counts times degrees.
    foreign : sequence of ForeignLine
        What was left out beside them; humps of amorphous matter do not count.
    """
    return _share(area, [line for line in foreign if 0.0 < line.width <= _DIFFUSE]) >= _NOTABLE


def _share(area: NDArray[np.float64], left_out: Sequence[ForeignLine]) -> float:
    """Of the intensity of the lines and of what was left out."""
    beside = sum(line.area for line in left_out)
    return beside / max(beside + float(np.sum(area)), 1e-300)


def note_on_wide(area: NDArray[np.float64], foreign: Sequence[ForeignLine]) -> str:
    """One sentence if features much wider than the lines hold a good part of the intensity.

    Parameters
    ----------
    area : (n,) array
        Of the lines, counts times degrees.
    foreign : sequence of ForeignLine
        What was left out beside them.
    """
    wide = [line for line in foreign if line.width > 0.0]
    share = _share(area, wide)
    if share < _NOTABLE:
        return ""
    widths = sorted(line.width for line in wide)
    return (
        f"Features {widths[0]:.2g} to {widths[-1]:.2g} deg wide hold {100.0 * share:.0f} % of the "
        "intensity and were left out; if they are lines of a second phase in small grains, "
        "this is an answer for the other one alone, and that one is to be sought as a second phase."
    )


def _wide(fwhm: float) -> str:
    what = "diffuse hump" if fwhm > _DIFFUSE else "broad line"
    return f"{what}, {fwhm:.2g} deg wide"


def _humps(lines: Lines, laws: Laws) -> NDArray[np.bool_]:
    """Lines far wider than usual, and wide ones beside them that model the same feature."""
    excess = np.exp(lines.log_fwhm - laws.at(lines.position)[0])
    humps = excess > _HUMP
    fwhm = np.exp(lines.log_fwhm)
    distance = np.abs(lines.position[:, None] - lines.position[None, :])
    beside = (distance < fwhm[:, None] + 2.0 * fwhm[None, :]) & humps[None, :]
    return np.asarray(humps | ((excess > _WIDE) & beside.any(axis=1)))


def _contaminants(radiation: Radiation) -> tuple[tuple[str, float], ...]:
    """Names and wavelengths (angstrom) of what a tube without monochromator may emit too."""
    for anode, (first, _) in K_ALPHA.items():
        if len(radiation.wavelengths) > 1 and abs(radiation.primary - first) < 1e-3:
            extra = (("W L-alpha", TUNGSTEN_L_ALPHA),) if anode == "Cu" else ()
            return ((f"{anode} K-beta", K_BETA[anode]), *extra)
    return ()


def _parents(lines: Lines, ratio: float) -> NDArray[np.int64]:
    """For each line (n,) the strong one that another wavelength would show there, -1 for none.

    It is at least fifty times as strong.
    """
    sine = np.sin(np.radians(lines.position / 2.0)) * ratio
    expected = 2.0 * np.degrees(np.arcsin(np.clip(sine, 0.0, 1.0)))
    distance = np.abs(lines.position[:, None] - expected[None, :])
    near = distance < 0.4 * np.exp(lines.log_fwhm)[:, None]
    weak = lines.area[:, None] < _LARGEST_SHARE * lines.area[None, :]
    strength = np.where(near & weak, lines.area[None, :], -1.0)
    strongest = np.argmax(strength, axis=1)
    return np.where(strength.max(axis=1) > 0.0, strongest, -1).astype(np.int64)
