"""A cell for the network from the lines themselves: index first, then predict.

With the cell the network's densities are far better than without. For each kind of lattice the
metric is solved from a few of the first lines under every assignment of low indices; what then
explains the first lines best is refined on them, zero shift included. Triclinic lattices are not
tried: without a cell the network falls back on its own hypotheses.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.crystal.lattice import matrix_from_cell
from engine.crystal.niggli import niggli_reduce
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_LINES = 20
FEWEST_LINES = 4
TOLERANCE = 0.08  # degrees of 2theta in the search, zero shift included
FINE = 0.02  # expected spread in degrees after refinement
SPREAD = 0.012  # half width of the distribution of what remains, in degrees
FAINTEST = 0.01  # of the strongest line
FOREIGN = 0.03  # chance that a line is not of the phase
DENSITY_REACH = 12.0  # degrees, over which the density of lines is averaged
SHORTEST, LONGEST = 5.0 / 3.0, 30.0  # angstrom, spacings of the lattice's principal planes
LARGEST_VOLUME = 1200.0  # cubic angstrom, of the primitive cell
NIGGLI_TOLERANCE = 1e-3
_STARTS_KEPT = 40
_CHUNK = 20_000

_PRIMITIVE = {
    "P": np.eye(3),
    "I": 0.5 * np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]]),
    "F": 0.5 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]),
    "C": 0.5 * np.array([[1, 1, 0], [-1, 1, 0], [0, 0, 2]]),
    "R": np.array([[2, 1, 1], [-1, 1, 1], [-1, -2, 1]]) / 3.0,
}


@dataclass(frozen=True, eq=False)
class ProposedCell:
    """A cell that explains the first lines.

    Attributes
    ----------
    lattice : (3, 3) array
        Niggli-reduced primitive cell, rows in angstrom.
    bravais : str
        System and centring, for example ``"cubic F"``.
    score : float
        ln of how much likelier the lines are with this cell than at random places, less a
        charge for its free parameters.
    merit : float
        de Wolff's figure of merit (J. Appl. Cryst. 1, 108 (1968)) for the lines used.
    lines : int
        How many lines were used.
    """

    lattice: FloatArray
    bravais: str
    score: float
    merit: float
    lines: int


@dataclass(frozen=True, eq=False)
class LatticeKind:
    """A Bravais lattice: 1/d^2 of its lines is linear in its parameters.

    Attributes
    ----------
    rows : (m, p) array
        1/d^2 = rows @ parameters, of every distinct line, low indices first.
    low : int
        How many of the first rows are tried on the base lines.
    base : int
        Among how many of the first observed lines the base lines are chosen.
    """

    system: str
    centring: str
    rows: FloatArray
    low: int
    base: int

    @property
    def name(self) -> str:
        """System and centring."""
        return f"{self.system} {self.centring}"


def propose_cells(pattern: PowderPattern, count: int = 5) -> list[ProposedCell]:
    """Cells that explain a pattern's first lines, best first; none where there are few lines."""
    lines = observed_lines(pattern)
    if len(lines) < FEWEST_LINES:
        return []
    return index_lines(lines, pattern.radiation.primary, count)


def observed_lines(pattern: PowderPattern) -> FloatArray:
    """2theta (degrees) of the first lines that are not faint."""
    from engine.pattern.peaks import find_peaks

    peaks = find_peaks(pattern)
    if len(peaks) == 0:
        return np.zeros(0)
    bright = peaks.area > FAINTEST * peaks.area.max()
    return np.asarray(np.sort(peaks.two_theta[bright])[:MOST_LINES])


def index_lines(two_theta: FloatArray, wavelength: float, count: int = 5) -> list[ProposedCell]:
    """Cells for the lines at `two_theta` (degrees), best first.

    Parameters
    ----------
    two_theta : (n,) array
        In rising order.
    wavelength : float
        Angstrom.
    count : int
    """
    found: list[ProposedCell] = []
    for kind in lattice_kinds():
        starts = _starts(kind, two_theta, wavelength)
        found.extend(_refined(kind, starts, two_theta, wavelength))
    found.sort(key=lambda cell: -cell.score)
    distinct: list[ProposedCell] = []
    for cell in found:
        if not any(_same(cell.lattice, other.lattice) for other in distinct):
            distinct.append(cell)
        if len(distinct) == count:
            break
    return distinct


