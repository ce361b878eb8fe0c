"""Evidence of the measured lines for a set of calculated ones.

The measured lines are taken for a random choice among the calculated reflections. A line at x then
has the probability density, relative to a line at a random place,

    epsilon + (1 - epsilon) * sum of bell(x - reflection) / (reflections a degree)

so a cell pays ln 2 a line for having twice as many reflections as another. Where a superlattice
shows faintly, its own reflections are seen far more rarely than those of the sublattice; the choice
may therefore favour one of the two classes, at a charge.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.solve.indexing.line_list import LineList

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# Chance that a line is foreign: of strong lines, of the faintest, and the intensity (of the
# strongest line's) at which it is half way between.
FOREIGN, FAINT_FOREIGN, FAINT = 0.005, 0.2, 0.015
# Share of lines with far worse positions than stated, and their half width in degrees.
STRAY, STRAY_WIDTH = 0.15, 0.03
# By what stated uncertainties may be too small, with the chance of each.
INFLATION = ((1.0, 0.6), (2.0, 0.3), (4.0, 0.1))
DENSITY_REACH = 10.0
# How far the tails of a line are followed, and what lies beyond the last line, in degrees.
TAIL_REACH, EDGE = 0.3, 0.25
# Share of the measured lines that may be of the rarely seen class, and ln of how rare that is.
HIDDEN_SHARES = (0.03, 0.1, 0.2)
HIDDEN_CHARGE = 7.0


def line_evidence(
    calculated: FloatArray,
    weight: FloatArray,
    angles: FloatArray,
    lines: LineList,
    hidden: BoolArray | None = None,
) -> float:
    """Ln of the likelihood ratio of all lines, before any charge for parameters.

    Parameters
    ----------
    calculated : (m,) array
        Angles in rising order, degrees.
    weight : (m,) array
        Reflections in each: lines of many are seen more often.
    angles : (n,) array
        Measured angles, freed of the zero shift.
    lines : LineList
    hidden : (k, m) bool array, optional
        Ways to part the reflections in seldom and often seen ones (True: seldom).
    """
    top = angles[-1] + EDGE
    low, high = angles - DENSITY_REACH, np.minimum(angles + DENSITY_REACH, top)
    span = high - np.maximum(low, 0.0)
    first, last = np.searchsorted(calculated, low), np.searchsorted(calculated, high)
    density = np.maximum(_between(weight, first, last), 1.0) / span
    # All pairs of a measured and a near calculated line, one after the other.
    start = np.searchsorted(calculated, angles - TAIL_REACH)
    count = np.searchsorted(calculated, angles + TAIL_REACH) - start
    ends = np.cumsum(count)
    owner = np.repeat(np.arange(len(angles)), count)
    partner = np.arange(len(owner)) + np.repeat(start - ends + count, count)
    apart = calculated[partner] - angles[owner]
    tail = STRAY / (np.pi * STRAY_WIDTH * (1.0 + (apart / STRAY_WIDTH) ** 2))
    foreign = FOREIGN + (FAINT_FOREIGN - FOREIGN) / (1.0 + lines.intensity / FAINT)
    totals, bells = [], []
    for factor, chance in INFLATION:
        sigma = factor * lines.sigma[owner]
        bell = np.exp(-0.5 * (apart / sigma) ** 2) / (np.sqrt(2.0 * np.pi) * sigma)
        bells.append(((1.0 - STRAY) * bell + tail) * weight[partner])
        ratio = _between(bells[-1], ends - count, ends) / density
        totals.append(_summed(ratio, foreign) + float(np.log(chance)))
    best = float(np.logaddexp.reduce(totals))
    if hidden is None or len(hidden) == 0:
        return best
    likeliest = int(np.argmax(totals))
    bell, chance = bells[likeliest], INFLATION[likeliest][1]
    rare = np.maximum(_between(weight * hidden, first, last), 0.5) / span
    often = np.maximum(_between(weight * ~hidden, first, last), 0.5) / span
    rare_ratio = _between(bell * hidden[:, partner], ends - count, ends) / rare
    often_ratio = _between(bell * ~hidden[:, partner], ends - count, ends) / often
    for share in HIDDEN_SHARES:
        ratio = share * rare_ratio + (1.0 - share) * often_ratio
        logs = np.log(foreign + (1.0 - foreign) * ratio).sum(axis=1)
        best = max(best, float(logs.max()) + float(np.log(chance)) - HIDDEN_CHARGE)
    return best


def _between(values: FloatArray, first: IntArray, last: IntArray) -> FloatArray:
    """Sums (..., n) of values (..., m) from `first` up to but without `last`."""
    zero = np.zeros((*values.shape[:-1], 1))
    total = np.concatenate([zero, np.cumsum(values, axis=-1)], axis=-1)
    return np.asarray(total[..., last] - total[..., first])


def _summed(ratio: FloatArray, foreign: FloatArray) -> float:
    return float(np.log(foreign + (1.0 - foreign) * ratio).sum())


def distances(calculated: FloatArray, angles: FloatArray) -> FloatArray:
    """Signed distance (n,) from each angle to the nearest of `calculated` (rising), degrees."""
    place = np.searchsorted(calculated, angles)
    above = calculated[np.minimum(place, len(calculated) - 1)] - angles
    below = calculated[np.maximum(place - 1, 0)] - angles
    return np.asarray(np.where(np.abs(above) < np.abs(below), above, below))


def hidden_classes(hkl: IntArray) -> BoolArray:
    """Every way (20, m) in which reflections hkl (m, 3) may be those of a superlattice.

    The reflections outside each of the seven sublattices of index 2 and thirteen of index 3 of
    the reciprocal lattice.
    """
    two, three = _parities()
    return np.concatenate([(two @ hkl.T) % 2 != 0, (three @ hkl.T) % 3 != 0])


@cache
def _parities() -> tuple[IntArray, IntArray]:
    """The distinct vectors modulo 2 and modulo 3, opposite ones counted once."""
    found = []
    for modulus in (2, 3):
        side = np.arange(modulus)
        grid = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
        # The first component that is not zero is 1.
        leading = np.array([next((x for x in row if x), 0) for row in grid.tolist()])
        found.append(grid[leading == 1])
    return found[0], found[1]
