"""How well very many cells explain the first lines: one look-up for each calculated line.

A table on a fine axis of 1/d^2 holds, as bits, which measured lines lie within the tolerance. The
lines that a cell explains are the bits of all its calculated lines together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.solve.indexing.line_list import LineList, to_square

FloatArray = NDArray[np.float64]

MOST_LINES = 32  # bits
_STEPS = 30_000
_CHUNK_ELEMENTS = 1_500_000
# Chance that a line is foreign to the phase or falls outside the tolerance.
_MISSED = 0.08


class CoarseTable:
    """Measured lines within a tolerance, on an axis of 1/d^2.

    Parameters
    ----------
    lines : LineList
        At most `MOST_LINES`.
    zero : float
        Taken off the angles, degrees.
    tolerance : float
        Half width in degrees of 2theta.
    """

    def __init__(self, lines: LineList, zero: float, tolerance: float) -> None:
        angles = lines.two_theta - zero
        low = to_square(np.maximum(angles - tolerance, 0.01), lines.wavelength)
        high = to_square(angles + tolerance, lines.wavelength)
        self.count = len(lines)
        self.limit = float(high[-1])
        self.scale = np.float32((_STEPS - 2) / self.limit)
        self.bits = np.zeros(_STEPS, dtype=np.uint32)
        for i, (left, right) in enumerate(zip(low, high, strict=True)):
            start, stop = int(left * self.scale), int(right * self.scale) + 1
            self.bits[start:stop] |= np.uint32(1 << i)
        self.bits[-1] = 0
        # Calculated lines thicken as the root of 1/d^2 towards high angles.
        weight = np.sqrt(np.arange(_STEPS) + 0.5)
        hit = self.bits != 0
        self.covered = float(weight[hit].sum() / weight[:-1].sum())

    def score(self, forms: FloatArray, parameters: FloatArray) -> FloatArray:
        """Ln of how much likelier the lines are with each cell than at random places, (c,).

        Parameters
        ----------
        forms : (m, p) array
            Of the calculated lines.
        parameters : (c, p) array
        """
        c, m = len(parameters), len(forms)
        explained, calculated = np.zeros(c), np.zeros(c)
        columns = np.ascontiguousarray(forms.T.astype(np.float32)) * self.scale
        values = parameters.astype(np.float32)
        size = max(1, _CHUNK_ELEMENTS // m)
        for start in range(0, c, size):
            part = slice(start, start + size)
            place = values[part] @ columns
            np.clip(place, 0.0, _STEPS - 1, out=place)
            index = place.astype(np.int32)
            found = np.bitwise_or.reduce(self.bits[index], axis=1)
            explained[part] = np.bitwise_count(found)
            calculated[part] = (index < _STEPS - 1).sum(axis=1)
        # A calculated line falls on a given measured one by chance with probability covered/n.
        chance = 1.0 - np.exp(-np.maximum(calculated, 1.0) * self.covered / self.count)
        return np.asarray(
            explained * np.log((1.0 - _MISSED) / chance)
            + (self.count - explained) * np.log(_MISSED / (1.0 - np.minimum(chance, 0.999)))
        )
