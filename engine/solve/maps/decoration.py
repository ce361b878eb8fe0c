"""Which elements stand on which sites, and which sites are vacant.

Strong maxima are likely to be heavy atoms: decorations that follow the order of the heights are
the first ones. From the best of them a beam search changes one site, or exchanges two, at a time.
What is compared is the pattern, the room the atoms need, their charges and distances, and how
many of them the network expects.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations

import gemmi
import numpy as np
from numpy.typing import NDArray

from engine.solve.maps.comparison import Comparison
from engine.solve.maps.sites import Site, distance
from engine.solve.screening import Contents

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Shortest distance of two atoms over the sum of their covalent radii, and in angstrom.
CLOSEST, SHORTEST = 0.68, 0.95
# Maxima nearer than this (angstrom) to a higher one are often its ripples.
NEAR = 1.5
BEAM, ROUNDS = 5, 10
MOST_STARTS = 10_000
# Robust spread of ln(atoms / the number that the network expects).
COUNT_SPREAD = 0.12
RESIDUAL_FLOOR = 0.02


@dataclass(frozen=True, eq=False)
class Decoration:
    """Elements on sites.

    Attributes
    ----------
    labels : (o,) int array
        Index into the elements for each site, -1 for a vacant one.
    residual : float
    log_prior : float
    badness : float
        What decorations are sorted by, low is good.
    """

    labels: IntArray
    residual: float
    log_prior: float
    badness: float


class Decorator:
    """All that decorations of one set of sites are judged by.

    Parameters
    ----------
    comparison : Comparison
    sites : list of Site
    required : int
        The first so many elements must all be used.
    lines : int
        Resolved lines of the pattern: how much a residual counts.
    expected_atoms : float or None
        In the primitive cell.
    most_atoms : int
        In the primitive cell.
    wanted : (e,) array or None
        Shares of the elements among the atoms, where the formula is known.
    """

    def __init__(
        self,
        comparison: Comparison,
        sites: list[Site],
        required: int,
        lines: int,
        expected_atoms: float | None = None,
        most_atoms: int = 60,
        wanted: FloatArray | None = None,
    ) -> None:
        self.sites = sites
        self._comparison = comparison
        self._required = required
        self._lines = lines
        self._expected = expected_atoms
        self._most = most_atoms
        self._wanted = wanted
        frame = comparison.frame
        self._volume = frame.volume / frame.centring
        self._counts = np.array([site.multiplicity for site in sites]) / frame.centring
        self._freedom = np.array([site.freedom for site in sites])
        self._waves = np.array([comparison.waves(site) for site in sites])
        self._distances = np.array([[distance(a, b, frame.lattice) for b in sites] for a in sites])
        self._limits = _limits(comparison.elements)

    def search(self, starts: IntArray, most: int) -> list[Decoration]:
        """The best decorations reached from the given ones."""
        pool = self._best(starts, BEAM, {})
        if not pool:
            return []
        known = {d.labels.tobytes(): d for d in pool}
        beam = pool
        for _ in range(ROUNDS):
            neighbours = np.concatenate([self._neighbours(d.labels) for d in beam])
            fresh = self._best(neighbours, BEAM, known)
            known.update({d.labels.tobytes(): d for d in fresh})
            ordered = sorted([*beam, *fresh], key=lambda d: d.badness)[:BEAM]
            if all(any(d is b for b in beam) for d in ordered):
                break
            beam = ordered
        return sorted(known.values(), key=lambda d: d.badness)[:most]

    def by_height(self) -> IntArray:
        """Decorations in which heavier elements stand on higher maxima.

        The maxima are taken as they come, and also without those too near to a higher one; the
        lightest element, which may be hard to see, stands on the next maxima or on any one site.
        """
        e, o = len(self._comparison.elements), len(self.sites)
        heavy = np.argsort(-self._comparison.elements)
        order = np.argsort([-site.height for site in self.sites], kind="stable")
        apart: list[int] = []
        for site in order:
            if all(self._distances[site, other] > NEAR for other in apart):
                apart.append(int(site))
        rows: list[IntArray] = []
        for used in _element_choices(e, self._required):
            ranked = [int(i) for i in heavy if i in used]
            for chosen in (order, np.array(apart)):
                rows += _blocks(ranked, chosen, o)
            for labels in _blocks(ranked[:-1], np.array(apart), o):
                for site in np.flatnonzero(labels < 0):
                    single = labels.copy()
                    single[site] = ranked[-1]
                    rows.append(single)
        # Where there are too many, some of all kinds.
        rows = rows[:: 1 + len(rows) // MOST_STARTS]
        return np.array(rows, dtype=np.int64).reshape(-1, o)

    def _neighbours(self, labels: IntArray) -> IntArray:
        e, o = len(self._comparison.elements), len(labels)
        rows = []
        for site in range(o):
            for label in range(-1, e):
                if label != labels[site]:
                    other = labels.copy()
                    other[site] = label
                    rows.append(other)
        for a, b in combinations(range(o), 2):
            if labels[a] != labels[b]:
                other = labels.copy()
                other[a], other[b] = labels[b], labels[a]
                rows.append(other)
        for a, b in permutations(range(e), 2):
            if a < b:
                other = labels.copy()
                other[labels == a], other[labels == b] = b, a
                rows.append(other)
        return np.array(rows)

    def _best(self, rows: IntArray, most: int, known: dict[bytes, Decoration]) -> list[Decoration]:
        """The best so many of some decorations that are possible and not known yet."""
        if len(rows) == 0:
            return []
        rows = np.unique(rows, axis=0)
        prior = self.log_prior(rows)
        possible = np.isfinite(prior)
        rows, prior = rows[possible], prior[possible]
        if len(rows) == 0:
            return []
        residual = self._comparison.residuals(self._waves, rows)
        free = (rows >= 0) @ self._freedom
        badness = self._lines * np.log(np.maximum(residual, RESIDUAL_FLOOR)) - prior
        badness += 0.5 * np.log(self._lines) * free
        out = []
        for i in np.argsort(badness):
            if rows[i].tobytes() not in known:
                out.append(
                    Decoration(rows[i], float(residual[i]), float(prior[i]), float(badness[i]))
                )
            if len(out) == most:
                break
        return out

    def log_prior(self, rows: IntArray) -> FloatArray:
        """Of contents and distances; minus infinity for what is impossible."""
        e = len(self._comparison.elements)
        amounts = np.stack([(rows == i) @ self._counts for i in range(e)], axis=1)
        total = amounts.sum(axis=1)
        good = (total > 0) & (total <= self._most + 0.01)
        good &= (amounts[:, : self._required] > 0).all(axis=1)
        good &= (amounts[:, self._required :] > 0).sum(axis=1) <= 1
        if self._wanted is not None:
            shares = amounts / np.maximum(total, 1e-9)[:, None]
            good &= (np.abs(shares - self._wanted) < 0.01).all(axis=1)
        good[good] &= self._apart(rows[good])
        out = np.full(len(rows), -np.inf)
        if good.any():
            contents = Contents.of(self._comparison.elements, amounts[good])
            out[good] = contents.prior(self._volume)
            if self._expected is not None:
                off = np.log(total[good] / self._expected) / COUNT_SPREAD
                out[good] -= np.log1p(off**2 / 2.0)
        return out

    def _apart(self, rows: IntArray) -> NDArray[np.bool_]:
        """Whether no two atoms of each decoration are too near to each other."""
        good = np.ones(len(rows), dtype=bool)
        o = len(self.sites)
        for a in range(o):
            for b in range(a, o):
                if self._distances[a, b] < self._limits.max():
                    both = (rows[:, a] >= 0) & (rows[:, b] >= 0)
                    limit = self._limits[rows[:, a], rows[:, b]]
                    good &= ~both | (self._distances[a, b] >= limit)
        return good


def _blocks(ranked: list[int], order: IntArray, n_sites: int) -> list[IntArray]:
    """The first sites in an order to the first element, the next to the second, and so on."""
    rows = []
    for cuts in combinations(range(1, len(order) + 1), len(ranked)):
        labels = np.full(n_sites, -1)
        begin = 0
        for element, end in zip(ranked, cuts, strict=True):
            labels[order[begin:end]] = element
            begin = end
        rows.append(labels)
    return rows


def _element_choices(n_elements: int, required: int) -> list[tuple[int, ...]]:
    base = tuple(range(required))
    return [base, *((*base, extra) for extra in range(required, n_elements))]


def _limits(elements: IntArray) -> FloatArray:
    radius = np.array([gemmi.Element(int(z)).covalent_r for z in elements])
    return np.asarray(np.maximum(CLOSEST * (radius[:, None] + radius[None]), SHORTEST))
