"""A refinement as pdCIF: structures with standard uncertainties, the profile, how it was made.

One phase goes into one block. Several have a block each, and a block "pattern" that names them
(`_pd_phase_block_id`). Every tag is in docs/cif-tags.md, with the dictionary that it comes from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import engine
from engine.crystal.composition import SYMBOLS
from engine.crystal.lattice import cell_from_matrix
from engine.export.atomic import write_text
from engine.export.cif import (
    CELL_TAGS,
    ascii_text,
    block_name,
    formula_units,
    set_numbers,
    set_text,
    write_chemistry,
    write_symmetry,
)
from engine.export.numbers import number_with_su

if TYPE_CHECKING:
    from engine.pattern.pattern import PowderPattern
    from engine.pattern.radiation import Radiation
    from engine.refine.result import FitResult, PhaseFit

_POINT_TAGS = (
    "_pd_meas_2theta_scan",
    "_pd_proc_intensity_total",
    "_pd_calc_intensity_total",
    "_pd_proc_intensity_bkg_calc",
    "_pd_proc_ls_weight",
)
EXCLUDED_TAG = "_pd_proc_info_excluded_regions"
_UNIFORM = 1e-4  # degrees
_PER_MM = 0.1  # of 1/cm


def write_powder_cif(
    path: str | Path, fit: FitResult, pattern: PowderPattern, *, now: datetime | None = None
) -> None:
    """Write a whole-pattern refinement as pdCIF.

    Parameters
    ----------
    path : str or Path
        Replaced at once when it exists.
    fit : FitResult
        With its phases (`FitResult.phases`).
    pattern : PowderPattern
        What was fitted: name and radiation.
    now : datetime, optional
        Date of the file.

    Raises
    ------
    BadInputError
        If the file cannot be written.
    """
    write_text(Path(path), powder_cif_text(fit, pattern, now=now))


def powder_cif_text(fit: FitResult, pattern: PowderPattern, *, now: datetime | None = None) -> str:
    """The text that `write_powder_cif` writes."""
    import gemmi

    date = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M")
    document = gemmi.cif.Document()
    if len(fit.phases) == 1:
        block = document.add_new_block(_name_of(fit.phases[0], 1))
        _write_audit(block, date, pattern)
        _write_phase(block, fit.phases[0])
        _write_pattern(block, fit, pattern)
        return str(document.as_string())
    names = [f"phase_{i}" for i in range(1, len(fit.phases) + 1)]
    for name, phase in zip(names, fit.phases, strict=True):
        block = document.add_new_block(name)
        _write_audit(block, date, pattern)
        _write_phase(block, phase)
    block = document.add_new_block("pattern")
    _write_audit(block, date, pattern)
    _write_phase_list(block, fit, [_block_id(date, name) for name in names])
    _write_pattern(block, fit, pattern)
    return str(document.as_string())


def _name_of(phase: PhaseFit, number: int) -> str:
    if len(phase.structure) == 0:
        return f"phase_{number}"
    return block_name(formula_units(phase.structure)[0])


def _block_id(date: str, name: str) -> str:
    return f"{date}|{name}|Densight_{engine.__version__}"


def _write_audit(block: Any, date: str, pattern: PowderPattern) -> None:
    program = f"Densight {engine.__version__}"
    set_text(block, "_pd_block_id", _block_id(date, block.name))
    set_text(block, "_audit_creation_date", date[:10])
    set_text(block, "_audit_creation_method", program)
    set_text(
        block,
        "_computing_structure_refinement",
        f"{program}, whole-pattern least squares\npattern: {ascii_text(pattern.name)}",
    )


def _write_phase(block: Any, phase: PhaseFit) -> None:
    standard, cell = phase.standardised, phase.structure
    set_text(block, "_pd_phase_name", ascii_text(phase.name) or block.name)
    if len(cell):
        write_chemistry(block, standard, *formula_units(cell))
        mu = phase.linear_absorption * _PER_MM
        if math.isfinite(mu):
            set_text(block, "_pd_char_atten_coef_mu_calc", f"{mu:.4g}")
    values = zip(CELL_TAGS, cell_from_matrix(cell.lattice), phase.cell_su, strict=True)
    for tag, value, su in values:
        set_text(block, tag, number_with_su(value, float(su), 5 if "length" in tag else 4))
    set_text(block, "_cell_volume", f"{cell.volume:.4f}")
    write_symmetry(block, standard)
    if len(cell):
        _write_sites(block, phase)
    if math.isfinite(phase.r_bragg):
        set_text(block, "_refine_ls_R_I_factor", f"{phase.r_bragg:.4f}")


def _write_sites(block: Any, phase: PhaseFit) -> None:
    columns = ["label", "type_symbol", "symmetry_multiplicity", "Wyckoff_symbol"]
    columns += ["fract_x", "fract_y", "fract_z", "occupancy", "adp_type", "U_iso_or_equiv"]
    loop = block.init_loop("_atom_site_", columns)
    standard, cell = phase.standardised, phase.structure
    seen: dict[str, int] = {}
    for i in standard.asymmetric_unit():
        symbol = SYMBOLS[int(cell.numbers[i])]
        seen[symbol] = seen.get(symbol, 0) + 1
        row = [f"{symbol}{seen[symbol]}", symbol]
        row += [str(int(standard.multiplicities[i])), standard.wyckoff[i]]
        for x, su in zip(cell.frac_coords[i], phase.coordinates_su[i], strict=True):
            row.append(_rounded(float(x), float(su), 7))
        row.append(_rounded(float(cell.occupancies[i]), float(phase.occupancy_su[i]), 4))
        row += ["Uiso", _rounded(float(cell.u_iso[i]), float(phase.u_iso_su[i]), 5)]
        loop.add_row(row)


def _rounded(value: float, su: float, decimals: int) -> str:
    # + 0.0 turns a negative zero into zero.
    return number_with_su(round(value, decimals) + 0.0, su if su > 1e-7 else None, decimals)


def _write_phase_list(block: Any, fit: FitResult, ids: list[str]) -> None:
    import gemmi

    tags = ["id", "name", "block_id", "mass_%"]
    loop = block.init_loop("_pd_phase_", tags)
    for i, (phase, block_id) in enumerate(zip(fit.phases, ids, strict=True), start=1):
        share = "."
        if phase.weight_fraction is not None:
            su = 100.0 * (phase.weight_fraction_su or 0.0)
            share = number_with_su(100.0 * phase.weight_fraction, su, 2)
        name = gemmi.cif.quote(ascii_text(phase.name) or f"phase_{i}")
        loop.add_row([str(i), name, gemmi.cif.quote(block_id), share])


def _write_pattern(block: Any, fit: FitResult, pattern: PowderPattern) -> None:
    _write_radiation(block, pattern.radiation)
    _write_range(block, fit)
    _write_residuals(block, fit)
    _write_functions(block, fit)
    _write_reflections(block, fit)
    _write_points(block, fit)


def _write_radiation(block: Any, radiation: Radiation) -> None:
    set_text(block, "_diffrn_radiation_probe", "x-ray")
    if radiation.anode:
        set_text(block, "_diffrn_source_target", radiation.anode)
    if radiation.monochromator_two_theta is not None:
        angle = f"{radiation.monochromator_two_theta:.2f}"
        set_text(block, "_pd_instr_2theta_monochr_post", angle)
    loop = block.init_loop("_diffrn_radiation_", ["wavelength_id", "wavelength", "wavelength_wt"])
    pairs = zip(radiation.wavelengths, radiation.weights, strict=True)
    for i, (wavelength, weight) in enumerate(pairs, start=1):
        loop.add_row([str(i), f"{wavelength:.7f}", f"{weight / radiation.weights[0]:.4f}"])


def _write_range(block: Any, fit: FitResult) -> None:
    angles = fit.two_theta
    set_text(block, "_pd_proc_number_of_points", str(len(angles)))
    set_text(block, "_pd_proc_2theta_range_min", f"{angles[0]:.5f}")
    set_text(block, "_pd_proc_2theta_range_max", f"{angles[-1]:.5f}")
    _write_excluded(block, fit)
    steps = np.diff(angles)
    if np.ptp(steps) < _UNIFORM:
        set_text(block, "_pd_proc_2theta_range_inc", f"{steps.mean():.5f}")


def _write_excluded(block: Any, fit: FitResult) -> None:
    import gemmi

    if not fit.excluded:
        set_text(block, EXCLUDED_TAG, "none")
        return
    loop = block.init_loop("", [EXCLUDED_TAG])
    for low, high in fit.excluded:
        loop.add_row([gemmi.cif.quote(f"from {low:g} to {high:g} degrees 2theta")])


def _write_residuals(block: Any, fit: FitResult) -> None:
    numbers: Mapping[str, float | None] = {
        "_pd_proc_ls_prof_R_factor": fit.rp,
        "_pd_proc_ls_prof_wR_factor": fit.rwp,
        "_pd_proc_ls_prof_wR_expected": fit.r_exp,
        "_refine_ls_goodness_of_fit_all": fit.gof,
    }
    set_numbers(block, numbers)
    refined = sum(parameter.su is not None for parameter in fit.parameters)
    set_text(block, "_refine_ls_number_parameters", str(refined))
    set_text(block, "_refine_ls_number_restraints", str(fit.restraints))
    set_text(block, "_refine_ls_matrix_type", "full")
    set_text(block, "_refine_ls_structure_factor_coef", "Inet")
    set_text(block, "_refine_ls_weighting_scheme", "sigma")
    details = "1/sigma^2 of the counts"
    if fit.robust_weights is not None:
        details += (
            ", times (c/r)^2 where the misfit r, in units of what is expected, is above c = 2"
            "\n(David, J. Appl. Cryst. 34, 691 (2001)); residuals are stated without that factor"
        )
    set_text(block, "_refine_ls_weighting_details", details)


def _write_functions(block: Any, fit: FitResult) -> None:
    if fit.profile_function:
        set_text(block, "_pd_proc_ls_profile_function", ascii_text(fit.profile_function))
    if fit.background_function:
        set_text(block, "_pd_proc_ls_background_function", ascii_text(fit.background_function))
    textured = [
        f"{phase.name}: March-Dollase, axis {' '.join(str(i) for i in phase.texture_axis)}, "
        f"r = {phase.texture:.4f}"
        for phase in fit.phases
        if phase.texture_axis is not None
    ]
    words = "\n".join(ascii_text(line) for line in textured) or "none"
    set_text(block, "_pd_proc_ls_pref_orient_corr", words)
    details = [
        f"{p.name} = {number_with_su(p.value, p.su, 6)} {p.unit}".strip() for p in fit.parameters
    ]
    told = "\n".join(ascii_text(line) for line in (*details, *fit.notes))
    if told:
        set_text(block, "_pd_proc_ls_special_details", told)


def _write_reflections(block: Any, fit: FitResult) -> None:
    several = len(fit.phases) > 1
    tags = ["_refln_index_h", "_refln_index_k", "_refln_index_l", "_refln_d_spacing"]
    tags.append("_refln_F_squared_calc")
    loop = block.init_loop("", [*tags, "_pd_refln_phase_id"] if several else tags)
    for i, phase in enumerate(fit.phases, start=1):
        listed = phase.reflections
        for hkl, d, square in zip(listed.hkl, listed.d_spacing, listed.f_squared, strict=True):
            row = [*(str(int(index)) for index in hkl), f"{d:.5f}", f"{square:.6g}"]
            loop.add_row([*row, str(i)] if several else row)


def _write_points(block: Any, fit: FitResult) -> None:
    loop = block.init_loop("", list(_POINT_TAGS))
    weight = np.maximum(fit.sigma, 1e-300) ** -2.0
    if fit.robust_weights is not None:
        weight = weight * fit.robust_weights
    for values in zip(
        fit.two_theta, fit.observed, fit.calculated, fit.background, weight, strict=True
    ):
        angle, observed, calculated, background, share = (float(v) for v in values)
        row = [f"{angle:.5f}", f"{observed:.6g}", f"{calculated:.6g}", f"{background:.6g}"]
        loop.add_row([*row, f"{share:.5g}"])
