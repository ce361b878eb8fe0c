"""Refining the cells of many proposals at once on the positions of measured lines.

1/d^2 is linear in the reciprocal metric, and the metric of a space group is a combination of a
few fixed matrices, so each round is one small least-squares problem a proposal, all solved in a
batch: assign every measured line to the calculated one that is near and strong, solve for metric
and zero error, narrow the tolerance, repeat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.crystal.metric import (
    metric_basis,
    metric_to_vector,
    quadratic_form,
    vector_to_metric,
)
from engine.library.retrieve import Hits, LineSet
from engine.library.types import StructureTypes

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Tolerances on ln(1/d), from the width of the retrieval down to that of good peak positions, and
# how many of the first lines are used: at low angles lines are few and cannot be mistaken.
ROUNDS = (
    (0.014, 14),
    (0.010, 18),
    (0.007, 24),
    (0.005, 32),
    (0.0035, 48),
    (0.0025, 48),
    (0.0018, 48),
)
LAST_TOLERANCE = ROUNDS[-1][0]
# How far axial ratios of a new compound stray from the type's, as a relative change of the metric.
SHAPE_SPREAD = 0.05
ZERO_SPREAD_DEGREES = 0.06
MOST_LINES, FIRST_LINES = 48, 8
_CHUNK = 256


@dataclass(frozen=True, eq=False)
class RefinedCells:
    """What came of a batch of proposals.

    Attributes
    ----------
    metric : (c, 6) array
        Reciprocal metric (11, 22, 33, 23, 13, 12) in 1/angstrom^2.
    zero : (c,) array
        Zero error in degrees of 2theta.
    explained : (c,) array
        Share of what was measured within the last tolerance of a calculated line: the mean of
        the shares by amplitude and by intensity.
    unseen : (c,) array
        Share of the calculated amplitude inside the window with no measured line near it.
    """

    metric: FloatArray
    zero: FloatArray
    explained: FloatArray
    unseen: FloatArray


def refine_cells(
    library: StructureTypes,
    hits: Hits,
    lines: LineSet,
    wavelength: float,
) -> RefinedCells:
    """Refine the cells of all hits on the measured lines.

    Parameters
    ----------
    library : StructureTypes
    hits : Hits
    lines : LineSet
    wavelength : float
        Angstrom; for the derivative of 1/d^2 by the zero error.
    """
    parts = [
        _refine_chunk(library, hits, slice(i, i + _CHUNK), lines, wavelength)
        for i in range(0, len(hits.index), _CHUNK)
    ]
    return RefinedCells(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _refine_chunk(
    library: StructureTypes,
    hits: Hits,
    part: slice,
    lines: LineSet,
    wavelength: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    index, log_length = hits.index[part], hits.log_length[part]
    forms, amplitude = _padded_lines(library, index)
    metric = _start_metric(library, index, log_length)
    basis = np.zeros((len(index), 6, 6))
    for row, t in enumerate(index):
        matrix = metric_basis(int(library.space_group[t]))
        basis[row, :, : matrix.shape[1]] = matrix
    lines = _strongest(lines)
    d_star_squared = lines.d_star**2
    sin_theta = np.clip(lines.d_star * wavelength / 2.0, 0.0, 0.999)
    # d(1/d^2)/d(2theta) = 2 sin(2theta)/lambda^2 a radian.
    by_zero = 2.0 * np.sin(2.0 * np.arcsin(sin_theta)) / wavelength**2 * np.pi / 180.0
    zero = np.zeros(len(index))
    start = metric
    log_end, n_atoms = library.log_end[index], library.n_atoms[index]
    for tolerance, first in ROUNDS:
        observed = d_star_squared[None, :] - zero[:, None] * by_zero[None, :]
        usable = lines.amplitude * _within_kept(log_end, n_atoms, metric, observed)
        usable[:, first:] = 0.0
        nearest, weight = _assign(forms, metric, amplitude, observed, usable, tolerance)
        metric, zero = _solve(forms, basis, start, nearest, weight, d_star_squared, by_zero)
    observed = d_star_squared[None, :] - zero[:, None] * by_zero[None, :]
    usable = lines.amplitude * _within_kept(log_end, n_atoms, metric, observed)
    _, weight = _assign(forms, metric, amplitude, observed, usable, LAST_TOLERANCE)
    # Half by amplitude, where weak lines tell, half by intensity, which impurities leave alone.
    explained = 0.5 * weight.sum(axis=1) / np.maximum(usable.sum(axis=1), 1e-9)
    explained += 0.5 * (weight**2).sum(axis=1) / np.maximum((usable**2).sum(axis=1), 1e-9)
    unseen = _unseen(forms, metric, amplitude, observed, lines)
    return metric, zero, explained, unseen


def _strongest(lines: LineSet) -> LineSet:
    """The lines that place a cell: the strongest, and always the first few."""
    if len(lines.d_star) <= MOST_LINES:
        return lines
    kept = np.argsort(-lines.amplitude)[: MOST_LINES - FIRST_LINES]
    kept = np.union1d(kept, np.arange(FIRST_LINES))
    return replace(lines, d_star=lines.d_star[kept], amplitude=lines.amplitude[kept])


def _padded_lines(library: StructureTypes, index: IntArray) -> tuple[FloatArray, FloatArray]:
    """Quadratic forms (c, h, 6) and amplitudes (c, h); padding has amplitude 0."""
    counts = np.diff(library.line_offsets)[index]
    forms = np.ones((len(index), int(counts.max()), 6))
    amplitude = np.zeros(forms.shape[:2])
    for row, t in enumerate(index):
        lines = slice(library.line_offsets[t], library.line_offsets[t + 1])
        forms[row, : counts[row]] = quadratic_form(library.hkl[lines])
        amplitude[row, : counts[row]] = library.amplitude[lines]
    return forms, amplitude


def _start_metric(library: StructureTypes, index: IntArray, log_length: FloatArray) -> FloatArray:
    lattice = library.lattice[index] * np.exp(log_length)[:, None, None]
    return metric_to_vector(np.linalg.inv(lattice @ lattice.transpose(0, 2, 1)))


def _within_kept(
    log_end: FloatArray, n_atoms: IntArray, metric: FloatArray, observed: FloatArray
) -> NDArray[np.bool_]:
    """(c, p) which measured lines lie within the reflections that are kept of each type."""
    # What is kept ends at one 1/d in the type's own cell; strain moves that end by little.
    determinant = np.maximum(np.linalg.det(vector_to_metric(metric)), 1e-12)
    volume = determinant**-0.5 / n_atoms
    end = np.exp(2.0 * log_end) / volume ** (2.0 / 3.0)
    return np.asarray(observed < 0.985 * end[:, None])


def _assign(
    forms: FloatArray,
    metric: FloatArray,
    amplitude: FloatArray,
    observed: FloatArray,
    observed_amplitude: FloatArray,
    tolerance: float,
) -> tuple[IntArray, FloatArray]:
    """For each measured line the calculated one that suits best, and a weight (0 if none)."""
    squared = np.maximum(np.einsum("chk,ck->ch", forms, metric), 1e-9)
    calculated = (0.5 * np.log(squared)).astype(np.float32)
    measured = (0.5 * np.log(np.maximum(observed, 1e-9))).astype(np.float32)
    apart = (measured[:, :, None] - calculated[:, None, :]) / np.float32(tolerance)
    # The likeliest line is near and strong; in logarithms no exponential is needed.
    strength = np.log(amplitude + 0.01 * (amplitude > 0) + 1e-12).astype(np.float32)
    nearest = (strength[:, None, :] - apart * apart).argmax(axis=2)
    distance = np.take_along_axis(apart, nearest[:, :, None], axis=2)[:, :, 0]
    weight = observed_amplitude * (np.abs(distance) < 2.5)
    return nearest, weight


def _solve(
    forms: FloatArray,
    basis: FloatArray,
    start: FloatArray,
    nearest: IntArray,
    weight: FloatArray,
    d_star_squared: FloatArray,
    by_zero: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """One ridge least-squares step for the metric coefficients and the zero error."""
    chosen = np.take_along_axis(forms, nearest[:, :, None], axis=1)
    design = np.concatenate(
        [chosen @ basis, np.broadcast_to(by_zero[None, :, None], (*nearest.shape, 1))], axis=2
    )
    scale = (np.sqrt(weight) / d_star_squared[None, :])[:, :, None]
    design = design * scale
    target = np.sqrt(weight)
    initial = np.einsum("cji,cj->ci", basis, start)
    size = np.abs(initial).max(axis=1, keepdims=True)
    # Prior widths: the type's metric to SHAPE_SPREAD, no zero error to ZERO_SPREAD; both in
    # units of one well-measured line's relative error, about 0.0015.
    noise = 0.0015
    prior = np.concatenate(
        [
            np.broadcast_to((noise / (SHAPE_SPREAD * size)) ** 2, initial.shape),
            np.full((len(initial), 1), (noise / ZERO_SPREAD_DEGREES) ** 2),
        ],
        axis=1,
    )
    matched = weight.sum(axis=1) / weight.shape[1]
    # Where most cells match no line at all, the others still need a prior beside their few.
    prior = prior * (float(np.median(matched)) or float(matched.mean()) or 1.0)
    normal = np.einsum("cpi,cpj->cij", design, design)
    normal[:, np.arange(7), np.arange(7)] += prior + 1e-30
    right = np.einsum("cpi,cp->ci", design, target)
    right[:, :6] += prior[:, :6] * initial
    units = np.sqrt(np.maximum(normal[:, np.arange(7), np.arange(7)], 1e-300))
    scaled = normal / (units[:, :, None] * units[:, None, :])
    solution = _solved(scaled, (right / units)[:, :, None])[:, :, 0] / units
    metric = np.einsum("cij,cj->ci", basis, solution[:, :6])
    return metric, solution[:, 6]


def _solved(normal: FloatArray, right: FloatArray) -> FloatArray:
    """Solve the equations of all cells; lines at the very smallest angles may not settle them."""
    try:
        return np.asarray(np.linalg.solve(normal, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(normal, hermitian=True) @ right, dtype=np.float64)


def _unseen(
    forms: FloatArray,
    metric: FloatArray,
    amplitude: FloatArray,
    observed: FloatArray,
    lines: LineSet,
) -> FloatArray:
    squared = np.maximum(np.einsum("chk,ck->ch", forms, metric), 1e-9)
    calculated = 0.5 * np.log(squared)
    measured = 0.5 * np.log(np.maximum(observed, 1e-9))
    near = np.abs(calculated[:, :, None] - measured[:, None, :]).min(axis=2) < 2.0 * LAST_TOLERANCE
    inside = (squared > lines.d_star_min**2) & (squared < lines.d_star_max**2)
    total = (amplitude * inside).sum(axis=1)
    return np.asarray((amplitude * inside * ~near).sum(axis=1) / np.maximum(total, 1e-9))
