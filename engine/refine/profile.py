"""Refining one structure on a measured profile, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

from engine.crystal.lattice import cell_from_matrix
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.progress import Progress
from engine.refine.crystal_model import CrystalModel
from engine.refine.prepared import PreparedPattern, prepare
from engine.refine.profile_model import (
    Calculated,
    LeastSquares,
    ProfileModel,
    ProfileParameters,
    levenberg_marquardt,
    pack,
)
from engine.refine.result import FitResult, Parameter, Reflections
from engine.refine.texture import best_axis

FloatArray = NDArray[np.float64]
N_BACKGROUND = 6
MOST_REFLECTIONS = 1500
FAR_REACH = 12.0
# Relative fall of chi^2 at which a stage ends.
FINE = 2e-4
B_TO_U = 1.0 / (8.0 * np.pi**2)

# What an expert turns on, one after the other: first what places the pattern, then what shapes
# it, then the atoms.
_PLACE: tuple[tuple[str, ...], ...] = (
    ("scale", "background"),
    ("scale", "background", "zero", "metric"),
)
WIDTH: tuple[tuple[str, ...], ...] = (
    ("scale", "background", "zero", "metric", "caglioti", "b_iso"),
)
_SHAPE: tuple[tuple[str, ...], ...] = (
    *WIDTH,
    ("scale", "background", "zero", "metric", "caglioti", "mixing", "b_iso"),
)
_WITH_TEXTURE = (
    "scale",
    "background",
    "zero",
    "metric",
    "caglioti",
    "mixing",
    "b_iso",
    "texture",
    "shifts",
)
_ATOMS: tuple[tuple[str, ...], ...] = (
    ("scale", "b_iso", "shifts"),
    ("scale", "background", "zero", "metric", "caglioti", "mixing", "b_iso", "shifts"),
)


@dataclass(frozen=True, eq=False)
class Refinement:
    """A refinement that can be taken further.

    Attributes
    ----------
    model : ProfileModel
    state : LeastSquares
    free : tuple of str
        The groups free in the last stage.
    prepared : PreparedPattern
    """

    model: ProfileModel
    state: LeastSquares
    free: tuple[str, ...]
    prepared: PreparedPattern

    def with_reach(self, reach: float) -> Refinement:
        """The same refinement with lines drawn to `reach` FWHM on either side."""
        return replace(self, model=self.model.with_reach(reach))

    @property
    def rwp(self) -> float:
        """Weighted profile residual as a fraction."""
        weight = self.prepared.sigma**-2
        return float(np.sqrt(self.state.chi_squared / (weight @ self.prepared.observed**2)))


def refine_profile(
    pattern: PowderPattern | PreparedPattern,
    structure: CrystalStructure,
    progress: Progress | None = None,
    *,
    atoms: bool = True,
    zero: float = 0.0,
) -> FitResult:
    """Rietveld refinement of one phase.

    Scale, background, zero error, cell, Caglioti pseudo-Voigt, overall B and, with `atoms`, the
    coordinates that the space group leaves free.

    Parameters
    ----------
    pattern : PowderPattern or PreparedPattern
    structure : CrystalStructure
        Its cell within about 1 % of the truth.
    progress : Progress, optional
    atoms : bool
        Whether to refine coordinates.
    zero : float
        First value of the zero error, degrees.

    Raises
    ------
    BadInputError
        If the structure has no symmetry that can be found, or no line in the pattern's range.
    """
    report = progress or Progress()
    prepared = pattern if isinstance(pattern, PreparedPattern) else prepare(pattern)
    report.report(0.1, "Refining scale, zero error and cell")
    refinement = start(prepared, structure, zero=zero)
    report.report(0.3, "Refining line shape")
    refinement = advance(refinement, _SHAPE)
    if atoms and refinement.model.crystal.n_coordinates:
        report.report(0.6, "Refining coordinates")
        refinement = advance(refinement, _ATOMS, steps=12)
    report.report(1.0, "Refined")
    return finish(refinement)


def start(
    prepared: PreparedPattern,
    structure: CrystalStructure,
    *,
    zero: float = 0.0,
    most_reflections: int = MOST_REFLECTIONS,
    symprec: float = 0.02,
    reach: float = FAR_REACH,
    tolerance: float = FINE,
) -> Refinement:
    """Place the calculated pattern on the measured one: scale, background, zero and cell.

    Parameters
    ----------
    prepared : PreparedPattern
    structure : CrystalStructure
    zero : float
        First zero error, degrees.
    most_reflections : int
        The measured range is cut where a cell has more reflections than this.
    symprec : float
        Tolerance (angstrom) of the symmetry search.
    reach : float
        How many FWHM to either side a line is drawn.
    tolerance : float
        Relative fall of chi^2 at which a stage ends.
    """
    crystal = _list_reflections(prepared, structure, most_reflections, symprec)
    prepared = _cut(prepared, crystal)
    model = ProfileModel(
        crystal, prepared.radiation, prepared.two_theta, prepared.background, N_BACKGROUND, reach
    )
    parameters = ProfileParameters(
        scale=1.0,
        background=np.zeros(N_BACKGROUND),
        zero=zero,
        metric=crystal.metric,
        caglioti=prepared.caglioti,
        mixing=np.array([prepared.eta, 0.0]),
        b_iso=0.8,
        texture=1.0,
        shifts=np.zeros(crystal.n_coordinates),
    )
    parameters = replace(parameters, scale=_first_scale(model, parameters, prepared))
    state = LeastSquares(parameters, np.inf, None)
    return advance(Refinement(model, state, (), prepared), _PLACE, tolerance=tolerance)


def advance(
    refinement: Refinement,
    stages: tuple[tuple[str, ...], ...],
    steps: int = 6,
    shift_prior: float = 0.0,
    tolerance: float = FINE,
) -> Refinement:
    """Go through further stages of freed parameter groups."""
    prepared, state = refinement.prepared, refinement.state
    free = refinement.free
    for free in stages:
        state = levenberg_marquardt(
            refinement.model,
            state.parameters,
            prepared.observed,
            prepared.sigma**-2,
            free,
            steps,
            tolerance,
            shift_prior,
        )
    return Refinement(refinement.model, state, free, prepared)


def refine_shape(refinement: Refinement, steps: int = 6, tolerance: float = FINE) -> Refinement:
    """Free width, shape and overall B."""
    return advance(refinement, _SHAPE, steps, tolerance=tolerance)


def refine_atoms(
    refinement: Refinement, steps: int = 8, shift_prior: float = 0.0, tolerance: float = FINE
) -> Refinement:
    """Free the coordinates, first alone with scale and B, then with everything."""
    if refinement.model.crystal.n_coordinates == 0:
        return refinement
    return advance(refinement, _ATOMS, steps, shift_prior, tolerance)


def refine_texture(refinement: Refinement, gain: float) -> Refinement:
    """Try preferred orientation; keep it if chi^2 falls by at least the factor `gain`.

    Parameters
    ----------
    refinement : Refinement
        Already refined without texture.
    gain : float
        Above 1.
    """
    prepared, model, parameters = refinement.prepared, refinement.model, refinement.state.parameters
    calculated = model.calculate(parameters)
    axis, r, ratio = best_axis(
        model.crystal,
        combined_profile(model, calculated),
        calculated.areas,
        prepared.observed - calculated.background,
        prepared.sigma**-2,
    )
    if ratio < gain:
        return refinement
    textured = model.with_texture(axis)
    state = LeastSquares(replace(parameters, texture=r), np.inf, None)
    begun = Refinement(textured, state, refinement.free, prepared)
    stages: tuple[tuple[str, ...], ...] = (("scale", "b_iso", "texture"), _WITH_TEXTURE)
    return advance(begun, stages, steps=8)


def combined_profile(model: ProfileModel, calculated: Calculated) -> csc_matrix:
    """(points, reflections) lines of unit area, all wavelengths together in their fixed ratio."""
    n = len(calculated.areas)
    total = sum(model.radiation.weights)
    parts = [
        calculated.profiles.value[:, i * n : (i + 1) * n] * (weight / total)
        for i, weight in enumerate(model.radiation.weights)
    ]
    return sum(parts[1:], parts[0])


def finish(refinement: Refinement, rwp_lebail: float | None = None) -> FitResult:
    """State the result: structure, curves, reflections, parameters, residuals."""
    prepared, model, parameters = refinement.prepared, refinement.model, refinement.state.parameters
    calculated = model.calculate(parameters)
    weight = prepared.sigma**-2
    residual = prepared.observed - calculated.pattern
    chi = float(weight @ residual**2)
    net = weight @ (prepared.observed - calculated.background) ** 2
    count = len(pack(parameters, refinement.free)) if refinement.free else 0
    freedom = max(len(residual) - count, 1)
    structure = refined_structure(refinement)
    return FitResult(
        structure=structure,
        two_theta=prepared.two_theta,
        observed=prepared.observed,
        calculated=calculated.pattern,
        background=calculated.background,
        sigma=prepared.sigma,
        reflections=_reflections(model, calculated, parameters),
        parameters=_parameters(refinement, structure),
        rwp=float(np.sqrt(chi / (weight @ prepared.observed**2))),
        rwp_background_subtracted=float(np.sqrt(chi / max(float(net), 1e-300))),
        rwp_lebail=rwp_lebail,
        r_bragg=bragg_residual(calculated, prepared.observed),
        gof=float(np.sqrt(chi / freedom)) if prepared.poisson else None,
    )


def refined_structure(refinement: Refinement) -> CrystalStructure:
    """The structure with the refined cell, coordinates and overall U_iso."""
    crystal, parameters = refinement.model.crystal, refinement.state.parameters
    cell = crystal.standardised.conventional
    u_iso = max(parameters.b_iso, 0.0) * B_TO_U
    return CrystalStructure(
        crystal.lattice(parameters.metric),
        cell.numbers,
        crystal.coordinates(parameters.shifts) % 1.0,
        cell.occupancies,
        np.full(len(cell), u_iso),
        name=cell.name,
    )


def bragg_residual(calculated: Calculated, observed: FloatArray) -> float:
    """R_Bragg: observed intensities shared out in proportion to the calculated lines."""
    bragg = calculated.pattern - calculated.background
    net = observed - calculated.background
    ratio = np.where(bragg > 1e-3 * bragg.max(), net / np.maximum(bragg, 1e-300), 0.0)
    shared = calculated.profiles.value.T @ ratio
    reach = np.asarray(calculated.profiles.value.sum(axis=0)).ravel()
    n = len(calculated.areas)
    share = (shared / np.maximum(reach, 1e-12)).reshape(-1, n).mean(axis=0)
    measured = np.maximum(share, 0.0) * calculated.areas
    total = measured.sum()
    return float(np.abs(measured - calculated.areas).sum() / total) if total > 0 else float("nan")


def _reflections(
    model: ProfileModel, calculated: Calculated, parameters: ProfileParameters
) -> Reflections:
    inside = (calculated.two_theta >= model.two_theta[0]) & (
        calculated.two_theta <= model.two_theta[-1]
    )
    d_spacing = (model.crystal.metric_forms @ parameters.metric) ** -0.5
    order = np.flatnonzero(inside)[np.argsort(-d_spacing[inside], kind="stable")]
    return Reflections(
        hkl=model.crystal.hkl[order],
        d_spacing=d_spacing[order],
        two_theta=calculated.two_theta[order],
        multiplicity=model.crystal.multiplicity[order],
        intensity=calculated.areas[order],
        f_squared=calculated.f_squared[order],
    )


def _parameters(refinement: Refinement, structure: CrystalStructure) -> tuple[Parameter, ...]:
    """Refined quantities with standard uncertainties, cell first."""
    parameters, covariance = refinement.state.parameters, refinement.state.covariance
    su = _su_by_group(refinement)
    listed = list(_cell_parameters(refinement, structure, covariance))
    listed.append(Parameter("scale", parameters.scale, _first(su.get("scale"))))
    listed.append(Parameter("zero", parameters.zero, _first(su.get("zero")), "deg"))
    for i, name in enumerate("WVU"):
        listed.append(
            Parameter(name, float(parameters.caglioti[i]), _at(su.get("caglioti"), i), "deg^2")
        )
    for i, name in enumerate(("eta_0", "eta_1")):
        listed.append(Parameter(name, float(parameters.mixing[i]), _at(su.get("mixing"), i)))
    listed.append(Parameter("B_iso", parameters.b_iso, _first(su.get("b_iso")), "A^2"))
    axis = refinement.model.texture_axis
    if axis is not None:
        name = "march_dollase_" + "".join(str(i) for i in axis)
        listed.append(Parameter(name, parameters.texture, _first(su.get("texture"))))
    for i, value in enumerate(parameters.shifts):
        listed.append(Parameter(f"shift_{i + 1}", float(value), _at(su.get("shifts"), i), "A"))
    return tuple(listed)


def _su_by_group(refinement: Refinement) -> dict[str, FloatArray]:
    covariance = refinement.state.covariance
    if covariance is None:
        return {}
    su = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    groups, place = {}, 0
    for name in refinement.free:
        size = np.size(getattr(refinement.state.parameters, name))
        groups[name] = su[place : place + size]
        place += size
    return groups


def _cell_parameters(
    refinement: Refinement, structure: CrystalStructure, covariance: FloatArray | None
) -> list[Parameter]:
    crystal, metric = refinement.model.crystal, refinement.state.parameters.metric
    names, units = ("a", "b", "c", "alpha", "beta", "gamma"), ("A",) * 3 + ("deg",) * 3
    su: FloatArray = np.full(6, np.nan)
    if covariance is not None and "metric" in refinement.free:
        place = sum(
            np.size(getattr(refinement.state.parameters, name))
            for name in refinement.free[: refinement.free.index("metric")]
        )
        size = len(metric)
        block = covariance[place : place + size, place : place + size]
        slope = np.empty((6, size))
        for i in range(size):
            step = np.zeros(size)
            step[i] = 1e-6 * np.abs(metric).max()
            upper = np.array(cell_from_matrix(crystal.lattice(metric + step)))
            lower = np.array(cell_from_matrix(crystal.lattice(metric - step)))
            slope[:, i] = (upper - lower) / (2.0 * step[i])
        su = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", slope, block, slope), 0.0))
        su[su < 1e-9] = np.nan
    return [
        Parameter(name, value, None if np.isnan(s) else float(s), unit)
        for name, value, s, unit in zip(names, structure.cell, su, units, strict=True)
    ]


def _first(values: FloatArray | None) -> float | None:
    return _at(values, 0)


def _at(values: FloatArray | None, index: int) -> float | None:
    return None if values is None else float(values[index])


def _first_scale(
    model: ProfileModel, parameters: ProfileParameters, prepared: PreparedPattern
) -> float:
    """The scale that makes the calculated Bragg intensity equal to the measured one."""
    calculated = model.calculate(parameters)
    bragg = calculated.pattern - calculated.background
    net = np.maximum(prepared.observed - prepared.background, 0.0)
    return float(net.sum() / max(float(bragg.sum()), 1e-300))


def _list_reflections(
    prepared: PreparedPattern, structure: CrystalStructure, most: int, symprec: float
) -> CrystalModel:
    """The model with the reflections in range, but not many more than `most` of them."""
    # Below this d even a cell of the highest symmetry has more than `most` reflections.
    bound = (2.0 * np.pi * structure.volume / (3.0 * 48.0 * most)) ** (1.0 / 3.0) * 0.8
    d_min = max(prepared.d_min * 0.995, bound)
    crystal = CrystalModel.prepare(
        structure,
        prepared.radiation.primary,
        d_min,
        prepared.d_max * 1.05,
        symprec,
        prepared.dispersion,
    )
    if len(crystal.hkl) <= most:
        return crystal
    q = np.sort(crystal.metric_forms @ crystal.metric)
    return CrystalModel.prepare(
        structure,
        prepared.radiation.primary,
        float(q[most - 1] ** -0.5),
        prepared.d_max * 1.05,
        symprec,
        prepared.dispersion,
    )


def _cut(prepared: PreparedPattern, crystal: CrystalModel) -> PreparedPattern:
    """Drop the part of the pattern beyond the last reflection that is listed.

    Raises
    ------
    BadInputError
        If no reflection is in range.
    """
    if len(crystal.hkl) == 0:
        raise BadInputError("The structure has no reflection in the range of the pattern.")
    last = float((crystal.metric_forms @ crystal.metric).max() ** -0.5)
    if last < 1.01 * prepared.d_min or len(crystal.hkl) < 50:
        return prepared
    sine = min(prepared.radiation.primary / (2.0 * last), 1.0)
    return prepared.within(prepared.two_theta[0], 2.0 * np.degrees(np.arcsin(sine)))
