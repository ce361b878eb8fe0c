"""Plane sections (hkl) through a periodic density, with the cell's outline and the atoms in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.crystal.coordination import atoms_in_range
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LARGEST_INDEX = 20
SEARCHED = 4  # how far lattice vectors in the plane are looked for
MARGIN = 0.06  # of the outline's size, around it
ATOM_REACH = 0.4  # angstrom: atoms as near as this to the plane are named


@dataclass(frozen=True, eq=False)
class Section:
    """A density on a plane.

    Attributes
    ----------
    values : (ny, nx) array
        e/A^3; row i lies at ``y[i]``, column j at ``x[j]``.
    x, y : arrays
        Angstrom, along the plane's own axes; the origin is the foot of the cell's centre.
    outline : (k, 2) array
        Corners of the cell's cut, in order around it; empty where the plane misses the cell.
    atoms : (m, 2) array
        Feet of the atoms within 0.4 angstrom of the plane.
    rows : (m,) int array
        Which atom of the structure each is.
    spacing : float
        d(hkl), angstrom.
    along : (3,) int array
        The lattice vector [uvw] along x.
    """

    values: FloatArray
    x: FloatArray
    y: FloatArray
    outline: FloatArray
    atoms: FloatArray
    rows: IntArray
    spacing: float
    along: IntArray


def section(
    values: NDArray[np.floating],
    lattice: FloatArray,
    hkl: tuple[int, int, int],
    offset: float,
    *,
    structure: CrystalStructure | None = None,
    points: int = 220,
) -> Section:
    """Cut a density along a lattice plane.

    Parameters
    ----------
    values : (n1, n2, n3) array
        e/A^3 at (i/n1, j/n2, k/n3); the far faces are not repeated.
    lattice : (3, 3) array
        Rows a, b, c in angstrom.
    hkl : three ints
        Miller indices of the plane; not all 0.
    offset : float
        Distance from the origin in units of d(hkl): the plane is h x + k y + l z = offset.
    structure : CrystalStructure, optional
        Whose atoms are looked for in the plane, in the same cell.
    points : int
        Along the longer side of the picture.

    Raises
    ------
    BadInputError
        If the indices are all 0 or larger than 20.
    """
    from scipy.ndimage import map_coordinates

    normal, spacing = _normal(lattice, hkl)
    along = _vector_in_plane(lattice, hkl)
    e1 = along @ lattice
    e1 = e1 / np.linalg.norm(e1)
    axes = np.stack([e1, np.cross(normal, e1)])
    centre = 0.5 * lattice.sum(axis=0)
    foot = centre + (offset * spacing - float(centre @ normal)) * normal
    outline = _outline(hkl, offset)
    flat = (outline @ lattice - foot) @ axes.T
    low, high = _frame(flat, lattice, axes)
    size = high - low
    n = np.maximum(np.round(points * size / size.max()).astype(int), 2)
    x = np.linspace(low[0], high[0], n[0])
    y = np.linspace(low[1], high[1], n[1])
    places = foot + x[None, :, None] * axes[0] + y[:, None, None] * axes[1]
    fractional = places @ np.linalg.inv(lattice)
    grid = np.moveaxis(fractional * np.array(values.shape), -1, 0)
    # Linear between the points of a grid finer than the density: cheap enough to follow a slider.
    cut = map_coordinates(np.asarray(values, dtype=float), grid, order=1, mode="grid-wrap")
    atoms, rows = _atoms_near(structure, foot, normal, axes, low, high)
    return Section(cut, x, y, _ordered(flat), atoms, rows, spacing, along)


def _normal(lattice: FloatArray, hkl: tuple[int, int, int]) -> tuple[FloatArray, float]:
    """Unit normal of the planes, and their spacing."""
    indices = np.asarray(hkl)
    if not indices.any() or np.abs(indices).max() > LARGEST_INDEX:
        raise BadInputError(
            f"There is no plane ({' '.join(str(int(i)) for i in indices)}): give three indices, "
            f"not all 0 and none beyond {LARGEST_INDEX}."
        )
    reciprocal = np.linalg.inv(lattice) @ indices
    length = float(np.linalg.norm(reciprocal))
    return reciprocal / length, 1.0 / length


def _vector_in_plane(lattice: FloatArray, hkl: tuple[int, int, int]) -> IntArray:
    """The shortest lattice vector in the plane, its first index other than 0 positive."""
    h, k, m = hkl
    steps = np.arange(-SEARCHED, SEARCHED + 1)
    near = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    # These two or three lie in the plane whatever the indices.
    sure = np.array([(k, -h, 0), (m, 0, -h), (0, m, -k)])
    every = np.concatenate([near, sure])
    every = every[(every @ np.asarray(hkl) == 0) & every.any(axis=1)]
    lengths = np.linalg.norm(every @ lattice, axis=1)
    shortest = every[lengths < lengths.min() * (1.0 + 1e-6)]
    best = shortest[np.lexsort(shortest.T[::-1])[-1]]
    first = best[np.flatnonzero(best)[0]]
    return np.asarray(best * np.sign(first), dtype=np.int64)


def _outline(hkl: tuple[int, int, int], offset: float) -> FloatArray:
    """Where the plane cuts the edges of the cell, fractional."""
    corners = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)], dtype=float)
    side = corners @ np.asarray(hkl, dtype=float) - offset
    found = [corners[np.abs(side) < 1e-9]]
    for i in range(8):
        for j in range(i + 1, 8):
            edge = np.abs(corners[i] - corners[j]).sum() == 1
            if edge and side[i] * side[j] < -1e-18:
                share = side[i] / (side[i] - side[j])
                found.append((corners[i] + share * (corners[j] - corners[i]))[None])
    every = np.concatenate(found)
    if len(every):
        every = np.unique(np.round(every, 9), axis=0)
    return every if len(every) >= 3 else np.zeros((0, 3))


def _ordered(flat: FloatArray) -> FloatArray:
    """Corners of a convex polygon in order around its middle."""
    if not len(flat):
        return flat
    away = flat - flat.mean(axis=0)
    return np.asarray(flat[np.argsort(np.arctan2(away[:, 1], away[:, 0]))])


def _frame(
    flat: FloatArray, lattice: FloatArray, axes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """A rectangle around the cut, no smaller than half the cell's shortest edge."""
    least = 0.25 * float(np.linalg.norm(lattice, axis=1).min())
    if len(flat):
        low, high = flat.min(axis=0), flat.max(axis=0)
    else:
        half = 0.5 * np.abs(lattice @ axes.T).max(axis=0)
        low, high = -half, half
    margin = np.maximum(MARGIN * float((high - low).max()), least - 0.5 * (high - low))
    return low - margin, high + margin


def _atoms_near(
    structure: CrystalStructure | None,
    foot: FloatArray,
    normal: FloatArray,
    axes: FloatArray,
    low: FloatArray,
    high: FloatArray,
) -> tuple[FloatArray, IntArray]:
    """Atoms of the whole crystal near the plane and within the frame."""
    if structure is None or not len(structure):
        return np.zeros((0, 2)), np.zeros(0, dtype=np.int64)
    corners = np.array([(x, y) for x in (low[0], high[0]) for y in (low[1], high[1])])
    inverse = np.linalg.inv(structure.lattice)
    ends = (foot + corners @ axes) @ inverse
    slack = ATOM_REACH * np.linalg.norm(inverse, axis=0)
    bottom, top = ends.min(axis=0) - slack, ends.max(axis=0) + slack
    places, rows = atoms_in_range(
        structure,
        (float(bottom[0]), float(bottom[1]), float(bottom[2])),
        (float(top[0]), float(top[1]), float(top[2])),
    )
    away = places @ structure.lattice - foot
    flat = away @ axes.T
    near = np.abs(away @ normal) <= ATOM_REACH
    near &= np.all((flat >= low) & (flat <= high), axis=1)
    return flat[near], rows[near]
