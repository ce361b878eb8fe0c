"""Candidate structures from the library: retrieval, cells on lines, colourings."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine import resources
from engine.crystal.composition import atomic_number, parse_formula
from engine.crystal.metric import vector_to_metric
from engine.crystal.structure import CrystalStructure
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.library import types as library_types
from engine.library.retrieve import Hits, LineSet, Retriever, merge_hits
from engine.library.types import StructureType
from engine.progress import Progress
from engine.refine.prepared import PreparedPattern
from engine.solve.cell_on_lines import RefinedCells, refine_cells
from engine.solve.result import Problem, Source
from engine.solve.screening import Colouring, ScreeningPattern, all_assignments

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Cubic angstrom per atom; wider than anything in the library.
VOLUME_PER_ATOM = (5.0, 60.0)
NARROW, WIDE = 0.004, 0.012
HITS_PER_WIDTH = 700
SCREENED = 550
# So many types, the most alike at first sight, give the candidate that is shown at once.
GLANCED = 60
UNSEEN_WEIGHT = 0.4
# Of all colourings of one search, the best so many become structures.
BUILT = 300
# Lines below this share of the strongest may be an impurity's; one search goes without them.
STRONG_SHARE = 0.06
# With many elements there are many colourings of each type; then fewer types are tried.
MOST_COLOURINGS, FEWEST_SCREENED = 12_000, 60
# How many proposals of one group, contents and volume are kept before refinement.
PER_KIND = 3
FREQUENCY_WEIGHT = 0.3
# What may hide in a sample whose owner says that other elements are possible.
COMMON_ELEMENTS = ("O", "F", "Cl", "S", "N", "C", "Si", "Al", "Na", "Mg", "Ca", "Fe")


@dataclass(frozen=True, eq=False)
class Proposal:
    """A structure that is worth refining.

    Attributes
    ----------
    structure : CrystalStructure
        In the primitive cell of its type, cell refined on the lines.
    zero : float
        Zero error from the lines, degrees.
    residual : float
        On the blurred pattern.
    log_prior : float
        Volume and frequency of the type.
    badness : float
        What proposals are sorted by, low is good.
    space_group : int
    source : Source
    """

    structure: CrystalStructure
    zero: float
    residual: float
    log_prior: float
    badness: float
    space_group: int
    source: Source = "library"


def line_set(prepared: PreparedPattern) -> LineSet:
    """The fitted lines as positions and amplitudes freed of Lorentz and polarisation factors."""
    peaks = prepared.peaks
    d_star = 1.0 / np.asarray(peaks.d_spacing)
    sin_squared = np.clip((0.5 * prepared.radiation.primary * d_star) ** 2, 1e-8, 0.999)
    strength = np.maximum(peaks.area, 0.0) / lorentz_polarisation(sin_squared, prepared.radiation)
    kept = strength > 0.0
    return LineSet(
        d_star[kept], np.sqrt(strength[kept]), 1.0 / prepared.d_max, 1.0 / prepared.d_min
    )


def _strong(lines: LineSet) -> LineSet:
    """Only the lines that make up most of the pattern."""
    kept = lines.amplitude**2 >= STRONG_SHARE * lines.amplitude.max() ** 2
    return replace(lines, d_star=lines.d_star[kept], amplitude=lines.amplitude[kept])


@functools.lru_cache(maxsize=4)
def _retriever(n_species: int, max_atoms: int) -> Retriever:
    library = library_types.bundled(n_species)
    return Retriever(library, np.flatnonzero(library.n_atoms <= max_atoms))


def library_proposals(
    problem: Problem,
    prepared: PreparedPattern,
    progress: Progress,
    on_first: Callable[[Proposal], None] | None = None,
) -> list[Proposal]:
    """Structures from the library that may explain the pattern, the most promising first.

    Parameters
    ----------
    problem : Problem
    prepared : PreparedPattern
    progress : Progress
    on_first : callable, optional
        Called early with the best of the types that are most like the pattern at first sight.
    """
    lines = line_set(prepared)
    found: list[Proposal] = []
    searches = list(element_sets(problem))
    for number, (elements, fixed) in enumerate(searches):
        message = f"Searching types of {len(elements)} elements"

        def report(share: float, number: int = number, message: str = message) -> None:
            progress.report((number + share) / len(searches), message)

        search = _Search(problem, prepared, lines, elements, fixed, report)
        found += search.run(on_first if number == 0 else None)
    found.sort(key=lambda proposal: proposal.badness)
    return _without_repeats(found)


def element_sets(problem: Problem) -> Iterator[tuple[IntArray, int]]:
    """Atomic numbers to search with, and how many of them (the first) must be used."""
    given = [atomic_number(symbol) for symbol in problem.elements]
    sizes = library_types.group_sizes(resources.path(library_types.LIBRARY_FILE))
    if len(given) in sizes:
        yield np.array(given), len(given)
    # X-rays hardly see hydrogen: a type without it explains the pattern as well.
    if 1 in given and len(given) > 1:
        rest = [z for z in given if z != 1]
        yield np.array(rest), len(rest)
    if problem.others_possible and len(given) + 1 in sizes:
        extra = [atomic_number(s) for s in COMMON_ELEMENTS if atomic_number(s) not in given]
        yield np.array(given + extra), len(given)


class _Search:
    """One search of the library, with one choice of elements."""

    def __init__(
        self,
        problem: Problem,
        prepared: PreparedPattern,
        lines: LineSet,
        elements: IntArray,
        fixed: int,
        report: Callable[[float], None],
    ) -> None:
        self._lines, self._elements, self._report = lines, elements, report
        self._wavelength = prepared.radiation.primary
        n_species = fixed + (1 if len(elements) > fixed else 0)
        self._library = library_types.bundled(n_species)
        self._retriever = _retriever(n_species, problem.max_atoms)
        self._screen = ScreeningPattern(prepared, elements)
        self._assignments = _assignments(n_species, fixed, len(elements))
        self._wanted = wanted_ratios(problem, elements)

    def run(self, on_first: Callable[[Proposal], None] | None) -> list[Proposal]:
        """Search; see `library_proposals`."""
        self._report(0.0)
        searches = [(self._lines, NARROW), (self._lines, WIDE)]
        strong = _strong(self._lines)
        if len(strong.d_star) < len(self._lines.d_star):
            searches.append((strong, NARROW))
        parts = []
        for part, width in searches:
            parts.append(self._retriever.search(part, VOLUME_PER_ATOM, width, HITS_PER_WIDTH))
            self._report(0.3 * len(parts) / len(searches))
            if on_first is not None and len(parts) == 1:
                for proposal in self._screened(parts[0].best(GLANCED), GLANCED, 1):
                    on_first(proposal)
        most = max(MOST_COLOURINGS // len(self._assignments), FEWEST_SCREENED)
        return self._screened(
            merge_hits(parts),
            min(SCREENED, most),
            BUILT,
            lambda share: self._report(0.5 + 0.5 * share),
        )

    def _screened(
        self,
        hits: Hits,
        screened: int,
        built: int,
        report: Callable[[float], None] = lambda share: None,
    ) -> list[Proposal]:
        """The best colourings of the hits whose cells fit the lines best."""
        if len(hits.index) == 0:
            return []
        cells = refine_cells(self._library, hits, self._lines, self._wavelength)
        quality = cells.explained - UNSEEN_WEIGHT * cells.unseen
        found: list[tuple[float, float, int, Colouring]] = []
        for place, j in enumerate(np.argsort(-quality)[:screened]):
            report(place / screened)
            structure_type = self._library.type(int(hits.index[j]))
            allowed = _allowed(
                structure_type.species, self._assignments, self._elements, self._wanted
            )
            if len(allowed) == 0 or not _possible_cell(cells, int(j)):
                continue
            for colouring in self._screen.colourings(structure_type, cells.metric[j], allowed):
                log_prior = colouring.log_prior + FREQUENCY_WEIGHT * math.log(structure_type.count)
                badness = len(self._lines.d_star) * math.log(max(colouring.residual, 1e-3))
                found.append((badness - log_prior, log_prior, int(j), colouring))
        found.sort(key=lambda one: one[0])
        return [
            _proposal(
                self._library.type(int(hits.index[j])), cells, j, colouring, badness, log_prior
            )
            for badness, log_prior, j, colouring in found[:built]
        ]


def _proposal(
    structure_type: StructureType,
    cells: RefinedCells,
    index: int,
    colouring: Colouring,
    badness: float,
    log_prior: float,
) -> Proposal:
    return Proposal(
        structure=_structure(structure_type, cells.metric[index], colouring.numbers),
        zero=float(cells.zero[index]),
        residual=colouring.residual,
        log_prior=log_prior,
        badness=badness,
        space_group=structure_type.space_group,
    )


def _assignments(n_species: int, fixed: int, n_elements: int) -> IntArray:
    """All assignments that use every one of the first `fixed` elements."""
    if n_elements == n_species:
        return all_assignments(n_species, n_elements)
    base = all_assignments(n_species, n_species)
    parts = []
    for extra in range(fixed, n_elements):
        # The last label of the permutation stands for the extra element.
        parts.append(np.where(base == n_species - 1, extra, base))
    return np.concatenate(parts)


def wanted_ratios(problem: Problem, elements: IntArray) -> dict[int, float] | None:
    """Share of each element among the atoms, where the formula is known.

    Hydrogen counts only where it is searched for.

    Parameters
    ----------
    problem : Problem
    elements : (e,) int array
        Atomic numbers.
    """
    if problem.formula is None:
        return None
    amounts = {atomic_number(s): n for s, n in parse_formula(problem.formula).items()}
    if 1 not in elements:
        amounts.pop(1, None)
    total = sum(amounts.values())
    return {z: n / total for z, n in amounts.items()}


def _allowed(
    species: IntArray, assignments: IntArray, elements: IntArray, wanted: dict[int, float] | None
) -> IntArray:
    if wanted is None:
        return assignments
    shares = np.bincount(species) / len(species)
    target = np.array([wanted.get(int(z), 0.0) for z in elements])
    return assignments[np.all(np.abs(target[assignments] - shares) < 0.01, axis=1)]


def _possible_cell(cells: RefinedCells, index: int) -> bool:
    """Whether the refined metric is that of a lattice that is not absurdly flat."""
    values = np.linalg.eigvalsh(vector_to_metric(cells.metric[index]))
    return bool(values[0] > 1e-6 and values[-1] < 2500.0 * values[0])


def _structure(
    structure_type: StructureType, metric: FloatArray, numbers: IntArray
) -> CrystalStructure:
    direct = np.linalg.inv(vector_to_metric(metric))
    species = structure_type.species
    coords = structure_type.coords
    return CrystalStructure(np.linalg.cholesky(direct), numbers[species], coords)


def _without_repeats(proposals: list[Proposal]) -> list[Proposal]:
    """At most `PER_KIND` proposals of one space group, contents and volume, the best ones."""
    seen: Counter[tuple[object, ...]] = Counter()
    kept = []
    for proposal in proposals:
        contents = tuple(sorted(Counter(proposal.structure.numbers.tolist()).items()))
        volume = round(math.log(proposal.structure.volume) / 0.015)
        key = (proposal.space_group, contents, volume)
        seen[key] += 1
        if seen[key] <= PER_KIND:
            kept.append(proposal)
    return kept
