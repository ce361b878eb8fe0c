"""Free coordinates from integrated intensities, from starts that may be some tenths of an A off.

The profile is left alone: the squared structure factors are fitted to the pattern's quadratic
form (`integrated`), first those of d > 2 A, whose phases turn slowly as atoms move, then all of
them, with B damped. Where the structure stays clearly worse than free intensities, other starts
around the given one are tried.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.refine.whole_pattern.integrated import IntegratedIntensities
from engine.refine.whole_pattern.structure_factors import StructureFactors

FloatArray = NDArray[np.float64]
COARSE_D = 2.0
STARTS = 60
SPREAD = 0.35  # angstrom
_STEPS = 20
_B_START, _B_SIGMA = 0.7, 0.5
# Excess of the weighted residual over free intensities, as a share of all: good enough to stop.
_GOOD = 0.06
_REFLECTIONS_PER_PARAMETER = 2.0


@dataclass(frozen=True, eq=False)
class Placed:
    """Coordinates that were found.

    Attributes
    ----------
    shifts : (p,) array
        Angstrom from the given structure.
    b_iso : float
        Square angstrom.
    scale : float
        On |F|^2, relative to the refined one.
    excess : float
        sqrt((chi^2 - chi^2 of free intensities) / chi^2 of nothing).
    """

    shifts: FloatArray
    b_iso: float
    scale: float
    excess: float


class _Trial:
    """chi^2 of a structure on a quadratic form, and steps that lower it."""

    def __init__(
        self, factors: StructureFactors, form: IntegratedIntensities, chosen: NDArray[np.bool_]
    ) -> None:
        self.factors = factors
        self.form = form
        self.chosen = chosen
        crystal = factors.crystal
        self.half_q = 0.5 * (crystal.metric_forms @ crystal.metric)[chosen]
        self.plain = np.zeros(len(factors.elements))
        self.full = np.ones(len(factors.sites))
        # The restraint of B has to weigh something beside misfits far above the noise.
        self.b_strength = 1e-3 * form.constant / _B_SIGMA**2

    def best(self, shifts: FloatArray, b_iso: float, steps: int = _STEPS) -> Placed:
        """Go downhill from a start."""
        damping = 1e-2
        model, gradient = self._model(shifts, b_iso)
        scale = self._scale(model)
        total = self._total(scale * model, b_iso)
        for _ in range(steps):
            by = np.concatenate([model[:, None], scale * gradient], axis=1)
            along = self.form.times(by)
            normal = by.T @ along
            right = by.T @ (self.form.right - scale * along[:, 0])
            normal[1, 1] += self.b_strength
            right[1] += self.b_strength * (_B_START - b_iso)
            taken = False
            while damping < 1e5:
                step = _damped(normal, right, damping)
                longest = np.abs(step[2:]).max(initial=0.0)
                step = step * min(1.0, 0.25 / max(longest, 1e-12))
                new_b = float(np.clip(b_iso + step[1], 0.0, 6.0))
                new_shifts = shifts + step[2:]
                new_model, new_gradient = self._model(new_shifts, new_b)
                new_scale = self._scale(new_model)
                new_total = self._total(new_scale * new_model, new_b)
                if new_total < total:
                    taken = True
                    break
                damping *= 6.0
            if not taken:
                break
            gain = (total - new_total) / self.form.constant
            shifts, b_iso, scale, total = new_shifts, new_b, new_scale, new_total
            model, gradient = new_model, new_gradient
            damping = max(damping * 0.3, 1e-6)
            if gain < 1e-6:
                break
        return Placed(shifts, b_iso, scale, self.form.chi_squared(scale * model))

    def _model(self, shifts: FloatArray, b_iso: float) -> tuple[FloatArray, FloatArray]:
        found = self.factors.squared(shifts, self.plain, self.full, derivatives=True)
        damping = np.exp(-b_iso * self.half_q)
        model = found.value[self.chosen] * damping
        gradient = np.concatenate(
            [(-self.half_q * model)[:, None], found.by_shift[self.chosen] * damping[:, None]],
            axis=1,
        )
        return model, gradient

    def _scale(self, model: FloatArray) -> float:
        along = self.form.times(model)
        return max(float(self.form.right @ model) / max(float(model @ along), 1e-300), 1e-30)

    def _total(self, f_squared: FloatArray, b_iso: float) -> float:
        return self.form.chi_squared(f_squared) + self.b_strength * (b_iso - _B_START) ** 2


def place_atoms(
    factors: StructureFactors,
    form: IntegratedIntensities,
    free: FloatArray,
    *,
    starts: int = STARTS,
    seed: int = 0,
) -> Placed:
    """Find the free coordinates.

    Parameters
    ----------
    factors : StructureFactors
        Of the structure as given.
    form : IntegratedIntensities
        The pattern's.
    free : (r,) array
        |F|^2 of free intensities: the floor, and what reflections not in use are held at.
    starts : int
        Most starts beside the given one.
    seed : int
        Of their displacements.
    """
    crystal = factors.crystal
    d = (crystal.metric_forms @ crystal.metric) ** -0.5
    every = np.ones(len(d), dtype=bool)
    floor = form.chi_squared(free)
    coarse = _Trial(factors, *_coarse(form, free, d, crystal.n_coordinates))
    fine = _Trial(factors, form, every)
    rng = np.random.default_rng(seed)

    def from_start(shifts: FloatArray, thorough: bool) -> Placed:
        first = coarse.best(shifts, _B_START)
        found = fine.best(first.shifts, first.b_iso)
        if thorough:
            direct = fine.best(shifts, _B_START)
            found = min(found, direct, key=lambda placed: placed.excess)
        excess = max(found.excess - floor, 0.0) / max(form.constant, 1e-300)
        return Placed(found.shifts, found.b_iso, found.scale, float(np.sqrt(excess)))

    best = from_start(np.zeros(crystal.n_coordinates), thorough=True)
    for _ in range(starts):
        if best.excess < _GOOD:
            break
        trial = from_start(rng.normal(0.0, SPREAD, crystal.n_coordinates), thorough=False)
        best = min(best, trial, key=lambda placed: placed.excess)
    return best


def _coarse(
    form: IntegratedIntensities, free: FloatArray, d: FloatArray, n_free: int
) -> tuple[IntegratedIntensities, NDArray[np.bool_]]:
    """The form in reflections of large spacing, as many as the coordinates need."""
    needed = int(np.ceil(_REFLECTIONS_PER_PARAMETER * (n_free + 2)))
    limit = min(COARSE_D, float(np.sort(d)[::-1][min(needed, len(d)) - 1]))
    chosen = d >= limit
    return form.part(chosen, free), chosen


def _damped(normal: FloatArray, right: FloatArray, damping: float) -> FloatArray:
    units = np.sqrt(np.maximum(np.diag(normal), 1e-300))
    scaled = normal / units[:, None] / units[None, :] + damping * np.eye(len(units))
    return np.asarray(np.linalg.solve(scaled, right / units) / units)
