"""Levenberg-Marquardt refinement of a calculated pattern."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.refine.profile_model import (
    GROUPS,
    Calculated,
    ProfileModel,
    ProfileParameters,
    pack,
    unpack,
)
from engine.refine.texture import LARGEST, SMALLEST

FloatArray = NDArray[np.float64]
# Of the displacement parameters of two elements, square angstrom.
LARGEST_DIFFERENCE = 3.0


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """State of a refinement after some steps.

    Attributes
    ----------
    parameters : ProfileParameters
    chi_squared : float
        Sum of squared weighted residuals; infinite before the first step.
    """

    parameters: ProfileParameters
    chi_squared: float


def levenberg_marquardt(
    model: ProfileModel,
    start: ProfileParameters,
    observed: FloatArray,
    weight: FloatArray,
    free: tuple[str, ...],
    steps: int,
    tolerance: float = 2e-4,
) -> LeastSquares:
    """Refine the groups in `free`.

    Parameters
    ----------
    model : ProfileModel
    start : ProfileParameters
    observed, weight : (n,) arrays
        Counts, and 1/sigma^2.
    free : tuple of str
        From `GROUPS`.
    steps : int
        Most accepted steps.
    tolerance : float
        Relative fall of chi^2 below which the refinement has converged.
    """
    now, damping = start, 1e-3
    calculated = model.calculate(now, free)
    chi = _chi(observed, calculated.pattern, weight)
    for _ in range(steps):
        normal, right = _normal_equations(calculated, observed, weight)
        accepted = False
        while damping < 1e6:
            vector = pack(now, free) + _step(normal, right, damping)
            trial = _bounded(unpack(now, free, vector))
            attempt = _try(model, trial, free)
            new_chi = _chi(observed, attempt.pattern, weight) if attempt is not None else np.inf
            if new_chi < chi:
                accepted = True
                break
            damping *= 8.0
        if not accepted or attempt is None:
            break
        gain = (chi - new_chi) / chi
        now, chi, calculated = trial, new_chi, attempt
        damping = max(damping / 5.0, 1e-7)
        if gain < tolerance:
            break
    return LeastSquares(now, chi)


def covariance(
    model: ProfileModel,
    state: LeastSquares,
    observed: FloatArray,
    weight: FloatArray,
    free: tuple[str, ...],
) -> FloatArray:
    """Of the free parameters where a refinement ended, scaled by chi^2/(N - P).

    Parameters
    ----------
    model : ProfileModel
    state : LeastSquares
    observed, weight : (n,) arrays
        Counts, and 1/sigma^2.
    free : tuple of str
        The groups that it refined.

    Returns
    -------
    (v, v) array
        In the order of `pack`.
    """
    calculated = model.calculate(state.parameters, free)
    normal, right = _normal_equations(calculated, observed, weight)
    freedom = max(len(observed) - len(right), 1)
    return _inverse(normal) * state.chi_squared / freedom


def _try(model: ProfileModel, trial: ProfileParameters, free: tuple[str, ...]) -> Calculated | None:
    """The pattern of a trial step, or None where the step has left what is possible."""
    if not np.all(np.isfinite(pack(trial, GROUPS))):
        return None
    q = model.crystal.metric_forms @ trial.metric
    old = model.crystal.metric_forms @ model.crystal.metric
    if np.any(q <= 0.5 * old) or np.any(q > 2.0 * old):
        return None
    return model.calculate(trial, free)


def _bounded(parameters: ProfileParameters) -> ProfileParameters:
    """Parameters pulled back to where they mean something."""
    mixing = parameters.mixing.copy()
    mixing[0] = np.clip(mixing[0], 0.0, 1.0)
    mixing[1] = np.clip(mixing[1], -1.0, 1.0)
    return replace(
        parameters,
        mixing=mixing,
        zero=float(np.clip(parameters.zero, -0.5, 0.5)),
        b_iso=float(np.clip(parameters.b_iso, -2.0, 12.0)),
        b_lighter=np.clip(parameters.b_lighter, -LARGEST_DIFFERENCE, LARGEST_DIFFERENCE),
        scale=max(parameters.scale, 1e-30),
        texture=float(np.clip(parameters.texture, SMALLEST, LARGEST)),
    )


def _chi(observed: FloatArray, calculated: FloatArray, weight: FloatArray) -> float:
    return float(weight @ (observed - calculated) ** 2)


def _normal_equations(
    calculated: Calculated, observed: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    jacobian = calculated.jacobian
    if jacobian is None:
        raise ValueError("Normal equations need derivatives.")
    weighted = jacobian * weight[:, None]
    return weighted.T @ jacobian, weighted.T @ (observed - calculated.pattern)


def _step(normal: FloatArray, right: FloatArray, damping: float) -> FloatArray:
    units = np.sqrt(np.maximum(np.diag(normal), 1e-300))
    scaled = normal / units[:, None] / units[None, :] + damping * np.eye(len(units))
    return np.asarray(np.linalg.solve(scaled, right / units) / units)


def _inverse(normal: FloatArray) -> FloatArray:
    units = np.sqrt(np.maximum(np.diag(normal), 1e-300))
    inverse = np.linalg.pinv(normal / units[:, None] / units[None, :], rcond=1e-10)
    return np.asarray(inverse / units[:, None] / units[None, :])
