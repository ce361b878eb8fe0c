"""Air scatter and diffuse humps beside the polynomial, kept where they pay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.refine.whole_pattern.background import PER_HUMP, is_plausible
from engine.refine.whole_pattern.diffuse_search import (
    POLYNOMIAL_TERMS,
    Choice,
    DiffuseSearch,
    hump_widths,
)
from engine.refine.whole_pattern.parameters import INSTRUMENT
from engine.refine.whole_pattern.state import State

FloatArray = NDArray[np.float64]
DIFFUSE_GAIN = 1.01  # of chi^2, beside what each parameter costs
_SEEN = 3.0  # a hump's least height, in its uncertainties
# A choice is worth a refinement where it promises half of the gain that is asked for.
_PROMISE = 0.5


def with_diffuse(state: State, groups: tuple[str, ...]) -> tuple[State, tuple[str, ...]]:
    """Air scatter and humps with the background, kept where they pay or are asked for.

    Parameters
    ----------
    state : State
        Lines shaped, so that they can be taken away.
    groups : tuple of str
        What is refined.

    Returns
    -------
    state : State
    groups : tuple of str
        With "air" and "humps" where they were kept.
    """
    options = state.options
    wanted = tuple(name for name in ("air", "humps") if state.allows(name))
    if not wanted or (options.automatic and not state.allows("background")):
        return state, groups
    given = bool(options.hump_positions) and "humps" in wanted
    asked = not options.automatic or given
    search = DiffuseSearch(state, not options.automatic)
    choice = search.best("air" in wanted, "humps" in wanted)
    promised = search.now - choice.chi_squared
    least = _PROMISE * (DIFFUSE_GAIN - 1.0) * state.minimum.chi_squared
    if not choice.extra or not (asked or promised > least):
        return state, groups
    trial, wanted_now = _refined(_begun(state, choice), groups)
    if asked:
        return trial, wanted_now
    same = state.refined(groups, steps=12)
    kept = trial.parameters.instrument
    extra = max(_parameters(trial) - _parameters(same), 0)
    cost = DIFFUSE_GAIN * (1.0 + extra / state.prepared.n_independent)
    background = trial.model.background
    plausible = is_plausible(background.smooth(kept), background.diffuse(kept))
    pays = (
        wanted_now != groups
        and plausible
        and cost * trial.minimum.chi_squared < same.minimum.chi_squared
    )
    return (trial, wanted_now) if pays else (same, groups)


def _parameters(state: State) -> int:
    """How many the background has; an estimated curve counts as a polynomial does."""
    instrument = state.parameters.instrument
    estimated = POLYNOMIAL_TERMS if np.any(state.model.background.fixed) else 0
    diffuse = (instrument.air > 0.0) + (PER_HUMP + 1) * len(instrument.hump_shapes)
    return len(instrument.background) + estimated + diffuse


def _begun(state: State, choice: Choice) -> State:
    """The state with a choice in the place of its background."""
    model = state.model
    if not state.prepared.held_background:
        model = model.with_polynomial_background(len(choice.coefficients))
    parameters = state.parameters.with_instrument(
        background=choice.coefficients,
        air=choice.air,
        humps=choice.humps.ravel(),
        hump_shapes=choice.shapes,
    )
    return replace(state, model=model).with_parameters(parameters)


def _refined(state: State, groups: tuple[str, ...]) -> tuple[State, tuple[str, ...]]:
    """Refined with everything; what comes out as nothing, or as no hump, is left out again."""
    present = ("air",) if state.parameters.instrument.air > 0.0 else ()
    for _ in range(len(state.parameters.instrument.hump_shapes) + 2):
        humps = ("humps",) if len(state.parameters.instrument.hump_shapes) else ()
        wanted = (*groups, *present, *humps)
        state = state.refined(("scale", "background", *present, *humps)).refined(wanted, steps=15)
        instrument = state.parameters.instrument
        if present and not instrument.air > 0.0:
            present = ()
            continue
        sane = _sane(state)
        if sane.all() or state.options.hump_positions:
            return state, wanted
        rows = instrument.humps.reshape(-1, PER_HUMP)[sane]
        state = state.with_parameters(
            state.parameters.with_instrument(
                humps=rows.ravel(), hump_shapes=instrument.hump_shapes[sane]
            )
        )
    return state, groups


def _sane(state: State) -> NDArray[np.bool_]:
    """(h,) whether each hump is still one: seen, in the pattern, neither line nor level."""
    x, instrument = state.prepared.two_theta, state.parameters.instrument
    position, height, fwhm = instrument.humps.reshape(-1, PER_HUMP).T
    least, most = hump_widths(state)
    inside = (position > x[0] - 0.5 * fwhm) & (position < x[-1] + 0.5 * fwhm)
    su = state.minimum.uncertainties.get((INSTRUMENT, "humps"), np.zeros(len(instrument.humps)))
    seen = height > np.maximum(_SEEN * su[1::PER_HUMP], 0.0)
    return np.asarray(inside & seen & (fwhm > 0.6 * least) & (fwhm < 1.5 * most))


def diffuse_in_words(state: State) -> str:
    """What the background has beside curve and polynomial; "" for nothing."""
    instrument, words = state.parameters.instrument, ""
    if instrument.air > 0.0:
        words += ", a term of air scatter A/2theta (One_on_X of TOPAS)"
    rows = instrument.humps.reshape(-1, PER_HUMP)
    if len(rows):
        words += ", pseudo-Voigt humps at " + ", ".join(f"{row[0]:.1f}" for row in rows) + " deg"
    return words


def diffuse_notes(state: State, lines: FloatArray) -> list[str]:
    """How much of the pattern is air scatter and humps.

    Parameters
    ----------
    state : State
    lines : (n,) array
        Calculated counts without background.
    """
    instrument, x = state.parameters.instrument, state.prepared.two_theta
    notes = []
    if instrument.air > 0.0:
        first = max(float(x[0]), 1.0)
        notes.append(
            f"Air scatter is part of the background: {instrument.air / first:.0f} counts at "
            f"{first:.1f} deg."
        )
    step, background = np.gradient(x), state.model.background
    areas = [
        float(step @ background.hump(instrument, k)) for k in range(len(instrument.hump_shapes))
    ]
    whole = float(step @ lines) + sum(areas)
    for (place, _, fwhm), area in zip(instrument.humps.reshape(-1, PER_HUMP), areas, strict=True):
        notes.append(
            f"Diffuse hump at {place:.1f} deg, {fwhm:.1f} deg wide: "
            f"{100.0 * area / max(whole, 1e-300):.0f} % of lines and humps together."
        )
    return notes
