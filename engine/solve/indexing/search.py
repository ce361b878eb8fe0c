"""The search for cells: every Bravais lattice, then the relatives of what explains the lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.crystal.niggli import niggli_reduce
from engine.errors import BadInputError
from engine.progress import Progress
from engine.solve.indexing.bravais import KINDS, BravaisKind
from engine.solve.indexing.coarse import MOST_LINES, CoarseTable
from engine.solve.indexing.judge import MOST_CALCULATED, Judged, judge, line_evidence
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
SETTLED, JUDGED = 400, 8
SIFTED_FORMS, SIFTED = 36, 5000
NIGGLI_TOLERANCE = 1e-3
# Relatives of the best cells are looked at, of so many cells and with so many times the volume.
PARENTS, INDICES = 3, (2, 3, 4)
_RELATIVES_KEPT = 5
_EXPLAINED = 0.03  # degrees
# Nearly all lines explained, each with so much evidence: monoclinic and triclinic lattices are then
# tried only as relatives of what was found.
SURE_SHARE, SURE_EVIDENCE = 0.9, 2.3
_BINS_OF_EQUAL = 0.002


def sifted(
    table: CoarseTable, forms: FloatArray, starts: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The starts that explain the lines best and their coarse scores: few forms first, then all."""
    for count, kept in ((SIFTED_FORMS, SIFTED), (len(forms), SETTLED)):
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
            self._search(kind, tables)
        self.distinct()
        self.progress.report(0.85, "indexing: sub- and superlattices")
        self._add_relatives()
        return self.found

    def _sure(self) -> bool:
        if not self.found:
            return False
        best = max(self.found, key=lambda found: found.judged.score).judged
        n = len(self.judged_lines)
        return best.explained >= SURE_SHARE * n and best.score > SURE_EVIDENCE * n

    def _search(self, kind: BravaisKind, tables: list[CoarseTable]) -> None:
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
            made, score = sifted(table, forms, made)
            starts.append(made)
            scores.append(score)
            zeros.append(np.full(len(made), zero))
            self.progress.report(0.1 + 0.7 * KINDS.index(kind) / len(KINDS), "indexing")
        if not starts:
            return
        parameters, score, shift = (np.concatenate(x) for x in (starts, scores, zeros))
        best = np.argsort(-score, kind="stable")[:SETTLED]
        parameters, shift = settle(forms, parameters[best], self.few, shift[best])
        for i in self._most_promising(kind, forms, parameters, shift):
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
        return np.asarray(order[np.sort(first)][:JUDGED])

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
        lattices = [parent.lattice]
        for index in INDICES:
            lattices.extend(matrix @ parent.lattice for matrix in superlattice_matrices(index))
            lattices.extend(matrix @ parent.lattice for matrix in sublattice_matrices(index))
        scores = np.array([self._as_it_is(x, parent.judged.zero) for x in lattices])
        order = np.argsort(-scores[1:], kind="stable")[:_RELATIVES_KEPT] + 1
        good = [lattices[i] for i in order if scores[i] > scores[0] - 10.0]
        return [parent.lattice, *(niggli_reduce(x, NIGGLI_TOLERANCE)[0] for x in good)]

    def _as_it_is(self, lattice: FloatArray, zero: float) -> float:
        """Evidence for a lattice without any refinement; equal lines count once."""
        limit = float(self.judged_lines.square()[-1]) * 1.02
        star = np.linalg.inv(lattice @ lattice.T)
        bounds = np.floor(np.linalg.norm(lattice, axis=1) * np.sqrt(limit)).astype(np.int64)
        if np.prod(2 * bounds + 1) > 60_000:
            return -np.inf
        axes = [np.arange(-n, n + 1) for n in bounds]
        hkl = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        hkl = hkl[len(hkl) // 2 + 1 :]
        square = ((hkl @ star) * hkl).sum(axis=1)
        calculated = np.sort(to_angle(square[square < limit], self.lines.wavelength))
        if not 0 < len(calculated) <= MOST_CALCULATED * len(self.judged_lines):
            return -np.inf
        angles = self.judged_lines.two_theta - zero
        return line_evidence(calculated, 2.0 * np.ones(len(calculated)), angles, self.judged_lines)
