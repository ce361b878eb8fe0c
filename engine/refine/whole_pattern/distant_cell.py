"""Cells that are some per cent off: strained until the calculated lines fall on the measured ones.

Least squares follow a line only over its own width. Computed cells are up to 3 % too long, those
of a relative or of another temperature off by as much. On a logarithmic axis of 1/d a strain shifts
lines by the same whatever their angle. There the calculated pattern and the measured one, both
smoothed, are compared by their correlation for many strains, the best strains are varied, and the
smoothing falls from what the strains differ by to the width of lines.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.crystal.metric import metric_to_vector
from engine.crystal.structure import CrystalStructure
from engine.refine.whole_pattern.state import State

FloatArray = NDArray[np.float64]
LARGEST_STRAIN = 0.03
# Correlation of the given cell, strained by no more than least squares reach, that is left alone,
# and what another cell must have more.
GOOD, GAIN = 0.85, 0.06
_NEAR = 0.002
_WIDTHS = (0.012, 0.009, 0.007, 0.005, 0.0037, 0.0027, 0.002, 0.0015, 0.0011, 0.0008)
_STEP = 0.0005  # of ln(1/d)
_FIRST, _ELITE, _CHILDREN = 800, 24, 16
# Reflections that place a cell: the first ones, where lines are few and cannot be mistaken.
_LINES, _VISIBLE = 70, 0.005


def strained_to_fit(state: State, seed: int = 0) -> CrystalStructure | None:
    """The structure of the only phase on a cell whose lines the pattern shows.

    Parameters
    ----------
    state : State
        From `begin`, one phase with atoms.
    seed : int
        Of the strains that are tried.

    Returns
    -------
    CrystalStructure or None
        In the conventional cell; None where the given cell does as well.
    """
    match = _Match(state)
    rng = np.random.default_rng(seed)
    near = match.refined(match.varied(match.given[None], _NEAR, 40, rng), _WIDTHS[-3:], rng)
    if match.similarity(near[:1], _WIDTHS[-1])[0] > GOOD:
        return None
    strains = rng.uniform(-LARGEST_STRAIN, LARGEST_STRAIN, (_FIRST, 6))
    strains[: _FIRST // 4, :3] = strains[: _FIRST // 4, :1]
    strains[: _FIRST // 4, 3:] = 0.0
    far = match.refined(match.given + strains @ match.per_strain, _WIDTHS, rng)
    both = match.similarity(np.concatenate([near[:1], far[:1]]), _WIDTHS[-1])
    if both[1] < both[0] + GAIN:
        return None
    crystal = state.model.phases[0].crystal
    cell = crystal.standardised.conventional
    return replace(cell, lattice=crystal.lattice(far[0]))


class _Match:
    """How well the lines of a cell fall on those of a pattern, for many cells at once."""

    def __init__(self, state: State) -> None:
        prepared, phase = state.prepared, state.model.phases[0]
        crystal, own = phase.crystal, state.parameters.phases[0]
        lines = phase.lines(own, False)
        self.given = np.asarray(own.metric)
        reciprocal = np.linalg.inv(crystal.standardised.conventional.lattice).T
        self.per_strain = _by_strain(np.asarray(reciprocal)) @ crystal.metric_basis
        primary = prepared.radiation.primary
        sine = np.sin(np.radians(prepared.two_theta / 2.0))
        x = np.log(2.0 * np.maximum(sine, 1e-4) / primary)
        areas = lines.area.reshape(-1, len(lines.q))
        end = _end(lines.q, areas[0])
        shown = 0.5 * np.log(lines.q) < end + 2.0 * LARGEST_STRAIN
        self.forms = crystal.metric_forms[shown]
        self.areas = areas[:, shown]
        self.shifts = np.log(np.array(prepared.radiation.wavelengths) / primary)
        self.low = float(x[0])
        self.bins = max(int((min(end, float(x[-1])) - self.low) / _STEP), 8)
        net = np.maximum(prepared.observed - prepared.background, 0.0)
        net = net * np.gradient(prepared.two_theta)
        self.measured = self._histogram(x[None], net[None])

    def _histogram(self, x: FloatArray, amounts: FloatArray) -> FloatArray:
        """(c, bins) amounts (c, n) at places x (c, n), shared by the two nearest bins."""
        place = (x - self.low) / _STEP
        left = np.floor(place).astype(np.int64)
        row = np.arange(len(x))[:, None] * self.bins
        found = np.zeros(len(x) * self.bins)
        for bin_, share in ((left, 1.0 - place + left), (left + 1, place - left)):
            inside = (bin_ >= 0) & (bin_ < self.bins)
            weights = (share * amounts)[inside]
            found += np.bincount((row + bin_)[inside], weights, minlength=len(found))
        return found.reshape(len(x), self.bins)

    def similarity(self, metrics: FloatArray, width: float) -> FloatArray:
        """(c,) correlation of the patterns of these metrics (c, k), smoothed, with the measured.

        Of square roots, so that a few strong lines do not decide alone.
        """
        from scipy.ndimage import gaussian_filter1d

        x = 0.5 * np.log(np.maximum(metrics @ self.forms.T, 1e-9))
        drawn = np.zeros((len(metrics), self.bins))
        for areas, shift in zip(self.areas, self.shifts, strict=True):
            drawn += self._histogram(x + shift, np.broadcast_to(areas, x.shape))
        both = np.concatenate([drawn, self.measured])
        smooth = np.sqrt(np.maximum(gaussian_filter1d(both, width / _STEP, axis=1), 0.0))
        smooth -= smooth.mean(axis=1, keepdims=True)
        smooth /= np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-300)
        return np.asarray(smooth[:-1] @ smooth[-1])

    def varied(
        self, metrics: FloatArray, spread: float, children: int, rng: np.random.Generator
    ) -> FloatArray:
        """Metrics (c, k) and as many children of each, strained at random."""
        strains = rng.normal(0.0, spread, (len(metrics), children, 6))
        made = metrics[:, None] + strains @ self.per_strain
        return np.concatenate([metrics, made.reshape(-1, metrics.shape[1])])

    def refined(
        self, metrics: FloatArray, widths: tuple[float, ...], rng: np.random.Generator
    ) -> FloatArray:
        """The best of these metrics, varied again and again with less smoothing, best first."""
        for width in widths:
            metrics = self._best(metrics, width)
            metrics = self._best(self.varied(metrics, 0.5 * width, _CHILDREN, rng), width)
        return metrics

    def _best(self, metrics: FloatArray, width: float) -> FloatArray:
        order = np.argsort(-self.similarity(metrics, width))
        return metrics[order[:_ELITE]]


def _by_strain(reciprocal: FloatArray) -> FloatArray:
    """(6, 6) change of the reciprocal metric by each component of a symmetric strain of it."""
    rows = []
    for i, j in ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)):
        strain = np.zeros((3, 3))
        strain[i, j] = strain[j, i] = 1.0
        rows.append(metric_to_vector(2.0 * reciprocal @ strain @ reciprocal.T))
    return np.array(rows)


def _end(q: FloatArray, area: FloatArray) -> float:
    """ln(1/d) up to which lines are compared."""
    visible = np.sort(q[area > _VISIBLE * float(area.max(initial=0.0))])
    return 0.5 * float(np.log(visible[min(_LINES, len(visible)) - 1])) + LARGEST_STRAIN
