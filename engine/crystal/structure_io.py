"""Structures in and out: CIF and POSCAR files, records of the data sets, pymatgen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.crystal.composition import SYMBOLS, atomic_number
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

SAME_PLACE = 0.01  # angstrom: atoms closer than this share a site


def read_structure(path: str | Path) -> CrystalStructure:
    """Read a crystal structure; content decides between CIF and POSCAR.

    Parameters
    ----------
    path : str or Path
        A CIF (its first block with atoms is taken) or a VASP POSCAR.

    Returns
    -------
    CrystalStructure
        All atoms of the cell that the file describes.

    Raises
    ------
    BadInputError
        If the file cannot be read, is empty, or holds no crystal structure.
    """
    from engine.crystal import cif_reader, poscar

    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInputError(f"'{file}' cannot be opened: {reason}.") from error
    if not content.strip():
        raise BadInputError(f"'{file.name}' is empty; choose a CIF or POSCAR file.")
    text = _decode(content)
    if cif_reader.looks_like_cif(text):
        return cif_reader.parse_cif(text, file.stem, file.name)
    if poscar.looks_like_poscar(text):
        return poscar.parse_poscar(text, file.stem, file.name)
    raise BadInputError(
        f"'{file.name}' holds no crystal structure: it is neither a CIF nor a POSCAR file."
    )


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def from_record(record: dict[str, Any]) -> CrystalStructure:
    """The structure of one line of a data set.

    Parameters
    ----------
    record : dict
        With ``lattice`` (3x3), ``species`` (element symbols) and ``frac_coords`` (n x 3);
        ``id`` becomes the name.

    Raises
    ------
    BadInputError
        If a key is missing or a symbol is no element.
    """
    try:
        species = [str(symbol) for symbol in record["species"]]
        lattice, coords = record["lattice"], record["frac_coords"]
    except KeyError as error:
        raise BadInputError(f"The structure record has no {error}.") from error
    numbers = [atomic_number(symbol) for symbol in species]
    return CrystalStructure(
        np.asarray(lattice, dtype=np.float64),
        np.asarray(numbers, dtype=np.int64),
        np.asarray(coords, dtype=np.float64).reshape(-1, 3),
        name=str(record.get("id", "")),
    )


def to_pymatgen(structure: CrystalStructure) -> Structure:
    """The same structure as pymatgen's; atoms at one place become one mixed site."""
    from pymatgen.core.lattice import Lattice
    from pymatgen.core.structure import Structure

    groups = sites_of(structure)
    species: list[dict[str, float]] = []
    for members in groups:
        mixture: dict[str, float] = {}
        for i in members:
            symbol = SYMBOLS[structure.numbers[i]]
            mixture[symbol] = mixture.get(symbol, 0.0) + float(structure.occupancies[i])
        total = sum(mixture.values())
        # pymatgen refuses a sum that exceeds 1 by rounding.
        scale = 1.0 / total if total > 1.0 else 1.0
        species.append({symbol: share * scale for symbol, share in mixture.items()})
    coords = [structure.frac_coords[members[0]] for members in groups]
    return Structure(Lattice(structure.lattice), species, coords)


def from_pymatgen(structure: Structure, name: str = "") -> CrystalStructure:
    """The structure of a pymatgen `Structure`; a mixed site becomes several atoms."""
    numbers: list[int] = []
    coords: list[Any] = []
    occupancies: list[float] = []
    for site in structure:
        for specie, share in site.species.items():
            numbers.append(int(specie.Z))
            coords.append(site.frac_coords)
            occupancies.append(float(share))
    return CrystalStructure(
        np.array(structure.lattice.matrix),
        np.array(numbers, dtype=np.int64),
        np.array(coords, dtype=np.float64).reshape(-1, 3),
        np.array(occupancies, dtype=np.float64),
        name=name,
    )


def sites_of(structure: CrystalStructure, tolerance: float = SAME_PLACE) -> list[list[int]]:
    """Indices of the atoms of each site: atoms at one place (mixed occupancy) go together.

    Parameters
    ----------
    structure : CrystalStructure
    tolerance : float
        Angstrom.
    """
    if (structure.occupancies >= 1.0).all():
        return [[i] for i in range(len(structure))]
    groups: list[list[int]] = []
    for i in range(len(structure)):
        for members in groups:
            apart = structure.frac_coords[i] - structure.frac_coords[members[0]]
            apart -= np.rint(apart)
            if float(np.linalg.norm(apart @ structure.lattice)) < tolerance:
                members.append(i)
                break
        else:
            groups.append([i])
    return groups
