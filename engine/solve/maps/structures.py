"""From one map on one cell to complete, refined structures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import by_centring
from engine.errors import BadInputError
from engine.solve.binned_pattern import BinnedPattern
from engine.solve.maps.atoms_on_intensities import IntensityRefiner, RefinedAtoms
from engine.solve.maps.comparison import Comparison
from engine.solve.maps.decoration import Decoration, Decorator
from engine.solve.maps.difference_map import difference_map, frame_of
from engine.solve.maps.effort import Effort
from engine.solve.maps.frame import Frame, standard_frame
from engine.solve.maps.map_symmetry import Agreement, MapGroup, map_groups
from engine.solve.maps.measured_series import Series
from engine.solve.maps.sites import Site, fixed_sites, grid_shape, maxima, site_at, sites_of_map

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

GROUPS = 16
DECORATIONS = 2
# How many structures are looked at again, and how many of one space group.
COMPLETED, OF_ONE_GROUP = 8, 3
CYCLES = 6
# How much better a change must be to go on from it, and how much worse a rival may be.
LEAST_GAIN, RIVAL, RIVALS = 0.5, 12.0, 5
# As many maxima are sites as atoms of this volume (cubic angstrom) would fill the cell with, and
# a third more, within limits.
ROOM, MORE, LEAST_SITES, MOST_SITES = 12.0, 1.3, 18, 24
FIXED_SITES, MISSING_SITES = 3, 8
MAXIMA = 200
# A structure that leaves so little is not completed any further.
EXPLAINED = 0.06
RESIDUAL_FLOOR = 0.02


@dataclass(frozen=True, eq=False)
class Contents:
    """What is known of the atoms.

    Attributes
    ----------
    elements : (e,) int array
        Atomic numbers.
    required : int
        The first so many must be there.
    wanted : (e,) array or None
        Their shares, where the formula is known.
    most_atoms : int
        In the primitive cell.
    """

    elements: IntArray
    required: int
    wanted: FloatArray | None
    most_atoms: int


@dataclass(frozen=True, eq=False)
class MapStructure:
    """A structure that came out of a map.

    Attributes
    ----------
    refined : RefinedAtoms
    log_prior : float
        Of its contents.
    badness : float
        Lines times ln(residual), a charge for coordinates, less the prior: low is good.
    """

    refined: RefinedAtoms
    log_prior: float
    badness: float


class MapSolver:
    """Finds structures in maps for one pattern.

    Parameters
    ----------
    pattern : BinnedPattern
    contents : Contents
    lines : int
        Resolved lines of the pattern.
    anomalous : bool
        Whether there is anomalous scattering in the pattern.
    check : callable, optional
        Called between steps; may raise to stop.
    effort : Effort, optional
        What may be spent; several solvers can share one.
    out_of_time : callable, optional
        Whether to stop for another reason.
    """

    def __init__(
        self,
        pattern: BinnedPattern,
        contents: Contents,
        lines: int,
        anomalous: bool,
        check: Callable[[], None] = lambda: None,
        effort: Effort | None = None,
        out_of_time: Callable[[], bool] = lambda: False,
    ) -> None:
        self.pattern = pattern
        self.contents = contents
        self.lines = lines
        self._anomalous = anomalous
        self.check, self._out_of_time = check, out_of_time
        self._effort = effort or Effort()
        self._refiner = IntensityRefiner(pattern, anomalous)
        self.satisfied = False

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be begun."""
        return self._effort.exhausted or self._out_of_time()

    def structures(
        self, series: Series, rotations: IntArray, expected_atoms: float | None
    ) -> list[MapStructure]:
        """Structures that a map leads to, the best first.

        Parameters
        ----------
        series : Series
            The map, in a reduced cell.
        rotations : (g, 3, 3) int array
            Of its lattice.
        expected_atoms : float or None
            In its cell.
        """
        found: list[MapStructure] = []
        for group in map_groups(Agreement(series, rotations), GROUPS):
            self.check()
            if self.stopped:
                break
            found += self.structures_in(series, group, expected_atoms)
            if any(one.refined.residual < EXPLAINED for one in found):
                break
        return self.completed(distinct(found), expected_atoms)

    def structures_in(
        self, series: Series, group: MapGroup, expected_atoms: float | None
    ) -> list[MapStructure]:
        """Structures that a map leads to in one space group; see `structures`."""
        return [
            one
            for decorated in self._decorated(series, group, expected_atoms)
            for one in self._refined(*decorated)
        ]

    def completed(
        self, found: list[MapStructure], expected_atoms: float | None
    ) -> list[MapStructure]:
        """The structures and what comes of looking again at the best of them.

        Parameters
        ----------
        found : list of MapStructure
            The best first.
        expected_atoms : float or None
        """
        complete = []
        # Where one explains the pattern, only its own rivals are of interest.
        explained = bool(found) and found[0].refined.residual < EXPLAINED
        for one in found[:1] if explained else first_of_groups(found):
            self.check()
            complete += self._completed(one, expected_atoms)
        self.satisfied = any(one.refined.residual < EXPLAINED for one in complete)
        return distinct([*complete, *found])

    def _decorated(
        self, series: Series, group: MapGroup, expected_atoms: float | None
    ) -> list[tuple[Decoration, Decorator, Frame]]:
        placed = standard_frame(group, series.lattice)
        if placed is None:
            return []
        frame, transformation, shift = placed
        self._effort.decorated()
        comparison = Comparison(frame, self.pattern, self.contents.elements, self._anomalous)
        if not comparison.usable:
            return []
        map_ = symmetrised(series, group)
        positions, heights = maxima(map_.grid(grid_shape(series.lattice)), MAXIMA)
        standard = (positions @ transformation.T + shift) % 1.0
        sites = sites_of_map(frame, standard, heights, _most_sites(frame, len(group)), [])
        sites = sites + fixed_sites(frame, sites, FIXED_SITES)
        decorator = self._decorator(comparison, sites, expected_atoms)
        best = decorator.search(decorator.by_height(), DECORATIONS)
        return [(one, decorator, frame) for one in best]

    def _decorator(
        self, comparison: Comparison, sites: list[Site], expected_atoms: float | None
    ) -> Decorator:
        return Decorator(
            comparison,
            sites,
            self.contents.required,
            self.lines,
            expected_atoms,
            self.contents.most_atoms,
            self.contents.wanted,
        )

    def _refined(
        self, decoration: Decoration, decorator: Decorator, frame: Frame
    ) -> list[MapStructure]:
        structure = self._structure(decoration, decorator.sites, frame)
        try:
            refined = self._refiner.refine(structure)
        except (BadInputError, np.linalg.LinAlgError):
            return []
        self._effort.refined(len(refined.model.hkl), refined.n_free)
        badness = self.lines * math.log(max(refined.residual, RESIDUAL_FLOOR))
        badness += 0.5 * math.log(self.lines) * refined.n_free - decoration.log_prior
        return [MapStructure(refined, decoration.log_prior, badness)]

    def _structure(
        self, decoration: Decoration, sites: list[Site], frame: Frame
    ) -> CrystalStructure:
        used = [(site, label) for site, label in zip(sites, decoration.labels, strict=True)
                if label >= 0]  # fmt: skip
        numbers = [int(self.contents.elements[label]) for site, label in used for _ in site.images]
        conventional = CrystalStructure(
            frame.lattice, np.array(numbers), np.concatenate([site.images for site, _ in used])
        )
        # The search for symmetry that follows takes many times longer on a centred cell.
        return by_centring(conventional, frame.centring_letter)

    def _completed(self, one: MapStructure, expected_atoms: float | None) -> list[MapStructure]:
        """Look again where electrons are missing, and change what explains the pattern better.

        The best comes with its nearest rivals: elements of like weight are told apart on the
        profile only.
        """
        best, rivals = one, [one]
        for _ in range(CYCLES):
            found = self._once_more(best, expected_atoms)
            rivals += found
            if not found or found[0].badness > best.badness - LEAST_GAIN:
                break
            best = found[0]
            if best.refined.residual < EXPLAINED or self.stopped:
                break
        return [r for r in rivals if r.badness < best.badness + RIVAL]

    def _once_more(self, one: MapStructure, expected_atoms: float | None) -> list[MapStructure]:
        frame = frame_of(one.refined)
        comparison = Comparison(frame, self.pattern, self.contents.elements, self._anomalous)
        if not comparison.usable:
            return []
        sites, labels = self._present(one.refined, frame)
        grid = difference_map(one.refined, self.pattern)
        positions, heights = maxima(grid, MAXIMA)
        missing = sites_of_map(frame, positions, heights, MISSING_SITES, sites)
        fixed = fixed_sites(frame, sites + missing, FIXED_SITES)
        decorator = self._decorator(comparison, [*sites, *missing, *fixed], expected_atoms)
        start = np.concatenate([labels, np.full(len(missing) + len(fixed), -1)])
        found = []
        for decoration in decorator.search(start[None], RIVALS):
            found += self._refined(decoration, decorator, frame)
        return sorted(found, key=lambda s: s.badness)

    def _present(self, refined: RefinedAtoms, frame: Frame) -> tuple[list[Site], IntArray]:
        structure = refined.structure
        place = {int(z): i for i, z in enumerate(self.contents.elements)}
        sites, labels = [], []
        for atom in refined.model.standardised.asymmetric_unit():
            sites.append(site_at(frame, structure.frac_coords[atom], 0.0, merged=0.1))
            labels.append(place[int(structure.numbers[atom])])
        return sites, np.array(labels, dtype=np.int64)


