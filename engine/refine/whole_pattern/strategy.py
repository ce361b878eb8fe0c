"""The order in which an expert frees parameters, and what is kept only where it pays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress
from engine.refine.crystal_model import CrystalModel
from engine.refine.texture import COMMON_AXES, ranked_axes
from engine.refine.whole_pattern.coordinates import place_atoms
from engine.refine.whole_pattern.diffuse import with_diffuse
from engine.refine.whole_pattern.diffuse_search import POLYNOMIAL_TERMS
from engine.refine.whole_pattern.foreign_lines import with_foreign_lines
from engine.refine.whole_pattern.free_intensities import extract, extracted, refine_free
from engine.refine.whole_pattern.integrated import integrated
from engine.refine.whole_pattern.robust import settled
from engine.refine.whole_pattern.state import (
    NO_ASYMMETRY,
    WEAK,
    State,
    bragg_shares,
    placed,
)

FloatArray = NDArray[np.float64]
# chi^2 must fall by such a factor for what costs parameters.
ASYMMETRY_GAIN = 1.004
DISPLACEMENT_GAIN = 1.005
# On a tube's goniometer, whose zero is adjusted for good and whose samples are not, displacement is
# expected: the zero error must explain the pattern better by so much, unless it is explained down
# to its noise, chi^2 at most so many times the number of points.
ZERO_GAIN = 1.03
_DOWN_TO_NOISE = 1.2
TEXTURE_GAIN = 1.04
ELEMENT_GAIN = 1.01
ANISOTROPY_GAIN = 1.03
COORDINATE_GAIN = 1.01
# Of the axes of texture so many are refined with everything else.
AXES_REFINED = 3
ASYMMETRY_START = 0.04
_NO_ASYMMETRY = 0.006
# R_wp over that of free intensities beyond which given coordinates are not trusted.
_UNTRUSTED = 1.5
_FINE = 2e-5
# Free intensities need lines that can be told apart.
_REFLECTIONS_PER_ELEMENT = 0.6
_B_ELEMENT = (-0.3, 6.0)


def run(state: State, progress: Progress) -> State:
    """The automatic strategy, or the chosen groups in the same order.

    Parameters
    ----------
    state : State
        From `begin`.
    progress : Progress
    """
    progress.report(0.05, "Refining scale, background and cell")
    state = state.refined(("scale", "background"))
    shift = "zero" if state.allows("zero") else "displacement"
    base = ("scale", "background", shift, "cell")
    state = placed(state, base)
    single = len(state.model.phases) == 1
    if single:
        progress.report(0.15, "Shaping lines with free intensities")
        state = shaped_by_free_intensities(state, shift)
    progress.report(0.3, "Refining line shapes")
    state = state.refined((*base, "b_iso"))
    groups: tuple[str, ...] = (*base, "profile", "b_iso")
    state = with_background(state.refined(groups), groups)
    state, groups = with_foreign_lines(state, groups)
    state, groups = with_diffuse(state, groups)
    state = settled(state, lambda s: s.refined(groups))
    state = with_anisotropic_widths(state, groups)
    progress.report(0.45, "Trying texture and coordinates")
    state = atoms_and_texture(state, groups)
    groups = _with_kept(state, groups)
    state = settled(state, lambda s: s.refined(groups))
    progress.report(0.65, "Refining asymmetry and displacement")
    state, groups = with_asymmetry(state, groups)
    state, groups = with_displacement(state, groups)
    progress.report(0.8, "Refining everything")
    if single or not state.options.automatic:
        state, groups = with_element_b(state, groups)
    if state.options.refine is not None:
        groups = (*groups, *(g for g in state.options.refine if g not in groups))
    state = replace(state, shares=bragg_shares(state, state.parameters))
    state = settled(state, lambda s: s.refined(groups))
    return state.refined(groups, steps=25, tolerance=_FINE)


def run_free_intensities(state: State, progress: Progress) -> State:
    """Le Bail refinement of a single lattice: positions, then shapes, then asymmetry if it pays.

    Parameters
    ----------
    state : State
        From `begin` with intensities.
    progress : Progress
    """
    shift = "zero" if state.allows("zero") else "displacement"
    groups: tuple[str, ...] = ("background", shift, "cell")
    for share, wanted in ((0.1, groups), (0.3, (*groups, "profile"))):
        progress.report(share, "Refining with free intensities")
        state = _freed(state, wanted)
    groups = (*groups, "profile")
    state = with_background(state, groups)
    state, groups = with_foreign_lines(state, groups)
    state, groups = with_diffuse(state, groups)
    if not state.options.automatic:
        state = with_anisotropic_widths(state, groups, _freed)
    progress.report(0.7, "Refining asymmetry")
    state, groups = with_asymmetry(_freed(state, groups), groups)
    state, groups = with_displacement(state, groups)
    if state.options.refine is not None:
        groups = (*groups, *(g for g in state.options.refine if g not in groups))
    return _freed(settled(state, lambda s: _freed(s, groups)), groups)


def _freed(state: State, groups: tuple[str, ...]) -> State:
    allowed = tuple(g for g in groups if state.allows(g))
    freedom = state.freedom(allowed)
    if not freedom:
        return state
    observed = state.prepared.observed
    model, minimum = refine_free(state.model, state.parameters, observed, state.weight, freedom)
    return replace(state, model=model, minimum=minimum, groups=allowed)


def shaped_by_free_intensities(state: State, shift: str) -> State:
    """Positions and shapes from a Le Bail refinement, which wrong intensities cannot mislead."""
    if not state.allows("profile"):
        return state
    crystal = state.model.phases[0].crystal
    if len(crystal.hkl) > _REFLECTIONS_PER_ELEMENT * state.prepared.n_independent:
        return state
    wanted = ("background", shift, "cell", "profile")
    freedom = state.freedom(tuple(g for g in wanted if state.allows(g)))
    start = state.parameters
    _, minimum = refine_free(
        state.model, start, state.prepared.observed, state.weight, freedom, rounds=8
    )
    return state.with_parameters(minimum.parameters).refined(("scale", "background"))


def _with_kept(state: State, groups: tuple[str, ...]) -> tuple[str, ...]:
    """Groups with texture and coordinates where the last stage had them."""
    return (*groups, *(g for g in ("texture", "coordinates") if g in state.groups))


def with_background(state: State, groups: tuple[str, ...]) -> State:
    """A polynomial refined with the lines in place of the estimate, where it fits better.

    What is estimated from the pattern alone rises where lines are crowded.
    """
    if not (state.options.automatic and state.allows("background")):
        return state
    model = state.model.with_polynomial_background(POLYNOMIAL_TERMS)
    begun = state.parameters.with_instrument(
        background=model.background_like(state.calculated().background)
    )
    trial = replace(state, model=model).with_parameters(begun).refined(groups, steps=12)
    same = state.refined(groups, steps=12)
    cost = 1.0 + POLYNOMIAL_TERMS / state.prepared.n_independent
    return trial if cost * trial.minimum.chi_squared < same.minimum.chi_squared else same


def _briefly(state: State, groups: tuple[str, ...]) -> State:
    return state.refined(groups, steps=12)


def with_anisotropic_widths(
    state: State,
    groups: tuple[str, ...],
    refined: Callable[[State, tuple[str, ...]], State] = _briefly,
) -> State:
    """Widths that depend on direction, for each strong phase, kept where they pay."""
    if not (state.allows("profile") and state.allows("anisotropy")):
        return state
    for i in np.argsort(-state.shares):
        phase = state.model.phases[i]
        directions = phase.crystal.metric_forms.shape[1]
        if state.shares[i] < WEAK or directions == 1:
            continue
        lorentz = np.repeat(state.parameters.phases[i].lorentz, directions)
        begun = state.with_phase(int(i), phase.with_anisotropic_widths())
        begun = begun.with_parameters(state.parameters.with_phase(int(i), lorentz=lorentz))
        trial = refined(begun, groups)
        gain = state.minimum.chi_squared / trial.minimum.chi_squared
        if not state.options.automatic or gain > ANISOTROPY_GAIN:
            state = trial
    return state


def atoms_and_texture(state: State, groups: tuple[str, ...]) -> State:
    """Texture where it pays and coordinates, in the order that fits better.

    A wrong structure can pass for texture and texture for a wrong structure: where the pattern is
    explained clearly worse than by free intensities, both orders are tried.
    """
    first = with_texture(state, groups)
    if not (state.allows("coordinates") and state.freedom(("coordinates",))):
        return first
    wanted = _with_kept(first, groups)
    best = first.refined((*wanted, "coordinates"), steps=12)
    if not state.options.automatic:
        return best
    if len(state.model.phases) > 1:
        gain = first.minimum.chi_squared / best.minimum.chi_squared
        return best if gain > COORDINATE_GAIN else first
    if best.rwp < _UNTRUSTED * free_intensity_rwp(best):
        return best
    moved = with_placed_atoms(state, groups)
    if moved.minimum.chi_squared > 1.5 * best.minimum.chi_squared:
        return best
    textured = with_texture(moved, (*groups, "coordinates"))
    return min(best, moved, textured, key=lambda s: s.minimum.chi_squared)


def free_intensity_rwp(state: State) -> float:
    """R_wp of a single lattice's free intensities, everything else as it is: the floor."""
    found = extract(state.model, state.parameters, state.prepared.observed, state.weight)
    free = state.with_phase(0, state.model.phases[0].with_intensities(found))
    return free.with_parameters(state.parameters).rwp


