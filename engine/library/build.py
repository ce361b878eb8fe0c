"""Making the structure-type library from known crystals.

Each crystal is reduced to its idealised primitive cell, stripped of its elements (only *which*
sites share one remains) and scaled to unit volume per atom. Crystals of one type whose powder
lines agree are merged; how many were merged is kept as the type's frequency, and which elements
they had on its sites as its occupants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import numpy as np
import spglib
from numpy.typing import NDArray

from engine.crystal.composition import atomic_number
from engine.crystal.metric import laue_rotations, primitive_rotations
from engine.diffraction.reflections import independent_reflections
from engine.library.kinship import Occupants
from engine.library.types import MAX_LINES, line_limit

SHAPE_TOLERANCE = 0.006
INTENSITY_TOLERANCE = 0.985
SYMPREC = 0.05
# Sums of r^-6 between two species that differ by less (in ln) are the same in two crystals of one
# type with other species in their places.
SAME_SURROUNDINGS = 0.02

FloatArray = NDArray[np.float64]


@dataclass
class TypeEntry:
    """One structure type while the library is being built.

    Attributes
    ----------
    surroundings : (k, k) array
        Ln of the sum of r^-6 from an atom of one species to those of another.
    occupants : list of (k,) tuples of int
        The elements of the species, in their order here, of every crystal of the type.

    The others are those of `StructureTypes`.
    """

    space_group: int
    lattice: FloatArray
    species: NDArray[np.int64]
    coords: FloatArray
    hkl: NDArray[np.int64]
    multiplicity: NDArray[np.int64]
    d_star: FloatArray
    species_f2: FloatArray
    amplitude: FloatArray
    surroundings: FloatArray
    occupants: list[tuple[int, ...]]
    count: int = 1


class TypeReducer:
    """Turns records into type entries."""

    def __init__(self, form_factors: Any) -> None:
        self._form_factors = form_factors

    def reduce(self, record: dict[str, Any]) -> TypeEntry | None:
        """The type of one record, or None where spglib finds no symmetry for it."""
        numbers = np.array([atomic_number(symbol) for symbol in record["species"]])
        cell: Any = (record["lattice"], record["frac_coords"], numbers)
        primitive = spglib.standardize_cell(cell, to_primitive=True, symprec=SYMPREC)
        if primitive is None:
            return None
        lattice, coords, z = primitive
        dataset = spglib.get_symmetry_dataset(primitive, symprec=SYMPREC / 2)
        if dataset is None:
            return None
        group = int(dataset.number)
        scale = (abs(np.linalg.det(lattice)) / len(z)) ** (1.0 / 3.0)
        lattice = np.asarray(lattice) / scale
        rotations = primitive_rotations(group)
        limit = line_limit(len(z), len(laue_rotations(rotations)))
        listed = independent_reflections(lattice, 0.5 * limit, rotations)
        hkl, multiplicity, d_star = listed.hkl, listed.multiplicity, 2.0 * listed.s
        phases = np.exp(2j * np.pi * hkl @ np.asarray(coords).T)
        labels, unit = _unit_structure_factors(np.asarray(z), phases)
        species = np.searchsorted(labels, z, sorter=np.argsort(labels))
        species = np.argsort(labels)[species]
        f = self._form_factors(labels, (d_star / scale / 2.0) ** 2).T
        full = np.abs((unit * f).sum(axis=1)) ** 2
        seen = np.abs(unit).max(axis=1) > 1e-3 * len(z)
        kept = np.flatnonzero(seen)[:MAX_LINES]
        # Amplitudes at B = 1 A^2, the usual falling-off of a measured pattern.
        damping = np.exp(-2.0 * (d_star[kept] / scale / 2.0) ** 2)
        amplitude = np.sqrt(multiplicity[kept] * full[kept] * damping)
        return TypeEntry(
            space_group=group,
            lattice=lattice,
            species=species.astype(np.int64),
            coords=np.asarray(coords) % 1.0,
            hkl=hkl[kept],
            multiplicity=multiplicity[kept],
            d_star=d_star[kept],
            species_f2=np.asarray(
                (np.abs(unit[kept]) ** 2 * multiplicity[kept, None]).T, dtype=float
            ),
            amplitude=amplitude / max(float(amplitude.max(initial=0.0)), 1e-12),
            surroundings=_surroundings(lattice, np.asarray(coords), species),
            occupants=[tuple(int(label) for label in labels)],
        )


def _unit_structure_factors(
    numbers: NDArray[np.int64], phases: NDArray[np.complex128]
) -> tuple[NDArray[np.int64], NDArray[np.complex128]]:
    """Structure factors of each species with unit scatterers, in an order that forgets Z.

    Species are ordered by their number of sites, then by how strongly they scatter together,
    so that the same type met with other elements comes out the same.
    """
    labels, counts = np.unique(numbers, return_counts=True)
    unit = np.stack([phases[:, numbers == z].sum(axis=1) for z in labels], axis=1)
    strength = np.round((np.abs(unit[:24]) ** 2).sum(axis=0), 3)
    order = np.lexsort((strength, counts))
    return labels[order], unit[:, order]


def _surroundings(
    lattice: FloatArray, coords: FloatArray, species: NDArray[np.int64]
) -> FloatArray:
    """(k, k) ln of the sum of r^-6 from an atom of the first species to all of the second."""
    n, k = len(species), int(species.max()) + 1
    apart = coords[:, None] - coords[None]
    apart -= np.rint(apart)
    total = np.zeros((n, n))
    for image in product((-1.0, 0.0, 1.0), repeat=3):
        squared = (((apart + np.array(image)) @ lattice) ** 2).sum(axis=2)
        total += np.where(squared > 1e-4, np.maximum(squared, 1e-4) ** -3.0, 0.0)
    members = np.eye(k)[species]
    return np.asarray(np.log(members.T @ total @ members / members.sum(axis=0)[:, None]))


def exchanges(first: TypeEntry, second: TypeEntry) -> list[tuple[int, ...]]:
    """In which orders the species of the second may stand for those of the first, the best first.

    Powder lines of unit scatterers do not tell the sites of a perovskite's two cations apart, and
    so the order that they were given neither; what surrounds them does.

    Returns
    -------
    list of (k,) tuples of int
        Always one; several where surroundings are the same under an exchange, such as that of the
        two species of rock salt.
    """
    counts, others = np.bincount(first.species), np.bincount(second.species)
    found: list[tuple[float, tuple[int, ...]]] = []
    for order in permutations(range(len(counts))):
        if np.array_equal(others[list(order)], counts):
            turned = second.surroundings[np.ix_(order, order)]
            found.append((float(np.abs(turned - first.surroundings).max()), order))
    found.sort(key=lambda one: one[0])
    least = found[0][0]
    return [order for off, order in found if off <= least + SAME_SURROUNDINGS]


def occupants_of(entries: Sequence[TypeEntry]) -> list[Occupants]:
    """The occupants of each type, its species matched with those of its family's first type."""
    first: dict[tuple[Any, ...], TypeEntry] = {}
    found = []
    for entry in entries:
        key = (entry.space_group, tuple(np.bincount(entry.species)))
        order = exchanges(first.setdefault(key, entry), entry)[0]
        alike = exchanges(entry, entry)
        rows = [tuple(one[i] for i in every) for one in entry.occupants for every in alike]
        found.append(Occupants(rows, key, order))
    return found