def _most_sites(frame: Frame, order: int) -> int:
    """How many maxima of a map in a group of this order (of the primitive cell) may be sites."""
    enough = MORE * frame.volume / frame.centring / (ROOM * order)
    return int(np.clip(np.ceil(enough), LEAST_SITES, MOST_SITES))


def first_of_groups(found: list[MapStructure]) -> list[MapStructure]:
    """The best structures, but few of any one space group: one may crowd the right one out."""
    kept: list[MapStructure] = []
    seen: Counter[int] = Counter()
    for one in found:
        number = one.refined.model.standardised.number
        seen[number] += 1
        if seen[number] <= OF_ONE_GROUP:
            kept.append(one)
    return kept[:COMPLETED]


def symmetrised(series: Series, group: MapGroup) -> Series:
    """The map averaged over the operations of a group."""
    cube, limit = series.cube()
    total = np.zeros(len(series.hkl), dtype=np.complex128)
    for w, t in zip(group.rotations, group.translations, strict=True):
        moved = series.hkl @ w
        kept = np.abs(moved).max(axis=1) <= limit
        phase = np.exp(2j * np.pi * (series.hkl[kept] @ t))
        total[kept] += cube[tuple((moved[kept] + limit).T)] * phase
    return Series(series.lattice, series.hkl, total / len(group))


def distinct(found: list[MapStructure]) -> list[MapStructure]:
    """The best first; of equal group, contents and residual only one."""
    kept: list[MapStructure] = []
    seen: set[tuple[object, ...]] = set()
    for one in sorted(found, key=lambda s: s.badness):
        standard = one.refined.model.standardised
        numbers, counts = np.unique(standard.primitive.numbers, return_counts=True)
        key = (
            standard.number,
            tuple(numbers.tolist()),
            tuple(counts.tolist()),
            round(math.log(max(one.refined.residual, 1e-3)) / 0.02),
        )
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept
