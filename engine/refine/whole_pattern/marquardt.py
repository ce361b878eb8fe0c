"""Levenberg-Marquardt steps for the parameters of a whole pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.refine.whole_pattern.model import CalculatedPattern, WholePatternModel
from engine.refine.whole_pattern.parameters import (
    Freedom,
    Parameters,
    Slot,
    places,
    stepped,
    values_of,
)

FloatArray = NDArray[np.float64]
_UP, _DOWN = 8.0, 0.2
_MOST_DAMPED = 1e6


@dataclass(frozen=True)
class Restraint:
    """An expectation that counts as one observation for every value of a slot.

    Attributes
    ----------
    slot : (owner, group)
    target, sigma : float
    """

    slot: Slot
    target: float
    sigma: float


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where a refinement stands.

    Attributes
    ----------
    parameters : Parameters
    chi_squared : float
        Of the pattern alone.
    freedom : Freedom
        What was free last.
    covariance : (v, v) array or None
        Of the free parameters, scaled by chi^2/(N - P).
    """

    parameters: Parameters
    chi_squared: float
    freedom: Freedom = ()
    covariance: FloatArray | None = None

    @property
    def uncertainties(self) -> dict[Slot, FloatArray]:
        """Standard uncertainties of what was free."""
        if self.covariance is None:
            return {}
        su = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        return {slot: su[part] for slot, part in places(self.parameters, self.freedom).items()}


def minimise(
    model: WholePatternModel,
    start: Parameters,
    observed: FloatArray,
    weight: FloatArray,
    freedom: Freedom,
    steps: int,
    tolerance: float = 1e-4,
    restraints: tuple[Restraint, ...] = (),
) -> Minimum:
    """Refine what is free.

    Parameters
    ----------
    model : WholePatternModel
    start : Parameters
    observed, weight : (n,) arrays
        Counts, and 1/sigma^2.
    freedom : Freedom
    steps : int
        Most accepted steps.
    tolerance : float
        Relative fall of the sum of squares at which to stop.
    restraints : tuple of Restraint
        Those whose slot is not free do nothing.
    """
    now, damping = start, 1e-3
    calculated = model.calculate(now, freedom)
    total = _total(calculated, now, observed, weight, freedom, restraints)
    normal, right = _equations(calculated, now, observed, weight, freedom, restraints)
    for _ in range(steps):
        taken = None
        while damping < _MOST_DAMPED:
            trial = stepped(now, freedom, _step(normal, right, damping))
            if _possible(model, trial):
                attempt = model.calculate(trial)
                new_total = _total(attempt, trial, observed, weight, freedom, restraints)
                if new_total < total:
                    taken = trial
                    break
            damping *= _UP
        if taken is None:
            break
        gain, total, now = (total - new_total) / total, new_total, taken
        calculated = model.calculate(now, freedom)
        normal, right = _equations(calculated, now, observed, weight, freedom, restraints)
        damping = max(damping * _DOWN, 1e-7)
        if gain < tolerance:
            break
    chi = float(weight @ (observed - calculated.pattern) ** 2)
    spare = max(len(observed) - len(right), 1)
    return Minimum(now, chi, freedom, _inverse(normal) * chi / spare)


def _possible(model: WholePatternModel, trial: Parameters) -> bool:
    """Whether a step has kept every lattice near where it began."""
    for phase, own in zip(model.phases, trial.phases, strict=True):
        q = phase.crystal.metric_forms @ own.metric
        old = phase.crystal.metric_forms @ phase.crystal.metric
        if not np.all(np.isfinite(q)) or np.any(q <= 0.7 * old) or np.any(q > 1.4 * old):
            return False
    return bool(np.all(np.isfinite(trial.instrument.gauss)))


def _total(
    calculated: CalculatedPattern,
    parameters: Parameters,
    observed: FloatArray,
    weight: FloatArray,
    freedom: Freedom,
    restraints: tuple[Restraint, ...],
) -> float:
    total = float(weight @ (observed - calculated.pattern) ** 2)
    for restraint in restraints:
        if restraint.slot in freedom:
            off = (values_of(parameters, restraint.slot) - restraint.target) / restraint.sigma
            total += float(off @ off)
    return total if np.isfinite(total) else np.inf


def _equations(
    calculated: CalculatedPattern,
    parameters: Parameters,
    observed: FloatArray,
    weight: FloatArray,
    freedom: Freedom,
    restraints: tuple[Restraint, ...],
) -> tuple[FloatArray, FloatArray]:
    jacobian = calculated.jacobian
    if jacobian is None:
        raise ValueError("Normal equations need derivatives.")
    weighted = jacobian * weight[:, None]
    normal, right = weighted.T @ jacobian, weighted.T @ (observed - calculated.pattern)
    where = places(parameters, freedom)
    for restraint in restraints:
        if restraint.slot in freedom:
            part = where[restraint.slot]
            strength = restraint.sigma**-2
            normal[part, part] += strength * np.eye(part.stop - part.start)
            right[part] += strength * (restraint.target - values_of(parameters, restraint.slot))
    return normal, right


def _step(normal: FloatArray, right: FloatArray, damping: float) -> FloatArray:
    units = np.sqrt(np.maximum(np.diag(normal), 1e-300))
    scaled = normal / units[:, None] / units[None, :] + damping * np.eye(len(units))
    return np.asarray(np.linalg.solve(scaled, right / units) / units)


def _inverse(normal: FloatArray) -> FloatArray:
    units = np.sqrt(np.maximum(np.diag(normal), 1e-300))
    inverse = np.linalg.pinv(normal / units[:, None] / units[None, :], rcond=1e-10)
    return np.asarray(inverse / units[:, None] / units[None, :])
