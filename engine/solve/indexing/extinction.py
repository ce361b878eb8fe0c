"""Which extinction symbol the intensities speak for.

After the idea of Markvardsen, David, Johnson and Shankland, Acta Cryst. A57, 47 (2001): for each
symbol the likelihood of the measured intensities is computed, extinct reflections having none and
the others a distribution like Wilson's; symbols are then ranked by probability. Here reflections
that overlap count by their sum, so that an extinct reflection beside a present one says little.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine import resources
from engine.pattern.pattern import PowderPattern
from engine.pattern.peaks import PeakList, find_peaks
from engine.solve.indexing.bravais import BravaisKind, kind_of
from engine.solve.indexing.cell import IndexedCell
from engine.solve.indexing.clusters import Clusters, fit_clusters, reflections
from engine.solve.indexing.extinction_classes import (
    ExtinctionClass,
    extinction_classes,
    space_group_weights,
)
from engine.solve.indexing.line_list import to_square

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

COUNTS = "symmetry/space_group_counts.json"
# Intensities of single reflections follow a gamma distribution of this shape about their mean
# (Wilson's centric one has 0.5; atoms on special positions spread more), or are weak by accident
# with this chance. These and the temperature were chosen on 119 validation structures.
SHAPE = 0.35
ACCIDENT = 0.2
# Over how many degrees the mean intensity is averaged.
SMOOTHED = 12.0
# Evidence is divided by this: reflections of one class are not independent.
TEMPERATURE = 3.0
_NODES = 48


@dataclass(frozen=True)
class ExtinctionSymbol:
    """An extinction symbol with its probability.

    Attributes
    ----------
    symbol : str
        In the style of International Tables A, table 3.1.4.1, for the axes of the cell.
    probability : float
    space_groups : tuple of int
        Numbers of the space groups that it leaves, the commonest first.
    settings : tuple of str
        Their extended Hermann-Mauguin symbols on these axes.
    """

    symbol: str
    probability: float
    space_groups: tuple[int, ...]
    settings: tuple[str, ...]


def extinction_symbols(
    pattern: PowderPattern,
    cell: IndexedCell,
    count: int = 3,
    peaks: PeakList | None = None,
) -> list[ExtinctionSymbol]:
    """The likeliest extinction symbols for an indexed pattern.

    Parameters
    ----------
    pattern : PowderPattern
    cell : IndexedCell
        From `index_pattern` or `settle_cell` for this pattern.
    count : int
        At most so many.
    peaks : PeakList, optional
        The pattern's lines, where they are known already.

    Returns
    -------
    list of ExtinctionSymbol
        In falling order of probability.
    """
    from engine.crystal.lattice import matrix_from_cell

    peaks = find_peaks(pattern) if peaks is None else peaks
    kind = kind_of(cell.bravais)
    classes = extinction_classes(kind)
    frequency = space_group_counts()
    prior = np.array(space_group_weights(classes, frequency))
    logs = np.log(prior)
    if len(classes) > 1 and len(peaks) > 0:
        clusters = measured_clusters(pattern, peaks, kind, matrix_from_cell(*cell.cell), cell.zero)
        logs = logs + class_evidence(classes, clusters) / TEMPERATURE
    probability = np.exp(logs - logs.max())
    probability /= probability.sum()
    order = np.argsort(-probability, kind="stable")[:count]
    return [_described(classes[i], float(probability[i]), frequency) for i in order]


def _described(
    one: ExtinctionClass, probability: float, frequency: Mapping[int, float]
) -> ExtinctionSymbol:
    pairs = sorted(
        zip(one.numbers, one.settings, strict=True), key=lambda pair: -frequency.get(pair[0], 0.0)
    )
    numbers = tuple(dict.fromkeys(number for number, _ in pairs))
    return ExtinctionSymbol(one.symbol, probability, numbers, tuple(s for _, s in pairs))


@lru_cache(maxsize=1)
def space_group_counts() -> dict[int, float]:
    """How often each space group occurs among known crystals."""
    record = json.loads(resources.path(COUNTS).read_text(encoding="utf-8"))
    return {int(number): float(count) for number, count in record["counts"].items()}


def measured_clusters(
    pattern: PowderPattern, peaks: PeakList, kind: BravaisKind, lattice: FloatArray, zero: float
) -> Clusters:
    """Intensities of the lattice's reflections in a pattern."""
    limit = float(to_square(pattern.two_theta[-1:], pattern.radiation.primary)[0])
    hkl, square = reflections(lattice, limit)
    allowed = kind.allowed(hkl)
    return fit_clusters(pattern, peaks, hkl[allowed], square[allowed], zero)