def _same(first: TypeEntry, second: TypeEntry) -> bool:
    """Whether two entries of one key have the same powder lines, species by species."""
    n = min(len(first.d_star), len(second.d_star), 48)
    if n == 0 or not np.array_equal(first.hkl[:n], second.hkl[:n]):
        return _same_sorted(first, second, n)
    if np.abs(np.log(first.d_star[:n] / second.d_star[:n])).max() > SHAPE_TOLERANCE:
        return False
    return _intensities_agree(first.species_f2[:, :n], second.species_f2[:, :n])


def _same_sorted(first: TypeEntry, second: TypeEntry, n: int) -> bool:
    """The same where nearly equal lines may have changed places: compare smoothed patterns."""
    if n == 0:
        return len(first.d_star) == len(second.d_star)
    if np.abs(np.log(first.d_star[:n] / second.d_star[:n])).max() > SHAPE_TOLERANCE:
        return False
    width = 2.0 * SHAPE_TOLERANCE
    axis = np.log(first.d_star[:n])
    kernels = [
        np.exp(-(((np.log(e.d_star[:n]) - axis[:, None]) / width) ** 2)) for e in (first, second)
    ]
    one, two = (
        kernel @ np.sqrt(e.species_f2[:, :n].T)
        for kernel, e in zip(kernels, (first, second), strict=True)
    )
    return _intensities_agree(one.T**2, two.T**2)


def _intensities_agree(one: FloatArray, two: FloatArray) -> bool:
    a, b = np.sqrt(one), np.sqrt(two)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines = (a * b).sum(axis=1) / np.maximum(norms, 1e-9)
    return bool(np.all(cosines > INTENSITY_TOLERANCE))


def merge_entries(entries: Iterable[TypeEntry]) -> list[TypeEntry]:
    """Merge entries that are one type; counts add up, amplitudes are averaged."""
    groups: dict[tuple[Any, ...], list[TypeEntry]] = defaultdict(list)
    for entry in entries:
        key = (entry.space_group, tuple(np.bincount(entry.species)))
        for known in groups[key]:
            if _same(known, entry):
                n = min(len(known.amplitude), len(entry.amplitude))
                weight = 1.0 / (known.count + 1)
                known.amplitude[:n] += weight * (entry.amplitude[:n] - known.amplitude[:n])
                known.count += 1
                order = exchanges(known, entry)[0]
                known.occupants += [tuple(one[i] for i in order) for one in entry.occupants]
                break
        else:
            groups[key].append(entry)
    return [entry for group in groups.values() for entry in group]
