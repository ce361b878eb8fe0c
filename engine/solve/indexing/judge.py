"""How likely the lines are with a cell: a score that compares cells of all systems.

The score is the evidence of the lines (`engine.solve.indexing.evidence`) less what the fit of the
parameters was worth, the Occam factor (MacKay, Neural Computation 4, 415 (1992)): a parameter costs
the logarithm of how many times more exactly the lines place it than nothing does. So fewer
parameters win where they explain as much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.solve.indexing.bravais import BravaisKind
from engine.solve.indexing.evidence import EDGE, STRAY_WIDTH, distances, line_evidence
from engine.solve.indexing.line_list import LineList, to_angle
from engine.solve.indexing.settle import ZERO_SPREAD

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# A cell with more calculated lines than so many times the measured ones says nothing.
MOST_CALCULATED = 25
# Spread of squares of a*, b*, c* relative to themselves before anything is known.
PRIOR_SPREAD = 0.7
# Reach in degrees and number of first lines, round by round: what few lines fix comes first.
REFINE_ROUNDS = ((0.12, 20), (0.08, 25), (0.08, 40), (0.07, 1000), (0.06, 1000))


@dataclass(frozen=True, eq=False)
class Judged:
    """A cell refined on the lines, with its score.

    Attributes
    ----------
    kind : BravaisKind
    parameters : (p,) array
        Of the kind, in 1/angstrom^2.
    zero : float
        Zero shift, degrees.
    score : float
        Ln of the evidence for the cell against lines at random places.
    explained : int
        Lines within `STRAY_WIDTH` and three sigma of a calculated one.
    calculated : int
        Distinct calculated lines up to the last measured one.
    spread : float
        Root mean square misfit of the explained lines, degrees.
    covariance : (p + 1, p + 1) array
        Of the parameters and the zero shift.
    """

    kind: BravaisKind
    parameters: FloatArray
    zero: float
    score: float
    explained: int
    calculated: int
    spread: float
    covariance: FloatArray


def judge(kind: BravaisKind, parameters: FloatArray, zero: float, lines: LineList) -> Judged | None:
    """Refine a cell on the lines and score it; None if it is lost on the way."""
    limit = float(lines.square()[-1]) * 1.02
    forms, weight = kind.lines(parameters, limit)
    if not len(parameters) <= len(forms) <= MOST_CALCULATED * len(lines):
        return None
    fit = _refine(forms, parameters, zero, lines)
    if fit is None:
        return None
    parameters, zero, normal = fit
    if not np.isfinite(kind.volume(parameters)):
        return None
    calculated = to_angle(forms @ parameters, lines.wavelength)
    order = np.argsort(calculated)
    calculated, shares = calculated[order], weight[order].astype(np.float64)
    angles = lines.two_theta - zero
    apart = distances(calculated, angles)
    score = line_evidence(calculated, shares, angles, lines) - _occam(parameters, normal)
    good = np.abs(apart) < np.maximum(STRAY_WIDTH, 3.0 * lines.sigma)
    spread = float(np.sqrt(np.mean(apart[good] ** 2))) if good.any() else np.inf
    seen = int(np.searchsorted(calculated, angles[-1] + EDGE))
    try:
        covariance = np.asarray(np.linalg.inv(normal), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    return Judged(kind, parameters, zero, score, int(good.sum()), seen, spread, covariance)


def _refine(
    forms: IntArray, parameters: FloatArray, zero: float, lines: LineList
) -> tuple[FloatArray, float, FloatArray] | None:
    """Parameters, zero shift and normal matrix (weights 1/sigma^2) of the last round."""
    all_squares, all_slopes = lines.square(), lines.slope()
    count = len(parameters)
    for reach, first in REFINE_ROUNDS:
        square, slope = all_squares[:first], all_slopes[:first]
        values = forms @ parameters
        order = np.argsort(values)
        values = values[order]
        observed = square - zero * slope
        place = np.clip(np.searchsorted(values, observed), 1, max(len(values) - 1, 1))
        if len(values) > 1:
            place = place - (observed - values[place - 1] < values[place] - observed)
        else:
            place = np.zeros(len(observed), dtype=np.int64)
        apart = (values[place] - observed) / slope
        near = np.abs(apart) < reach
        if near.sum() < count:
            return None
        # Robust: far lines count less, as for a bell with long tails.
        sigma = np.hypot(lines.sigma[:first], 0.003)
        weight = np.where(near, 1.0 / (sigma * np.sqrt(1.0 + (apart / (3.0 * sigma)) ** 2)), 0.0)
        design = np.column_stack([forms[order][place], slope]) / slope[:, None] * weight[:, None]
        normal = design.T @ design
        normal[count, count] += 1.0 / ZERO_SPREAD**2
        units = np.sqrt(np.diag(normal))
        if not np.all(units > 0.0):
            return None
        try:
            solution = (
                np.linalg.solve(
                    normal / np.outer(units, units), design.T @ (square / slope * weight) / units
                )
                / units
            )
        except np.linalg.LinAlgError:
            return None
        parameters, zero = solution[:count], float(solution[count])
        if not np.all(parameters[: min(count, 3)] > 1e-5):
            return None
    return parameters, zero, normal


def _occam(parameters: FloatArray, normal: FloatArray) -> float:
    """Ln of how much the data narrow the parameters, zero shift included."""
    count = len(parameters)
    scale = np.empty(count + 1)
    scale[: min(count, 3)] = PRIOR_SPREAD * parameters[: min(count, 3)]
    if count >= 4:
        scale[3] = 0.5 * np.sqrt(parameters[0] * parameters[2])
    if count == 6:
        scale[4] = 0.5 * np.sqrt(parameters[1] * parameters[2])
        scale[5] = 0.5 * np.sqrt(parameters[0] * parameters[1])
    scale[count] = ZERO_SPREAD
    matrix = normal * np.outer(scale, scale)
    matrix[np.arange(count), np.arange(count)] += 1.0
    return 0.5 * float(np.linalg.slogdet(matrix)[1])
