"""The structure-type library: its arrays, how they are stored and read."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import resources
from engine.crystal.metric import laue_rotations, primitive_rotations
from engine.library.archive import read_group

FORMAT_VERSION = 1
# How many reflections of a type are kept, the first in order of 1/d.
MAX_LINES = 96
# Largest 1/d times (volume per atom)^(1/3) that is kept: Cu K-alpha to 90 degrees reaches
# 0.918/angstrom, and 35 cubic angstrom per atom is above all but a few molecular solids.
MAX_REDUCED_D_STAR = 3.0
LIBRARY_FILE = "library/structure_types.npz"
_COORDINATE_STEPS = 65536.0
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StructureType:
    """One anonymous structure type at unit volume per atom.

    Attributes
    ----------
    index : int
        Its place in the library.
    space_group : int
    lattice : (3, 3) array
        Rows a, b, c of the standardised primitive cell, in units of (volume per atom)^(1/3).
    species : (n,) int array
        Which sites share an element: labels 0 ... k - 1.
    coords : (n, 3) array
        Fractional coordinates.
    hkl : (m, 3) int array
        Its first reflections, one of each Laue class.
    multiplicity : (m,) int array
    count : int
        How many known crystals have this type.
    log_end : float
        ln(1/d) up to which all its reflections are kept, in reduced units.
    """

    index: int
    space_group: int
    lattice: FloatArray
    species: NDArray[np.int64]
    coords: FloatArray
    hkl: NDArray[np.int64]
    multiplicity: NDArray[np.int64]
    count: int
    log_end: float = np.inf


@dataclass(frozen=True, eq=False)
class StructureTypes:
    """All types as flat arrays; ``offsets`` arrays say where each type's part begins.

    Attributes
    ----------
    space_group, n_atoms, count : (t,) int arrays
    n_species : int
        How many species each of these types has.
    lattice : (t, 3, 3) float array
    species, coords : (sum n,), (sum n, 3) arrays
    hkl, multiplicity, amplitude : (sum m, 3), (sum m,), (sum m,) arrays
        `amplitude` is the mean of sqrt(multiplicity) |F| over the crystals of the type, at
        B = 1 square angstrom, the strongest 1, free of Lorentz and polarisation factors.
    log_d_star : (sum m,) array
        ln(1/d) in the reduced units of the lattice.
    log_end : (t,) array
        See `StructureType`.
    atom_offsets, line_offsets : (t + 1,) int arrays
    """

    space_group: NDArray[np.int64]
    n_atoms: NDArray[np.int64]
    n_species: int
    count: NDArray[np.int64]
    lattice: FloatArray
    species: NDArray[np.int64]
    coords: FloatArray
    hkl: NDArray[np.int8]
    multiplicity: NDArray[np.int64]
    amplitude: NDArray[np.float32]
    log_d_star: NDArray[np.float32]
    log_end: FloatArray
    atom_offsets: NDArray[np.int64]
    line_offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.space_group)

    def type(self, index: int) -> StructureType:
        """The type at `index`."""
        atoms = slice(self.atom_offsets[index], self.atom_offsets[index + 1])
        lines = slice(self.line_offsets[index], self.line_offsets[index + 1])
        return StructureType(
            index=index,
            space_group=int(self.space_group[index]),
            lattice=self.lattice[index],
            species=self.species[atoms],
            coords=self.coords[atoms],
            hkl=self.hkl[lines].astype(np.int64),
            multiplicity=self.multiplicity[lines],
            count=int(self.count[index]),
            log_end=float(self.log_end[index]),
        )

    def species_counts(self, index: int) -> NDArray[np.int64]:
        """Atoms of each species in the primitive cell of the type at `index`."""
        atoms = slice(self.atom_offsets[index], self.atom_offsets[index + 1])
        return np.bincount(self.species[atoms], minlength=self.n_species)


def save(path: Path, types: Sequence[StructureType], amplitudes: Sequence[FloatArray]) -> None:
    """Write types, and the amplitudes of their lines, to a compressed ``.npz``.

    Types are grouped by their number of species, so that a search reads only the groups it needs.
    """
    arrays: dict[str, NDArray[np.generic]] = {"version": np.array(FORMAT_VERSION)}
    sizes = np.array([int(t.species.max()) + 1 for t in types])
    for size in np.unique(sizes):
        members = [int(i) for i in np.flatnonzero(sizes == size)]
        group = [types[i] for i in members]
        packed = _pack(group, [amplitudes[i] for i in members])
        arrays.update({f"{size}/{name}": array for name, array in packed.items()})
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _pack(
    types: Sequence[StructureType], amplitudes: Sequence[FloatArray]
) -> dict[str, NDArray[np.generic]]:
    coords = np.concatenate([t.coords for t in types]) % 1.0 * _COORDINATE_STEPS
    return {
        "space_group": np.array([t.space_group for t in types], dtype=np.uint8),
        "count": np.array([t.count for t in types], dtype=np.uint16),
        "n_atoms": np.array([len(t.species) for t in types], dtype=np.uint8),
        "n_lines": np.array([len(t.hkl) for t in types], dtype=np.uint8),
        "lattice": np.stack([t.lattice for t in types]).astype(np.float32),
        "species": np.concatenate([t.species for t in types]).astype(np.uint8),
        "coords": np.round(coords).astype(np.int64).astype(np.uint16),
        "hkl": np.concatenate([t.hkl for t in types]).astype(np.int8),
        "multiplicity": np.concatenate([t.multiplicity for t in types]).astype(np.uint8),
        "amplitude": np.round(255.0 * np.concatenate(amplitudes)).astype(np.uint8),
    }


def _snap_to_special(coords: FloatArray) -> FloatArray:
    """Undo the rounding of coordinates that are simple fractions (thirds and sixths)."""
    twelfths = np.round(coords * 12.0) / 12.0
    return np.where(np.abs(coords - twelfths) < 2.0 / _COORDINATE_STEPS, twelfths, coords)


def group_sizes(path: Path) -> tuple[int, ...]:
    """The numbers of species for which the library at `path` holds types."""
    with np.load(path, allow_pickle=False) as stored:
        return tuple(sorted({int(name.split("/")[0]) for name in stored.files if "/" in name}))


def load(path: Path, n_species: int) -> StructureTypes:
    """Read the types with `n_species` species from a library written by `save`.

    Raises
    ------
    BadInputError
        If the file has another format version, or no types with so many species.
    """
    data = read_group(path, n_species, FORMAT_VERSION, "The structure-type library")
    n_atoms = data["n_atoms"].astype(np.int64)
    n_lines = data["n_lines"].astype(np.int64)
    lattice = data["lattice"].astype(np.float64)
    groups = data["space_group"].astype(np.int64)
    log_d_star = _log_d_star(lattice, data["hkl"], n_lines)
    line_offsets = np.concatenate([[0], np.cumsum(n_lines)])
    return StructureTypes(
        space_group=groups,
        n_atoms=n_atoms,
        n_species=n_species,
        count=data["count"].astype(np.int64),
        lattice=lattice,
        species=data["species"].astype(np.int64),
        coords=_snap_to_special(data["coords"].astype(np.float64) / _COORDINATE_STEPS),
        hkl=data["hkl"],
        multiplicity=data["multiplicity"].astype(np.int64),
        amplitude=data["amplitude"].astype(np.float32) / np.float32(255.0),
        log_d_star=log_d_star,
        log_end=_log_end(groups, n_atoms, n_lines, log_d_star[line_offsets[1:] - 1]),
        atom_offsets=np.concatenate([[0], np.cumsum(n_atoms)]),
        line_offsets=line_offsets,
    )


def line_limit(n_atoms: int, laue_order: int) -> float:
    """1/d up to which a cell of unit volume per atom has about 1.5 x MAX_LINES reflections."""
    wanted = 1.5 * MAX_LINES * laue_order
    return float(min(MAX_REDUCED_D_STAR, (3.0 * wanted / (4.0 * np.pi * n_atoms)) ** (1.0 / 3.0)))


def _log_end(
    groups: NDArray[np.int64],
    n_atoms: NDArray[np.int64],
    n_lines: NDArray[np.int64],
    last: NDArray[np.float32],
) -> FloatArray:
    """Where the reflections kept of each type end."""
    orders = {int(g): len(laue_rotations(primitive_rotations(int(g)))) for g in np.unique(groups)}
    order = np.array([orders[int(g)] for g in groups])
    limit = (4.5 * MAX_LINES * order / (4.0 * np.pi * n_atoms)) ** (1.0 / 3.0)
    by_limit = np.log(np.minimum(limit, MAX_REDUCED_D_STAR))
    return np.where(n_lines >= MAX_LINES, last.astype(np.float64), by_limit)


def _log_d_star(
    lattice: FloatArray, hkl: NDArray[np.int8], n_lines: NDArray[np.int64]
) -> NDArray[np.float32]:
    """ln(1/d) of all lines, element by element of the metric to keep the memory small."""
    reciprocal = np.linalg.inv(lattice @ lattice.transpose(0, 2, 1)).astype(np.float32)
    indices = hkl.astype(np.float32)
    squared = np.zeros(len(hkl), dtype=np.float32)
    for i in range(3):
        for j in range(i, 3):
            factor = 1.0 if i == j else 2.0
            element = np.repeat(np.float32(factor) * reciprocal[:, i, j], n_lines)
            squared += element * indices[:, i] * indices[:, j]
    return np.asarray(0.5 * np.log(squared))


@functools.cache
def bundled(n_species: int) -> StructureTypes:
    """The shipped types with `n_species` species, read once."""
    return load(resources.path(LIBRARY_FILE), n_species)
