"""Assign and solve: many metrics at once refined on the lines that they explain.

Each round gives every measured line to the nearest calculated one and solves for the metric and
the zero shift by weighted least squares, as in the LSI method of Coelho, J. Appl. Cryst. 36, 86
(2003); a line that is further off than the narrowing reach is left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.solve.indexing.line_list import LineList

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Spread of zero shifts in degrees: diffractometers are rarely worse.
ZERO_SPREAD = 0.05
# Reach in degrees of each round, for starts and for cells that are settled already.
ROUNDS = (0.15, 0.12, 0.09, 0.07, 0.05)
_STEP = 1.0e3


def settle(
    forms: FloatArray,
    parameters: FloatArray,
    lines: LineList,
    zero: FloatArray,
    rounds: tuple[float, ...] = ROUNDS,
) -> tuple[FloatArray, FloatArray]:
    """Refine metrics and zero shifts.

    Parameters
    ----------
    forms : (m, p) array
        Of the calculated lines.
    parameters : (c, p) array
    lines : LineList
    zero : (c,) array
        First zero shifts, degrees.
    rounds : tuple of float
        Reach in degrees of 2theta, round by round.

    Returns
    -------
    parameters : (c, p) array
    zero : (c,) array
        Degrees.
    """
    square, slope = lines.square(), lines.slope()
    count = parameters.shape[1]
    weight_of_line = 1.0 / (np.hypot(lines.sigma, 0.01) * slope)
    for reach in rounds:
        observed = square[None, :] - zero[:, None] * slope[None, :]
        index, apart = nearest(parameters @ forms.T, observed)
        near = np.abs(apart) < reach * slope[None, :]
        # Nearly explained lines count little by little, so that rounds do not jump.
        weight = np.where(near, weight_of_line[None, :], 0.0)
        weight *= 1.0 - 0.5 * np.minimum(np.abs(apart) / (reach * slope[None, :]), 1.0)
        design = np.empty((*index.shape, count + 1))
        design[:, :, :count] = forms[index]
        design[:, :, count] = slope
        design *= weight[:, :, None]
        normal = np.matmul(design.transpose(0, 2, 1), design)
        right = np.matmul(design.transpose(0, 2, 1), (square[None, :] * weight)[:, :, None])
        normal[:, count, count] += (1.0 / ZERO_SPREAD) ** 2
        # Metrics that the lines leave open stay near where they are.
        hold = 1.0e-4 * np.einsum("cii->ci", normal)[:, :count] + 1e-6
        diagonal = np.arange(count)
        normal[:, diagonal, diagonal] += hold
        right[:, :count, 0] += hold * parameters
        solution = np.linalg.solve(normal, right)[:, :, 0]
        parameters, zero = solution[:, :count], np.clip(solution[:, count], -0.3, 0.3)
    return parameters, zero


def nearest(calculated: FloatArray, observed: FloatArray) -> tuple[IntArray, FloatArray]:
    """For each measured line the nearest calculated one.

    Parameters
    ----------
    calculated : (c, m) array
        1/d^2, unsorted.
    observed : (c, n) array
        1/d^2, at most a few units.

    Returns
    -------
    index : (c, n) int array
        Column of `calculated`.
    apart : (c, n) array
        Calculated less observed.
    """
    c, m = calculated.shape
    order = np.argsort(calculated, axis=1)
    sorted_ = np.take_along_axis(calculated, order, axis=1)
    # One search for all rows: each row is moved to a place of its own on one long axis.
    offset = _STEP * np.arange(c)[:, None]
    flat = (np.clip(sorted_, -100.0, 100.0) + offset).ravel()
    place = np.searchsorted(flat, (observed + offset).ravel()).reshape(observed.shape)
    place -= m * np.arange(c)[:, None]
    upper, lower = np.clip(place, 0, m - 1), np.clip(place - 1, 0, m - 1)
    above = np.take_along_axis(sorted_, upper, axis=1) - observed
    below = np.take_along_axis(sorted_, lower, axis=1) - observed
    higher = np.abs(above) < np.abs(below)
    index = np.take_along_axis(order, np.where(higher, upper, lower), axis=1)
    return index, np.where(higher, above, below)
