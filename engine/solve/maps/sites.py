"""Sites of a space group: maxima of a map brought to special positions, and fixed points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from engine.solve.maps.frame import Frame, invariant_points

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SPACING = 0.28  # angstrom between grid points of a map
MOST_POINTS = 48
# Images of a site that are nearer than this are one atom on a special position.
MERGED = 0.75
# Sites of different orbits nearer than this are the same site.
SAME_SITE = 0.45


@dataclass(frozen=True, eq=False)
class Site:
    """An orbit that atoms may occupy.

    Attributes
    ----------
    images : (m, 3) array
        All its positions in the conventional cell; the first stands for it.
    height : float
        Of the map there; only its order among the sites of one map counts.
    freedom : int
        How many of its coordinates are free.
    """

    images: FloatArray
    height: float
    freedom: int

    @property
    def multiplicity(self) -> int:
        """Positions in the conventional cell."""
        return len(self.images)


def grid_shape(lattice: FloatArray) -> tuple[int, int, int]:
    """Even numbers of points along the axes of a cell for maps of `SPACING`."""
    lengths = np.linalg.norm(lattice, axis=1)
    a, b, c = (int(min(max(2 * np.ceil(x / SPACING / 2.0), 8), MOST_POINTS)) for x in lengths)
    return a, b, c


def maxima(grid: FloatArray, most: int) -> tuple[FloatArray, FloatArray]:
    """Positions (p, 3), fractional, and heights of the highest maxima of a periodic map."""
    shape = np.array(grid.shape)
    peaks = np.argwhere(grid == maximum_filter(grid, 3, mode="wrap"))
    values = grid[tuple(peaks.T)]
    order = np.argsort(-values)[:most]
    peaks, values = peaks[order], values[order]
    offset = np.zeros((len(peaks), 3))
    height = values.copy()
    for axis in range(3):
        step = np.zeros(3, dtype=np.int64)
        step[axis] = 1
        low, high = (grid[tuple(((peaks + sign * step) % shape).T)] for sign in (-1, 1))
        bend = np.minimum(low - 2.0 * values + high, -1e-12)
        offset[:, axis] = np.clip(0.5 * (low - high) / bend, -0.5, 0.5)
        height = height - 0.25 * (low - high) * offset[:, axis]
    return (peaks + offset) / shape % 1.0, height


def site_at(frame: Frame, point: FloatArray, height: float, merged: float = MERGED) -> Site:
    """The orbit of a point, moved to a special position where its images nearly coincide."""
    for _ in range(4):
        images = frame.rotations @ point + frame.translations
        apart = images - point
        apart -= np.rint(apart)
        near = np.linalg.norm(apart @ frame.lattice, axis=1) < merged
        shift = apart[near].mean(axis=0)
        point = point + shift
        if np.linalg.norm(shift @ frame.lattice) < 1e-4:
            break
    images = frame.rotations @ point + frame.translations
    apart = images - point
    apart -= np.rint(apart)
    itself = np.linalg.norm(apart @ frame.lattice, axis=1) < 1e-2
    freedom = int(np.rint(np.trace(frame.rotations[itself].mean(axis=0))))
    return Site(_distinct(images % 1.0, frame.lattice), height, max(freedom, 0))


def _distinct(points: FloatArray, lattice: FloatArray) -> FloatArray:
    apart = points[:, None] - points[None]
    apart -= np.rint(apart)
    same = np.linalg.norm(apart @ lattice, axis=2) < 2e-2
    first = same.argmax(axis=1)
    return np.asarray(points[first == np.arange(len(points))])


def distance(one: Site, two: Site, lattice: FloatArray) -> float:
    """Shortest distance between the positions of two sites; of one, to its own images."""
    apart = two.images - one.images[0]
    apart -= np.rint(apart)
    lengths = np.linalg.norm(apart @ lattice, axis=1)
    if one is two:
        axes = float(np.linalg.norm(lattice, axis=1).min())
        return float(min(lengths[1:].min(), axes)) if len(lengths) > 1 else axes
    return float(lengths.min())


def sites_of_map(
    frame: Frame, positions: FloatArray, heights: FloatArray, most: int, known: list[Site]
) -> list[Site]:
    """Different sites at the given maxima, highest first, that are not among `known`."""
    found: list[Site] = []
    for position, height in zip(positions, heights, strict=True):
        if len(found) >= most:
            break
        site = site_at(frame, position, float(height))
        if all(distance(site, other, frame.lattice) > SAME_SITE for other in known + found):
            found.append(site)
    return found


def fixed_sites(frame: Frame, known: list[Site], most: int) -> list[Site]:
    """Sites that symmetry fixes altogether and no known site is near to."""
    found: list[Site] = []
    for point in invariant_points(frame.hall_number):
        if len(found) >= most:
            break
        site = site_at(frame, point, 0.0)
        if all(distance(site, other, frame.lattice) > SAME_SITE for other in known + found):
            found.append(site)
    return found
