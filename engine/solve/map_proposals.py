"""What the sources that make atoms of maps have in common: contents, doubles, the prior."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.crystal.composition import atomic_number
from engine.crystal.symmetry import by_centring
from engine.progress import Progress
from engine.solve.maps.structures import Contents, MapStructure
from engine.solve.plausibility import NOVELTY
from engine.solve.proposals import COMMON_ELEMENTS, PROBES, Proposal, wanted_ratios
from engine.solve.result import Problem, Source

PROPOSED = 8
# Of the binned pattern, 1/angstrom; finer than in the screening: the cell is on the lines.
FINE_BIN = 0.001


def map_contents(problem: Problem) -> Contents:
    """What the atoms of a map may be, by what is known of the sample."""
    given = [atomic_number(symbol) for symbol in problem.elements]
    # X-rays hardly see hydrogen: it is left out beside anything else.
    heavy = [z for z in given if z != 1] or given
    extra = []
    if problem.others_possible:
        possible = dict.fromkeys(map(atomic_number, (*COMMON_ELEMENTS, *PROBES)))
        extra = [z for z in possible if z not in given]
    elements = np.array(heavy + extra, dtype=np.int64)
    ratios = wanted_ratios(problem, elements)
    wanted = None if ratios is None else np.array([ratios.get(int(z), 0.0) for z in elements])
    return Contents(elements, len(heavy), wanted, problem.max_atoms)


def map_proposals(found: Sequence[tuple[MapStructure, float]], source: Source) -> list[Proposal]:
    """Proposals of the best structures that maps led to.

    Parameters
    ----------
    found : sequence of (MapStructure, float)
        Each with the zero error (degrees) of its cell.
    source : {"network", "phasing"}
    """
    ordered = sorted(found, key=lambda pair: pair[0].badness)
    return [_proposal(one, zero, source) for one, zero in _distinct(ordered)[:PROPOSED]]


class Rising(Progress):
    """Reports that never fall: several cells are gone through, each from its beginning."""

    def __init__(self, whole: Progress) -> None:
        self._whole, self._reached = whole, 0.0

    def report(self, fraction: float, message: str = "") -> None:
        """Report, but nothing less than before."""
        self._reached = max(self._reached, fraction)
        self._whole.report(self._reached, message)


def _distinct(found: list[tuple[MapStructure, float]]) -> list[tuple[MapStructure, float]]:
    """Without those of equal contents, volume an atom and residual as a better one."""
    kept: list[tuple[MapStructure, float]] = []
    seen: set[tuple[object, ...]] = set()
    for structure, zero in found:
        cell = structure.refined.model.standardised.primitive
        numbers, counts = np.unique(cell.numbers, return_counts=True)
        key = (
            tuple(numbers.tolist()),
            tuple((counts // np.gcd.reduce(counts)).tolist()),
            round(math.log(cell.volume / len(cell)) / 0.01),
            round(math.log(max(structure.refined.residual, 1e-3)) / 0.03),
        )
        if key not in seen:
            seen.add(key)
            kept.append((structure, zero))
    return kept


def _proposal(one: MapStructure, zero: float, source: Source) -> Proposal:
    symbol = one.refined.model.standardised.symbol
    return Proposal(
        structure=by_centring(one.refined.structure, symbol[0]),
        zero=zero,
        residual=one.refined.residual,
        log_prior=one.log_prior + NOVELTY,
        badness=one.badness - NOVELTY,
        space_group=one.refined.model.standardised.number,
        source=source,
    )
