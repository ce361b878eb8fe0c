"""Stating the result of a refinement: curves, reflections, parameters, residuals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import SYMBOLS
from engine.crystal.lattice import cell_from_matrix
from engine.crystal.structure import CrystalStructure
from engine.refine.profile_model import Calculated, ProfileModel, ProfileParameters, pack
from engine.refine.result import FitResult, Parameter, Reflections
from engine.refine.stages import Refinement

FloatArray = NDArray[np.float64]
B_TO_U = 1.0 / (8.0 * np.pi**2)
HYDROGEN_HELD = (
    "Hydrogen was placed where there is room for it and the pattern fits best, and was not "
    "refined: X-rays hardly see it."
)


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
        notes=(HYDROGEN_HELD,) if refinement.hydrogen_held else (),
    )


def refined_structure(refinement: Refinement) -> CrystalStructure:
    """The structure with the refined cell, coordinates and overall U_iso."""
    crystal, parameters = refinement.model.crystal, refinement.state.parameters
    cell = crystal.standardised.conventional
    b_iso = np.full(len(cell), parameters.b_iso)
    for z, difference in zip(crystal.lighter, parameters.b_lighter, strict=False):
        b_iso[cell.numbers == z] += difference
    return CrystalStructure(
        crystal.lattice(parameters.metric),
        cell.numbers,
        crystal.coordinates(parameters.shifts) % 1.0,
        cell.occupancies,
        np.maximum(b_iso, 0.0) * B_TO_U,
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
    parameters, covariance = refinement.state.parameters, refinement.covariance
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
    for i, value in enumerate(parameters.b_lighter):
        symbol = SYMBOLS[int(refinement.model.crystal.lighter[i])]
        listed.append(
            Parameter(f"B_{symbol}_less_B_iso", float(value), _at(su.get("b_lighter"), i), "A^2")
        )
    for i, value in enumerate(parameters.shifts):
        listed.append(Parameter(f"shift_{i + 1}", float(value), _at(su.get("shifts"), i), "A"))
    return tuple(listed)


def _su_by_group(refinement: Refinement) -> dict[str, FloatArray]:
    covariance = refinement.covariance
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
