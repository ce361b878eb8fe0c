"""Weights that let a pattern hold more than the phases: what nobody named lies above, never below.

After David, J. Appl. Cryst. 34, 691 (2001): a misfit below zero counts by its square, as noise
does; one above may be an impurity of any strength, so that it counts by its logarithm. With r in
units of the expected misfit, -ln P = r^2/2 up to r = c, and c^2/2 + c^2 ln(r/c) beyond. Least
squares find that minimum with weights multiplied by (c/r)^2 beyond c, anew after every refinement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.refine.whole_pattern.state import State

FloatArray = NDArray[np.float64]
BEYOND = 2.0  # c: of pure noise 2 % of the points, which moves the mean by 0.016 sigma
ROUNDS = 8
_SETTLED = 0.002  # mean change of a factor
_MEDIAN = 1.4826
_VISIBLE = 10.0  # sigma: lines so high say how well lines are calculated
_LEAST_POINTS, _LARGEST_SHARE = 10, 0.02


def trust_of(state: State) -> FloatArray:
    """(n,) factors on the weights, 1 where not more was measured than the fit explains.

    The expected misfit has a share that is proportional to the lines, as large as the misfit
    *below* them, which no impurity explains (but an impurity beside a line moves it, so that the
    share is small at most); and it grows with the fit's median misfit.
    """
    calculated, prepared = state.calculated(), state.prepared
    lines = np.maximum(calculated.pattern - calculated.background, 0.0)
    off = prepared.observed - calculated.pattern
    below = (off < 0.0) & (lines > _VISIBLE * prepared.sigma)
    share = 0.0
    if below.sum() >= _LEAST_POINTS:
        share = min(float(_MEDIAN * np.median(-off[below] / lines[below])), _LARGEST_SHARE)
    expected = np.sqrt(prepared.sigma**2 + (share * lines) ** 2)
    expected = expected * max(float(_MEDIAN * np.median(np.abs(off) / expected)), 1.0)
    ratio = np.maximum(off / expected, BEYOND)
    return np.asarray((BEYOND / ratio) ** 2)


def reweighted(state: State) -> State:
    """The state with factors of its own fit, where they were asked for."""
    if not state.options.robust:
        return state
    return replace(state, trust=trust_of(state)).with_parameters(state.parameters)


def settled(state: State, refine: Callable[[State], State]) -> State:
    """Refined with factors that follow from the fit, until they hold; nothing if not asked for."""
    if not state.options.robust:
        return state
    for _ in range(ROUNDS):
        before = state.trust
        state = refine(reweighted(state))
        if before is not None and _same(before, state.trust):
            break
    return state


def _same(before: FloatArray, after: FloatArray | None) -> bool:
    return after is not None and bool(np.mean(np.abs(after - before)) < _SETTLED)


def robust_note(state: State) -> list[str]:
    """How much of the pattern hardly counts; nothing where all counts."""
    if state.trust is None:
        return []
    left = state.prepared.observed - state.calculated().pattern
    whole = float(state.weight @ state.prepared.observed**2)
    weighed = float(np.sqrt(float(state.weight @ left**2) / whole))
    return [
        f"Robust weights: {100.0 * float(np.mean(state.trust < 0.5)):.1f} % of the points lie so "
        "far above the fit that they count less than half. R_wp and GoF are stated with plain "
        f"weights; with robust ones R_wp is {100.0 * weighed:.2f} %."
    ]
