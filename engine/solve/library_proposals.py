"""Candidate structures from the library: retrieval, cells on lines, colourings."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine import resources
from engine.crystal.composition import atomic_number, parse_formula
from engine.crystal.metric import vector_to_metric
from engine.crystal.structure import CrystalStructure
from engine.crystal.vonorms import vonorms
from engine.library import kinship
from engine.library import types as library_types
from engine.library.retrieve import Hits, LineSet, Retriever, merge_hits
from engine.library.types import StructureType
from engine.progress import Progress
from engine.refine.prepared import PreparedPattern
from engine.solve.cell_on_lines import refine_cells
from engine.solve.indexing import IndexedCell
from engine.solve.lattice_mapping import metrics_like
from engine.solve.proposals import KINSHIP_WEIGHT, PROBES, Proposal, line_set, wanted_ratios
from engine.solve.result import Problem
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
# On each indexed cell so many types are tried, each laid on it in so many ways.
TYPES_ON_A_CELL, WAYS_ON_A_CELL = 150, 3
# Relative lengths of the Voronoi vectors of a type and of a cell that may have it.
SAME_SHAPE = 0.05
# Lines below this share of the strongest may be an impurity's; one search goes without them.
STRONG_SHARE = 0.06
# With many elements there are many colourings of each type; then fewer types are tried.
MOST_COLOURINGS, FEWEST_SCREENED = 12_000, 60
# How many proposals of one group, contents and volume are kept before refinement.
PER_KIND = 3
# Where elements are possible that nobody ticked: in the best so many colourings every element whose
# Z is within 22 % of a probe's is tried. Noble gases and what has no stable isotope are left out.
SETTLED, ALIKE = 60, 0.2
POSSIBLE = np.array([*sorted(set(range(3, 84)) - {10, 18, 36, 54, 43, 61}), 90, 92], dtype=np.int64)


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


def library_on_cells(
    problem: Problem,
    prepared: PreparedPattern,
    cells: Sequence[IndexedCell],
    progress: Progress,
) -> list[Proposal]:
    """Structures from the library on cells that were found without it, the most promising first.

    What the retrieval misses are types that are hard to recognise by their lines: those of large
    cells, and those whose lattice is nearly of higher symmetry, so that their cell cannot be
    found from the strongest lines.

    Parameters
    ----------
    problem : Problem
    prepared : PreparedPattern
    cells : sequence of IndexedCell
    progress : Progress
    """
    if not cells:
        return []
    lines = line_set(prepared)
    found: list[Proposal] = []
    for elements, fixed in element_sets(problem):

        def report(share: float) -> None:
            progress.report(share, "Trying types on the indexed cells")

        found += _Search(problem, prepared, lines, elements, fixed, report).on_cells(cells)
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
        named = () if problem.formula is None else tuple(parse_formula(problem.formula))
        possible = dict.fromkeys(map(atomic_number, (*PROBES, *named)))
        extra = [z for z in possible if z not in given]
        yield np.array(given + extra), len(given)


def _strong(lines: LineSet) -> LineSet:
    """Only the lines that make up most of the pattern."""
    kept = lines.amplitude**2 >= STRONG_SHARE * lines.amplitude.max() ** 2
    return replace(lines, d_star=lines.d_star[kept], amplitude=lines.amplitude[kept])


@dataclass(frozen=True, eq=False)
class _Placed:
    """A type of the library on a cell: reciprocal metric in 1/angstrom^2, zero error in degrees."""

    index: int
    metric: FloatArray
    zero: float


@dataclass(frozen=True, eq=False)
class _Found:
    """A colouring of a type, ln of how much known crystals speak for it, and its misfit."""

    placed: _Placed
    colouring: Colouring
    kinship: float
    misfit: float

    @property
    def badness(self) -> float:
        return self.misfit - self.colouring.log_prior - KINSHIP_WEIGHT * self.kinship


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
        self._prepared, self._fixed = prepared, fixed
        self._wavelength = prepared.radiation.primary
        n_species = fixed + (1 if len(elements) > fixed else 0)
        self._library = library_types.bundled(n_species)
        self._kinship = kinship.bundled(n_species)
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

    def on_cells(self, cells: Sequence[IndexedCell]) -> list[Proposal]:
        """Types whose lattice has the shape of one of the cells; see `library_on_cells`."""
        placed: list[_Placed] = []
        for number, cell in enumerate(cells):
            self._report(number / len(cells))
            placed += self._types_on(cell)
        return self._coloured(placed, BUILT)

    def _types_on(self, cell: IndexedCell) -> list[_Placed]:
        shapes = _shapes(self._library.n_species)
        shape = _relative_shape(cell.lattice[None])
        index = np.flatnonzero(np.abs(shapes / shape - 1.0).max(axis=1) < SAME_SHAPE)
        index = index[np.isin(index, self._retriever.chosen)]
        if len(index) == 0:
            return []
        volume = abs(float(np.linalg.det(cell.lattice)))
        log_length = np.log(volume / self._library.n_atoms[index]) / 3.0
        hits = self._retriever.at_volumes(self._lines, index, log_length, WIDE, TYPES_ON_A_CELL)
        return [
            _Placed(int(i), metric, cell.zero)
            for i, length in zip(hits.index, hits.log_length, strict=True)
            for metric in metrics_like(
                self._library.lattice[i] * np.exp(length), cell.lattice, WAYS_ON_A_CELL
            )
        ]

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
        placed = [
            _Placed(int(hits.index[j]), cells.metric[j], float(cells.zero[j]))
            for j in np.argsort(-quality)[:screened]
            if _possible_cell(cells.metric[j])
        ]
        return self._coloured(placed, built, report)

    def _coloured(
        self,
        placed: list[_Placed],
        built: int,
        report: Callable[[float], None] = lambda share: None,
    ) -> list[Proposal]:
        """The best colourings of types on cells, as structures."""
        found: list[_Found] = []
        for number, one in enumerate(placed):
            report(number / len(placed))
            structure_type = self._library.type(one.index)
            allowed = _allowed(
                structure_type.species, self._assignments, self._elements, self._wanted
            )
            if len(allowed) == 0:
                continue
            found += self._judged(one, self._screen.colourings(structure_type, one.metric, allowed))
        found.sort(key=lambda one: one.badness)
        if len(self._elements) > self._library.n_species:
            found = self._with_every_element(found[:BUILT])
        return [_proposal(self._library.type(one.placed.index), one) for one in found[:built]]

    def _judged(self, placed: _Placed, colourings: Sequence[Colouring]) -> list[_Found]:
        """With what known crystals and the pattern say of each."""
        if not colourings:
            return []
        kin = self._kinship.log_prior(placed.index, np.stack([c.numbers for c in colourings]))
        n = len(self._lines.d_star)
        return [
            _Found(placed, colouring, float(akin), n * math.log(max(colouring.residual, 1e-3)))
            for colouring, akin in zip(colourings, kin, strict=True)
        ]

    def _with_every_element(self, found: list[_Found]) -> list[_Found]:
        """The best colourings with all elements in the place of one that nobody ticked.

        One element stood for all that scatter about alike; where a colouring with it is good, the
        others are compared too.
        """
        told = self._elements[: self._fixed]
        elements = np.unique(np.concatenate([told, POSSIBLE]))
        screen = ScreeningPattern(self._prepared, elements)
        out = list(found)
        for one in found[:SETTLED]:
            numbers = one.colouring.numbers
            hidden = ~np.isin(numbers, told)
            if not hidden.any():
                continue
            probe = float(numbers[hidden][0])
            near = np.abs(np.log(POSSIBLE / probe)) < ALIKE
            others = np.setdiff1d(POSSIBLE[near], [*told, int(probe)])
            every = np.tile(numbers, (len(others), 1))
            every[:, hidden] = others[:, None]
            structure_type = self._library.type(one.placed.index)
            labels = np.searchsorted(elements, every)
            allowed = _allowed(structure_type.species, labels, elements, self._wanted)
            if len(allowed) == 0:
                continue
            out += self._judged(
                one.placed, screen.colourings(structure_type, one.placed.metric, allowed)
            )
        return sorted(out, key=lambda one: one.badness)


@functools.lru_cache(maxsize=4)
def _shapes(n_species: int) -> FloatArray:
    """(t, 7) relative lengths of the Voronoi vectors of all types."""
    return _relative_shape(library_types.bundled(n_species).lattice)


def _relative_shape(lattices: FloatArray) -> FloatArray:
    lengths = np.sqrt(vonorms(lattices))
    return np.asarray(lengths / np.abs(np.linalg.det(lattices))[:, None] ** (1.0 / 3.0))


def _proposal(structure_type: StructureType, found: _Found) -> Proposal:
    placed, colouring = found.placed, found.colouring
    return Proposal(
        structure=_structure(structure_type, placed.metric, colouring.numbers),
        zero=placed.zero,
        residual=colouring.residual,
        log_prior=colouring.log_prior,
        badness=found.badness,
        space_group=structure_type.space_group,
        kinship=found.kinship,
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


def _allowed(
    species: IntArray, assignments: IntArray, elements: IntArray, wanted: dict[int, float] | None
) -> IntArray:
    if wanted is None:
        return assignments
    shares = np.bincount(species) / len(species)
    target = np.array([wanted.get(int(z), 0.0) for z in elements])
    return assignments[np.all(np.abs(target[assignments] - shares) < 0.01, axis=1)]


def _possible_cell(metric: FloatArray) -> bool:
    """Whether a refined metric is that of a lattice that is not absurdly flat."""
    values = np.linalg.eigvalsh(vector_to_metric(metric))
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
