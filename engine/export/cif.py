"""Crystal structures as CIF, with their symmetry, residuals and origin."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import engine
from engine.crystal.composition import SYMBOLS
from engine.crystal.lattice import cell_from_matrix
from engine.crystal.symmetry import Standardised, standardise
from engine.export.atomic import write_text
from engine.export.numbers import number_with_su

if TYPE_CHECKING:
    from engine.crystal.structure import CrystalStructure
    from engine.refine.result import FitResult

# Refined structures obey their space group exactly; a wide tolerance would invent symmetry.
SYMPREC = 0.01
CELL_NAMES = ("a", "b", "c", "alpha", "beta", "gamma")
CELL_TAGS = (
    "_cell_length_a",
    "_cell_length_b",
    "_cell_length_c",
    "_cell_angle_alpha",
    "_cell_angle_beta",
    "_cell_angle_gamma",
)
_GRAMS_PER_CM3 = 1.66053906660  # of one dalton per cubic angstrom (CODATA 2018)


def write_cif(
    path: str | Path,
    structure: CrystalStructure,
    *,
    fit: FitResult | None = None,
    provenance: Mapping[str, str] | None = None,
    symprec: float = SYMPREC,
) -> None:
    """Write a structure in the standard setting of its space group.

    Parameters
    ----------
    path : str or Path
        Replaced at once when it exists.
    structure : CrystalStructure
    fit : FitResult, optional
        Its residuals are written, and the standard uncertainties of its parameters called
        a, b, c, alpha, beta, gamma.
    provenance : mapping of str to str, optional
        How the structure was obtained: subject and statement.
    symprec : float
        Tolerance of the symmetry search, angstrom.

    Raises
    ------
    BadInputError
        If the structure has no atoms or two sites at one place, or the file cannot be written.
    """
    write_text(Path(path), cif_text(structure, fit=fit, provenance=provenance, symprec=symprec))


def cif_text(
    structure: CrystalStructure,
    *,
    fit: FitResult | None = None,
    provenance: Mapping[str, str] | None = None,
    symprec: float = SYMPREC,
) -> str:
    """The text that `write_cif` writes."""
    import gemmi

    standard = standardise(structure, symprec)
    counts, units = formula_units(standard.conventional)
    document = gemmi.cif.Document()
    block = document.add_new_block(block_name(counts))
    _write_origin(block, provenance)
    write_chemistry(block, standard, counts, units)
    _write_cell(block, standard, _cell_uncertainties(structure, standard, fit))
    write_symmetry(block, standard)
    if fit is not None:
        _write_residuals(block, fit)
    _write_sites(block, standard)
    return str(document.as_string())


def formula_units(cell: CrystalStructure) -> tuple[dict[str, float], int | None]:
    """Content of one formula unit, and how many units the cell has.

    Returns
    -------
    counts : dict
        Amount of each element in a formula unit, in Hill's order (C, H, then by alphabet).
        Where occupancies make the cell's content fractional, it is that of the whole cell.
    units : int or None
        Z; None where the content is fractional.
    """
    amounts: dict[str, float] = {}
    for number, occupancy in zip(cell.numbers, cell.occupancies, strict=True):
        symbol = SYMBOLS[int(number)]
        amounts[symbol] = amounts.get(symbol, 0.0) + float(occupancy)
    whole = {symbol: round(amount) for symbol, amount in amounts.items()}
    exact = all(abs(amounts[s] - whole[s]) < 1e-3 and whole[s] > 0 for s in amounts)
    units = math.gcd(*whole.values()) if exact else None
    first = ["C", "H"] if "C" in amounts else []
    order = [s for s in first if s in amounts] + sorted(set(amounts) - set(first))
    return {s: whole[s] / units if units else amounts[s] for s in order}, units


def block_name(counts: Mapping[str, float]) -> str:
    """The name of a block: the formula without spaces."""
    return "".join(f"{symbol}{_amount(amount)}" for symbol, amount in counts.items())


def _amount(amount: float) -> str:
    return "" if abs(amount - 1.0) < 1e-6 else f"{amount:.4g}"


def ascii_text(text: str) -> str:
    """CIF 1.1 knows no other characters; accents go, what remains foreign becomes a question."""
    plain = unicodedata.normalize("NFKD", str(text))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(kept.encode("ascii", "replace").decode("ascii").split())


def set_text(block: Any, tag: str, value: str) -> None:
    """Write one tag with its value, quoted where it has to be."""
    import gemmi

    block.set_pair(tag, gemmi.cif.quote(value))


def set_numbers(block: Any, numbers: Mapping[str, float | None]) -> None:
    """Write tags with numbers of four decimals; what is not known is left out."""
    for tag, number in numbers.items():
        if number is not None and math.isfinite(number):
            set_text(block, tag, f"{number:.4f}")


def _write_origin(block: Any, provenance: Mapping[str, str] | None) -> None:
    program = f"Densight {engine.__version__}"
    set_text(block, "_audit_creation_method", program)
    if provenance:
        statements = "\n".join(f"{ascii_text(k)}: {ascii_text(v)}" for k, v in provenance.items())
        set_text(
            block,
            "_computing_structure_solution",
            f"{program}, from powder X-ray diffraction\n{statements}",
        )


def write_chemistry(
    block: Any, standard: Standardised, counts: Mapping[str, float], units: int | None
) -> None:
    """Write the formula, its mass, Z and the density."""
    import gemmi

    cell = standard.conventional
    formula = " ".join(f"{symbol}{_amount(amount)}" for symbol, amount in counts.items())
    set_text(block, "_chemical_formula_sum", formula)
    mass = sum(amount * gemmi.Element(symbol).weight for symbol, amount in counts.items())
    set_text(block, "_chemical_formula_weight", f"{mass:.2f}")
    set_text(block, "_cell_formula_units_Z", str(units if units is not None else 1))
    density = (units or 1) * mass / cell.volume * _GRAMS_PER_CM3
    set_text(block, "_exptl_crystal_density_diffrn", f"{density:.3f}")


def _write_cell(block: Any, standard: Standardised, su: Mapping[str, float]) -> None:
    cell = standard.conventional
    values = zip(CELL_NAMES, CELL_TAGS, cell_from_matrix(cell.lattice), strict=True)
    for name, tag, value in values:
        decimals = 5 if name in ("a", "b", "c") else 4
        set_text(block, tag, number_with_su(value, su.get(name), decimals))
    set_text(block, "_cell_volume", f"{cell.volume:.4f}")


def _cell_uncertainties(
    structure: CrystalStructure, standard: Standardised, fit: FitResult | None
) -> dict[str, float]:
    """Uncertainties of the cell that is written, where it is the cell that was refined."""
    if fit is None:
        return {}
    refined = cell_from_matrix(structure.lattice)
    written = cell_from_matrix(standard.conventional.lattice)
    if not np.allclose(refined, written, rtol=1e-5, atol=1e-5):
        return {}
    su = {p.name: p.su for p in fit.parameters if p.name in CELL_NAMES and p.su is not None}
    # Lengths that symmetry ties to a may be missing from the list of parameters.
    tied = {"cubic": ("b", "c"), "tetragonal": ("b",), "trigonal": ("b",), "hexagonal": ("b",)}
    if "a" in su:
        for name in tied.get(standard.crystal_system, ()):
            su.setdefault(name, su["a"])
    return su


def write_symmetry(block: Any, standard: Standardised) -> None:
    """Write the space group: system, number, symbols, operations."""
    import gemmi

    operations = gemmi.symops_from_hall(standard.hall)
    group = gemmi.find_spacegroup_by_ops(operations)
    symbol = group.xhm() if group is not None else standard.symbol
    set_text(block, "_space_group_crystal_system", standard.crystal_system)
    set_text(block, "_space_group_IT_number", str(standard.number))
    set_text(block, "_space_group_name_H-M_alt", symbol)
    set_text(block, "_space_group_name_Hall", standard.hall)
    loop = block.init_loop("_space_group_symop_", ["id", "operation_xyz"])
    for i, operation in enumerate(operations, start=1):
        loop.add_row([str(i), gemmi.cif.quote(operation.triplet())])


def _write_residuals(block: Any, fit: FitResult) -> None:
    numbers = {
        "_pd_proc_ls_prof_wR_factor": fit.rwp,
        "_refine_ls_R_I_factor": fit.r_bragg,
        "_refine_ls_goodness_of_fit_all": fit.gof,
    }
    set_numbers(block, numbers)
    refined = sum(parameter.su is not None for parameter in fit.parameters)
    if refined:
        set_text(block, "_refine_ls_number_parameters", str(refined))
    if len(fit.two_theta):
        set_text(block, "_pd_proc_number_of_points", str(len(fit.two_theta)))
        set_text(block, "_pd_proc_2theta_range_min", f"{fit.two_theta[0]:.4f}")
        set_text(block, "_pd_proc_2theta_range_max", f"{fit.two_theta[-1]:.4f}")
    if fit.notes:
        notes = "\n".join(ascii_text(note) for note in fit.notes)
        set_text(block, "_pd_proc_ls_special_details", notes)


def _write_sites(block: Any, standard: Standardised) -> None:
    cell = standard.conventional
    columns = ["label", "type_symbol", "symmetry_multiplicity", "Wyckoff_symbol"]
    columns += ["fract_x", "fract_y", "fract_z", "occupancy"]
    displaced = bool((cell.u_iso > 0.0).any())
    if displaced:
        columns += ["adp_type", "U_iso_or_equiv"]
    loop = block.init_loop("_atom_site_", columns)
    seen: dict[str, int] = {}
    for i in standard.asymmetric_unit():
        symbol = SYMBOLS[int(cell.numbers[i])]
        seen[symbol] = seen.get(symbol, 0) + 1
        row = [f"{symbol}{seen[symbol]}", symbol]
        row += [str(int(standard.multiplicities[i])), standard.wyckoff[i]]
        # + 0.0 turns a negative zero into zero.
        row += [f"{round(float(x), 7) + 0.0:.7f}" for x in cell.frac_coords[i]]
        row += [f"{cell.occupancies[i]:.4f}"]
        loop.add_row(row + (["Uiso", f"{cell.u_iso[i]:.5f}"] if displaced else []))
