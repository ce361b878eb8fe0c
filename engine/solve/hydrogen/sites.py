"""Where hydrogen has room in a structure: bonded to a nonmetal, or between metals.

Distances are told in parts of the sum of the covalent radii: 1 is a bond.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import gemmi
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.crystal.composition import HYDROGEN
from engine.crystal.structure import CrystalStructure
from engine.solve.maps.frame import Frame
from engine.solve.maps.sites import SAME_SITE, Site, site_at

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NONMETALS = frozenset((5, 6, 7, 8, 9, 14, 15, 16, 17, 32, 33, 34, 35, 52, 53))
# Points on the sphere around an atom, and angstrom between those of the grid between metals.
DIRECTIONS, GRID = 96, 0.35
# In how many directions a site is moved.
STEPS = 24
# Longest bond to a nonmetal; how near a second one, and a metal, may be then.
LONGEST_BOND, SECOND_NONMETAL, METAL_BESIDE = 1.2, 1.18, 1.25
# Between metals: the shortest and longest distance to the nearest, the usual one and its spread.
HYDRIDE, USUAL_HYDRIDE, HYDRIDE_SPREAD = (0.92, 1.35), 1.1, 0.1
BOND_SPREAD = 0.06
# ln of how much rarer hydride ions are in what has nonmetals that could bear the hydrogen.
HYDRIDE_BESIDE_NONMETALS = -3.0
# Two hydrogen atoms, angstrom.
APART = 1.35
# What a refinement may make of that, in parts of a bond and, for two of hydrogen, in angstrom.
CROWDED, CROWDED_HYDROGEN = 0.72, 1.0
MERGED = 0.7
MOST_SITES = 160


def hydrogen_sites(room: Room) -> list[Site]:
    """Orbits where hydrogen, or more of it, has room, the usual ones first.

    Parameters
    ----------
    room : Room
        In the structure that it is to be added to.
    """
    frame = room.frame
    points = np.concatenate([room.bonded_points(), _grid(frame.lattice)])
    prior = room.log_prior(points)
    order = np.argsort(-prior, kind="stable")
    points = points[order[np.isfinite(prior[order])]]
    found: list[Site] = []
    taken = np.zeros((0, 3))
    while len(points) and len(found) < MOST_SITES:
        site = site_at(frame, points[0], 0.0, merged=MERGED)
        # On a special position it may have come nearer to its neighbour than a bond.
        site = site_at(frame, room.at_bond(site.images[0]), 0.0, merged=MERGED)
        images = np.concatenate([site.images, points[:1]])
        points = points[_distances(points, images, frame.lattice) >= SAME_SITE]
        first, rest = site.images[:1], site.images[1:]
        new = _distances(first, rest, frame.lattice)[0] >= APART
        new &= _distances(first, taken, frame.lattice)[0] >= SAME_SITE
        if new and np.isfinite(room.log_prior(first)[0]):
            found.append(site)
            taken = np.concatenate([taken, site.images])
    return found


def sites_beside(frame: Frame, site: Site, length: float) -> list[Site]:
    """Sites of the same multiplicity, in all directions from one by so much.

    Parameters
    ----------
    frame : Frame
    site : Site
    length : float
        Angstrom.
    """
    if not site.freedom:
        return []
    steps = length * _directions(STEPS) @ np.linalg.inv(frame.lattice)
    moved = [site_at(frame, site.images[0] + step, 0.0, merged=MERGED) for step in steps]
    return [one for one in moved if one.multiplicity == site.multiplicity]


def room_beside(points: FloatArray, others: Sequence[Site], lattice: FloatArray) -> BoolArray:
    """Which points are as far from the atoms of some sites as hydrogen is from hydrogen.

    Parameters
    ----------
    points : (p, 3) array
        Fractional.
    others : sequence of Site
    lattice : (3, 3) array
        Rows, angstrom.

    Returns
    -------
    (p,) bool array
    """
    if not others:
        return np.ones(len(points), dtype=bool)
    images = np.concatenate([site.images for site in others])
    return np.asarray(_distances(points, images, lattice) >= APART)


def crowded(structure: CrystalStructure) -> bool:
    """Whether hydrogen is nearer to other atoms than atoms are.

    Parameters
    ----------
    structure : CrystalStructure
        In any cell.
    """
    is_hydrogen = structure.numbers == HYDROGEN
    hydrogen, others = structure.frac_coords[is_hydrogen], structure.frac_coords[~is_hydrogen]
    heavy = structure.numbers[~is_hydrogen]
    for i, point in enumerate(hydrogen):
        rest = np.delete(hydrogen, i, axis=0)
        if _distances(point[None], rest, structure.lattice)[0] < CROWDED_HYDROGEN:
            return True
    for z in np.unique(heavy):
        lengths = _distances(hydrogen, others[heavy == z], structure.lattice)
        if (lengths < CROWDED * _bond(int(z))).any():
            return True
    return False


class Room:
    """How much room the atoms of a structure leave.

    Parameters
    ----------
    frame : Frame
    structure : CrystalStructure
        In the conventional cell.
    independent : sequence of int
        One atom of each orbit.
    """

    def __init__(
        self, frame: Frame, structure: CrystalStructure, independent: Sequence[int]
    ) -> None:
        bearers = [i for i in independent if int(structure.numbers[i]) in NONMETALS]
        self._bearers = [(structure.frac_coords[i], structure.numbers[i]) for i in bearers]
        self.frame, self._hydrogen = frame, structure.frac_coords[structure.numbers == HYDROGEN]
        # Of all elements but hydrogen.
        self._trees = {
            int(z): _periodic_tree(structure.frac_coords[structure.numbers == z], frame.lattice)
            for z in np.unique(structure.numbers[structure.numbers != HYDROGEN])
        }

    def bonded_points(self) -> FloatArray:
        """(p, 3) points at the distance of a bond around each independent nonmetal."""
        sphere = _directions(DIRECTIONS) @ np.linalg.inv(self.frame.lattice)
        around = [coords + _bond(int(z)) * sphere for coords, z in self._bearers]
        return np.concatenate(around) if around else np.zeros((0, 3))

    def at_bond(self, point: FloatArray) -> FloatArray:
        """A point moved to the length of a bond from the nonmetal that it is near to, if any."""
        cartesian = (point % 1.0) @ self.frame.lattice
        nearest, moved = LONGEST_BOND, cartesian
        for z, tree in self._trees.items():
            bond, (length, place) = _bond(z), tree.query(cartesian)
            if z in NONMETALS and 0.0 < length / bond < nearest:
                nearest = length / bond
                moved = tree.data[place] + (cartesian - tree.data[place]) * bond / length
        return np.asarray(moved @ np.linalg.inv(self.frame.lattice))

    def log_prior(self, points: FloatArray) -> FloatArray:
        """(p,) ln of how usual it is for hydrogen to be there; minus infinity where it cannot."""
        nonmetal, second, metal = self._nearest(points)
        bonded = (nonmetal >= 0.8) & (nonmetal <= LONGEST_BOND) & (second >= SECOND_NONMETAL)
        bonded &= metal >= METAL_BESIDE
        low, high = HYDRIDE
        hydride = (metal >= low) & (metal <= high) & (nonmetal >= LONGEST_BOND)
        beside = HYDRIDE_BESIDE_NONMETALS if self._bearers else 0.0
        of_bond = -0.5 * ((nonmetal - 1.0) / BOND_SPREAD) ** 2
        of_hydride = beside - 0.5 * ((metal - USUAL_HYDRIDE) / HYDRIDE_SPREAD) ** 2
        usual = np.where(bonded, of_bond, np.where(hydride, of_hydride, -np.inf))
        room = _distances(points, self._hydrogen, self.frame.lattice) >= APART
        return np.where(room, usual, -np.inf)

    def _nearest(self, points: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Parts of a bond to the nearest and second nonmetal, and to the nearest metal."""
        nonmetals = [np.full((len(points), 2), np.inf)]
        metals = [np.full((len(points), 1), np.inf)]
        for z, tree in self._trees.items():
            lengths = tree.query((points % 1.0) @ self.frame.lattice, k=2)[0]
            (nonmetals if z in NONMETALS else metals).append(lengths / _bond(z))
        two = np.partition(np.concatenate(nonmetals, axis=1), 1, axis=1)
        return two[:, 0], two[:, 1], np.concatenate(metals, axis=1).min(axis=1)