def with_placed_atoms(state: State, groups: tuple[str, ...]) -> State:
    """Coordinates found on integrated intensities, then refined with everything."""
    calculated = state.calculated()
    form = integrated(calculated, state.prepared.observed, state.weight)
    free = extracted(form, calculated.phases[0].f_squared)
    found = place_atoms(state.model.phases[0].factors, form, free)
    own = state.parameters.phases[0]
    parameters = state.parameters.with_phase(
        0,
        shifts=found.shifts,
        scale=own.scale * found.scale,
        b=np.full(len(own.b), found.b_iso),
    )
    begun = state.with_parameters(parameters).refined(("scale", "b_iso", "coordinates"))
    return begun.refined((*groups, "coordinates"), steps=15)


def with_texture(state: State, groups: tuple[str, ...]) -> State:
    """March-Dollase texture for each strong phase, kept where chi^2 falls enough."""
    if not state.allows("texture"):
        return state
    for i in np.argsort(-state.shares):
        if state.shares[i] < WEAK or state.model.phases[i].intensities is not None:
            continue
        trials = [_textured(state, groups, int(i), axis, r) for axis, r in _axes(state, int(i))]
        if not trials:
            continue
        trial = min(trials, key=lambda s: s.minimum.chi_squared)
        gain = state.minimum.chi_squared / trial.minimum.chi_squared
        if not state.options.automatic or gain > TEXTURE_GAIN:
            state = trial
    return state


