"""Crystal structures from CIF text, through gemmi."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.cif_symmetry import symmetry_of
from engine.crystal.lattice import matrix_from_cell
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError

FloatArray = NDArray[np.float64]

# Images of a site closer than this (angstrom) are one atom on a special position whose
# coordinates were rounded in the file ("0.333" for 1/3 is off by 0.005 A in a 15 A cell).
SPECIAL_POSITION = 0.15
# Refined occupancies exceed 1 by their uncertainty, but not by more than this.
LARGEST_OCCUPANCY = 1.05
_DATA_BLOCK = re.compile(r"^\s*data_", re.IGNORECASE | re.MULTILINE)


def looks_like_cif(text: str) -> bool:
    """Whether the text has a CIF data block."""
    return _DATA_BLOCK.search(text) is not None


def parse_cif(text: str, name: str, file_name: str) -> CrystalStructure:
    """All atoms of the cell of the first block that has a cell and atoms.

    Parameters
    ----------
    text : str
        The CIF.
    name : str
        Name of the structure.
    file_name : str
        How to call the file in error messages.

    Raises
    ------
    BadInputError
        If the text is no valid CIF, has no structure, or one that contradicts itself.
    """
    import gemmi

    try:
        # check_level 0: repeated tags and blocks, frequent in the wild, do not matter here.
        document = gemmi.cif.read_string(text, check_level=0)
    except (ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else "unknown reason"
        raise BadInputError(f"'{file_name}' is no valid CIF: {reason.strip()}.") from error
    block = next((b for b in document if b.find_values("_atom_site_fract_x")), None)
    if block is None:
        raise BadInputError(
            f"'{file_name}' is a CIF without a crystal structure: no atom has fractional "
            "coordinates."
        )
    try:
        small = gemmi.make_small_structure_from_block(block)
    except RuntimeError as error:  # an angle of 0 or 180 degrees
        raise BadInputError(f"In '{file_name}': no cell has these angles ({error}).") from error
    lattice = _lattice(small, file_name)
    sites = _sites(small, lattice, file_name)
    symmetry = symmetry_of(small, lattice, file_name)
    expanded = _expand(lattice, sites, symmetry.rotations, symmetry.translations, name)
    return replace(expanded, warnings=symmetry.warnings)


def _lattice(small: Any, file_name: str) -> FloatArray:
    cell = small.cell
    # gemmi gives a cell that is not in the file lengths of 1.
    if not cell.is_crystal():
        raise BadInputError(f"'{file_name}' gives no unit cell; a crystal structure needs one.")
    try:
        return matrix_from_cell(cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma)
    except BadInputError as error:
        raise BadInputError(f"In '{file_name}': {error}") from error


def _sites(small: Any, lattice: FloatArray, file_name: str) -> list[tuple[int, Any, float, float]]:
    """Atomic number, position, occupancy and U_iso of each listed site."""
    sites: list[tuple[int, Any, float, float]] = []
    for site in small.sites:
        position = np.array([site.fract.x, site.fract.y, site.fract.z])
        number = site.element.atomic_number
        occupancy = float(site.occ)
        if number == 1 and not np.isfinite(position).all():
            continue  # hydrogen listed for the sum formula, never located
        if number == 0 or not np.isfinite(position).all():
            what = "element" if number == 0 else "coordinates"
            raise BadInputError(
                f"The {what} of atom site '{site.label}' in '{file_name}' cannot be understood."
            )
        if not np.isfinite(occupancy):
            occupancy = 1.0
        if occupancy > LARGEST_OCCUPANCY:
            raise BadInputError(
                f"The occupancy {occupancy:g} of atom site '{site.label}' in '{file_name}' is "
                "above 1; correct it."
            )
        if occupancy > 0.0:
            sites.append((number, position, occupancy, _u_iso(site, lattice)))
    if not sites:
        raise BadInputError(f"'{file_name}' lists no atom that could be placed in the cell.")
    return sites


def _u_iso(site: Any, lattice: FloatArray) -> float:
    """U_iso, or the equivalent of U_ij (Fischer & Tillmanns, Acta Cryst. C44, 775, 1988)."""
    if np.isfinite(site.u_iso) and site.u_iso != 0.0:
        return max(0.0, float(site.u_iso))
    tensor = site.aniso
    if not tensor.nonzero():
        return 0.0
    u = np.array(tensor.as_mat33().tolist())
    star = np.linalg.norm(np.linalg.inv(lattice), axis=0)
    equivalent = float(np.sum(u * np.outer(star, star) * (lattice @ lattice.T)) / 3.0)
    return max(0.0, equivalent)


def _expand(
    lattice: FloatArray,
    sites: list[tuple[int, Any, float, float]],
    rotations: FloatArray,
    translations: FloatArray,
    name: str,
) -> CrystalStructure:
    numbers: list[int] = []
    coords: list[FloatArray] = []
    occupancies: list[float] = []
    u_iso: list[float] = []
    for number, position, occupancy, u in sites:
        images = orbit(position, lattice, rotations, translations, SPECIAL_POSITION)
        numbers += [number] * len(images)
        coords.append(images)
        occupancies += [occupancy] * len(images)
        u_iso += [u] * len(images)
    return CrystalStructure(
        lattice,
        np.array(numbers, dtype=np.int64),
        np.concatenate(coords),
        np.array(occupancies),
        np.array(u_iso),
        name=name,
    )


def orbit(
    position: FloatArray,
    lattice: FloatArray,
    rotations: FloatArray,
    translations: FloatArray,
    tolerance: float,
) -> FloatArray:
    """Images of a position under the operations, those on a special position merged.

    Parameters
    ----------
    position : (3,) array
        Fractional.
    lattice : (3, 3) array
    rotations, translations : (m, 3, 3) and (m, 3) arrays
    tolerance : float
        Images closer than this, in angstrom, are one atom at their mean position.

    Returns
    -------
    (k, 3) array
        In [0, 1).
    """
    images = rotations @ position + translations
    left = list(range(len(images)))
    merged = []
    while left:
        apart = images[left] - images[left[0]]
        apart -= np.rint(apart)
        near = np.linalg.norm(apart @ lattice, axis=1) < tolerance
        merged.append(images[left[0]] + apart[near].mean(axis=0))
        left = [i for i, close in zip(left, near, strict=True) if not close]
    return np.asarray(np.array(merged) % 1.0)
