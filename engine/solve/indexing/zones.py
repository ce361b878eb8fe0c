"""First metrics of triclinic cells, built zone by zone.

Two measured lines and their angle make a zone hk0 (Runge, Phys. Z. 18, 509 (1917); Ito, Nature 164,
755 (1949)); every further line that lies at A + B + F or A + B - F gives the angle. A third axis is
one of the first lines that the zone does not explain, and its two angles come from two more lines.
All combinations are tried.
"""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.solve.indexing.bravais import kind_of
from engine.solve.indexing.starts import LARGEST_VOLUME, SMALLEST_VOLUME

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Among how many of the first lines the two axes of a zone are; how many third axes are tried.
_PAIRED, _THIRD = 7, 3
_DETERMINANT_FLOOR = (1.0 / LARGEST_VOLUME) ** 2
_DETERMINANT_CEILING = (1.0 / SMALLEST_VOLUME) ** 2
_ZONE_TOLERANCE = 0.004  # relative, of 1/d^2


def zone_starts(square: FloatArray) -> FloatArray:
    """Metrics (c, 6) of triclinic cells in which the first lines have low indices.

    Parameters
    ----------
    square : (n,) array
        1/d^2 of the first lines, rising.
    """
    found = []
    for i, j in itertools.combinations(range(min(_PAIRED, len(square))), 2):
        a, b = square[i], square[j]
        for f in _crosses(square, a, b, 1.02 * a):
            found.extend(_with_third_axis(square, a, b, f))
    if not found:
        return np.zeros((0, 6))
    return np.concatenate(found)


def _with_third_axis(square: FloatArray, a: float, b: float, f: float) -> list[FloatArray]:
    """Metrics with a zone (a, b, f) and each third axis."""
    found = []
    zone = _ZONE_FORMS @ np.array([a, b, f])
    apart = np.abs(square[:, None] / zone[None, :] - 1.0).min(axis=1)
    for c in square[apart > _ZONE_TOLERANCE][:_THIRD]:
        d = _crosses(square, a, c, 2.02 * a)
        e = _crosses(square, b, c, 2.02 * b)
        pairs = np.stack(np.meshgrid(d, e, indexing="ij"), axis=-1).reshape(-1, 2)
        for sign in (1.0, -1.0):
            made = np.empty((len(pairs), 6))
            made[:, 0], made[:, 1], made[:, 2] = a, b, c
            made[:, 3], made[:, 4], made[:, 5] = pairs[:, 0], pairs[:, 1], sign * f
            d2, e2, f2 = 0.5 * made[:, 3], 0.5 * made[:, 4], 0.5 * made[:, 5]
            determinant = a * b * c + 2.0 * d2 * e2 * f2 - a * e2**2 - b * d2**2 - c * f2**2
            kept = (determinant > _DETERMINANT_FLOOR) & (determinant < _DETERMINANT_CEILING)
            found.append(made[kept])
    return found


def _crosses(square: FloatArray, a: float, b: float, most: float) -> FloatArray:
    """Sizes of the cross term for which some line is at a + b + x or a + b - x."""
    size = np.abs(square - a - b)
    size = np.sort(size[size <= min(most, 1.99 * np.sqrt(a * b))])
    if len(size) == 0:
        return size
    # Both lines of a pair give the same cross term.
    distinct = np.concatenate([[True], np.diff(size) > 0.002 * (a + b)])
    return np.asarray(size[distinct])


@cache
def triclinic_forms() -> FloatArray:
    """Forms (m, 6) of low indices, the lowest first."""
    side = np.arange(-5, 6)
    hkl = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
    sizes = np.sort(np.abs(hkl), axis=1)
    cost = (hkl**2).sum(axis=1) + 0.001 * sizes[:, 2]
    kept = np.any(hkl != 0, axis=1) & (cost < 15.0)
    hkl, cost = hkl[kept], cost[kept]
    forms = kind_of("aP").forms(hkl)
    _, first = np.unique(forms, axis=0, return_index=True)
    order = first[np.argsort(cost[first], kind="stable")]
    return np.asarray(forms[order], dtype=np.float64)


_ZONE_FORMS = np.array(
    [(h * h, k * k, h * k) for h in range(4) for k in range(-3, 4) if (h, k) > (0, 0)],
    dtype=np.float64,
)