def _textured(
    state: State, groups: tuple[str, ...], i: int, axis: tuple[int, int, int], r: float
) -> State:
    begun = state.with_phase(i, state.model.phases[i].with_texture(axis))
    begun = begun.with_parameters(state.parameters.with_phase(i, texture=r))
    trial = begun.refined(("scale", "b_iso", "texture"))
    return trial.refined((*_with_kept(state, groups), "texture"))


def _axes(state: State, i: int) -> list[tuple[tuple[int, int, int], float]]:
    """The axes of texture that explain one phase's lines best, with r; none that do not pay."""
    asked = state.options.texture_axis
    if asked is not None:
        return [(asked, 0.95)]
    phase = state.model.phases[i]
    calculated = state.with_phase(i, phase.with_texture(None)).calculated()
    net = state.prepared.observed - (calculated.pattern - calculated.bragg(i))
    ranked = ranked_axes(
        phase.crystal,
        calculated.combined(i, phase.radiation.weights),
        calculated.areas(i),
        net,
        state.weight,
        _habits(phase.crystal),
    )
    paying = [(axis, r) for axis, r, ratio in ranked if ratio > TEXTURE_GAIN]
    return paying[:AXES_REFINED] or [(ranked[0][0], 0.95)][: not state.options.automatic]


def _habits(crystal: CrystalModel) -> tuple[tuple[int, int, int], ...]:
    """Axes along which crystals of a lattice lie; 104 is the cleavage of rhombohedral ones."""
    rhombohedral = crystal.standardised.symbol.startswith("R")
    return tuple(axis for axis in COMMON_AXES if rhombohedral or axis != (1, 0, 4))


