"""Isosurfaces of a periodic density, cut and capped at the faces of the cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Mesh = tuple[NDArray[np.float32], NDArray[np.uint32], NDArray[np.float32]]


def upright(lattice: FloatArray) -> FloatArray:
    """The same cell turned so that a lies along x and b in the xy plane.

    The Cholesky factor of the metric tensor has just these rows.
    """
    return np.linalg.cholesky(lattice @ lattice.T)


def padded(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """The grid with its far faces repeated, and a layer of nothing around to close the caps."""
    periodic = np.pad(np.asarray(values, dtype=np.float32), (0, 1), mode="wrap")
    floor = float(min(periodic.min(), 0.0)) - 1e-6
    return np.pad(periodic, 1, constant_values=floor)


def isosurface(closed: NDArray[np.float32], level: float) -> Mesh | None:
    """Triangles of the surface at `level` in a grid from `padded`.

    Returns
    -------
    vertices : (v, 3) array
        Fractional coordinates, within 0 and 1.
    faces : (f, 3) array
    normals : (v, 3) array
        Along the gradient with respect to the fractional coordinates.
    None, where the surface is empty.
    """
    from skimage.measure import marching_cubes

    if not float(closed.min()) < level < float(closed.max()):
        return None
    vertices, faces, normals, _values = marching_cubes(closed, level)
    n = np.array(closed.shape) - 3
    fractional = np.clip((vertices - 1.0) / n, 0.0, 1.0)
    return fractional.astype(np.float32), faces.astype(np.uint32), normals.astype(np.float32)


def level_for_volume(values: NDArray[np.floating], share: float) -> float:
    """The level that encloses `share` of the cell's volume; positive wherever the map is."""
    level = float(np.quantile(values, 1.0 - share))
    return max(level, 1e-3 * float(np.max(values)))


def boundary_copies(
    frac_coords: FloatArray, tolerance: float = 0.02
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Atoms of one cell, those on its faces, edges and corners drawn on every side.

    Returns
    -------
    coordinates : (m, 3) array
        Within -tolerance and 1 + tolerance.
    rows : (m,) array
        Which atom each is a copy of.
    """
    base = np.asarray(frac_coords, dtype=float) % 1.0
    base[base > 1.0 - 1e-9] = 0.0
    found, rows = [], []
    for row, place in enumerate(base):
        choices = [
            [x, x + 1.0] if x < tolerance else [x, x - 1.0] if x > 1.0 - tolerance else [x]
            for x in place
        ]
        for x in choices[0]:
            for y in choices[1]:
                for z in choices[2]:
                    found.append((x, y, z))
                    rows.append(row)
    return np.array(found, dtype=float).reshape(-1, 3), np.array(rows, dtype=np.int64)


def _unit_sphere(subdivisions: int) -> tuple[FloatArray, NDArray[np.int64]]:
    """An octahedron whose faces are split in four, `subdivisions` times, and blown up."""
    vertices = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]
    corners = np.array(vertices, dtype=float)
    faces = np.array(
        [
            (0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4),
            (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5),
        ]
    )  # fmt: skip
    for _ in range(subdivisions):
        edges = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        unique, inverse = np.unique(edges, axis=0, return_inverse=True)
        middle = corners[unique].mean(axis=1)
        middle /= np.linalg.norm(middle, axis=1, keepdims=True)
        ab, bc, ca = (inverse.reshape(-1, 3) + len(corners)).T
        a, b, c = faces.T
        faces = np.concatenate(
            [np.stack(triangle, axis=1) for triangle in
             ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
        )  # fmt: skip
        corners = np.concatenate([corners, middle])
    return corners, faces


def spheres(centres: NDArray[np.floating], radii: FloatArray) -> tuple[Mesh, NDArray[np.int64]]:
    """One mesh of many spheres, and which sphere each of its vertices belongs to."""
    # Coarser where there are many, so that a large cell still turns smoothly.
    unit, faces = _unit_sphere(3 if len(centres) <= 80 else 2)
    vertices = centres[:, None, :] + radii[:, None, None] * unit[None]
    offsets = (np.arange(len(centres)) * len(unit))[:, None, None]
    mesh = (
        vertices.reshape(-1, 3).astype(np.float32),
        (faces[None] + offsets).reshape(-1, 3).astype(np.uint32),
        np.tile(unit, (len(centres), 1)).astype(np.float32),
    )
    return mesh, np.repeat(np.arange(len(centres)), len(unit))
