"""Bonds, coordination polyhedra, and the atoms within a range of fractional coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# What two atoms that touch may be apart beyond the sum of their covalent radii, in angstrom.
ALLOWANCE = 0.25
SHORTEST = 0.4
FACE_TOLERANCE = 0.02  # fractional: atoms as near as this to the range's faces belong to it
FEWEST_CORNERS = 4


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Atoms to be drawn, with what joins them.

    Attributes
    ----------
    coordinates : (m, 3) array
        Fractional, of every atom drawn; those that only complete a polyhedron come last.
    rows : (m,) int array
        Which atom of the structure each is a copy of.
    n_inside : int
        How many of them lie within the range.
    bonds : (b, 2) int array
        Pairs of rows of `coordinates`; both ends are drawn.
    polyhedra : tuple of (centre, corners) with corners a (k,) int array
        Rows of `coordinates`.
    """

    coordinates: FloatArray
    rows: IntArray
    n_inside: int
    bonds: IntArray
    polyhedra: tuple[tuple[int, IntArray], ...]


def arrange(
    structure: CrystalStructure,
    low: tuple[float, float, float] = (0.0, 0.0, 0.0),
    high: tuple[float, float, float] = (1.0, 1.0, 1.0),
    *,
    bonds: bool = True,
    polyhedra: bool = False,
) -> Arrangement:
    """The atoms within a range of fractional coordinates, with bonds and polyhedra.

    Parameters
    ----------
    structure : CrystalStructure
    low, high : three floats
        Ends of the range along a, b, c; atoms on its faces are drawn on every side.
    bonds : bool
        Whether bonds are looked for.
    polyhedra : bool
        Whether the surroundings of metal atoms are completed beyond the range and returned.

    Notes
    -----
    Two atoms are bonded where they are no farther apart than the sum of their covalent radii
    (Cordero et al., Dalton Trans. 2008, 2832, as tabulated by gemmi) and 0.25 angstrom; two
    metal atoms are not where there are non-metals too.
    """
    coordinates, rows = atoms_in_range(structure, low, high)
    n_inside = len(rows)
    none = np.zeros((0, 2), dtype=np.int64)
    if not (bonds or polyhedra) or not n_inside:
        return Arrangement(coordinates, rows, n_inside, none, ())
    around, around_rows = _surroundings(structure, low, high)
    pairs = _contacts(structure, coordinates, rows, around, around_rows)
    is_metal = _metals(structure)
    # Where each of the surrounding atoms is drawn; those outside are drawn only as corners.
    drawn = _places_of(around, coordinates, structure.lattice)
    found: list[tuple[int, IntArray]] = []
    extra: list[int] = []
    if polyhedra:
        for centre in np.flatnonzero(is_metal[rows]):
            corners = pairs[pairs[:, 0] == centre, 1]
            corners = corners[~is_metal[around_rows[corners]]]
            if len(corners) < FEWEST_CORNERS:
                continue
            for corner in corners[drawn[corners] < 0]:
                drawn[corner] = n_inside + len(extra)
                extra.append(int(corner))
            found.append((int(centre), drawn[corners]))
    kept = pairs[drawn[pairs[:, 1]] >= 0]
    joined = np.column_stack([kept[:, 0], drawn[kept[:, 1]]])
    joined = np.unique(np.sort(joined, axis=1), axis=0).reshape(-1, 2)
    return Arrangement(
        np.concatenate([coordinates, around[extra]]),
        np.concatenate([rows, around_rows[extra]]),
        n_inside,
        joined.astype(np.int64) if bonds else none,
        tuple(found),
    )


def atoms_in_range(
    structure: CrystalStructure,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
) -> tuple[FloatArray, IntArray]:
    """Fractional coordinates of all atoms within a range, and which atom each is a copy of."""
    base = structure.frac_coords % 1.0
    base[base > 1.0 - 1e-9] = 0.0
    found, rows = [], []
    ends = [
        range(int(np.floor(a - 1.0)), int(np.ceil(b)) + 1) for a, b in zip(low, high, strict=True)
    ]
    shifts = np.array([(i, j, k) for i in ends[0] for j in ends[1] for k in ends[2]], dtype=float)
    bottom = np.asarray(low, dtype=float) - FACE_TOLERANCE
    top = np.asarray(high, dtype=float) + FACE_TOLERANCE
    for row, place in enumerate(base):
        copies = place + shifts
        inside = np.all((copies >= bottom) & (copies <= top), axis=1)
        found.append(copies[inside])
        rows.append(np.full(int(inside.sum()), row))
    if not found:
        return np.zeros((0, 3)), np.zeros(0, dtype=np.int64)
    return np.concatenate(found), np.concatenate(rows).astype(np.int64)


def _radii(structure: CrystalStructure) -> FloatArray:
    import gemmi

    known = {int(z): float(gemmi.Element(int(z)).covalent_r) for z in set(structure.numbers)}
    return np.array([known[int(z)] for z in structure.numbers])


def _metals(structure: CrystalStructure) -> NDArray[np.bool_]:
    import gemmi

    known = {int(z): bool(gemmi.Element(int(z)).is_metal) for z in set(structure.numbers)}
    return np.array([known[int(z)] for z in structure.numbers], dtype=bool)


def _surroundings(
    structure: CrystalStructure,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
) -> tuple[FloatArray, IntArray]:
    """The range's atoms and all those within a bond's length of it."""
    reach = 2.0 * float(_radii(structure).max()) + ALLOWANCE
    # 1/|a*| is the distance between the faces that a crosses.
    widen = reach * np.linalg.norm(np.linalg.inv(structure.lattice), axis=0)
    a, b, c = (float(x) for x in np.asarray(low) - widen)
    d, e, f = (float(x) for x in np.asarray(high) + widen)
    return atoms_in_range(structure, (a, b, c), (d, e, f))


def _contacts(
    structure: CrystalStructure,
    first: FloatArray,
    first_rows: IntArray,
    second: FloatArray,
    second_rows: IntArray,
) -> IntArray:
    """Pairs (row of `first`, row of `second`) that are bonded."""
    from scipy.spatial import cKDTree

    radii, is_metal = _radii(structure), _metals(structure)
    mixed = bool(is_metal.any() and not is_metal.all())
    here, there = first @ structure.lattice, second @ structure.lattice
    near = cKDTree(here).sparse_distance_matrix(
        cKDTree(there), 2.0 * float(radii.max()) + ALLOWANCE, output_type="coo_matrix"
    )
    i, j, distance = near.row, near.col, near.data
    limit = radii[first_rows[i]] + radii[second_rows[j]] + ALLOWANCE
    bonded = (distance > SHORTEST) & (distance <= limit)
    if mixed:
        bonded &= ~(is_metal[first_rows[i]] & is_metal[second_rows[j]])
    pairs = np.column_stack([i[bonded], j[bonded]]).astype(np.int64)
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])


def _places_of(around: FloatArray, drawn: FloatArray, lattice: FloatArray) -> IntArray:
    """For each surrounding atom its row among the drawn ones, -1 if it is not drawn."""
    from scipy.spatial import cKDTree

    distance, row = cKDTree(drawn @ lattice).query(around @ lattice, distance_upper_bound=1e-3)
    return np.where(np.isfinite(distance), row, -1).astype(np.int64)
