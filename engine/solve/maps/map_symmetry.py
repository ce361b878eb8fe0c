"""Space groups that a map may have, found from the map itself.

A density has the operation x' = W x + w where F(h W) exp(2 pi i h.w) = F(h). For every rotation W
of the lattice the agreement of the two sides is a Fourier sum over w, so all translations are had
from one FFT. Operations that agree well are put together to groups. (The idea is that of Palatinus
and van der Lee, J. Appl. Cryst. 41, 975 (2008).)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from engine.solve.maps.group_tables import generators, subgroups
from engine.solve.maps.measured_series import Series

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ComplexArray = NDArray[np.complex128]

GRID = 24
MAXIMA = 3
# Agreement below which an operation is not looked at, and that of an even bet.
LEAST, EVEN = 0.35, 0.6
# Translations of one operation that come out of different products differ by less than this (A).
SLACK = 0.9
STARTS = 6
NEWTON_STEPS = 2
_RESOLUTION = 0.75


@dataclass(frozen=True, eq=False)
class MapGroup:
    """A group of operations of a map.

    Attributes
    ----------
    rotations : (g, 3, 3) int array
    translations : (g, 3) array
        x' = W x + w, exactly a group modulo lattice translations.
    agreement : (g,) array
        Of each operation with the map: 1 where it is symmetric.
    """

    rotations: IntArray
    translations: FloatArray
    agreement: FloatArray

    def __len__(self) -> int:
        """Order of the group (of the primitive cell)."""
        return len(self.rotations)

    @property
    def mean_agreement(self) -> float:
        """Mean over the operations but the identity; 1 for the trivial group."""
        return float((self.agreement.sum() - 1.0) / (len(self) - 1)) if len(self) > 1 else 1.0

    @property
    def merit(self) -> float:
        """High for many operations that agree well."""
        return float(np.log2(max(len(self), 1.5)) * (self.mean_agreement - EVEN))


class Agreement:
    """Agreement of a map with every rotation of its lattice and every translation."""

    def __init__(self, series: Series, rotations: IntArray) -> None:
        self.rotations = rotations
        self.lattice = series.lattice
        self._products = [_products(series, w) for w in rotations]
        self.grids = np.stack([_on_grid(hkl, product) for hkl, product in self._products])
        self.place = {w.tobytes(): i for i, w in enumerate(rotations)}
        self.table = np.array(
            [[self.place[np.ascontiguousarray(a @ b).tobytes()] for b in rotations]
             for a in rotations]
        )  # fmt: skip

    def maxima(self) -> list[tuple[int, FloatArray, float]]:
        """The best translations of every rotation but the identity, best operations first."""
        found = []
        for index, grid in enumerate(self.grids):
            if index == 0:
                continue
            peaks = np.argwhere((grid == maximum_filter(grid, 3, mode="wrap")) & (grid > LEAST))
            values = grid[tuple(peaks.T)]
            for place in np.argsort(-values)[:MAXIMA]:
                w = self._climbed(index, peaks[place] / GRID)
                found.append((index, w, self.at(index, w)))
        found.sort(key=lambda one: -one[2])
        return found

    def _climbed(self, index: int, w: FloatArray) -> FloatArray:
        """The maximum of the agreement near a grid point, by Newton's steps."""
        hkl, product = self._products[index]
        for _ in range(NEWTON_STEPS):
            waves = product * np.exp(2j * np.pi * (hkl @ w))
            slope = -2.0 * np.pi * (waves.imag @ hkl)
            bend = -4.0 * np.pi**2 * (hkl.T * waves.real) @ hkl
            step = -np.linalg.lstsq(bend, slope, rcond=1e-6)[0]
            if np.abs(step).max() > 1.0 / GRID:
                break
            w = w + step
        return w

    def at(self, index: int, w: FloatArray) -> float:
        """Agreement of one operation, rotation by its number and translation."""
        hkl, product = self._products[index]
        return float((product @ np.exp(2j * np.pi * (hkl @ w))).real)


def _products(series: Series, w: IntArray) -> tuple[IntArray, ComplexArray]:
    """Indices h and the terms conj(F(h)) F(hW), scaled so that a symmetric map has agreement 1."""
    cube, limit = series.cube()
    inside = np.linalg.norm(series.hkl @ np.linalg.inv(series.lattice).T, axis=1) < _RESOLUTION
    hkl = series.hkl[inside]
    moved = hkl @ w
    kept = np.abs(moved).max(axis=1) <= limit
    hkl, moved = hkl[kept], moved[kept]
    one, two = cube[tuple((hkl + limit).T)], cube[tuple((moved + limit).T)]
    norm = np.sqrt((np.abs(one) ** 2).sum() * (np.abs(two) ** 2).sum())
    return hkl, np.conj(one) * two / max(float(norm), 1e-300)


def _on_grid(hkl: IntArray, product: ComplexArray) -> FloatArray:
    """Sum over h of product(h) exp(2 pi i h.w) for w on a grid."""
    folded = np.zeros((GRID,) * 3, dtype=np.complex128)
    np.add.at(folded, tuple((hkl % GRID).T), product)
    return np.asarray(np.fft.ifftn(folded).real * GRID**3)


