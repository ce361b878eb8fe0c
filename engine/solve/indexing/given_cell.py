"""A cell that the user gives, refined on the measured lines, with the centring that they show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.crystal.lattice import cell_from_matrix, matrix_from_cell, metric, reciprocal
from engine.crystal.niggli import niggli_reduce
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.progress import Progress
from engine.solve.indexing.bravais import BravaisKind, kind_of
from engine.solve.indexing.cell import IndexedCell
from engine.solve.indexing.coarse import CoarseTable
from engine.solve.indexing.index import described
from engine.solve.indexing.line_list import FEWEST_LINES, LineList, lines_of
from engine.solve.indexing.merit import Merit, merit_of
from engine.solve.indexing.search import (
    NIGGLI_TOLERANCE,
    SEARCHED_FAINTEST,
    SEARCHED_LINES,
    ZEROS,
    CellSearch,
    Found,
)
from engine.solve.indexing.settle import settle
from engine.solve.indexing.symmetry import lattice_kinds

FloatArray = NDArray[np.float64]

# Rows are a primitive basis of a lattice in terms of the given axes; the user's may be any setting.
CENTRINGS = {
    "P": np.eye(3),
    "A": 0.5 * np.array([[2.0, 0, 0], [0, 1, 1], [0, -1, 1]]),
    "B": 0.5 * np.array([[1.0, 0, 1], [0, 2, 0], [-1, 0, 1]]),
    "C": 0.5 * np.array([[1.0, 1, 0], [-1, 1, 0], [0, 0, 2]]),
    "I": 0.5 * np.array([[-1.0, 1, 1], [1, -1, 1], [1, 1, -1]]),
    "F": 0.5 * np.array([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]]),
    "R": np.array([[2.0, 1, 1], [-1, 1, 1], [-1, -2, 1]]) / 3.0,
    "R reverse": np.array([[1.0, 2, 1], [-2, -1, 1], [1, -1, 1]]) / 3.0,
}
ANGLE_TOLERANCE = 1.2  # degrees
COARSE_TOLERANCE = 0.06  # degrees of 2theta
# Lengths as equal as this (relative) were meant to be equal.
TYPED_EQUAL = 0.002
_ROTATIONS = {
    "triclinic": 1,
    "monoclinic": 2,
    "orthorhombic": 4,
    "tetragonal": 8,
    "hexagonal": 12,
    "cubic": 24,
}
# How many strained cells are tried, by number of free parameters, and how many are settled.
_STRAINED = {1: 60, 2: 600, 3: 2500, 4: 8000, 6: 20000}
_SETTLED = {1: 20, 2: 40, 3: 60, 4: 100, 6: 300}
_JUDGED = {1: 3, 2: 3, 3: 4, 4: 6, 6: 10}
_FORMS = 150
# Below this share of explained lines, or without evidence, a cell is not refined but returned.
_LEAST_EXPLAINED = 0.4


def settle_cell(
    pattern: PowderPattern,
    cell: Sequence[float] | FloatArray,
    tolerance: float = 0.03,
    progress: Progress | None = None,
) -> list[IndexedCell]:
    """Refine a given cell on a pattern's lines and settle its symmetry and centring.

    Parameters
    ----------
    pattern : PowderPattern
    cell : six numbers or (3, 3) array
        Lengths (angstrom) and angles (degrees), or rows a, b, c: of a primitive or a centred
        cell, in any setting.
    tolerance : float
        By how much lengths may be wrong, relative.
    progress : Progress, optional
        Told often; may raise to cancel.

    Returns
    -------
    list of IndexedCell
        The lattices that the cell may stand for, the likeliest first. Where the lines decide
        nothing, the one entry is the cell as it was given, with `as_given` set.

    Raises
    ------
    BadInputError
        If the numbers are those of no cell.
    """
    progress = progress or Progress()
    given = _lattice_of(cell)
    lines = lines_of(pattern)
    if len(lines) < FEWEST_LINES:
        return [_as_given(given, lines)]
    search = CellSearch(lines, progress)
    found: list[Found] = []
    hypotheses = _hypotheses(given, tolerance)
    for number, (kind, parameters) in enumerate(hypotheses):
        progress.report(number / len(hypotheses), f"refining the cell: {kind.symbol}")
        for start, zero in _strained(kind, parameters, lines, tolerance):
            kept = search.judge_cell(kind, start, zero)
            if kept is not None and _near(kept, kind, parameters, tolerance):
                found.append(kept)
    search.found = found
    best = search.distinct()
    fits = best and best[0].judged.explained >= _LEAST_EXPLAINED * len(search.judged_lines)
    if not fits or best[0].judged.score <= 0.0:
        return [_as_given(given, lines)]
    return described(best, search.judged_lines, len(best))


def _lattice_of(cell: Sequence[float] | FloatArray) -> FloatArray:
    values = np.asarray(cell, dtype=np.float64)
    if values.shape == (6,):
        return matrix_from_cell(*(float(x) for x in values))
    if values.shape == (3, 3) and abs(np.linalg.det(values)) > 1e-6:
        return values
    raise BadInputError("A cell is six numbers, a, b, c, alpha, beta, gamma, or three rows.")


def _hypotheses(given: FloatArray, tolerance: float) -> list[tuple[BravaisKind, FloatArray]]:
    """Lattices that the given cell may stand for: each centring, each symmetry of its metric."""
    found: list[tuple[BravaisKind, FloatArray]] = []
    hexagonal = abs(cell_from_matrix(given)[5] - 120.0) < ANGLE_TOLERANCE
    symmetry = _order(lattice_kinds(given, (TYPED_EQUAL,))[-1][0])
    for name, basis in CENTRINGS.items():
        if name.startswith("R") and not hexagonal:
            continue
        primitive = niggli_reduce(basis @ given, NIGGLI_TOLERANCE)[0]
        # A centring that the metric's own symmetry forbids was not meant; rhombohedral lattices
        # are less symmetric than their hexagonal axes.
        own = _order(lattice_kinds(primitive, (TYPED_EQUAL,))[-1][0])
        if own < symmetry and not name.startswith("R"):
            continue
        for kind, parameters in lattice_kinds(primitive, (0.002, tolerance, 2.0 * tolerance)):
            # A centred lattice without symmetry is the business of the index, not of the user.
            if kind.system == "triclinic" and name != "P":
                continue
            known = any(
                kind == other and np.allclose(parameters, values, rtol=1e-3)
                for other, values in found
            )
            if not known:
                found.append((kind, parameters))
    return found


def _order(kind: BravaisKind) -> int:
    """Rotations of a lattice (half the order of its point group)."""
    if kind.centring == "R":
        return 6
    return _ROTATIONS[kind.system]


def _strained(
    kind: BravaisKind, parameters: FloatArray, lines: LineList, tolerance: float
) -> list[tuple[FloatArray, float]]:
    """Cells near the given one that explain the first lines best, and their zero shifts."""
    few = lines.first(SEARCHED_LINES, SEARCHED_FAINTEST)
    rng = np.random.default_rng(0)
    count = kind.parameters
    settled_count = _SETTLED[count]
    draws = rng.uniform(-1.0, 1.0, (_STRAINED[count], count))
    draws[0] = 0.0
    starts = np.empty_like(draws)
    lengths = min(count, 3)
    starts[:, :lengths] = parameters[:lengths] * (1.0 + 2.0 * tolerance * draws[:, :lengths])
    if count >= 4:
        pairs = ((0, 2), (1, 2), (0, 1))[: count - 3]
        size = np.array([2.0 * np.sqrt(parameters[i] * parameters[j]) for i, j in pairs])
        turn = np.sin(np.radians(ANGLE_TOLERANCE))
        starts[:, 3:] = parameters[3:] + size * turn * draws[:, 3:]
    limit = float(few.square()[-1]) * (1.0 + 2.0 * tolerance)
    forms = kind.lines(parameters, limit)[0].astype(np.float64)
    if len(forms) < count:
        return []
    forms = forms[np.argsort(forms @ parameters, kind="stable")][:_FORMS]
    best, scores, zeros = [], [], []
    for zero in ZEROS:
        score = CoarseTable(few, zero, COARSE_TOLERANCE).score(forms, starts)
        top = np.argsort(-score, kind="stable")[:settled_count]
        best.append(starts[top])
        scores.append(score[top])
        zeros.append(np.full(len(top), zero))
    top = np.argsort(-np.concatenate(scores), kind="stable")[:settled_count]
    settled, shift = settle(forms, np.concatenate(best)[top], few, np.concatenate(zeros)[top])
    again = CoarseTable(few, 0.0, COARSE_TOLERANCE).score(forms, settled)
    order = np.argsort(-again, kind="stable")
    key = np.round(settled[order] / np.abs(parameters).max() / 2e-4)
    _, first = np.unique(key, axis=0, return_index=True)
    return [(settled[i], float(shift[i])) for i in order[np.sort(first)][: _JUDGED[count]]]


def _near(found: Found, kind: BravaisKind, parameters: FloatArray, tolerance: float) -> bool:
    """Whether a refined cell is within reach of the one it started from."""
    lengths = min(kind.parameters, 3)
    ratio = np.sqrt(found.judged.parameters[:lengths] / parameters[:lengths])
    return bool(np.all(np.abs(ratio - 1.0) < 1.5 * tolerance))


def _as_given(given: FloatArray, lines: LineList) -> IndexedCell:
    """The cell as it was given, with how well it explains the lines."""
    kind = kind_of("aP")
    reduced = niggli_reduce(given, NIGGLI_TOLERANCE)[0]
    merit = Merit(0.0, 0.0, 0, 0, float("inf"), len(lines))
    if len(lines):
        merit = merit_of(kind, kind.parameters_of(metric(reciprocal(reduced))), 0.0, lines)
    return IndexedCell(
        lattice=reduced,
        bravais=lattice_kinds(reduced)[-1][0].symbol,
        cell=cell_from_matrix(given),
        cell_su=(0.0,) * 6,
        volume=abs(float(np.linalg.det(given))),
        zero=0.0,
        zero_su=0.0,
        score=0.0,
        chance=0.0,
        merit=merit,
        lines=len(lines),
        explained=0,
        calculated=merit.possible,
        discrepancy=float("inf"),
        as_given=True,
    )
