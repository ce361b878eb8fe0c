"""Preferred orientation after March and Dollase.

Intensities are multiplied by the mean over equivalent reflections of
(r^2 cos^2(alpha) + sin^2(alpha) / r)^(-3/2), alpha being the angle between the reflection and the
axis along which the crystallites align (Dollase, J. Appl. Cryst. 19, 267 (1986)); r = 1 means a
random powder, r < 1 plates and r > 1 needles in reflection geometry.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.metric import vector_to_metric
from engine.refine.crystal_model import CrystalModel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Habits that are met: plates and needles along the axes, cleavage rhombohedra.
COMMON_AXES = ((0, 0, 1), (1, 0, 0), (0, 1, 0), (1, 1, 0), (1, 1, 1), (1, 0, 4))
SMALLEST, LARGEST = 0.35, 2.5
_TRIED = (0.5, 0.6, 0.7, 0.8, 0.9, 1.12, 1.3, 1.6, 2.0)


def cosines_squared(crystal: CrystalModel, axis: tuple[int, int, int]) -> FloatArray:
    """(r, e) cos^2 of the angle between each equivalent of a reflection and the axis.

    Parameters
    ----------
    crystal : CrystalModel
    axis : (h, k, l)
        Normal of the plane that lies flat, in reciprocal-lattice indices.
    """
    reciprocal = vector_to_metric(crystal.metric_basis @ crystal.metric)
    turns = np.unique(crystal.standardised.rotations, axis=0)
    images = np.einsum("ri,eij->rej", crystal.hkl, turns)
    along = np.asarray(axis, dtype=np.float64)
    dot = images @ reciprocal @ along
    lengths = np.einsum("ri,ij,rj->r", crystal.hkl, reciprocal, crystal.hkl)
    return np.asarray(dot**2 / (lengths[:, None] * (along @ reciprocal @ along)))


def march_dollase(cosines: FloatArray, r: float) -> tuple[FloatArray, FloatArray]:
    """Factor of each reflection and its derivative by r.

    Parameters
    ----------
    cosines : (n, e) array
        From `cosines_squared`.
    r : float
    """
    inner = r * r * cosines + (1.0 - cosines) / r
    slope = 2.0 * r * cosines - (1.0 - cosines) / (r * r)
    return inner**-1.5 @ _mean(cosines), (-1.5 * inner**-2.5 * slope) @ _mean(cosines)


def _mean(cosines: FloatArray) -> FloatArray:
    return np.full(cosines.shape[1], 1.0 / cosines.shape[1])


def best_axis(
    crystal: CrystalModel,
    profile: FloatArray,
    areas: FloatArray,
    net: FloatArray,
    weight: FloatArray,
    axes: tuple[tuple[int, int, int], ...] | None = None,
) -> tuple[tuple[int, int, int], float, float]:
    """The axis and r that lower chi^2 most, everything else but the scale held.

    Parameters
    ----------
    crystal : CrystalModel
    profile : (n, r) sparse matrix
        Area-normalised lines of the reflections.
    areas : (r,) array
        Calculated areas without texture.
    net, weight : (n,) arrays
        Observed counts without background, and 1/sigma^2.
    axes : tuple of (h, k, l), optional
        Those to try; by default `COMMON_AXES` and the strongest reflection.

    Returns
    -------
    axis : (h, k, l)
    r : float
    gain : float
        chi^2 without texture over chi^2 with it.
    """
    if axes is None:
        axes = tuple(dict.fromkeys((*COMMON_AXES, _strongest(crystal, areas))))
    plain = _chi(profile @ areas, net, weight)
    best = (axes[0], 1.0, plain)
    for axis in axes:
        cosines = cosines_squared(crystal, axis)
        for r in _TRIED:
            factor, _ = march_dollase(cosines, r)
            chi = _chi(profile @ (areas * factor), net, weight)
            if chi < best[2]:
                best = (axis, r, chi)
    return best[0], best[1], plain / max(best[2], 1e-300)


def ranked_axes(
    crystal: CrystalModel,
    profile: FloatArray,
    areas: FloatArray,
    net: FloatArray,
    weight: FloatArray,
    axes: tuple[tuple[int, int, int], ...],
) -> list[tuple[tuple[int, int, int], float, float]]:
    """Each axis with its best r and what chi^2 is divided by, the best first.

    The arguments are those of `best_axis`.
    """
    plain = _chi(profile @ areas, net, weight)
    ranked = []
    for axis in axes:
        cosines = cosines_squared(crystal, axis)
        tried = [
            (_chi(profile @ (areas * march_dollase(cosines, r)[0]), net, weight), r) for r in _TRIED
        ]
        chi, r = min(tried)
        ranked.append((axis, r, plain / max(chi, 1e-300)))
    return sorted(ranked, key=lambda found: -found[2])


def _strongest(crystal: CrystalModel, areas: FloatArray) -> tuple[int, int, int]:
    h, k, l = (int(i) for i in crystal.hkl[int(np.argmax(areas))])  # noqa: E741
    divisor = int(np.gcd.reduce([h, k, l]))
    return h // divisor, k // divisor, l // divisor


def _chi(bragg: FloatArray, net: FloatArray, weight: FloatArray) -> float:
    """chi^2 at the best scale."""
    weighted = weight * bragg
    scale = (weighted @ net) / max(float(weighted @ bragg), 1e-300)
    return float(weight @ (net - scale * bragg) ** 2)
