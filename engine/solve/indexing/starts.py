"""First metrics: every assignment of low indices to a few of the first lines.

For each lattice the parameters are solved from as many base lines as there are parameters. Only
cells of sensible size that are reduced among equivalent descriptions are kept.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.solve.indexing.bravais import KINDS, BravaisKind

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SMALLEST_VOLUME, LARGEST_VOLUME = 8.0, 3000.0  # of the primitive cell, cubic angstrom
# a*, b* and c* of conventional cells lie between these, in 1/angstrom.
SMALLEST_STAR, LARGEST_STAR = 1.0 / 60.0, 1.0 / 1.5


@dataclass(frozen=True)
class Plan:
    """Which assignments are tried for a lattice.

    Attributes
    ----------
    low : int
        How many of its lines of lowest indices may be base lines.
    base : int
        Among how many of the first measured lines base lines are chosen.
    lines : int
        With how many calculated lines a cell is judged.
    """

    low: int
    base: int
    lines: int


PLANS = {
    "cubic": Plan(14, 8, 60),
    "tetragonal": Plan(18, 8, 90),
    "hexagonal": Plan(18, 8, 90),
    "orthorhombic": Plan(13, 7, 130),
    "monoclinic": Plan(12, 7, 130),
}


def assigned_starts(kind: BravaisKind, square: FloatArray) -> FloatArray:
    """Metrics (c, p) from all assignments of the plan.

    Parameters
    ----------
    kind : BravaisKind
        Any but triclinic.
    square : (n,) array
        1/d^2 of the first lines, rising.
    """
    plan = PLANS[kind.system]
    base = min(plan.base, len(square))
    if base < kind.parameters:
        return np.zeros((0, kind.parameters))
    inverses = _inverses(kind)
    chosen = np.array(list(itertools.combinations(range(base), kind.parameters)))
    found = []
    for lines in chosen:
        solved = inverses @ square[lines]
        found.append(solved[_sensible(kind, solved)])
    return np.concatenate(found)


@lru_cache(maxsize=32)
def judged_forms(kind: BravaisKind) -> FloatArray:
    """Forms (m, p) of the lines with the lowest indices, those along one axis included."""
    forms = _low_forms(kind)
    return np.asarray(forms[: PLANS[kind.system].lines], dtype=np.float64)


@lru_cache(maxsize=32)
def _low_forms(kind: BravaisKind) -> FloatArray:
    """Distinct forms in order of a typical 1/d^2, long axes being allowed their high orders."""
    side = np.arange(-6, 7)
    hkl = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
    axial = np.zeros((0, 3), dtype=np.int64)
    if kind.parameters in (2, 3):
        reach = np.arange(-16, 17)
        grid = np.stack(np.meshgrid(*[np.arange(-1, 2)] * 2, reach, indexing="ij"), axis=-1)
        axial = grid.reshape(-1, 3)
        if kind.parameters == 3:
            axial = np.concatenate([axial, axial[:, [2, 0, 1]], axial[:, [0, 2, 1]]])
            axial = axial[np.abs(axial).max(axis=1) <= 10]
    hkl = np.concatenate([hkl, axial])
    hkl = hkl[np.any(hkl != 0, axis=1) & kind.allowed(hkl)]
    forms = kind.forms(hkl)
    _, first = np.unique(forms, axis=0, return_index=True)
    hkl, forms = hkl[first], forms[first]
    # High order along one axis alone counts less: one axis may be long.
    sizes = np.sort(np.abs(hkl), axis=1)
    cost = (
        1.0 * sizes[:, 0] ** 2
        + sizes[:, 1] ** 2
        + np.minimum(sizes[:, 2] ** 2, 4.0 * sizes[:, 2] - 4.0 + (sizes[:, 2] == 1))
    )
    return np.asarray(forms[np.argsort(cost, kind="stable")], dtype=np.float64)


@lru_cache(maxsize=32)
def _inverses(kind: BravaisKind) -> FloatArray:
    """Inverse matrices (a, p, p) of all regular ordered choices of low forms."""
    low = _low_forms(kind)[: PLANS[kind.system].low]
    choices = np.array(list(itertools.permutations(range(len(low)), kind.parameters)))
    matrices = low[choices]
    return np.linalg.inv(matrices[np.abs(np.linalg.det(matrices)) > 1e-6])


def _sensible(kind: BravaisKind, parameters: FloatArray) -> NDArray[np.bool_]:
    """Whether parameters are those of a cell of sensible size, described in its reduced way."""
    p = parameters
    count = kind.parameters
    stars = p[:, : min(count, 3)]
    good = np.all((stars > SMALLEST_STAR**2) & (stars < LARGEST_STAR**2), axis=1)
    volume_star = {1: (0, 0, 0), 2: (0, 0, 1)}.get(count, (0, 1, 2))
    product = p[:, volume_star].prod(axis=1)
    if kind.system == "hexagonal":
        product = 0.75 * product
    if kind.system == "orthorhombic":
        good &= p[:, 0] <= p[:, 1] * 1.0001
        if kind.centring != "C":
            good &= p[:, 1] <= p[:, 2] * 1.0001
    if kind.system == "monoclinic":
        a, b, c, d = p.T
        good &= d >= 0.0
        if kind.centring == "P":
            good &= (a <= c * 1.0001) & (d <= 1.01 * a)
        else:
            # c may become c + n a and a may become a + 2 n c without a change of the centring.
            good &= (d <= 1.01 * c) & (d <= 2.02 * a)
        product = b * (a * c - 0.25 * d**2)
    smallest = (1.0 / (LARGEST_VOLUME * kind.sublattices)) ** 2
    largest = (1.0 / (SMALLEST_VOLUME * kind.sublattices)) ** 2
    return np.asarray(good & (product > smallest) & (product < largest))


ASSIGNED_KINDS = tuple(kind for kind in KINDS if kind.system != "triclinic")
