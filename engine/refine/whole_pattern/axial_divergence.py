"""Asymmetry of lines at low and very high angles from axial divergence.

Rays that leave the diffraction plane arrive at 2 phi instead of 2 theta. Finger, Cox and Jephcoat
(J. Appl. Cryst. 27, 892 (1994)), after van Laar and Yelon: for a sample of half-height S and a
detector slit of half-height H at the distance L, a ray at the height h (in units of L) is seen at
cos(2 phi) = cos(2 theta) sqrt(1 + h^2). With S = H, which the two can hardly be told apart from,
its weight is (a - h) / ((1 + h^2) sin(2 phi)) dh for 0 <= h <= a, a = S/L + H/L. In h the
integrand is smooth, so that a Gauss-Jacobi rule of few nodes replaces each line by a few
displaced ones. That is for a beam that does not diverge, as at a synchrotron; for a tube see
`engine.refine.whole_pattern.two_beam_divergence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.refine.whole_pattern.two_beam_divergence import rules

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
SINGLE_BEAM, TWO_BEAMS = "single beam", "two beams"
DEGREES = 180.0 / np.pi
LARGEST = 0.15
# Nodes for a spread of up to so many FWHM.
_NODES = ((0.05, 1), (0.4, 3), (1.5, 6), (4.0, 12), (np.inf, 24))
_FORWARD = 1.0 - 1e-9


@dataclass(frozen=True, eq=False)
class AxialLines:
    """The displaced lines that stand for asymmetric ones.

    Attributes
    ----------
    parent : (m,) int array
        The line that each stands for, ascending.
    offset : (m,) array
        Degrees from its parent.
    weight : (m,) array
        They sum to 1 for every parent.
    offset_slope, weight_slope : (m,) arrays
        Derivatives by the parameter a.
    """

    parent: IntArray
    offset: FloatArray
    weight: FloatArray
    offset_slope: FloatArray
    weight_slope: FloatArray


def axial_lines(
    two_theta: FloatArray, fwhm: FloatArray, axial: float, kind: str = SINGLE_BEAM
) -> AxialLines:
    """Displaced lines for all Bragg angles.

    Parameters
    ----------
    two_theta : (p,) array
        Bragg angles, degrees, without zero error.
    fwhm : (p,) array
        Degrees; decides how many nodes a line needs.
    axial : float
        a, at least 0: S/L + H/L for a single beam, for two beams sqrt(2) times the largest angle
        (radians) of their rays with the diffraction plane.
    kind : str
        `SINGLE_BEAM` (the diffracted one diverges) or `TWO_BEAMS`.
    """
    counts = _node_counts(two_theta, fwhm, axial, kind)
    nodes_of = _nodes_of if kind == SINGLE_BEAM else _two_beam_nodes
    parts = []
    for n in np.unique(counts):
        chosen = np.flatnonzero(counts == n)
        parts.append((np.repeat(chosen, n), *nodes_of(two_theta[chosen], axial, int(n))))
    parent, *columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(parent, kind="stable")
    offset, weight, offset_slope, weight_slope = (column[order] for column in columns)
    return AxialLines(parent[order], offset, weight, offset_slope, weight_slope)


def _node_counts(two_theta: FloatArray, fwhm: FloatArray, axial: float, kind: str) -> IntArray:
    cosine = np.cos(two_theta / DEGREES)
    if kind == SINGLE_BEAM:
        ends = [cosine * np.sqrt(1.0 + axial**2)]
    else:
        ends = [cosine + axial**2 * 0.5 * (cosine + 1.0), cosine - axial**2 * 0.5 * (1.0 - cosine)]
    limits = np.array([limit for limit, _ in _NODES])
    nodes = np.array([n for _, n in _NODES], dtype=np.int64)
    seen = [np.arccos(np.clip(end, -_FORWARD, _FORWARD)) * DEGREES for end in ends]
    spread = sum(np.abs(angle - two_theta) for angle in seen) / fwhm
    return np.asarray(nodes[np.searchsorted(limits, spread)])


def _two_beam_nodes(
    two_theta: FloatArray, axial: float, n: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    cosine = np.cos(two_theta / DEGREES)
    z, weight = rules(0.5 * (1.0 - cosine), n)
    bent = np.clip(cosine[:, None] + axial**2 * z, -_FORWARD, _FORWARD)
    free = np.abs(bent) < _FORWARD
    by_a = np.where(free, -2.0 * axial * z / np.sqrt(1.0 - bent**2), 0.0)
    offset = np.arccos(bent) * DEGREES - two_theta[:, None]
    none = np.zeros(weight.size)
    return offset.ravel(), weight.ravel(), (by_a * DEGREES).ravel(), none


@cache
def _rule(n: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of the integral of (1 - u) f(u) over 0 <= u <= 1."""
    from scipy.special import roots_jacobi

    nodes, weights = roots_jacobi(n, 1.0, 0.0)
    return 0.5 * (nodes + 1.0), weights / weights.sum()


def _nodes_of(
    two_theta: FloatArray, axial: float, n: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    u, rule = _rule(n)
    h = axial * u
    cosine = np.cos(two_theta / DEGREES)[:, None]
    root = np.sqrt(1.0 + h * h)
    bent = np.clip(cosine * root, -_FORWARD, _FORWARD)
    angle = np.arccos(bent)
    sine = np.sqrt(1.0 - bent**2)
    free = np.abs(cosine * root) < _FORWARD
    # d(2 phi)/da, and the logarithmic derivative of the weight.
    by_a = np.where(free, -cosine * h * u / (root * sine), 0.0)
    log_slope = -2.0 * h * u / (1.0 + h * h) - bent / sine * by_a
    weight = rule / ((1.0 + h * h) * sine)
    weight = weight / weight.sum(axis=1, keepdims=True)
    weight_slope = weight * (log_slope - (weight * log_slope).sum(axis=1, keepdims=True))
    offset = angle * DEGREES - two_theta[:, None]
    return offset.ravel(), weight.ravel(), (by_a * DEGREES).ravel(), weight_slope.ravel()
