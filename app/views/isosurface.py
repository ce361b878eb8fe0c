"""Isosurfaces of a periodic density, cut and capped at the faces of the cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Triple = tuple[float, float, float]
Mesh = tuple[NDArray[np.float32], NDArray[np.uint32], NDArray[np.float32]]


def upright(lattice: FloatArray) -> FloatArray:
    """The same cell turned so that a lies along x and b in the xy plane.

    The Cholesky factor of the metric tensor has just these rows.
    """
    return np.asarray(np.linalg.cholesky(lattice @ lattice.T))


def drawn_range(n: tuple[int, ...], low: Triple, high: Triple) -> tuple[IntArray, IntArray]:
    """First and last grid plane of a range of fractions along each axis, at least two."""
    sizes = np.array(n)
    first = np.round(np.asarray(low) * sizes).astype(np.int64)
    last = np.round(np.asarray(high) * sizes).astype(np.int64)
    return first, np.maximum(last, first + 2)


def padded(
    values: NDArray[np.floating],
    low: Triple = (0.0, 0.0, 0.0),
    high: Triple = (1.0, 1.0, 1.0),
) -> NDArray[np.float32]:
    """The grid over a range, both faces included, in a layer of nothing that closes the caps."""
    first, last = drawn_range(values.shape, low, high)
    planes = [
        np.arange(start, stop + 1) % n
        for start, stop, n in zip(first, last, values.shape, strict=True)
    ]
    periodic = np.asarray(values, dtype=np.float32)[np.ix_(*planes)]
    floor = float(min(periodic.min(), 0.0)) - 1e-6
    return np.pad(periodic, 1, constant_values=floor)


def isosurface(closed: NDArray[np.float32], level: float) -> Mesh | None:
    """Triangles of the surface at `level` in a grid from `padded`.

    Returns
    -------
    vertices : (v, 3) array
        Shares of the range along each axis, within 0 and 1.
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


def rods(
    starts: NDArray[np.floating], ends: NDArray[np.floating], radius: float, sides: int = 10
) -> tuple[Mesh, NDArray[np.int64]]:
    """One mesh of many open cylinders, and which cylinder each of its vertices belongs to."""
    along = np.asarray(ends - starts, dtype=float)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    # Any direction that is not along the rod serves to span the plane across it.
    helper = np.where(np.abs(along[:, :1]) < 0.9, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    first = np.cross(along, helper)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(along, first)
    turn = 2.0 * np.pi * np.arange(sides) / sides
    outward = (
        np.cos(turn)[None, :, None] * first[:, None] + np.sin(turn)[None, :, None] * second[:, None]
    )
    vertices = np.concatenate(
        [starts[:, None] + radius * outward, ends[:, None] + radius * outward], axis=1
    )
    here, there = np.arange(sides), (np.arange(sides) + 1) % sides
    quads = np.concatenate(
        [
            np.stack([here, there, here + sides], axis=1),
            np.stack([there, there + sides, here + sides], axis=1),
        ]
    )
    offsets = (np.arange(len(starts)) * 2 * sides)[:, None, None]
    mesh = (
        vertices.reshape(-1, 3).astype(np.float32),
        (quads[None] + offsets).reshape(-1, 3).astype(np.uint32),
        np.concatenate([outward, outward], axis=1).reshape(-1, 3).astype(np.float32),
    )
    return mesh, np.repeat(np.arange(len(starts)), 2 * sides)


def hull(corners: NDArray[np.floating]) -> Mesh | None:
    """The faces of the smallest convex body around some points; None where they are flat."""
    from scipy.spatial import ConvexHull, QhullError

    points = np.asarray(corners, dtype=float)
    try:
        found = ConvexHull(points)
    except QhullError:
        return None
    # Each triangle has corners of its own, so that faces are flat and edges sharp.
    vertices = points[found.simplices].reshape(-1, 3)
    normals = np.repeat(found.equations[:, :3], 3, axis=0)
    faces = np.arange(len(vertices)).reshape(-1, 3)
    return vertices.astype(np.float32), faces.astype(np.uint32), normals.astype(np.float32)
