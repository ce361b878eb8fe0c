"""Niggli reduction of a lattice basis.

The algorithm of Krivy & Gruber, Acta Cryst. A32, 297 (1976), with the comparisons within a
tolerance that Grosse-Kunstleve, Sauter & Adams, Acta Cryst. A60, 1 (2004) found necessary.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import BadInputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_MAXIMUM_STEPS = 1000


def niggli_reduce(lattice: ArrayLike, tolerance: float = 1e-5) -> tuple[FloatArray, IntArray]:
    """The Niggli-reduced basis of a lattice.

    Parameters
    ----------
    lattice : (3, 3) array
        Rows a, b, c in angstrom.
    tolerance : float
        Scalar products count as equal within this times V^(2/3).

    Returns
    -------
    reduced : (3, 3) array
        Right-handed, not rotated with respect to `lattice`.
    transformation : (3, 3) int array
        T with reduced = T @ lattice; its determinant is 1, or -1 where `lattice` was
        left-handed. Coordinates transform as x' = x @ inv(T).

    Raises
    ------
    BadInputError
        If the three vectors span no lattice.
    """
    rows = np.asarray(lattice, dtype=np.float64).reshape(3, 3)
    volume = abs(float(np.linalg.det(rows)))
    lengths = np.linalg.norm(rows, axis=1)
    if not np.isfinite(rows).all() or volume <= 1e-9 * float(np.prod(lengths)):
        raise BadInputError("The three lattice vectors span no cell; check the cell parameters.")
    # A lattice whose products differ by just the tolerance may go round in circles.
    for width in (tolerance, 7.0 * tolerance, tolerance / 7.0, 0.0):
        transformation = _steps(rows, width * volume ** (2.0 / 3.0))
        if transformation is not None:
            break
    else:
        raise BadInputError("The cell could not be reduced; check the cell parameters.")
    if np.linalg.det(transformation @ rows) < 0:
        transformation = -transformation
    return transformation @ rows, transformation


def _steps(rows: FloatArray, epsilon: float) -> IntArray | None:
    """The transformation that all steps together make, None where they never end."""
    transformation = np.eye(3, dtype=np.int64)
    for _ in range(_MAXIMUM_STEPS):
        step = _next_step(transformation @ rows, epsilon)
        if step is None:
            return transformation
        transformation = step @ transformation
    return None


def _next_step(rows: FloatArray, epsilon: float) -> IntArray | None:
    """The change of basis (new rows from old ones) that comes next; None when reduced."""
    products = rows @ rows.T
    A, B, C = (float(x) for x in np.diag(products))
    xi, eta, zeta = (2.0 * float(products[i, j]) for i, j in ((1, 2), (0, 2), (0, 1)))

    def above(x: float, y: float) -> bool:
        return x > y + epsilon

    def equal(x: float, y: float) -> bool:
        return abs(x - y) <= epsilon

    if above(A, B) or (equal(A, B) and above(abs(xi), abs(eta))):
        return np.array([[0, -1, 0], [-1, 0, 0], [0, 0, -1]])
    if above(B, C) or (equal(B, C) and above(abs(eta), abs(zeta))):
        return np.array([[-1, 0, 0], [0, 0, -1], [0, -1, 0]])
    signs = _sign_change(xi, eta, zeta, epsilon)
    if signs is not None:
        return signs
    if (
        above(abs(xi), B)
        or (equal(xi, B) and above(zeta, 2.0 * eta))
        or (equal(xi, -B) and above(0.0, zeta))
    ):
        return np.array([[1, 0, 0], [0, 1, 0], [0, -int(np.sign(xi)), 1]])
    if (
        above(abs(eta), A)
        or (equal(eta, A) and above(zeta, 2.0 * xi))
        or (equal(eta, -A) and above(0.0, zeta))
    ):
        return np.array([[1, 0, 0], [0, 1, 0], [-int(np.sign(eta)), 0, 1]])
    if (
        above(abs(zeta), A)
        or (equal(zeta, A) and above(eta, 2.0 * xi))
        or (equal(zeta, -A) and above(0.0, eta))
    ):
        return np.array([[1, 0, 0], [-int(np.sign(zeta)), 1, 0], [0, 0, 1]])
    total = xi + eta + zeta + A + B
    if above(0.0, total) or (equal(total, 0.0) and above(2.0 * (A + eta) + zeta, 0.0)):
        return np.array([[1, 0, 0], [0, 1, 0], [1, 1, 1]])
    return None


def _sign_change(xi: float, eta: float, zeta: float, epsilon: float) -> IntArray | None:
    """Signs of a, b, c that make the three angles all acute, or none of them acute."""
    signs = [0 if abs(x) <= epsilon else int(np.sign(x)) for x in (xi, eta, zeta)]
    if np.prod(signs) > 0:
        # Reversing a flips the signs of eta and zeta, and so on.
        wanted = [sign if sign < 0 else 1 for sign in signs]
        return None if wanted == [1, 1, 1] else np.diag(wanted)
    if all(sign <= 0 for sign in signs):
        return None
    wanted = [-1 if sign > 0 else 1 for sign in signs]
    if np.prod(wanted) < 0:
        # An odd number of reversals would change the hand; a right angle takes one more.
        wanted[signs.index(0)] *= -1
    return np.diag(wanted)
