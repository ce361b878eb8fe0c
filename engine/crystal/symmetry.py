"""Space-group symmetry of a structure, and its standard cells (through spglib)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import sites_of
from engine.crystal.symmetry_search import symmetry_dataset
from engine.errors import BadInputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SYMPREC = 0.05  # angstrom


@dataclass(frozen=True, eq=False)
class Standardised:
    """A structure in the standard setting of its space group.

    Attributes
    ----------
    conventional : CrystalStructure
        In the conventional cell, atoms on exact special positions.
    primitive : CrystalStructure
        In spglib's standard primitive cell.
    symbol : str
        Short Hermann-Mauguin symbol, for example ``Fm-3m``.
    number : int
        Of the space group in the International Tables.
    hall : str
        Hall symbol of the setting of `conventional`.
    hall_number : int
        spglib's number of that setting.
    point_group : str
    crystal_system : str
    rotations : (m, 3, 3) int array
        Of all operations of the conventional cell, centring included: x' = W x + w.
    translations : (m, 3) array
    wyckoff : tuple of str
        Letter of each atom of `conventional`.
    orbits : (n,) int array
        Atoms of `conventional` with the same number are symmetry-equivalent.
    multiplicities : (n,) int array
        Of the orbit of each atom, in the conventional cell.
    """

    conventional: CrystalStructure
    primitive: CrystalStructure
    symbol: str
    number: int
    hall: str
    hall_number: int
    point_group: str
    crystal_system: str
    rotations: IntArray
    translations: FloatArray
    wyckoff: tuple[str, ...]
    orbits: IntArray
    multiplicities: IntArray

    def asymmetric_unit(self) -> list[int]:
        """Index in `conventional` of one atom of each orbit, in order of appearance."""
        _, first = np.unique(self.orbits, return_index=True)
        return sorted(int(i) for i in first)


def standardise(structure: CrystalStructure, symprec: float = SYMPREC) -> Standardised:
    """Find the space group and the standard cells of a structure.

    Parameters
    ----------
    structure : CrystalStructure
        Mixed sites (several atoms at one place) are allowed.
    symprec : float
        How far, in angstrom, atoms may be from the symmetric place. Where spglib finds no
        group at this tolerance, smaller ones are tried.

    Raises
    ------
    BadInputError
        If spglib finds no symmetry at all: different sites at one place, or no cell.
    """
    import spglib

    from engine.crystal.lattice import crystal_system

    sites = _sites_by_kind(structure)
    dataset = _dataset(structure, sites, symprec)
    conventional, site_of_atom, orbits = _conventional(structure, sites, dataset)
    operations: Any = spglib.get_symmetry_from_database(int(dataset.hall_number))
    symbol = str(dataset.international)
    counts = np.bincount(orbits)
    return Standardised(
        conventional=conventional,
        primitive=by_centring(conventional, symbol[0]),
        symbol=symbol,
        number=int(dataset.number),
        hall=str(dataset.hall),
        hall_number=int(dataset.hall_number),
        point_group=str(dataset.pointgroup),
        crystal_system=crystal_system(int(dataset.number)),
        rotations=np.asarray(operations["rotations"], dtype=np.int64),
        translations=np.asarray(operations["translations"], dtype=np.float64),
        wyckoff=tuple(str(dataset.wyckoffs[site]) for site in site_of_atom),
        orbits=orbits,
        multiplicities=counts[orbits].astype(np.int64),
    )


def averaged_within_cell(
    structure: CrystalStructure, symprec: float, strain: float
) -> tuple[CrystalStructure, int, int]:
    """Atoms on the places that near symmetry tells them, as far as the cell has that symmetry.

    Parameters
    ----------
    structure : CrystalStructure
    symprec : float
        How far, in angstrom, atoms may be from the symmetric place.
    strain : float
        Largest element of the strain with which an operation may leave the cell.

    Returns
    -------
    averaged : CrystalStructure
        In the cell of `structure`.
    kept, found : int
        Number of operations that the cell has, and of all within `symprec`.

    Raises
    ------
    BadInputError
        As `standardise`.
    """
    dataset = _dataset(structure, _sites_by_kind(structure), symprec)
    rotations = np.asarray(dataset.rotations, dtype=np.float64)
    translations = np.asarray(dataset.translations, dtype=np.float64)
    # The lattice vectors are rows, so an operation W on coordinates takes them to W^T L.
    turned = np.linalg.solve(structure.lattice, rotations.swapaxes(1, 2) @ structure.lattice)
    strains = (turned @ turned.swapaxes(1, 2) - np.eye(3)) / 2.0
    kept = np.abs(strains).max(axis=(1, 2)) < strain
    coords = structure.frac_coords
    other = (structure.numbers[:, None] != structure.numbers) | (
        np.abs(structure.occupancies[:, None] - structure.occupancies) > 1e-3
    )
    shifts = np.zeros_like(coords)
    for rotation, translation in zip(rotations[kept], translations[kept], strict=True):
        images = coords @ rotation.T + translation
        apart = images[:, None] - coords[None]
        apart -= np.rint(apart)
        distances = ((apart @ structure.lattice) ** 2).sum(axis=2)
        nearest = np.where(other, np.inf, distances).argmin(axis=1)
        shifts[nearest] += apart[np.arange(len(coords)), nearest]
    averaged = replace(structure, frac_coords=(coords + shifts / kept.sum()) % 1.0)
    return averaged, int(kept.sum()), len(kept)


def primitive_cell(structure: CrystalStructure, symprec: float = SYMPREC) -> CrystalStructure:
    """A primitive cell with the atoms where they are (nothing is moved to symmetric places).

    Parameters
    ----------
    structure : CrystalStructure
    symprec : float
        Angstrom.

    Raises
    ------
    BadInputError
        As `standardise`.
    """
    sites = _sites_by_kind(structure)
    dataset = _dataset(structure, sites, symprec)
    lattice = np.asarray(dataset.primitive_lattice, dtype=np.float64)
    _, first = np.unique(np.asarray(dataset.mapping_to_primitive), return_index=True)
    kept = [atom for site in sorted(first.tolist()) for atom in sites[0][site]]
    cartesian = structure.frac_coords[kept] @ structure.lattice
    coords = np.asarray(np.linalg.solve(lattice.T, cartesian.T).T % 1.0, dtype=np.float64)
    return replace(structure.only(kept), lattice=lattice, frac_coords=coords)


def _sites_by_kind(structure: CrystalStructure) -> tuple[list[list[int]], IntArray]:
    """Atoms of each site, and a number for what occupies it (elements with their shares)."""
    if len(structure) == 0:
        raise BadInputError("The structure has no atoms.")
    shares = [
        (int(z), round(float(occupancy), 3))
        for z, occupancy in zip(structure.numbers, structure.occupancies, strict=True)
    ]
    groups = [sorted(group, key=lambda i: shares[i]) for group in sites_of(structure)]
    contents = [tuple(shares[i] for i in group) for group in groups]
    numbering = {content: i + 1 for i, content in enumerate(dict.fromkeys(contents))}
    return groups, np.array([numbering[content] for content in contents], dtype=np.int64)


def _dataset(
    structure: CrystalStructure, sites: tuple[list[list[int]], IntArray], symprec: float
) -> Any:
    groups, kinds = sites
    positions = structure.frac_coords[[group[0] for group in groups]]
    for tolerance in (symprec, symprec / 5.0, symprec / 50.0, 1e-5):
        found = symmetry_dataset(structure.lattice, positions, kinds, tolerance)
        if found is not None:
            return found
    raise BadInputError(
        "No symmetry could be found for the structure; two of its atoms may be at one place, "
        "or its cell may be flat."
    )


def _conventional(
    structure: CrystalStructure, sites: tuple[list[list[int]], IntArray], dataset: Any
) -> tuple[CrystalStructure, list[int], IntArray]:
    """The standard cell; the original site and the orbit of each of its atoms."""
    groups = sites[0]
    in_primitive = np.asarray(dataset.mapping_to_primitive)
    site_of_primitive = {int(p): site for site, p in enumerate(in_primitive)}
    source = [site_of_primitive[int(p)] for p in dataset.std_mapping_to_primitive]
    orbit_of_site = np.asarray(dataset.crystallographic_orbits)

    # The atoms of a mixed site are orbits of their own: the key is (site orbit, rank in site).
    u_of_orbit: dict[tuple[int, int], list[float]] = {}
    for site, group in enumerate(groups):
        for rank, atom in enumerate(group):
            key = (int(orbit_of_site[site]), rank)
            u_of_orbit.setdefault(key, []).append(float(structure.u_iso[atom]))

    rows = [
        (place, site, atom, (int(orbit_of_site[site]), rank))
        for place, site in enumerate(source)
        for rank, atom in enumerate(groups[site])
    ]
    atoms = [atom for _, _, atom, _ in rows]
    conventional = CrystalStructure(
        np.asarray(dataset.std_lattice, dtype=np.float64),
        structure.numbers[atoms],
        np.asarray(dataset.std_positions, dtype=np.float64)[[place for place, *_ in rows]],
        structure.occupancies[atoms],
        np.array([float(np.mean(u_of_orbit[key])) for *_, key in rows]),
        name=structure.name,
    )
    labels = {key: i for i, key in enumerate(dict.fromkeys(key for *_, key in rows))}
    orbits = np.array([labels[key] for *_, key in rows], dtype=np.int64)
    return conventional, [site for _, site, _, _ in rows], orbits


# Rows are the primitive basis in terms of the conventional one (spglib's choice).
PRIMITIVE_BASIS = {
    "P": np.eye(3),
    "A": np.array([[2, 0, 0], [0, 1, -1], [0, 1, 1]]) / 2.0,
    "C": np.array([[1, 1, 0], [-1, 1, 0], [0, 0, 2]]) / 2.0,
    "I": np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]]) / 2.0,
    "F": np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2.0,
    "R": np.array([[2, 1, 1], [-1, 1, 1], [-1, -2, 1]]) / 3.0,
}


def primitive_lattice(conventional: FloatArray, centring: str) -> FloatArray:
    """(3, 3) rows of the primitive cell of a conventional one, for a centring letter."""
    return np.asarray(PRIMITIVE_BASIS[centring] @ conventional)


def by_centring(conventional: CrystalStructure, centring: str) -> CrystalStructure:
    """The primitive cell of a structure whose lattice centring is known.

    Parameters
    ----------
    conventional : CrystalStructure
        Atoms that the centring repeats are within 1e-3 angstrom of the places it tells.
    centring : {"P", "A", "C", "I", "F", "R"}
        R in obverse hexagonal axes.
    """
    basis = PRIMITIVE_BASIS[centring]
    lattice = basis @ conventional.lattice
    coords = (conventional.frac_coords @ np.linalg.inv(basis)) % 1.0
    apart = coords[:, None] - coords[None]
    apart -= np.rint(apart)
    same = ((apart @ lattice) ** 2).sum(axis=2) < 1e-6
    same &= conventional.numbers[:, None] == conventional.numbers[None]
    kept = np.flatnonzero(same.argmax(axis=1) == np.arange(len(coords)))
    return CrystalStructure(
        lattice,
        conventional.numbers[kept],
        coords[kept],
        conventional.occupancies[kept],
        conventional.u_iso[kept],
        name=conventional.name,
    )
