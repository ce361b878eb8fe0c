"""A predicted cell brought onto the measured lines, under the symmetry of its lattice."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from engine.crystal.metric import (
    invariant_metric_basis,
    metric_to_vector,
    quadratic_form,
    vector_to_metric,
)
from engine.diffraction.reflections import group_by_spacing, hkl_within
from engine.library.retrieve import LineSet

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# How far a lattice may be from a symmetry that it is then given: relative, and in degrees.
LENGTH_TOLERANCE, ANGLE_TOLERANCE = 0.012, 1.2
# Tolerances on ln(1/d), and how many of the first lines are used with each.
ROUNDS = ((0.005, 10), (0.005, 16), (0.004, 24), (0.003, 40), (0.0022, 60), (0.0016, 60))
# Cells are off by a common factor more than by anything else; computed ones are too long.
SCALES = (1.0, 0.993, 1.007, 0.986, 1.014)
# Good enough not to try another scale: root mean square of ln(d) and share of the amplitude.
GOOD_FIT, GOOD_SHARE = 4e-4, 0.97
ZERO_SPREAD_DEGREES = 0.06
LINE_ERROR = 0.0015
_SAME = 1e-5


@dataclass(frozen=True, eq=False)
class PlacedLattice:
    """A lattice on the lines.

    Attributes
    ----------
    lattice : (3, 3) array
        Rows a, b, c in angstrom, in the basis that was given.
    zero : float
        Zero error in degrees.
    rotations : (g, 3, 3) int array
        W of x' = W x that leave the lattice unchanged.
    explained : float
        Share of the measured amplitude with a calculated line near it.
    """

    lattice: FloatArray
    zero: float
    rotations: IntArray
    explained: float


def lattice_rotations(
    lattice: FloatArray, length: float = LENGTH_TOLERANCE, angle: float = ANGLE_TOLERANCE
) -> IntArray:
    """All W with x' = W x that leave a reduced lattice unchanged within tolerances.

    Parameters
    ----------
    lattice : (3, 3) array
        Rows of a reduced basis: then the entries of W are -1, 0 or 1.
    length : float
        Largest relative change of a length.
    angle : float
        Largest change of an angle, degrees.

    Returns
    -------
    (g, 3, 3) int array
        A group, the identity first.
    """
    vectors = np.array(list(product((-1, 0, 1), repeat=3)))[:, :]
    lengths = np.linalg.norm(lattice, axis=1)
    moved = np.linalg.norm(vectors @ lattice, axis=1)
    columns = [vectors[np.abs(moved / own - 1.0) < length] for own in lengths]
    metric = lattice @ lattice.T
    normal = metric / np.outer(lengths, lengths)
    found = []
    for choice in product(*columns):
        w = np.array(choice).T
        if abs(round(float(np.linalg.det(w)))) != 1:
            continue
        image = w.T @ metric @ w
        own = np.sqrt(np.diag(image))
        cosines = np.clip(image / np.outer(own, own), -1.0, 1.0)
        apart = np.abs(np.arccos(cosines) - np.arccos(np.clip(normal, -1.0, 1.0)))
        if np.degrees(apart).max() < angle:
            found.append(w)
    group = np.array(found, dtype=np.int64)
    if not _closed(group):
        # The tolerance cut through a group; a stricter one does not.
        return lattice_rotations(lattice, length / 2.0, angle / 2.0)
    first = np.all(group == np.eye(3, dtype=np.int64), axis=(1, 2))
    return np.concatenate([group[first], group[~first]])


def _closed(group: IntArray) -> bool:
    keys = {w.tobytes() for w in group}
    products = np.einsum("aij,bjk->abik", group, group).reshape(-1, 3, 3)
    return all(np.ascontiguousarray(w).tobytes() in keys for w in products)


def place_lattice(
    lattice: FloatArray, lines: LineSet, wavelength: float, zero: float = 0.0
) -> PlacedLattice:
    """Refine a reduced cell, known to about one per cent, on the measured lines.

    Parameters
    ----------
    lattice : (3, 3) array
    lines : LineSet
    wavelength : float
        Angstrom.
    zero : float
        First zero error, degrees.
    """
    rotations = lattice_rotations(lattice)
    basis = invariant_metric_basis(rotations)
    start = basis.T @ metric_to_vector(np.linalg.inv(lattice @ lattice.T))
    order = np.argsort(lines.d_star)
    squared, amplitude = lines.d_star[order] ** 2, lines.amplitude[order]
    sine = np.clip(lines.d_star[order] * wavelength / 2.0, 0.0, 0.999)
    by_zero = 2.0 * np.sin(2.0 * np.arcsin(sine)) / wavelength**2 * np.pi / 180.0
    ideal = _lattice(basis @ start, lattice)
    hkl, s = hkl_within(ideal, 0.53 * float(lines.d_star.max()))
    _, first = np.unique(group_by_spacing(s, _SAME)[0], return_index=True)
    if len(hkl) == 0:  # the first line of the lattice lies beyond the last measured one
        return PlacedLattice(lattice, zero, rotations, 0.0)
    rows = quadratic_form(hkl[first]) @ basis
    best: tuple[float, FloatArray, float, float] | None = None
    for scale in SCALES:
        metric, shift = scale**-2 * start, zero
        for tolerance, count in ROUNDS:
            observed = squared - shift * by_zero
            nearest, weight, _ = _assign(rows @ metric, observed, amplitude, tolerance)
            weight[count:] = 0.0
            metric, shift = _solve(rows[nearest], scale**-2 * start, weight, squared, by_zero)
        observed = squared - shift * by_zero
        _, weight, apart = _assign(rows @ metric, observed, amplitude, ROUNDS[-1][0])
        share = float(weight.sum() / max(amplitude.sum(), 1e-9))
        spread = float(np.sqrt((weight @ apart**2) / max(weight.sum(), 1e-12)))
        # Lines that are near count by how near they are.
        fit = share - spread / ROUNDS[-1][0]
        if best is None or fit > best[0]:
            best = (fit, metric, shift, share)
        if share > GOOD_SHARE and spread < GOOD_FIT:
            break
    assert best is not None
    return PlacedLattice(_lattice(basis @ best[1], lattice), best[2], rotations, best[3])


def _lattice(vector: FloatArray, like: FloatArray) -> FloatArray:
    """A lattice of this reciprocal metric, or `like` where it has none."""
    values = np.linalg.eigvalsh(vector_to_metric(vector))
    if values[0] <= 1e-7:
        return like
    return np.linalg.cholesky(np.linalg.inv(vector_to_metric(vector)))


def _assign(
    calculated: FloatArray, observed: FloatArray, amplitude: FloatArray, tolerance: float
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Nearest calculated line of each measured one, its weight, and how far it is in ln(1/d)."""
    log_calculated = 0.5 * np.log(np.maximum(calculated, 1e-9))
    log_observed = 0.5 * np.log(np.maximum(observed, 1e-9))
    apart = np.abs(log_observed[:, None] - log_calculated[None, :])
    nearest = apart.argmin(axis=1)
    distance = apart[np.arange(len(observed)), nearest]
    return nearest, amplitude * (distance < 1.5 * tolerance), distance


def _solve(
    rows: FloatArray,
    start: FloatArray,
    weight: FloatArray,
    squared: FloatArray,
    by_zero: FloatArray,
) -> tuple[FloatArray, float]:
    """Ridge least squares for the metric coefficients and the zero error."""
    scale = np.sqrt(weight) / squared
    design = np.column_stack([rows, by_zero]) * scale[:, None]
    size = np.abs(start).max()
    mean = max(float(weight.mean()), 1e-12)
    prior = np.full(len(start) + 1, (LINE_ERROR / (0.03 * size)) ** 2)
    prior[-1] = (LINE_ERROR / ZERO_SPREAD_DEGREES) ** 2
    normal = design.T @ design + np.diag(prior * mean)
    right = design.T @ np.sqrt(weight)
    right[:-1] += prior[:-1] * mean * start
    units = np.sqrt(np.diag(normal))
    solution = np.linalg.solve(normal / np.outer(units, units), right / units) / units
    return solution[:-1], float(solution[-1])