def with_asymmetry(state: State, groups: tuple[str, ...]) -> tuple[State, tuple[str, ...]]:
    """Axial divergence, kept where it pays."""
    if not state.allows("asymmetry"):
        return state, groups
    begun = state.with_parameters(state.parameters.with_instrument(axial=ASYMMETRY_START))
    trial = begun.refined((*groups, "asymmetry"), steps=15)
    gain = state.minimum.chi_squared / trial.minimum.chi_squared
    pays = gain > ASYMMETRY_GAIN and trial.parameters.instrument.axial > _NO_ASYMMETRY
    if pays or not state.options.automatic:
        return trial, (*groups, "asymmetry")
    return state.with_parameters(state.parameters.with_instrument(axial=NO_ASYMMETRY)), groups


def with_displacement(state: State, groups: tuple[str, ...]) -> tuple[State, tuple[str, ...]]:
    """Sample displacement in place of the zero error, unless that explains the pattern better.

    Both together leave the cell undetermined, so that only one is refined unasked. Without a flat
    sample on a tube's goniometer it is the displacement that must be better.
    """
    options = state.options
    if not (options.automatic and options.allows("zero") and options.allows("displacement")):
        return state, groups
    exchanged = tuple("displacement" if g == "zero" else g for g in groups)
    instrument = state.parameters.instrument
    begun = state.with_parameters(
        state.parameters.with_instrument(zero=0.0, displacement=instrument.zero)
    )
    trial = begun.refined(exchanged, steps=12)
    same = state.refined(groups, steps=12)
    gain = same.minimum.chi_squared / trial.minimum.chi_squared
    radiation = state.prepared.radiation
    least = DISPLACEMENT_GAIN
    if radiation.is_tube and radiation.capillary_mu_r == 0.0:
        per_point = min(same.minimum.chi_squared, trial.minimum.chi_squared) / len(state.weight)
        explained = state.prepared.poisson and per_point < _DOWN_TO_NOISE
        least = 1.0 if explained else 1.0 / ZERO_GAIN
    return (trial, exchanged) if gain > least else (same, groups)


def with_element_b(state: State, groups: tuple[str, ...]) -> tuple[State, tuple[str, ...]]:
    """A B for each element, where the data bear it: chi^2 falls and every B is physical."""
    if not state.allows("b_element") or not state.freedom(("b_element",)):
        return state, groups
    wanted = (*(g for g in groups if g != "b_iso"), "b_element")
    trial = state.refined(wanted, steps=12)
    if not state.options.automatic:
        return trial, wanted
    gain = state.minimum.chi_squared / trial.minimum.chi_squared
    sane = all(
        np.all(trial.parameters.phases[i].b > _B_ELEMENT[0])
        and np.all(trial.parameters.phases[i].b < _B_ELEMENT[1])
        for i, name in trial.minimum.freedom
        if name == "b_element"
    )
    return (trial, wanted) if gain > ELEMENT_GAIN and sane else (state, groups)
