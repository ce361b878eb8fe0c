"""The field's figures of merit for an indexed pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.solve.indexing.bravais import BravaisKind
from engine.solve.indexing.evidence import distances
from engine.solve.indexing.line_list import LineList, to_angle, to_square

FloatArray = NDArray[np.float64]

MERIT_LINES = 20
# A line further from every calculated one than this (degrees) is not indexed.
INDEXED_WITHIN = 0.06
MOST_UNINDEXED = 3
_SMALLEST = 1.0e-4  # degrees; exact lines would give infinite merit


@dataclass(frozen=True)
class Merit:
    """Figures of merit over the first lines.

    Attributes
    ----------
    m : float
        de Wolff's M_n = Q_n / (2 <|dQ|> N), J. Appl. Cryst. 1, 108 (1968), Q = 1/d^2.
    f : float
        Smith and Snyder's F_n = n / (<|d 2theta|> N), J. Appl. Cryst. 12, 60 (1979).
    lines : int
        n: the lines used, 20 where there are so many.
    possible : int
        N: distinct calculated lines up to the last of them (the lattice's; no extinctions but
        those of its centring).
    discrepancy : float
        <|d 2theta|> in degrees.
    unindexed : int
        Lines that are left out of the means because they have no calculated line near (at most
        three; the others are counted with their distance).
    """

    m: float
    f: float
    lines: int
    possible: int
    discrepancy: float
    unindexed: int


def merit_of(kind: BravaisKind, parameters: FloatArray, zero: float, lines: LineList) -> Merit:
    """M_n and F_n of a cell, angles freed of the zero shift (degrees)."""
    used = lines.take(np.arange(min(len(lines), MERIT_LINES)))
    angles = used.two_theta - zero
    limit = float(to_square(angles[-1:] + 1.0, lines.wavelength)[0])
    forms, _ = kind.lines(parameters, limit)
    calculated = np.sort(to_angle(forms @ parameters, lines.wavelength))
    if len(calculated) == 0:
        return Merit(0.0, 0.0, len(used), 0, float("inf"), len(used))
    apart = np.abs(distances(calculated, angles))
    far = np.flatnonzero(apart > INDEXED_WITHIN)
    left_out = far if len(far) <= MOST_UNINDEXED else far[:0]
    kept = np.setdiff1d(np.arange(len(used)), left_out)
    if len(kept) == 0:
        return Merit(0.0, 0.0, len(used), len(calculated), float("inf"), len(used))
    last = int(kept[-1])
    possible = int((calculated < angles[last] + INDEXED_WITHIN).sum())
    mean = max(float(apart[kept].mean()), _SMALLEST)
    nearest = angles[kept] + apart[kept]
    dq = np.abs(to_square(nearest, used.wavelength) - to_square(angles[kept], used.wavelength))
    square = float(to_square(angles[last : last + 1], used.wavelength)[0])
    m = square / (2.0 * max(float(dq.mean()), 1e-9) * max(possible, 1))
    f = len(kept) / (mean * max(possible, 1))
    return Merit(m, f, len(kept), possible, float(apart[kept].mean()), len(left_out))
