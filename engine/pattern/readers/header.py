"""What the header texts of pattern files say about the radiation."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.errors import BadInputError
from engine.pattern.radiation import K_ALPHA, WAVELENGTHS, Radiation, doublet, preset, single

_NUMBER = r"((?:[0-9]+(?:[.,][0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
_UNIT = r"\s*\(?(nm|pm|m|Å|Angstroms?|A)?\b"
_ALPHA_1 = re.compile(
    r"(?:k[-_ ]?)?(?:alpha|a)[-_ ]?1(?![0-9/])[^0-9\n]{0,25}?" + _NUMBER, re.IGNORECASE
)
_ALPHA_2 = re.compile(
    r"(?:k[-_ ]?)?(?:alpha|a)[-_ ]?2(?![0-9/])[^0-9\n]{0,25}?" + _NUMBER, re.IGNORECASE
)
_RATIO = re.compile(
    r"ratio(?:[-_ ]*k?[-_ ]?alpha[-_ ]?2?1?\s*/?\s*(?:k[-_ ]?alpha[-_ ]?1)?)?[^0-9\n]{0,10}?"
    r"([01]?\.[0-9]+)",
    re.IGNORECASE,
)
_WAVELENGTH = re.compile(
    r"(?:wave[-_ ]?length|\blambda|λ)[^0-9\n.]{0,40}?" + _NUMBER + _UNIT, re.IGNORECASE
)
_ENERGY = re.compile(r"\benergy\b[^0-9\n]{0,20}?" + _NUMBER + r"\s*\(?(keV|eV)\b", re.IGNORECASE)
_ANODE = re.compile(
    r"(?:anode|target|tube|radiation|x-?rays?)\W(?:[^\n]{0,40}?\W)?(Cu|Co|Mo|Cr|Fe|Ag)\b",
    re.IGNORECASE,
)
_NAMED_LINE = re.compile(
    r"\b(Cu|Co|Mo|Cr|Fe|Ag)[-_ ]*K[-_ \\]*(?:alpha|a|α)[-_ ]*([12]?)(?![A-Za-z0-9])"
)
# h c in keV angstrom (CODATA 2018).
_HC = 12.398419843


def _value(text: str) -> float:
    return float(text.replace(",", "."))


def _plausible(value: float) -> bool:
    return WAVELENGTHS[0] <= value <= WAVELENGTHS[1]


def in_angstrom(value: float, unit: str | None) -> float:
    """A wavelength in angstrom from a number and its unit (metres are recognised by their size)."""
    unit = (unit or "").lower()
    if value < 1e-7:
        return value * 1e10
    if unit == "nm":
        return value * 10.0
    if unit == "pm":
        return value / 100.0
    return value


def anode_of(wavelength: float) -> str | None:
    """The anode whose K-alpha lines (or their mean) lie within 0.0004 A of `wavelength`."""
    for anode, (first, second) in K_ALPHA.items():
        for line in (first, second, (2.0 * first + second) / 3.0):
            if abs(line - wavelength) < 4e-4:
                return anode
    return None


def from_lines(
    first: float, second: float | None, ratio: float | None, anode: str | None = None
) -> Radiation | None:
    """The radiation that a file's numbers describe, None where they are no wavelengths.

    A single wavelength that is the weighted mean of a K-alpha doublet stands for the doublet.
    """
    if not _plausible(first):
        return None
    anode = anode or anode_of(first)
    if second is not None and _plausible(second) and second != first and ratio != 0.0:
        share = ratio if ratio is not None and 0.0 < ratio <= 1.0 else 0.5
        return doublet(first, second, share, anode=anode, provenance="file")
    return replace(single(first, provenance="file"), anode=anode)


def named_line(text: str) -> Radiation | None:
    """The radiation named in words, such as ``Cu K-alpha`` or ``MoKa1``."""
    found = _NAMED_LINE.search(text)
    if found is None:
        return None
    name = f"{found.group(1)}Ka" + ("1" if found.group(2) == "1" else "")
    return preset(name, provenance="file")


def find_radiation(text: str) -> Radiation | None:
    """The radiation that a header's free text gives, None where it gives none.

    Understands ``wavelength = 1.5406``, pyFAI's ``Wavelength: 4.066e-11 m``, ``lambda``,
    ``energy ... keV``, PANalytical's and LHPM's ``Alpha1 ... Alpha2 ... Ratio`` and names of lines.
    """
    try:
        return _find_radiation(text)
    except (BadInputError, ValueError, OverflowError):
        return None


def _find_radiation(text: str) -> Radiation | None:
    found_anode = _ANODE.search(text)
    anode = found_anode.group(1).capitalize() if found_anode else None
    first = _ALPHA_1.search(text)
    if first is not None:
        second = _ALPHA_2.search(text)
        ratio = _RATIO.search(text)
        radiation = from_lines(
            _value(first.group(1)),
            _value(second.group(1)) if second else None,
            _value(ratio.group(1)) if ratio else None,
            anode,
        )
        if radiation is not None:
            return radiation
    for found in _WAVELENGTH.finditer(text):
        wavelength = in_angstrom(_value(found.group(1)), found.group(2))
        radiation = from_lines(wavelength, None, None)
        if radiation is not None:
            return radiation
    energy = _ENERGY.search(text)
    if energy is not None:
        kilovolts = _value(energy.group(1)) / (1000.0 if energy.group(2).lower() == "ev" else 1.0)
        if kilovolts > 0.0 and _plausible(_HC / kilovolts):
            return from_lines(_HC / kilovolts, None, None)
    return named_line(text)