@lru_cache(maxsize=1)
def lattice_kinds() -> tuple[LatticeKind, ...]:
    """The Bravais lattices that are tried, the simplest first."""
    plan = (
        ("cubic", "PIF", 12, 4),
        ("tetragonal", "PI", 16, 6),
        ("hexagonal", "PR", 16, 6),
        ("orthorhombic", "PCIF", 13, 5),
        ("monoclinic", "PC", 12, 5),
    )
    return tuple(
        LatticeKind(system, centring, _rows(system, centring), low, base)
        for system, centrings, low, base in plan
        for centring in centrings
    )


def _rows(system: str, centring: str) -> FloatArray:
    """Distinct lines of a lattice, as coefficients of its parameters, low indices first."""
    limit = {"cubic": 9, "orthorhombic": 10}.get(system, 6)
    # A long c axis, common in these systems, needs high l.
    height = 16 if system in ("tetragonal", "hexagonal") else limit
    side, along = np.arange(-limit, limit + 1), np.arange(-height, height + 1)
    h, k, m = (x.ravel() for x in np.meshgrid(side, side, along, indexing="ij"))
    allowed = {
        "P": np.ones(len(h), dtype=bool),
        "I": (h + k + m) % 2 == 0,
        "F": ((h + k) % 2 == 0) & ((k + m) % 2 == 0),
        "C": (h + k) % 2 == 0,
        "R": (-h + k + m) % 3 == 0,
    }[centring]
    h, k, m = h[allowed], k[allowed], m[allowed]
    columns = {
        "cubic": (h * h + k * k + m * m,),
        "tetragonal": (h * h + k * k, m * m),
        "hexagonal": (h * h + h * k + k * k, m * m),
        "orthorhombic": (h * h, k * k, m * m),
        "monoclinic": (h * h, k * k, m * m, h * m),
    }[system]
    rows = np.unique(np.stack(columns, axis=1), axis=0)
    rows = rows[np.any(rows != 0, axis=1)]
    total = rows[:, :3].sum(axis=1)
    kept = {
        "cubic": total <= 81,
        "tetragonal": rows[:, 0] <= 36,
        "hexagonal": rows[:, 0] <= 36,
        # Along a long axis indices are high, but then the others are low.
        "orthorhombic": (total <= 40) | (total - rows[:, :3].max(axis=1) <= 8),
        "monoclinic": total <= 40,
    }[system]
    rows = rows[kept]
    order = np.argsort(rows[:, :3].sum(axis=1), kind="stable")
    return np.asarray(rows[order], dtype=np.float64)


def _starts(kind: LatticeKind, two_theta: FloatArray, wavelength: float) -> FloatArray:
    """Parameters (s, p) that explain the first lines best, of all low assignments."""
    square = (2.0 * np.sin(np.radians(two_theta) / 2.0) / wavelength) ** 2
    p = kind.rows.shape[1]
    low = kind.rows[: kind.low]
    choices = np.array(list(itertools.permutations(range(len(low)), p)))
    matrices = low[choices]
    regular = np.abs(np.linalg.det(matrices)) > 1e-6
    inverses = np.linalg.inv(matrices[regular])
    solutions = [
        inverses @ square[list(lines)]
        for lines in itertools.combinations(range(min(kind.base, len(square))), p)
    ]
    candidates = np.concatenate(solutions)
    candidates = candidates[_possible(kind, candidates)]
    if len(candidates) == 0:
        return candidates
    # Equal solutions arise from many assignments.
    candidates = candidates[_first_of_each(candidates, 0.001)]
    few = min(len(two_theta), 12)
    merits = np.concatenate(
        [
            _merit(kind, candidates[i : i + _CHUNK], two_theta[:few], wavelength)
            for i in range(0, len(candidates), _CHUNK)
        ]
    )
    ranked = candidates[np.argsort(-merits, kind="stable")]
    return np.asarray(ranked[_first_of_each(ranked, 0.01)][:_STARTS_KEPT])


def _first_of_each(parameters: FloatArray, width: float) -> IntArray:
    """Index of the first of all parameters that are alike within a relative width, in order."""
    key = np.log(parameters[:, :3]) / (2.0 * width)
    if parameters.shape[1] == 4:
        cross = parameters[:, 3] / np.sqrt(parameters[:, 0] * parameters[:, 2])
        key = np.column_stack([key, cross / (2.0 * width)])
    _, first = np.unique(np.round(key).astype(np.int64), axis=0, return_index=True)
    return np.sort(first)


