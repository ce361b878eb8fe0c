"""Whether a candidate is the right structure, and how sure a rate is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.crystal.composition import atomic_number
from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import to_pymatgen

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

# Space groups that X-rays without anomalous scattering cannot tell apart.
ENANTIOMORPHS = (
    (76, 78), (91, 95), (92, 96), (144, 145), (151, 153), (152, 154), (169, 170), (171, 172),
    (178, 179), (180, 181), (212, 213),
)  # fmt: skip
CELL_TOLERANCE = 0.01
ANGLE_TOLERANCE = 1.0
LIGHT = ("H", "D")


@dataclass(frozen=True)
class Match:
    """How a candidate compares with the truth.

    Attributes
    ----------
    loose : bool
        `StructureMatcher(ltol=0.3, stol=0.5, angle_tol=10)`.
    strict : bool
        `StructureMatcher` with its defaults (0.2, 0.3, 5).
    crystallographic : bool
        Unscaled, reduced cell within 1 % and 1 degree, stol 0.3, the right space group.
    rms : float or None
        Root mean square displacement over (V/n)^(1/3) of the loose match.
    """

    loose: bool
    strict: bool
    crystallographic: bool
    rms: float | None = None


@cache
def _matcher(ltol: float, stol: float, angle: float, scale: bool) -> Any:
    from pymatgen.analysis.structure_matcher import StructureMatcher

    return StructureMatcher(ltol=ltol, stol=stol, angle_tol=angle, scale=scale)


def without_hydrogen(structure: Structure) -> Structure:
    """A copy without hydrogen, oxidation states or site labels."""
    bare = structure.copy()
    bare.remove_oxidation_states()
    bare.remove_species([s for s in LIGHT if s in {str(e) for e in bare.composition.elements}])
    return bare


def compare(
    candidate: CrystalStructure, group: int, truth: Structure, true_group: int | None
) -> Match:
    """Compare a candidate with the truth.

    Parameters
    ----------
    candidate : CrystalStructure
    group : int
        Its space-group number.
    truth : pymatgen Structure
    true_group : int or None
        Space-group number of the truth; None if unknown (then nothing is crystallographic).
    """
    other = to_pymatgen(candidate)
    distances = _matcher(0.3, 0.5, 10.0, True).get_rms_dist(other, truth)
    if distances is None:
        return Match(False, False, False)
    strict = bool(_matcher(0.2, 0.3, 5.0, True).fit(other, truth))
    exact = (
        true_group is not None
        and same_group(group, true_group)
        and _same_cell(other, truth)
        and bool(_matcher(0.2, 0.3, 5.0, False).fit(other, truth))
    )
    return Match(True, strict, exact, float(distances[0]))


def same_sites(candidate: CrystalStructure, truth: Structure) -> bool:
    """Whether the loose matcher maps the candidate onto the truth with their elements forgotten."""
    return bool(_matcher(0.3, 0.5, 10.0, True).fit_anonymous(to_pymatgen(candidate), truth))


@dataclass(frozen=True)
class WildCard:
    """A candidate for a sample of which one element was not told.

    Attributes
    ----------
    structure : CrystalStructure
        The candidate with its elements that were not told replaced by the one that is there.
    distance : int or None
        Largest difference in Z between what was put there and what is; None if the candidate
        has nothing but told elements.
    """

    structure: CrystalStructure
    distance: int | None


def as_wild_card(candidate: CrystalStructure, told: Sequence[str], hidden: str) -> WildCard:
    """A candidate with the sites of untold elements taken for the hidden one's.

    Parameters
    ----------
    candidate : CrystalStructure
    told : sequence of str
    hidden : str
    """
    z = atomic_number(hidden)
    extra = ~np.isin(candidate.numbers, [atomic_number(symbol) for symbol in told])
    if not extra.any():
        return WildCard(candidate, None)
    distance = int(np.abs(candidate.numbers[extra] - z).max())
    return WildCard(replace(candidate, numbers=np.where(extra, z, candidate.numbers)), distance)


def same_group(first: int, second: int) -> bool:
    """Whether two space-group numbers are equal or an enantiomorphic pair."""
    return first == second or tuple(sorted((first, second))) in ENANTIOMORPHS


def _same_cell(first: Structure, second: Structure) -> bool:
    one, two = (
        s.get_primitive_structure().lattice.get_niggli_reduced_lattice() for s in (first, second)
    )
    lengths = all(abs(a / b - 1.0) < CELL_TOLERANCE for a, b in zip(one.abc, two.abc, strict=True))
    return lengths and all(
        abs(a - b) < ANGLE_TOLERANCE for a, b in zip(one.angles, two.angles, strict=True)
    )


def wilson_interval(successes: float, trials: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a rate (Wilson, J. Am. Stat. Assoc. 22, 209 (1927)).

    Parameters
    ----------
    successes : float
        A whole number, or a sum of shares.
    trials : int
    z : float
        1.96 for 95 %.
    """
    if trials == 0:
        return 0.0, 1.0
    rate = successes / trials
    scale = 1.0 + z * z / trials
    centre = (rate + z * z / (2.0 * trials)) / scale
    half = z / scale * math.sqrt(rate * (1.0 - rate) / trials + z * z / (4.0 * trials**2))
    return max(centre - half, 0.0), min(centre + half, 1.0)
