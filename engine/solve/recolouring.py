"""Which other elements on a candidate's sites would explain the pattern as well.

Neighbours in the periodic table, and oxygen and fluorine above all, scatter so much alike that a
candidate may have every atom in its place and some of them of the wrong element, or one atom too
many where it scatters little. Every exchange is tried: another element on one orbit, or none, two
orbits that change places. None is refined: to first order
the fit as it stands tells what refinement would make of it (`engine.refine.response`). Exchanges of
two elements everywhere are left out: those are other colourings of the same type, which the library
and the decoration of maps have compared already. What is likelier than the first candidate is
refined and takes its place if that is clearly better; in the end the likeliest of those that are
left are refined and listed as its ties (`engine.solve.ranking.Ranking`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import HYDROGEN
from engine.crystal.reduced_formula import reduced_formula
from engine.crystal.structure import CrystalStructure
from engine.refine import report
from engine.refine.response import Response
from engine.refine.stages import Refinement
from engine.solve.amplitudes import scale_of_lines, scattering, waves
from engine.solve.screening import Contents

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# In place of an atomic number: a site without an atom.
EMPTY = 0
# Of all exchanges so many are tried; those of elements that scatter alike come first.
MOST_EXCHANGES = 400
# Of one exchange.
LARGEST_LOG_ODDS = 10.0
# From here on all exchanges together are as likely as the candidate; of the likeliest, and those
# at most so much less likely (ln), so many are named.
NOTICEABLE = math.log(2.0)
NEAR_LIKELIEST, NAMED = 2.0, 3
# Ln of the odds below which an exchange is no tie of the candidate, and how many are refined.
LEAST_LOG_ODDS, REFINED = -3.0, 3


@dataclass(frozen=True, eq=False)
class Recoloured:
    """A candidate's sites with other elements on some, or with one orbit left empty.

    Attributes
    ----------
    structure : CrystalStructure
        In the conventional cell, atoms where they were, without those of an orbit left empty.
    ratio : float
        What its chi^2 would be once refined, over that of the candidate.
    log_prior : float
        Of its contents, beside that of the candidate's.
    """

    structure: CrystalStructure
    ratio: float
    log_prior: float

    def log_odds(self, n_observations: float) -> float:
        """Ln of how much likelier than the candidate it is.

        Parameters
        ----------
        n_observations : float
            What the pattern is worth (`engine.solve.evidence.Evidence.n`).
        """
        return self.log_prior - 0.5 * n_observations * math.log(max(self.ratio, 1e-6))


@dataclass(frozen=True)
class Doubt:
    """How sure the elements on a candidate's sites are.

    Attributes
    ----------
    ambiguity : float
        ln(1 + sum of the odds of all exchanges, each at most e^10); 0 where none comes near.
    formulas : tuple of str
        Of the likeliest exchanges, at most three, the likeliest first.
    """

    ambiguity: float = 0.0
    formulas: tuple[str, ...] = ()

    def in_words(self, own: str) -> str:
        """A sentence for the user, empty where there is no doubt.

        Parameters
        ----------
        own : str
            The candidate's formula; exchanges that keep it are told as such.
        """
        if self.ambiguity < NOTICEABLE:
            return ""
        others = (f"{f} with places exchanged" if f == own else f for f in self.formulas)
        return (
            "The pattern does not settle which elements are on which sites of the first candidate: "
            f"with others on some it is about as likely ({', '.join(others)})."
        )


NO_DOUBT = Doubt()


def doubt(exchanges: Sequence[Recoloured], n_observations: float) -> Doubt:
    """How likely a candidate is with other elements on some of its sites.

    Parameters
    ----------
    exchanges : sequence of Recoloured
        All of the candidate's (`recolourings`).
    n_observations : float
        What the pattern is worth (`engine.solve.evidence.Evidence.n`).
    """
    odds = [(min(e.log_odds(n_observations), LARGEST_LOG_ODDS), e.structure) for e in exchanges]
    odds.sort(key=lambda pair: -pair[0])
    near = [structure for log_odds, structure in odds if log_odds > odds[0][0] - NEAR_LIKELIEST]
    formulas = dict.fromkeys(reduced_formula(structure.numbers) for structure in near)
    total = math.log1p(sum(math.exp(log_odds) for log_odds, _ in odds))
    return Doubt(total, tuple(formulas)[:NAMED])


def likeliest(
    exchanges: Sequence[Recoloured], n_observations: float, least: float
) -> list[Recoloured]:
    """The few that are likely enough beside the candidate itself, the likeliest first.

    Parameters
    ----------
    exchanges : sequence of Recoloured
    n_observations : float
    least : float
        Ln of the odds that it takes.
    """
    near = [e for e in exchanges if e.log_odds(n_observations) > least]
    return sorted(near, key=lambda e: -e.log_odds(n_observations))[:REFINED]


def recolourings(refinement: Refinement, formula_known: bool = False) -> list[Recoloured]:
    """All exchanges of elements, with what they would do to the fit.

    Parameters
    ----------
    refinement : Refinement
        All of the candidate's parameters refined.
    formula_known : bool
        Whether the candidate's formula is the sample's: places are exchanged then, no amounts.

    Returns
    -------
    list of Recoloured
        In no order; without exchanges that lose an element, that touch hydrogen, or whose atoms
        have no room in the cell. Empty where sites are shared or not filled.
    """
    structure = report.refined_structure(refinement)
    elements = np.unique(structure.numbers)
    if len(elements) < 2 or not (structure.occupancies >= 1.0).all():
        return []
    _, orbits = np.unique(refinement.model.crystal.standardised.orbits, return_inverse=True)
    multiplicities = np.bincount(orbits) if formula_known else None
    exchanged = _exchanges(_colours(structure, orbits), elements, multiplicities)
    coloured = np.array([structure.numbers, *(colours[orbits] for colours in exchanged)])
    coloured, prior = _possible(structure.volume, elements, coloured)
    if len(coloured) < 2:
        return []
    response = Response(refinement)
    f_squared = _f_squared(refinement, structure, coloured)
    # Lines that the candidate extinguishes have no area to be scaled.
    ratios = response.ratios((f_squared * scale_of_lines(response.areas, f_squared[0])).T)
    return [
        Recoloured(
            replace(structure, numbers=numbers).only(numbers != EMPTY),
            float(ratio),
            float(log_prior),
        )
        for numbers, ratio, log_prior in zip(
            coloured[1:], ratios[1:], prior[1:] - prior[0], strict=True
        )
    ]


def _colours(structure: CrystalStructure, orbits: IntArray) -> IntArray:
    """(o,) atomic number of each orbit."""
    colours = np.zeros(orbits.max() + 1, dtype=np.int64)
    colours[orbits] = structure.numbers
    return colours


def _exchanges(
    colours: IntArray, elements: IntArray, multiplicities: IntArray | None
) -> list[IntArray]:
    """The colours of the orbits after each exchange; those that scatter alike come first.

    Where the orbits' multiplicities are given, exchanges keep the amount of every element.
    """
    found: dict[bytes, tuple[float, IntArray]] = {}
    for other in _every_exchange(colours, elements[elements != HYDROGEN]):
        if multiplicities is not None and not _same_amounts(colours, other, multiplicities):
            continue
        contrast = float(np.abs(other - colours).max())
        found.setdefault(other.tobytes(), (contrast, other))
    found.pop(colours.tobytes(), None)
    for one, two in combinations(elements, 2):
        everywhere = colours.copy()
        everywhere[colours == one], everywhere[colours == two] = two, one
        found.pop(everywhere.tobytes(), None)
    ordered = sorted(found.values(), key=lambda pair: pair[0])
    return [other for _, other in ordered[:MOST_EXCHANGES]]


def _same_amounts(colours: IntArray, other: IntArray, multiplicities: IntArray) -> bool:
    size = max(int(colours.max()), int(other.max())) + 1
    before, after = (np.bincount(each, multiplicities, size) for each in (colours, other))
    return np.array_equal(before, after)


def _every_exchange(colours: IntArray, elements: IntArray) -> Iterator[IntArray]:
    heavy = np.flatnonzero(colours != HYDROGEN)
    for orbit in heavy:
        for element in (EMPTY, *elements):
            changed = colours.copy()
            changed[orbit] = element
            yield changed
    for first, second in combinations(heavy, 2):
        changed = colours.copy()
        changed[[first, second]] = colours[[second, first]]
        yield changed


def _possible(volume: float, elements: IntArray, coloured: IntArray) -> tuple[IntArray, FloatArray]:
    """The first, and those that use all elements and have room; with ln prior of the contents."""
    amounts = (coloured[:, :, None] == elements).sum(axis=1)
    prior = Contents.of(elements, amounts.astype(float)).prior(volume)
    possible = np.isfinite(prior) & (amounts > 0).all(axis=1)
    if not possible[0]:
        return coloured[:0], prior[:0]
    return coloured[possible], prior[possible]


def _f_squared(
    refinement: Refinement, structure: CrystalStructure, coloured: IntArray
) -> FloatArray:
    """(v, r) mean |F|^2 of Friedel pairs with each colouring, the overall B left out."""
    own = waves(refinement, structure)
    elements = np.unique(coloured[coloured != EMPTY])
    in_phase = np.zeros((len(coloured), own.shape[1]), dtype=complex)
    absorbed = np.zeros_like(in_phase)
    for z, factor, out in zip(elements, *scattering(refinement, elements), strict=True):
        wave = (coloured == z).astype(float) @ own
        in_phase += factor * wave
        absorbed += out * wave
    return np.asarray(np.abs(in_phase) ** 2 + np.abs(absorbed) ** 2)
