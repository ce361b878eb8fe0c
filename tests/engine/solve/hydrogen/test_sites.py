"""Where hydrogen has room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import standardise
from engine.solve.hydrogen.sites import (
    APART,
    Room,
    crowded,
    hydrogen_sites,
    room_beside,
    sites_beside,
)
from engine.solve.maps.frame import Frame
from engine.solve.maps.sites import Site
from tests.engine.solve.hydrogen.hydroxides import (
    BRUCITE,
    MAGNESIUM_HYDRIDE,
    POLAR_HYDROXIDE,
    without_hydrogen,
)

OXYGEN_HYDROGEN = 0.97  # sum of the covalent radii, angstrom


def room_in(structure: CrystalStructure, bare: bool = True) -> Room:
    """Of all atoms, or all but hydrogen, with the symmetry of the whole structure."""
    found = standardise(structure)
    cell = found.conventional
    kept = [i for i in range(len(cell)) if not bare or cell.numbers[i] != 1]
    independent = [kept.index(i) for i in found.asymmetric_unit() if i in kept]
    frame = Frame.of(found, cell.lattice)
    return Room(frame, without_hydrogen(cell) if bare else cell, independent)


def places(structure: CrystalStructure, atomic_number: int) -> np.ndarray:
    """Of the atoms of one element in the standard cell."""
    cell = standardise(structure).conventional
    return cell.frac_coords[cell.numbers == atomic_number]


def nearest(point: np.ndarray, others: np.ndarray, lattice: np.ndarray) -> float:
    """Found the slow way: over all translations near by."""
    cells = np.array(np.meshgrid(*[[-2, -1, 0, 1, 2]] * 3)).reshape(3, -1).T
    return float(
        min(np.linalg.norm((others - point + cell) @ lattice, axis=1).min() for cell in cells)
    )


@pytest.mark.parametrize(
    "structure",
    [BRUCITE, POLAR_HYDROXIDE, MAGNESIUM_HYDRIDE],
    ids=["brucite", "polar hydroxide", "magnesium hydride"],
)
def test_the_place_of_hydrogen_is_among_the_sites(structure: CrystalStructure) -> None:
    room = room_in(structure)
    hydrogen = places(structure, 1)[0]
    away = [nearest(hydrogen, site.images, room.frame.lattice) for site in hydrogen_sites(room)]
    assert min(away) < 0.4


def test_sites_bonded_to_oxygen_are_a_bond_away_and_the_usual_ones() -> None:
    room = room_in(BRUCITE)
    sites = hydrogen_sites(room)
    oxygen = places(BRUCITE, 8)
    lengths = np.array([nearest(s.images[0], oxygen, room.frame.lattice) for s in sites])
    priors = room.log_prior(np.array([site.images[0] for site in sites]))
    bonded = np.abs(lengths - OXYGEN_HYDROGEN) < 1e-6
    assert bonded.any()
    assert priors[bonded] == pytest.approx(0.0, abs=1e-6)
    # Those too far for a bond stand between metals, which is rarer beside oxygen.
    assert (priors[~bonded] < priors[bonded].min()).all()


def test_sites_keep_their_own_atoms_apart_and_differ_from_each_other() -> None:
    room = room_in(POLAR_HYDROXIDE)
    lattice = room.frame.lattice
    sites = hydrogen_sites(room)
    assert len(sites) > 5
    for site in sites:
        if len(site.images) > 1:
            assert nearest(site.images[0], site.images[1:], lattice) >= APART - 1e-6
    for i, one in enumerate(sites):
        for other in sites[:i]:
            assert nearest(one.images[0], other.images, lattice) > 0.4


def test_hydrogen_that_is_there_leaves_no_room_beside_it() -> None:
    room = room_in(BRUCITE, bare=False)
    hydrogen = places(BRUCITE, 1)
    assert not np.isfinite(room.log_prior(hydrogen)).any()
    for site in hydrogen_sites(room):
        assert nearest(site.images[0], hydrogen, room.frame.lattice) >= APART - 1e-6


def test_a_hydride_is_between_the_metals() -> None:
    room = room_in(MAGNESIUM_HYDRIDE)
    magnesium = places(MAGNESIUM_HYDRIDE, 12)
    for site in hydrogen_sites(room):
        assert 1.5 < nearest(site.images[0], magnesium, room.frame.lattice) < 2.4


def test_without_room_there_is_no_site() -> None:
    diamond = CrystalStructure(
        3.567 / 2.0 * np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]]),
        np.array([6, 6]),
        np.array([[0.0, 0.0, 0.0], [0.25, 0.25, 0.25]]),
    )
    assert hydrogen_sites(room_in(diamond)) == []


def test_sites_beside_one_are_as_far_as_asked_and_as_many() -> None:
    room = room_in(POLAR_HYDROXIDE)
    general = next(s for s in hydrogen_sites(room) if s.freedom == 3)
    beside = sites_beside(room.frame, general, 0.2)
    assert beside
    for one in beside:
        assert one.multiplicity == general.multiplicity
        away = nearest(general.images[0], one.images, room.frame.lattice)
        assert away == pytest.approx(0.2, abs=1e-6)


def test_what_symmetry_fixes_is_not_moved() -> None:
    room = room_in(BRUCITE)
    fixed = Site(np.array([[0.0, 0.0, 0.5]]), 0.0, 0)
    assert sites_beside(room.frame, fixed, 0.1) == []


def test_there_is_room_beside_sites_whose_atoms_are_far() -> None:
    lattice = 5.0 * np.eye(3)
    points = np.array([[0.9, 0.0, 0.0], [0.5, 0.0, 0.0], [0.0, 0.0, 0.28]])
    at_origin = Site(np.zeros((1, 3)), 0.0, 0)
    # The first is 0.5 angstrom away, over the edge of the cell.
    assert room_beside(points, [at_origin], lattice).tolist() == [False, True, True]
    assert room_beside(points, [], lattice).all()


def test_crowded_is_what_no_hydrogen_is() -> None:
    assert not crowded(BRUCITE)
    assert not crowded(MAGNESIUM_HYDRIDE)
    assert not crowded(without_hydrogen(BRUCITE))
    near_oxygen = BRUCITE.frac_coords.copy()
    near_oxygen[BRUCITE.numbers == 1] = near_oxygen[BRUCITE.numbers == 8] + [0.0, 0.0, 0.1]
    assert crowded(replace(BRUCITE, frac_coords=near_oxygen))
    pair = CrystalStructure(
        5.0 * np.eye(3), np.array([1, 1]), np.array([[0.0, 0.0, 0.02], [0.0, 0.0, 0.9]])
    )
    assert crowded(pair)
