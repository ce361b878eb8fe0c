"""Axial divergence where the incident beam diverges too: a tube with Soller slits.

A ray that comes at the angle b out of the diffraction plane and leaves at the angle c is seen at
cos(2 phi) = (cos(2 theta) - sin b sin c) / (cos b cos c), as the scalar product of the two
directions says (Cheary and Coelho, J. Appl. Cryst. 31, 851 (1998)). With x = (b - c)/sqrt(2) and
y = (b + c)/sqrt(2) this is, to the second order, cos(2 theta) + x^2 cos^2(theta) -
y^2 sin^2(theta): a tail towards 0 that goes as cot(theta), one towards 180 degrees that goes as
tan(theta), and both in between. Rays spread evenly up to +-D to either side give x and y the
weight 1 - |x|/a up to a = sqrt(2) D, taken as independent here.

All lines have the same distribution but for t = sin^2(theta): that of Z = (1 - t) u^2 - t v^2,
u and v between 0 and 1 of the weight 1 - u. A Gauss rule of few nodes stands for it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_FINE = 40
_STEPS = 33  # values of t for which rules are made; between them they are interpolated


def rules(t: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Nodes Z (p, n) and weights (p, n) for t = sin^2(theta) (p,)."""
    nodes, weights = _table(n)
    place = np.clip(t, 0.0, 1.0) * (_STEPS - 1)
    low = np.minimum(place.astype(np.int64), _STEPS - 2)
    part = (place - low)[:, None]
    return (
        nodes[low] * (1.0 - part) + nodes[low + 1] * part,
        weights[low] * (1.0 - part) + weights[low + 1] * part,
    )


@cache
def _table(n: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights (steps, n) of the rules."""
    from scipy.special import roots_jacobi

    points, weights = roots_jacobi(_FINE, 1.0, 0.0)
    square = (0.5 * (points + 1.0)) ** 2
    weights = weights / weights.sum()
    weight = np.outer(weights, weights).ravel()
    made = [
        _gauss(((1.0 - t) * square[:, None] - t * square[None, :]).ravel(), weight, n)
        for t in np.linspace(0.0, 1.0, _STEPS)
    ]
    return np.stack([nodes for nodes, _ in made]), np.stack([w for _, w in made])


def _gauss(points: FloatArray, weight: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Gauss rule of n nodes for a discrete measure of total 1 (Stieltjes, Golub and Welsch)."""
    alpha, beta = np.zeros(n), np.zeros(n)
    before, now, norm = np.zeros_like(points), np.ones_like(points), 1.0
    for k in range(n):
        alpha[k] = weight @ (points * now * now) / norm
        following = (points - alpha[k]) * now - beta[k] * before
        before, now = now, following
        after = float(weight @ (now * now))
        if k + 1 < n:
            beta[k + 1] = after / norm
        norm = after
    off = np.sqrt(beta[1:])
    values, vectors = np.linalg.eigh(np.diag(alpha) + np.diag(off, 1) + np.diag(off, -1))
    return values, vectors[0] ** 2
