"""The search for cells: every Bravais lattice, then the relatives of what explains the lines."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.crystal.niggli import niggli_reduce
from engine.errors import BadInputError
from engine.progress import Progress
from engine.solve.indexing.bravais import KINDS, BravaisKind
from engine.solve.indexing.coarse import MOST_LINES, CoarseTable
from engine.solve.indexing.evidence import hidden_classes, line_evidence
from engine.solve.indexing.judge import MOST_CALCULATED, Judged, judge
from engine.solve.indexing.line_list import LineList, to_angle
from engine.solve.indexing.relatives import (
    matching_basis,
    sublattice_matrices,
    superlattice_matrices,
)
from engine.solve.indexing.settle import nearest, settle
from engine.solve.indexing.starts import LARGEST_VOLUME, assigned_starts, judged_forms
from engine.solve.indexing.symmetry import lattice_kinds
from engine.solve.indexing.zones import triclinic_forms, zone_starts

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SEARCHED_LINES, SEARCHED_FAINTEST = 20, 0.01
JUDGED_LINES, JUDGED_FAINTEST = 60, 0.002
# Zero shifts from which cells are looked for, and the tolerance, in degrees.
ZEROS, TOLERANCE = (0.0, -0.04, 0.04), 0.05
SIFTED_FORMS = 36
NIGGLI_TOLERANCE = 1e-3
# Relatives of the best cells are looked at, of so many cells and with so many times the volume.
PARENTS, INDICES = 3, (2, 3, 4)
_RELATIVES_KEPT = 6
_HIDDEN_TRIED = 15
_MOST_INDICES = 60_000
_EXPLAINED = 0.03  # degrees
# Lattices of the systems from monoclinic down are looked for with more effort where the best cell
# has less evidence for each line than this.
DEEPER_BELOW = 1.2
# Nearly all lines explained, each with so much evidence: monoclinic and triclinic lattices are then
# tried only as relatives of what was found.
SURE_SHARE, SURE_EVIDENCE = 0.9, 2.3
_BINS_OF_EQUAL = 0.002


@dataclass(frozen=True)
class Effort:
    """How many of the starts of one Bravais lattice are taken how far.

    Attributes
    ----------
    sifted : int
        Compared with the lines by all low indices, of those that do best with few.
    settled : int
        Refined on the first lines.
    judged : int
        Refined on all lines and scored.
    """

    sifted: int
    settled: int
    judged: int


USUAL, DEEPER = Effort(5000, 400, 8), Effort(30_000, 3000, 250)


def sifted(
    table: CoarseTable, forms: FloatArray, starts: FloatArray, effort: Effort = USUAL
) -> tuple[FloatArray, FloatArray]:
    """The starts that explain the lines best and their coarse scores: few forms first, then all."""
    for count, kept in ((SIFTED_FORMS, effort.sifted), (len(forms), effort.settled)):
        score = table.score(forms[:count], starts)
        best = np.argpartition(-score, min(kept, len(score) - 1))[:kept]
        starts, score = starts[best], score[best]
    return starts, score


@dataclass(frozen=True, eq=False)
class Found:
    """A judged cell with its primitive, Niggli-reduced lattice (rows in angstrom)."""

    judged: Judged
    lattice: FloatArray


class CellSearch:
    """One search on one list of lines.

    Parameters
    ----------
    lines : LineList
        All lines there are.
    progress : Progress
    """

    def __init__(self, lines: LineList, progress: Progress) -> None:
        self.lines = lines
        self.few = lines.first(min(SEARCHED_LINES, MOST_LINES), SEARCHED_FAINTEST)
        self.judged_lines = lines.first(JUDGED_LINES, JUDGED_FAINTEST)
        self.progress = progress
        self.found: list[Found] = []

    def run(self) -> list[Found]:
        """Distinct cells, the best first."""
        tables = [CoarseTable(self.few, zero, TOLERANCE) for zero in ZEROS]
        for number, kind in enumerate(KINDS):
            self.progress.report(0.8 * number / len(KINDS), f"indexing: {kind.system} lattices")
            if kind.system == "monoclinic" and self._sure():
                break
            self._search(kind, tables, USUAL)
        if self._evidence() < DEEPER_BELOW:
            for kind in KINDS:
                if kind.system in ("monoclinic", "triclinic"):
                    self._search(kind, tables, DEEPER)
        self.distinct()
        self.progress.report(0.85, "indexing: sub- and superlattices")
        self._add_relatives()
        self._add_hidden()
        return self.found

    def _sure(self) -> bool:
        if not self.found:
            return False
        best = max(self.found, key=lambda found: found.judged.score).judged
        n = len(self.judged_lines)
        return best.explained >= SURE_SHARE * n and best.score > SURE_EVIDENCE * n

    def _evidence(self) -> float:
        """Of the best cell so far, for each line."""
        best = max((found.judged.score for found in self.found), default=-np.inf)
        return float(best / len(self.judged_lines))

    def _search(self, kind: BravaisKind, tables: list[CoarseTable], effort: Effort) -> None:
        """Find the cells of one Bravais lattice."""
        forms = triclinic_forms() if kind.system == "triclinic" else judged_forms(kind)
        starts, scores, zeros = [], [], []
        for zero, table in zip(ZEROS, tables, strict=True):
            square = self.few.square(zero)
            if kind.system == "triclinic":
                made = zone_starts(square)
            else:
                made = assigned_starts(kind, square)
            if len(made) == 0:
                continue
            made, score = sifted(table, forms, made, effort)
            starts.append(made)
            scores.append(score)
            zeros.append(np.full(len(made), zero))
            self.progress.report(0.1 + 0.7 * KINDS.index(kind) / len(KINDS), "indexing")
        if not starts:
            return
        parameters, score, shift = (np.concatenate(x) for x in (starts, scores, zeros))
        best = np.argsort(-score, kind="stable")[: effort.settled]
        parameters, shift = settle(forms, parameters[best], self.few, shift[best])
        for i in self._most_promising(kind, forms, parameters, shift)[: effort.judged]:
            self.judge_cell(kind, parameters[i], float(shift[i]))

    def _most_promising(
        self, kind: BravaisKind, forms: FloatArray, parameters: FloatArray, zero: FloatArray
    ) -> IntArray:
        """Which settled cells are worth being judged, the best first."""
        slope = self.few.slope()
        observed = self.few.square()[None, :] - zero[:, None] * slope[None, :]
        square = parameters @ forms.T
        _, apart = nearest(square, observed)
        explained = (np.abs(apart / slope) < _EXPLAINED).sum(axis=1)
        calculated = np.maximum((square < observed[:, -1:]).sum(axis=1), 1)
        rank = explained * np.log(20.0 * len(self.few) / calculated)
        with np.errstate(invalid="ignore"):
            volume = kind.volume(parameters)
            rank[~((volume > 5.0) & (volume < 1.2 * LARGEST_VOLUME))] = -np.inf
        order = np.argsort(-rank, kind="stable")
        order = order[np.isfinite(rank[order])]
        shape = parameters[order] / parameters[order].max(axis=1, keepdims=True)
        key = np.column_stack([shape / _BINS_OF_EQUAL, np.log(volume[order]) / _BINS_OF_EQUAL])
        _, first = np.unique(np.round(key), axis=0, return_index=True)
        return np.asarray(order[np.sort(first)])

    def judge_cell(self, kind: BravaisKind, parameters: FloatArray, zero: float) -> Found | None:
        """Judge a cell and keep it if it is one."""
        judged = judge(kind, parameters, zero, self.judged_lines)
        if judged is None:
            return None
        try:
            lattice = niggli_reduce(kind.primitive(judged.parameters), NIGGLI_TOLERANCE)[0]
        except (BadInputError, np.linalg.LinAlgError):
            return None
        found = Found(judged, lattice)
        self.found.append(found)
        return found

    def distinct(self) -> list[Found]:
        """Sort by score; keep the best description of each lattice."""
        self.found.sort(key=lambda found: -found.judged.score)
        kept: list[Found] = []
        for found in self.found[:60]:
            volume = abs(np.linalg.det(found.lattice))
            same = any(
                abs(np.linalg.det(other.lattice) / volume - 1.0) < 0.01
                and matching_basis(found.lattice, other.lattice, 0.005, 0.5) is not None
                for other in kept
            )
            if not same:
                kept.append(found)
        self.found = kept
        return kept

    def _add_relatives(self) -> None:
        """Judge what the lattices of the best cells may become, twice over."""
        seen: list[FloatArray] = []
        for _ in range(2):
            parents = [f for f in self.found[:PARENTS] if not any(f.lattice is s for s in seen)]
            for parent in parents:
                seen.append(parent.lattice)
                self.progress.report(0.9, "indexing: sub- and superlattices")
                for lattice in self._promising_relatives(parent):
                    for kind, parameters in lattice_kinds(lattice):
                        self.judge_cell(kind, parameters, parent.judged.zero)
            self.distinct()

    def _promising_relatives(self, parent: Found) -> list[FloatArray]:
        """The lattice itself, and those sub- and superlattices that may explain more or as much."""
        zero = parent.judged.zero
        own = self._as_it_is(parent.lattice, zero)
        scored = []
        for index in INDICES:
            for matrix in superlattice_matrices(index):
                lattice = matrix @ parent.lattice
                inverse = np.linalg.inv(matrix)
                scored.append((self._as_it_is(lattice, zero, inverse), lattice))
            for smaller in sublattice_matrices(index):
                lattice = smaller @ parent.lattice
                scored.append((self._as_it_is(lattice, zero), lattice))
        scored.sort(key=lambda pair: -pair[0])
        good = [lattice for score, lattice in scored[:_RELATIVES_KEPT] if score > own - 10.0]
        return [parent.lattice, *(niggli_reduce(x, NIGGLI_TOLERANCE)[0] for x in good)]

    def _as_it_is(
        self, lattice: FloatArray, zero: float, to_parent: FloatArray | None = None
    ) -> float:
        """Evidence for a lattice without any refinement.

        With `to_parent`, which takes its indices to those of a lattice that it is a multiple of,
        its further reflections may be seen more rarely.
        """
        hkl, calculated = self._reflections(lattice)
        if not 0 < len(calculated) <= MOST_CALCULATED * len(self.judged_lines):
            return -np.inf
        hidden = None
        if to_parent is not None:
            indices = hkl @ to_parent.T
            hidden = np.any(np.abs(indices - np.round(indices)) > 1e-6, axis=1)[None, :]
        angles = self.judged_lines.two_theta - zero
        weight = np.full(len(calculated), 2.0)
        return line_evidence(calculated, weight, angles, self.judged_lines, hidden)

    def _reflections(self, lattice: FloatArray) -> tuple[IntArray, FloatArray]:
        """Indices of one of each pair of opposite reflections, and their angles, rising."""
        limit = float(self.judged_lines.square()[-1]) * 1.02
        star = np.linalg.inv(lattice @ lattice.T)
        bounds = np.floor(np.linalg.norm(lattice, axis=1) * np.sqrt(limit)).astype(np.int64)
        if np.prod(2 * bounds + 1) > _MOST_INDICES:
            return np.zeros((0, 3), dtype=np.int64), np.zeros(0)
        axes = [np.arange(-n, n + 1) for n in bounds]
        hkl = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        hkl = hkl[len(hkl) // 2 + 1 :]
        square = ((hkl @ star) * hkl).sum(axis=1)
        order = np.argsort(square)
        order = order[square[order] < limit]
        return hkl[order], to_angle(square[order], self.lines.wavelength)

    def _add_hidden(self) -> None:
        """Raise the scores of the best cells where they are faintly visible superlattices."""
        raised = []
        for found in self.found[:_HIDDEN_TRIED]:
            hkl, calculated = self._reflections(found.lattice)
            extra = 0.0
            if 0 < len(calculated) <= MOST_CALCULATED * len(self.judged_lines):
                angles = self.judged_lines.two_theta - found.judged.zero
                weight = np.full(len(calculated), 2.0)
                plain = line_evidence(calculated, weight, angles, self.judged_lines)
                best = line_evidence(
                    calculated, weight, angles, self.judged_lines, hidden_classes(hkl)
                )
                extra = best - plain
            judged = replace(found.judged, score=found.judged.score + extra)
            raised.append(Found(judged, found.lattice))
        self.found = sorted(
            [*raised, *self.found[_HIDDEN_TRIED:]], key=lambda found: -found.judged.score
        )
