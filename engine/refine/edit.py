"""Changing a structure by hand: other elements on its sites, another tolerance of symmetry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.crystal.composition import atomic_number
from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import Standardised, standardise
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.progress import Progress
from engine.refine.result import FitResult

SMALLEST_TOLERANCE, LARGEST_TOLERANCE = 1e-4, 1.0
USUAL_TOLERANCE = 0.01


@dataclass(frozen=True)
class Site:
    """One orbit of a structure in its conventional cell.

    Attributes
    ----------
    number : int
        Atomic number.
    multiplicity : int
    wyckoff : str
    place : three floats
        Fractional coordinates of one of its atoms.
    """

    number: int
    multiplicity: int
    wyckoff: str
    place: tuple[float, float, float]


@dataclass(frozen=True)
class Sites:
    """What there is to edit at a tolerance of symmetry.

    Attributes
    ----------
    symbol : str
        Hermann-Mauguin.
    number : int
    sites : tuple of Site
    """

    symbol: str
    number: int
    sites: tuple[Site, ...]


@dataclass(frozen=True, eq=False)
class Edited:
    """An edited structure and how it fits.

    Attributes
    ----------
    fit : FitResult
        Its `structure` is the refined one.
    symbol : str
        Hermann-Mauguin.
    number : int
    n_atoms : int
        In the primitive cell.
    """

    fit: FitResult
    symbol: str
    number: int
    n_atoms: int


def sites_of(structure: CrystalStructure, symprec: float = USUAL_TOLERANCE) -> Sites:
    """The sites of a structure at a tolerance of symmetry.

    Parameters
    ----------
    structure : CrystalStructure
    symprec : float
        How far, in angstrom, atoms may be from the symmetric place.

    Raises
    ------
    BadInputError
        If the tolerance is out of range, or there is no symmetry at all.
    """
    found = _standardised(structure, symprec)
    return Sites(
        found.symbol, found.number, tuple(_site(found, i) for i in found.asymmetric_unit())
    )


def edited(
    structure: CrystalStructure,
    elements: Mapping[int, str] | None = None,
    symprec: float = USUAL_TOLERANCE,
) -> CrystalStructure:
    """The structure idealised at a tolerance, with other elements on some of its sites.

    Parameters
    ----------
    structure : CrystalStructure
    elements : mapping from a site's place in `sites_of` to an element's symbol, optional
        For the same `symprec`. The cell stays: the pattern says what it is.
    symprec : float
        Angstrom.

    Raises
    ------
    BadInputError
        If a symbol is no element's, a site is not there, or the tolerance is out of range.
    """
    found = _standardised(structure, symprec)
    conventional = found.conventional
    numbers = conventional.numbers.copy()
    units = found.asymmetric_unit()
    for site, symbol in (elements or {}).items():
        if not 0 <= site < len(units):
            raise BadInputError(
                f"There is no site {site + 1}: at this tolerance there are {len(units)}."
            )
        numbers[found.orbits == found.orbits[units[site]]] = atomic_number(symbol)
    return CrystalStructure(
        conventional.lattice,
        numbers,
        conventional.frac_coords,
        conventional.occupancies,
        conventional.u_iso,
        name=conventional.name,
    )


def refine_edited(
    pattern: PowderPattern,
    structure: CrystalStructure,
    elements: Mapping[int, str] | None = None,
    symprec: float = USUAL_TOLERANCE,
    progress: Progress | None = None,
) -> Edited:
    """Edit a structure and refine it on a pattern, as the solver's candidates are.

    Parameters
    ----------
    pattern : PowderPattern
    structure, elements, symprec
        As for `edited`.
    progress : Progress, optional

    Raises
    ------
    BadInputError
        As `edited`, or if the structure has no line in the pattern's range.
    """
    from engine.refine.profile import refine_profile

    changed = edited(structure, elements, symprec)
    fit = refine_profile(pattern, changed, progress)
    found = standardise(fit.structure)
    return Edited(fit, found.symbol, found.number, len(found.primitive))


def _standardised(structure: CrystalStructure, symprec: float) -> Standardised:
    if not SMALLEST_TOLERANCE <= symprec <= LARGEST_TOLERANCE:
        raise BadInputError(
            f"A tolerance of {symprec:g} angstrom cannot be used: give one from "
            f"{SMALLEST_TOLERANCE:g} to {LARGEST_TOLERANCE:g}."
        )
    return standardise(structure, symprec)


def _site(found: Standardised, atom: int) -> Site:
    x, y, z = (float(value) for value in np.round(found.conventional.frac_coords[atom], 6) % 1.0)
    return Site(
        number=int(found.conventional.numbers[atom]),
        multiplicity=int(found.multiplicities[atom]),
        wyckoff=found.wyckoff[atom],
        place=(x, y, z),
    )