def _bond(atomic_number: int) -> float:
    """Length of a bond of an element to hydrogen, angstrom."""
    return float(gemmi.Element(atomic_number).covalent_r + gemmi.Element(HYDROGEN).covalent_r)


def _grid(lattice: FloatArray) -> FloatArray:
    """(p, 3) points all over a cell, `GRID` apart."""
    steps = np.ceil(np.linalg.norm(lattice, axis=1) / GRID).astype(np.int64)
    axes = [np.arange(n) / n for n in steps]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _directions(count: int) -> FloatArray:
    """(count, 3) unit vectors all over a sphere, on a golden spiral."""
    place = np.arange(count) + 0.5
    polar, azimuth = np.arccos(1.0 - 2.0 * place / count), np.pi * (1.0 + 5.0**0.5) * place
    return np.column_stack(
        [np.cos(azimuth) * np.sin(polar), np.sin(azimuth) * np.sin(polar), np.cos(polar)]
    )


def _distances(points: FloatArray, others: FloatArray, lattice: FloatArray) -> FloatArray:
    """(p,) from each point to the nearest of some others or of their translations, angstrom."""
    if len(others) == 0:
        return np.full(len(points), np.inf)
    return np.asarray(_periodic_tree(others, lattice).query((points % 1.0) @ lattice)[0])


def _periodic_tree(coords: FloatArray, lattice: FloatArray) -> cKDTree:
    """Points with those of the neighbouring cells."""
    cells = np.array(list(product((-1.0, 0.0, 1.0), repeat=3)))
    return cKDTree(((coords % 1.0)[None] + cells[:, None]).reshape(-1, 3) @ lattice)