def class_evidence(classes: tuple[ExtinctionClass, ...], clusters: Clusters) -> FloatArray:
    """Ln of the likelihood (k,) of the intensities for each class, up to a common constant."""
    lp = _lorentz_polarisation(clusters.two_theta)
    count = len(clusters.two_theta)
    smooth = _smoothing(clusters.two_theta)
    found = np.empty(len(classes))
    for i, one in enumerate(classes):
        present = (~one.absent(clusters.hkl)).astype(np.float64)
        n = np.asarray(np.bincount(clusters.owner, present, count), dtype=np.float64)
        # Mean intensity of a reflection without Lorentz-polarisation, among those present.
        total = smooth @ np.clip(clusters.intensity, 0.0, None)
        mean = total / np.maximum(smooth @ (n * lp), 1e-12) * lp
        found[i] = _log_likelihood(clusters, n, mean).sum()
    return found


def _log_likelihood(clusters: Clusters, n: FloatArray, mean: FloatArray) -> FloatArray:
    """Ln p(intensity) (c,) of clusters of n present reflections with a mean intensity each."""
    y, sigma = clusters.intensity, clusters.sigma
    zero = np.exp(-0.5 * np.minimum((y / sigma) ** 2, 1400.0)) / (np.sqrt(2.0 * np.pi) * sigma)
    # Strays: what no model explains, an impurity or a badly modelled neighbour.
    stray = 0.02 / np.maximum(np.abs(y) + 3.0 * sigma, 1e-12)
    bright = _gamma_with_noise(y, sigma, SHAPE * np.maximum(n, 1.0) ** 0.5, n * mean)
    accident = ACCIDENT ** np.sqrt(np.maximum(n, 1.0))
    likely = np.where(n > 0, (1.0 - accident) * bright + accident * zero, zero)
    return np.asarray(np.log(likely + stray + 1e-300))


def _gamma_with_noise(
    y: FloatArray, sigma: FloatArray, shape: FloatArray, mean: FloatArray
) -> FloatArray:
    """Density (c,) of a gamma variable of given shape and mean, plus Gaussian noise, at y."""
    from scipy.special import gammaln

    scale = np.maximum(mean, 1e-12) / shape
    low = np.sqrt(np.clip(y - 6.0 * sigma, 0.0, None))
    high = np.sqrt(np.maximum(y + 6.0 * sigma, 2.0 * sigma))
    # J = t^2 takes the singularity at zero away.
    nodes = (np.arange(_NODES) + 0.5) / _NODES
    t = low[:, None] + (high - low)[:, None] * nodes
    j = t**2
    log_gamma = (
        (shape[:, None] - 1.0) * np.log(np.maximum(j, 1e-300) / scale[:, None])
        - j / scale[:, None]
        - gammaln(shape)[:, None]
        - np.log(scale)[:, None]
    )
    log_noise = -0.5 * ((y[:, None] - j) / sigma[:, None]) ** 2
    log_noise -= 0.5 * np.log(2.0 * np.pi) + np.log(sigma)[:, None]
    width = (high - low)[:, None] / _NODES * 2.0 * t
    return np.asarray((np.exp(log_gamma + log_noise) * width).sum(axis=1))


def _smoothing(two_theta: FloatArray) -> FloatArray:
    """(c, c) weights of a running mean over angle."""
    apart = (two_theta[:, None] - two_theta[None, :]) / SMOOTHED
    return np.asarray(np.exp(-0.5 * apart**2))


def _lorentz_polarisation(two_theta: FloatArray) -> FloatArray:
    """Lorentz-polarisation factor (c,) of a powder; a monochromator changes it too little here."""
    turn = np.radians(two_theta)
    return np.asarray((1.0 + np.cos(turn) ** 2) / (np.sin(turn / 2.0) ** 2 * np.cos(turn / 2.0)))
