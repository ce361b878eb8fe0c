"""Integrated intensities on a known lattice, reflections that overlap taken together.

With cell, zero shift, line widths and background fixed, the profile is linear in the intensities
(Pawley, J. Appl. Cryst. 14, 357 (1981)). Reflections nearer to each other than a part of the line
width are one cluster, of which only the sum is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.pattern.line_profile import Lines, neighbourhoods, unit_profiles
from engine.pattern.pattern import PowderPattern
from engine.pattern.peaks import PeakList
from engine.solve.indexing.line_list import to_angle

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Reflections within this part of the width are one cluster.
MERGED = 0.5
# Share of the fitted lines by which the model of their shape may fail.
SHAPE_ERROR = 0.03
MOST_REFLECTIONS = 4000
_REACH = 10.0
_RIDGE = 1e-3


@dataclass(frozen=True, eq=False)
class Clusters:
    """Measured intensities of clusters of reflections.

    Attributes
    ----------
    hkl : (r, 3) int array
        One of each pair of opposite reflections, on the conventional axes, the lattice's own
        absences left out.
    owner : (r,) int array
        The cluster of each reflection.
    two_theta : (c,) array
        Where the clusters are, degrees.
    intensity, sigma : (c,) arrays
        Integrated intensity of each and its standard uncertainty, overlap with neighbours
        included; counts times degrees. Intensities may be negative.
    """

    hkl: IntArray
    owner: IntArray
    two_theta: FloatArray
    intensity: FloatArray
    sigma: FloatArray


def reflections(lattice: FloatArray, limit: float) -> tuple[IntArray, FloatArray]:
    """One of each pair of opposite indices (r, 3) with 1/d^2 (r,) below a limit, in its order."""
    bounds = np.floor(np.linalg.norm(lattice, axis=1) * np.sqrt(limit) + 1e-9).astype(np.int64)
    axes = [np.arange(-n, n + 1) for n in bounds]
    hkl = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    hkl = hkl[len(hkl) // 2 + 1 :]
    vectors = hkl @ np.linalg.inv(lattice).T
    square = (vectors**2).sum(axis=1)
    order = np.argsort(square, kind="stable")
    order = order[square[order] < limit]
    return hkl[order], square[order]


def fit_clusters(
    pattern: PowderPattern,
    peaks: PeakList,
    hkl: IntArray,
    square: FloatArray,
    zero: float,
) -> Clusters:
    """Fit the intensities of all clusters to the profile.

    Parameters
    ----------
    pattern : PowderPattern
    peaks : PeakList
        Its lines, from which widths, shapes and background are taken.
    hkl : (r, 3) int array
    square : (r,) array
        Their 1/d^2, rising.
    zero : float
        Degrees.
    """
    from scipy.sparse import csr_matrix

    angle = to_angle(square, pattern.radiation.primary) + zero
    log_width, eta = _laws(peaks, angle)
    inside = (angle > pattern.two_theta[0]) & (angle < pattern.two_theta[-1])
    hkl, angle = hkl[inside][:MOST_REFLECTIONS], angle[inside][:MOST_REFLECTIONS]
    log_width, eta = log_width[inside][:MOST_REFLECTIONS], eta[inside][:MOST_REFLECTIONS]
    owner = _grouped(angle, np.exp(log_width))
    count = int(owner[-1]) + 1 if len(owner) else 0
    size = np.bincount(owner, minlength=count)
    lines = Lines(angle, np.ones(len(angle)), log_width, eta, np.zeros(len(angle)))
    near = neighbourhoods(pattern.two_theta, lines, pattern.radiation, _REACH)
    value = unit_profiles(pattern.two_theta, lines, near, pattern.radiation).value
    cluster = owner[near.line]
    net = pattern.counts - peaks.background
    model = peaks.profile(pattern.two_theta, pattern.radiation)
    weight = 1.0 / (pattern.sigma**2 + (SHAPE_ERROR * model) ** 2)
    # A cluster's profile is the mean of its reflections'.
    design = csr_matrix((value / size[cluster], (near.point, cluster)), shape=(len(pattern), count))
    weighted = design.multiply(weight[:, None]).tocsr()
    normal = np.asarray((design.T @ weighted).todense())
    right = np.asarray(weighted.T @ net)
    units = np.sqrt(np.maximum(np.diag(normal), 1e-300))
    scaled = normal / np.outer(units, units) + _RIDGE * np.eye(count)
    inverse = np.linalg.inv(scaled)
    intensity = inverse @ (right / units) / units
    sigma = np.sqrt(np.diag(inverse)) / units
    place = np.bincount(owner, angle, count) / size
    return Clusters(hkl, owner, place, intensity, sigma)


def _laws(peaks: PeakList, angle: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ln of the width, and the Lorentzian share, at given angles: running medians of the peaks."""
    strong = peaks.area > 0.02 * peaks.area.max()
    x, width, eta = peaks.two_theta[strong], np.log(peaks.fwhm[strong]), peaks.eta[strong]
    degree = min(2, max(0, len(x) // 4))
    middle = float(np.median(x))
    kept = np.ones(len(x), dtype=bool)
    coefficients = np.array([float(np.median(width))])
    for _ in range(3):
        if kept.sum() > degree + 1 and degree > 0:
            coefficients = np.polyfit((x[kept] - middle) / 40.0, width[kept], degree)
        rest = width - np.polyval(coefficients, (x - middle) / 40.0)
        kept = np.abs(rest - np.median(rest)) < 0.25
    position = np.clip(angle, x.min(), x.max())
    share = float(np.clip(np.median(eta), 0.0, 1.0))
    return np.polyval(coefficients, (position - middle) / 40.0), np.full(len(angle), share)


def _grouped(angle: FloatArray, width: FloatArray) -> IntArray:
    """Number of the cluster of each reflection; angles rise."""
    if len(angle) == 0:
        return np.zeros(0, dtype=np.int64)
    owner = np.zeros(len(angle), dtype=np.int64)
    start = 0
    for i in range(1, len(angle)):
        apart = angle[i] - angle[i - 1] > MERGED * width[i]
        long = angle[i] - angle[start] > 1.5 * width[i]
        if apart or long:
            start = i
            owner[i] = owner[i - 1] + 1
        else:
            owner[i] = owner[i - 1]
    return owner