def _possible(kind: LatticeKind, parameters: FloatArray) -> NDArray[np.bool_]:
    """Whether parameters are those of a cell of sensible size."""
    p = parameters.shape[1]
    # Which parameter is that of a*, b* and c*.
    axes = {1: (0, 0, 0), 2: (0, 0, 1)}.get(p, (0, 1, 2))
    star = parameters[:, axes]
    good = np.all(star > 1.0 / LONGEST**2, axis=1) & np.all(star < 1.0 / SHORTEST**2, axis=1)
    volume_star = star.prod(axis=1)
    if kind.system == "hexagonal":
        volume_star = volume_star * 0.75
    if kind.system == "monoclinic":
        # Reduced in the plane of a* and c*: their angle is between 60 and 120 degrees.
        cross = parameters[:, 3]
        good &= np.abs(cross) <= 1.001 * np.minimum(star[:, 0], star[:, 2])
        volume_star = star[:, 1] * (star[:, 0] * star[:, 2] - cross**2 / 4.0)
    share = abs(np.linalg.det(_PRIMITIVE[kind.centring]))
    good &= volume_star > (share / LARGEST_VOLUME) ** 2
    return np.asarray(good)


def _calculated(kind: LatticeKind, parameters: FloatArray, wavelength: float) -> FloatArray:
    """2theta (c, m) of all lines in rising order; those out of reach are at 1000 and more."""
    square = parameters @ kind.rows.T
    sine = 0.5 * wavelength * np.sqrt(np.clip(square, 1e-9, None))
    angles = np.where(
        (sine < 1.0) & (square > 1e-9), 2.0 * np.degrees(np.arcsin(np.minimum(sine, 1.0))), 1e3
    )
    return np.asarray(np.sort(angles, axis=1))


def _nearest(calculated: FloatArray, two_theta: FloatArray) -> tuple[FloatArray, IntArray]:
    """Signed difference (c, n) to the nearest calculated line, and lines up to the last (c,)."""
    c, m = calculated.shape
    step = 1e4
    flat = (calculated + step * np.arange(c)[:, None]).ravel()
    wanted = two_theta[None, :] + step * np.arange(c)[:, None]
    place = np.searchsorted(flat, wanted.ravel()).reshape(c, -1)
    above = flat[np.minimum(place, c * m - 1)] - wanted
    below = flat[np.maximum(place - 1, 0)] - wanted
    nearest = np.where(np.abs(above) < np.abs(below), above, below)
    limit = two_theta[-1] + TOLERANCE + step * np.arange(c)
    counts = np.searchsorted(flat, limit) - m * np.arange(c)
    return nearest, counts


def _merit(
    kind: LatticeKind, parameters: FloatArray, two_theta: FloatArray, wavelength: float
) -> FloatArray:
    """A figure of merit like de Wolff's in 2theta, unexplained lines counted as far off, (c,)."""
    calculated = _calculated(kind, parameters, wavelength)
    apart, counts = _nearest(calculated, two_theta)
    mean = np.minimum(np.abs(apart), 4.0 * TOLERANCE).mean(axis=1)
    return np.asarray(two_theta[-1] / (2.0 * (mean + 0.2 * FINE) * np.maximum(counts, 1)))


def _refined(
    kind: LatticeKind, starts: FloatArray, two_theta: FloatArray, wavelength: float
) -> list[ProposedCell]:
    """Starts refined on all lines, with their scores."""
    found = []
    for parameters in starts:
        fit = _least_squares(kind, parameters, two_theta, wavelength)
        if fit is None:
            continue
        refined, zero = fit
        apart, counts = _nearest(_calculated(kind, refined[None], wavelength), two_theta - zero)
        score = _likelihood(apart[0], _calculated(kind, refined[None], wavelength)[0], two_theta)
        score -= (len(refined) + 1) * np.log(len(two_theta))
        lattice = _lattice(kind, refined)
        if lattice is None:
            continue
        mean = max(float(np.minimum(np.abs(apart), 4.0 * TOLERANCE).mean()), 1e-4)
        merit = float(two_theta[-1] / (2.0 * mean * max(int(counts[0]), 1)))
        found.append(ProposedCell(lattice, kind.name, float(score), merit, len(two_theta)))
    return found