def map_groups(agreement: Agreement, most: int) -> list[MapGroup]:
    """Groups that the map may have, the best first; the trivial one is among them.

    Parameters
    ----------
    agreement : Agreement
    most : int
        How many to return at most.
    """
    operations = agreement.maxima()
    found: dict[tuple[int, ...], list[MapGroup]] = {}

    def keep(group: MapGroup | None) -> bool:
        if group is None:
            return False
        key = tuple(sorted(agreement.place[w.tobytes()] for w in group.rotations))
        alike = found.setdefault(key, [])
        if not any(_same_group(group, other, agreement.lattice) for other in alike):
            alike.append(group)
            return True
        return False

    keep(_closure(agreement, {0: np.zeros(3)}))
    for start in operations[:STARTS]:
        for known in _chain(start, operations, agreement):
            group = _closure(agreement, known)
            if group is not None and keep(group):
                for sub in _subgroups(agreement, group):
                    keep(sub)
    groups = [group for alike in found.values() for group in alike]
    groups.sort(key=lambda g: -g.merit)
    return groups[:most]


def _chain(
    start: tuple[int, FloatArray, float],
    operations: list[tuple[int, FloatArray, float]],
    agreement: Agreement,
) -> list[dict[int, FloatArray]]:
    """Ever larger groups from one operation on, by adding the next best that agrees with it."""
    known = _extended({0: np.zeros(3)}, start, agreement)
    if known is None:
        return []
    chain = [known]
    for operation in operations:
        if operation[0] in known:
            continue
        larger = _extended(known, operation, agreement)
        if larger is None or min(agreement.at(i, w) for i, w in larger.items()) < LEAST:
            continue
        known = larger
        chain.append(known)
    return chain


def _extended(
    known: dict[int, FloatArray], operation: tuple[int, FloatArray, float], agreement: Agreement
) -> dict[int, FloatArray] | None:
    """The operations generated by a group and one more; None where they contradict each other."""
    table, rotations = agreement.table, agreement.rotations
    found = dict(known)
    found[operation[0]] = operation[1]
    queue = [operation[0]]
    generators = [operation[0], *[i for i in known if i != 0]]
    while queue:
        i = queue.pop()
        for j in generators:
            for a, b in ((i, j), (j, i)):
                product = int(table[a, b])
                w = rotations[a] @ found[b] + found[a]
                if product in found:
                    apart = w - found[product]
                    apart -= np.rint(apart)
                    if np.linalg.norm(apart @ agreement.lattice) > SLACK:
                        return None
                else:
                    found[product] = w % 1.0
                    queue.append(product)
    return found


def _closure(agreement: Agreement, operations: dict[int, FloatArray]) -> MapGroup | None:
    """An exact group near the operations given, or None where there is none."""
    members = sorted(operations)
    place = {m: n for n, m in enumerate(members)}
    first = np.array([operations[m] for m in members])
    g = len(members)
    rows, target = [], []
    local = np.array([[place[int(agreement.table[a, b])] for b in members] for a in members])
    # Products with generators imply all others.
    few = [members[i] for i in generators(local)]
    for a in members:
        for b in few:
            product = place[int(agreement.table[a, b])]
            # w_ab - W_a w_b - w_a is a whole number.
            block = np.zeros((3, g, 3))
            block[:, product] += np.eye(3)
            block[:, place[b]] -= agreement.rotations[a]
            block[:, place[a]] -= np.eye(3)
            value = block.reshape(3, -1) @ first.ravel()
            rows.append(block.reshape(3, -1))
            target.append(np.rint(value))
    matrix, whole = np.concatenate(rows), np.concatenate(target)
    correction, *_ = np.linalg.lstsq(matrix.T @ matrix, matrix.T @ (matrix @ first.ravel() - whole),
                                     rcond=1e-9)  # fmt: skip
    exact = (first.ravel() - correction).reshape(g, 3)
    if np.abs(matrix @ exact.ravel() - whole).max() > 1e-6:
        return None
    exact = exact - exact[place[0]] if g == 1 else exact
    values = np.array([agreement.at(m, w) for m, w in zip(members, exact, strict=True)])
    return MapGroup(agreement.rotations[members], exact % 1.0, values)


def _subgroups(agreement: Agreement, group: MapGroup) -> list[MapGroup]:
    """Subgroups of index 2, 3 and 4."""
    index = [agreement.place[w.tobytes()] for w in group.rotations]
    position = {i: n for n, i in enumerate(index)}
    table = np.array([[position[int(agreement.table[a, b])] for b in index] for a in index])
    out = []
    for members in subgroups(table, position[0]):
        chosen = sorted(members)
        out.append(
            MapGroup(group.rotations[chosen], group.translations[chosen], group.agreement[chosen])
        )
    return out


def _same_group(one: MapGroup, two: MapGroup, lattice: FloatArray) -> bool:
    order_one = np.argsort([w.tobytes() for w in one.rotations])
    order_two = np.argsort([w.tobytes() for w in two.rotations])
    apart = one.translations[order_one] - two.translations[order_two]
    apart -= np.rint(apart)
    return bool(np.linalg.norm(apart @ lattice, axis=1).max() < 0.3)
