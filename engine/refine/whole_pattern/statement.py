"""Stating the result of a whole-pattern refinement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import SYMBOLS
from engine.crystal.lattice import cell_from_matrix
from engine.crystal.structure import CrystalStructure
from engine.refine.result import Correlations, FitResult, Parameter, PhaseFit, Reflections
from engine.refine.whole_pattern.axial_divergence import SINGLE_BEAM, TWO_BEAMS
from engine.refine.whole_pattern.background import PER_HUMP
from engine.refine.whole_pattern.diffuse import diffuse_in_words, diffuse_notes
from engine.refine.whole_pattern.marquardt import Minimum
from engine.refine.whole_pattern.model import CalculatedPattern
from engine.refine.whole_pattern.parameters import INSTRUMENT, Slot, places, values_of
from engine.refine.whole_pattern.robust import robust_note
from engine.refine.whole_pattern.state import State
from engine.refine.whole_pattern.weight_fractions import (
    MEDIUM,
    brindley,
    linear_absorption,
    mean_absorption,
    weight_fractions,
)

FloatArray = NDArray[np.float64]
# R_Bragg beyond which a phase's scale says little.
DOUBTFUL = 0.15
# R_Bragg beyond which a single structure fits poorly (the right ones of 57 measured patterns reach
# 0.197 at most), and beyond which it is no description of the pattern.
POOR, NO_DESCRIPTION = 0.2, 0.5
PROFILE = (
    "Pseudo-Voigt after Thompson, Cox and Hastings, J. Appl. Cryst. 20, 79 (1987): Gaussian "
    "G^2 = W + V tan(theta) + U tan^2(theta), Lorentzian L = X/cos(theta) + Y tan(theta), X and Y "
    "by direction where numbered; axial divergence: "
)
DIVERGENCE = {
    SINGLE_BEAM: "Finger, Cox and Jephcoat, J. Appl. Cryst. 27, 892 (1994), S = H",
    TWO_BEAMS: "both beams diverge alike, after Cheary and Coelho, J. Appl. Cryst. 31, 851 (1998)",
}
B_TO_U = 1.0 / (8.0 * np.pi**2)
_CM_PER_MICROMETRE = 1e-4
_NAMES = {
    "gauss": ("W", "V", "U"),
    "lorentz": ("X", "Y"),
    "axial": ("axial",),
    "b_iso": ("B_iso",),
    "texture": ("march_dollase",),
}
_UNITS = {
    "zero": "deg",
    "displacement": "deg",
    "gauss": "deg^2",
    "lorentz": "deg",
    "b_iso": "A^2",
    "b_element": "A^2",
    "coordinates": "A",
    "foreign": "counts deg",
    "background": "counts",
    "air": "counts deg",
}
# Of one name in a group of several kinds, by its ending.
_UNITS_BY_NAME = {"position": "deg", "fwhm": "deg", "height": "counts"}


def _misfit_notes(r_bragg: float) -> list[str]:
    """What the intensities say against a single structure."""
    share = f"R_Bragg {100.0 * r_bragg:.0f} %"
    if r_bragg > NO_DESCRIPTION:
        return [
            f"The structure does not explain the pattern ({share}): trust neither its cell nor its "
            "atoms."
        ]
    if r_bragg > POOR:
        return [
            f"The structure fits poorly ({share}; right ones seldom exceed {100.0 * POOR:.0f} %): "
            "check its elements and sites, texture and further phases before trusting its atoms."
        ]
    return []


def state_result(state: State) -> FitResult:
    """The result: curves, phases with weight fractions, parameters, correlations, residuals."""
    prepared, minimum = state.prepared, state.minimum
    calculated = state.calculated()
    weight = prepared.sigma**-2
    chi = state.plain_chi_squared
    whole = float(weight @ prepared.observed**2)
    net = float(weight @ (prepared.observed - calculated.background) ** 2)
    freedom = sum(len(values_of(minimum.parameters, slot)) for slot in minimum.freedom)
    spare = max(len(prepared.observed) - freedom, 1)
    phases = [_phase_fit(state, calculated, i) for i in range(len(state.model.phases))]
    notes = [
        *state.notes,
        *robust_note(state),
        *diffuse_notes(state, calculated.pattern - calculated.background),
    ]
    if len(phases) == 1:
        notes += _misfit_notes(phases[0].r_bragg)
    if len(phases) > 1:
        phases = _with_fractions(state, phases)
        notes += _absorption_notes(phases)
        notes += [
            f"{phase.name} fits poorly (R_Bragg {100.0 * phase.r_bragg:.0f} %): do not trust "
            "the weight fractions."
            for phase in phases
            if not phase.r_bragg < DOUBTFUL
        ]
    return FitResult(
        structure=phases[0].structure,
        two_theta=prepared.two_theta,
        observed=prepared.observed,
        calculated=calculated.pattern,
        background=calculated.background,
        sigma=prepared.sigma,
        reflections=_all_reflections(phases),
        parameters=_parameters(state),
        rwp=float(np.sqrt(chi / whole)),
        rwp_background_subtracted=float(np.sqrt(chi / max(net, 1e-300))),
        r_bragg=phases[0].r_bragg,
        gof=float(np.sqrt(chi / spare)) if prepared.poisson else None,
        notes=tuple(notes),
        phases=tuple(phases),
        r_exp=float(np.sqrt(spare / whole)) if prepared.poisson else None,
        correlations=_correlations(state),
        background_function=_background_in_words(state),
        profile_function=PROFILE + DIVERGENCE[state.model.divergence],
        robust_weights=state.trust,
        restraints=sum(r.slot in minimum.freedom for r in state.restraints()),
    )


def _background_in_words(state: State) -> str:
    held = state.prepared.held_background
    if held and (INSTRUMENT, "background") not in state.minimum.freedom:
        return f"{held}, held"
    terms = f"{len(state.parameters.instrument.background)} Chebyshev terms of the first kind"
    if held:
        return f"{terms}, added to this: {held}{diffuse_in_words(state)}"
    if np.any(state.model.background.fixed):
        terms += ", added to a curve estimated from the pattern"
    return terms + diffuse_in_words(state)


def _phase_fit(state: State, calculated: CalculatedPattern, i: int) -> PhaseFit:
    phase, own = state.model.phases[i], state.parameters.phases[i]
    crystal, su = phase.crystal, state.minimum.uncertainties
    cell = crystal.standardised.conventional
    by_element, by_site = phase.factors.element_of, phase.factors.site_of
    structure = CrystalStructure(
        crystal.lattice(own.metric),
        cell.numbers,
        crystal.coordinates(own.shifts) % 1.0,
        cell.occupancies * own.occupancy[by_site],
        np.maximum(own.b[by_element], 0.0) * B_TO_U,
        name=cell.name,
    )
    b_su = su.get((i, "b_element"), su.get((i, "b_iso"), np.zeros(1)))
    b_su = np.broadcast_to(b_su, len(own.b)) if len(b_su) == 1 else b_su
    site_su = su.get((i, "occupancy"), np.zeros(len(own.occupancy)))
    return PhaseFit(
        name=cell.name,
        standardised=replace(crystal.standardised, conventional=structure),
        reflections=_reflections(state, calculated, i),
        r_bragg=_bragg_residual(state, calculated, i),
        cell_su=_cell_su(state, i),
        coordinates_su=_coordinates_su(state, i),
        u_iso_su=b_su[by_element] * B_TO_U,
        occupancy_su=cell.occupancies * site_su[by_site],
        linear_absorption=linear_absorption(structure, state.prepared.radiation.primary),
        texture_axis=phase.texture_axis,
        texture=own.texture,
    )


def _block(minimum: Minimum, slot: Slot) -> FloatArray | None:
    part = places(minimum.parameters, minimum.freedom).get(slot)
    if part is None or minimum.covariance is None:
        return None
    return minimum.covariance[part, part]


def _cell_su(state: State, i: int) -> FloatArray:
    block = _block(state.minimum, (i, "cell"))
    if block is None:
        return np.full(6, np.nan)
    crystal, metric = state.model.phases[i].crystal, state.parameters.phases[i].metric
    slope = np.empty((6, len(metric)))
    for k in range(len(metric)):
        step = np.zeros(len(metric))
        step[k] = 1e-6 * np.abs(metric).max()
        upper = np.array(cell_from_matrix(crystal.lattice(metric + step)))
        lower = np.array(cell_from_matrix(crystal.lattice(metric - step)))
        slope[:, k] = (upper - lower) / (2.0 * step[k])
    su = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", slope, block, slope), 0.0))
    return np.where(su < 1e-9, np.nan, su)


def _coordinates_su(state: State, i: int) -> FloatArray:
    displacements = state.model.phases[i].crystal.displacements
    block = _block(state.minimum, (i, "coordinates"))
    if block is None:
        return np.zeros(displacements.shape[:2])
    variance = np.einsum("nap,pq,naq->na", displacements, block, displacements)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _reflections(state: State, calculated: CalculatedPattern, i: int) -> Reflections:
    made, crystal = calculated.phases[i], state.model.phases[i].crystal
    instrument = state.parameters.instrument
    angle = instrument.observed(made.two_theta[: len(made.q)])
    inside = (angle >= state.prepared.two_theta[0]) & (angle <= state.prepared.two_theta[-1])
    order = np.flatnonzero(inside)[np.argsort(angle[inside], kind="stable")]
    return Reflections(
        hkl=crystal.hkl[order],
        d_spacing=made.q[order] ** -0.5,
        two_theta=angle[order],
        multiplicity=crystal.multiplicity[order],
        intensity=calculated.areas(i)[order],
        f_squared=made.f_squared[order],
    )


def _all_reflections(phases: list[PhaseFit]) -> Reflections:
    listed = [phase.reflections for phase in phases]
    order = np.argsort(np.concatenate([r.two_theta for r in listed]), kind="stable")
    return Reflections(
        hkl=np.concatenate([r.hkl for r in listed])[order],
        d_spacing=np.concatenate([r.d_spacing for r in listed])[order],
        two_theta=np.concatenate([r.two_theta for r in listed])[order],
        multiplicity=np.concatenate([r.multiplicity for r in listed])[order],
        intensity=np.concatenate([r.intensity for r in listed])[order],
        f_squared=np.concatenate([r.f_squared for r in listed])[order],
    )


def _bragg_residual(state: State, calculated: CalculatedPattern, i: int) -> float:
    """R_Bragg, observed intensities shared out in proportion to all calculated lines.

    Free intensities are the observed ones: nan.
    """
    if state.model.phases[i].intensities is not None:
        return float("nan")
    bragg = calculated.pattern - calculated.background
    net = state.prepared.observed - calculated.background
    ratio = np.where(bragg > 1e-3 * bragg.max(), net / np.maximum(bragg, 1e-300), 0.0)
    profile = calculated.combined(i, state.model.phases[i].radiation.weights)
    reach = np.asarray(profile.sum(axis=0)).ravel()
    areas = calculated.areas(i)
    measured = np.maximum(profile.T @ ratio / np.maximum(reach, 1e-12), 0.0) * areas
    total = float(measured[reach > 0].sum())
    return float(np.abs(measured - areas)[reach > 0].sum() / total) if total > 0 else np.nan


def _with_fractions(state: State, phases: list[PhaseFit]) -> list[PhaseFit]:
    minimum = state.minimum
    where = places(minimum.parameters, minimum.freedom)
    scales = np.array([own.scale for own in minimum.parameters.phases])
    covariance = np.zeros((len(phases), len(phases)))
    slots = [where.get((i, "scale")) for i in range(len(phases))]
    if minimum.covariance is not None and all(part is not None for part in slots):
        rows = [part.start for part in slots if part is not None]
        covariance = minimum.covariance[np.ix_(rows, rows)]
    structures = [phase.structure for phase in phases]
    fractions, su = weight_fractions(scales, covariance, structures)
    corrected: list[float | None] = [None] * len(phases)
    given = state.options.particle_diameters
    if given is not None:
        mu = np.array([phase.linear_absorption for phase in phases])
        diameters = np.broadcast_to(np.array(given), len(phases))
        corrected = [float(x) for x in brindley(fractions, structures, mu, diameters)]
    return [
        replace(
            phase,
            weight_fraction=float(fractions[i]),
            weight_fraction_su=float(su[i]),
            weight_fraction_corrected=corrected[i],
        )
        for i, phase in enumerate(phases)
    ]


def _absorption_notes(phases: list[PhaseFit]) -> list[str]:
    """Where grains of a size met in practice would falsify the weight fractions."""
    fractions = np.array([phase.weight_fraction or 0.0 for phase in phases])
    mu = np.array([phase.linear_absorption for phase in phases])
    mean = mean_absorption(fractions, [phase.structure for phase in phases], mu)
    excess = float(np.abs(mu - mean).max())
    diameter = MEDIUM / max(excess * _CM_PER_MICROMETRE, 1e-12)
    if diameter > 10.0:
        return []
    return [
        f"Absorption differs by {excess:.0f} /cm between phases: grains above {diameter:.1f} "
        "micrometres falsify the weight fractions (microabsorption)."
    ]


def _parameters(state: State) -> tuple[Parameter, ...]:
    minimum = state.minimum
    su, listed = minimum.uncertainties, []
    for slot in minimum.freedom:
        values, names = values_of(minimum.parameters, slot), _names(state, slot)
        for name, value, spread in zip(names, values, su[slot], strict=True):
            unit = _UNITS_BY_NAME.get(name.rpartition(":")[2], _UNITS.get(slot[1], ""))
            listed.append(Parameter(name, float(value), float(spread), unit))
    return tuple(listed)


def _names(state: State, slot: Slot) -> list[str]:
    owner, group = slot
    count = len(values_of(state.minimum.parameters, slot))
    if group == "lorentz" and count > 2:
        names = [f"{letter}_{k + 1}" for letter in "XY" for k in range(count // 2)]
    elif group == "humps":
        each = ("position", "height", "fwhm")
        names = [f"hump_{k + 1}:{word}" for k in range(count // PER_HUMP) for word in each]
    elif group == "hump_shapes":
        names = [f"hump_{k + 1}:eta" for k in range(count)]
    elif group == "b_element":
        elements = state.model.phases[owner].factors.elements
        names = [f"B_iso_{SYMBOLS[int(z)]}" for z in elements]
    elif group in _NAMES:
        names = list(_NAMES[group])
    else:
        names = [group] if count == 1 else [f"{group}_{k + 1}" for k in range(count)]
    return names if owner < 0 else [f"phase_{owner + 1}:{name}" for name in names]


def _correlations(state: State) -> Correlations | None:
    minimum = state.minimum
    if minimum.covariance is None:
        return None
    variance = np.diag(minimum.covariance)
    # What the pattern does not depend on has no uncertainty, and no correlation.
    su = np.where(variance > 0.0, np.sqrt(np.maximum(variance, 0.0)), np.inf)
    names = [name for slot in minimum.freedom for name in _names(state, slot)]
    return Correlations(tuple(names), minimum.covariance / su[:, None] / su[None, :])