def _least_squares(
    kind: LatticeKind, parameters: FloatArray, two_theta: FloatArray, wavelength: float
) -> tuple[FloatArray, float] | None:
    """Parameters and zero shift (degrees) from the lines within the tolerance."""
    zero, reach = 0.0, TOLERANCE
    for _ in range(4):
        square = kind.rows @ parameters
        sine = 0.5 * wavelength * np.sqrt(np.clip(square, 1e-9, None))
        angles = np.where(sine < 1.0, 2.0 * np.degrees(np.arcsin(np.minimum(sine, 1.0))), 1e3)
        place = np.argmin(np.abs(angles[None, :] - (two_theta - zero)[:, None]), axis=1)
        used = np.abs(angles[place] - (two_theta - zero)) < reach
        if used.sum() < len(parameters) + 2:
            return None
        theta = np.radians(two_theta[used]) / 2.0
        observed = (2.0 * np.sin(theta) / wavelength) ** 2
        # d(1/d^2) for one degree of 2theta: a column for the zero shift, and the weights.
        slope = 4.0 * np.sin(theta) * np.cos(theta) / wavelength**2 * np.radians(1.0)
        design = np.column_stack([kind.rows[place[used]], slope]) / slope[:, None]
        # A shift beyond 0.1 degrees is unlikely.
        design = np.vstack([design, [*np.zeros(len(parameters)), FINE / 0.05]])
        target = np.append(observed / slope, 0.0)
        solution, *_ = np.linalg.lstsq(design, target, rcond=None)
        parameters, zero = solution[:-1], float(solution[-1])
        if not _possible(kind, parameters[None])[0]:
            return None
        reach = max(0.75 * reach, 2.5 * FINE)
    return parameters, zero


def _likelihood(apart: FloatArray, calculated: FloatArray, two_theta: FloatArray) -> float:
    """Ln of the likelihood ratio of lines with this cell against lines at random places."""
    # Lines to a degree of 2theta: the places that a line could take with this cell.
    low = np.searchsorted(calculated, two_theta - DENSITY_REACH)
    high = np.searchsorted(calculated, two_theta + DENSITY_REACH)
    density = np.maximum(high - low, 1) / (2.0 * DENSITY_REACH)
    # A bell with long tails: some lines are asymmetric, or two in one.
    bell = 1.0 / (np.pi * SPREAD * (1.0 + (apart / SPREAD) ** 2))
    return float(np.sum(np.log(FOREIGN + (1.0 - FOREIGN) * bell / density)))


def _lattice(kind: LatticeKind, parameters: FloatArray) -> FloatArray | None:
    """The Niggli-reduced primitive cell of a kind of lattice with these parameters."""
    if kind.system == "cubic":
        lengths = np.full(3, parameters[0] ** -0.5)
        cell = (*lengths, 90.0, 90.0, 90.0)
    elif kind.system == "tetragonal":
        a, c = parameters**-0.5
        cell = (a, a, c, 90.0, 90.0, 90.0)
    elif kind.system == "hexagonal":
        a, c = np.sqrt(4.0 / 3.0 / parameters[0]), parameters[1] ** -0.5
        cell = (a, a, c, 90.0, 90.0, 120.0)
    elif kind.system == "orthorhombic":
        a, b, c = parameters**-0.5
        cell = (a, b, c, 90.0, 90.0, 90.0)
    else:
        cosine = parameters[3] / (2.0 * np.sqrt(parameters[0] * parameters[2]))
        sine = np.sqrt(1.0 - cosine**2)
        a, c = 1.0 / (np.sqrt(parameters[0]) * sine), 1.0 / (np.sqrt(parameters[2]) * sine)
        beta = 180.0 - np.degrees(np.arccos(cosine))
        cell = (a, parameters[1] ** -0.5, c, 90.0, beta, 90.0)
    try:
        conventional = matrix_from_cell(*(float(x) for x in cell))
        return niggli_reduce(_PRIMITIVE[kind.centring] @ conventional, NIGGLI_TOLERANCE)[0]
    except BadInputError:
        return None


def _same(one: FloatArray, other: FloatArray, tolerance: float = 0.01) -> bool:
    """Whether two Niggli cells have the same metric."""
    first, second = one @ one.T, other @ other.T
    scale = np.sqrt(np.outer(np.diag(first), np.diag(first)))
    return bool(np.all(np.abs(first - second) <= 2.0 * tolerance * scale))
