import numpy as np
import pytest

from engine.crystal.coordination import arrange, atoms_in_range
from engine.crystal.structure import CrystalStructure

FACES = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])


def rock_salt() -> CrystalStructure:
    halves = np.concatenate([FACES, (FACES + np.array([0.5, 0.0, 0.0])) % 1.0])
    return CrystalStructure(np.eye(3) * 5.6402, np.repeat([11, 17], 4), halves)


def rutile() -> CrystalStructure:
    u = 0.3053
    places = [
        (0, 0, 0),
        (0.5, 0.5, 0.5),
        (u, u, 0),
        (-u, -u, 0),
        (0.5 + u, 0.5 - u, 0.5),
        (0.5 - u, 0.5 + u, 0.5),
    ]
    return CrystalStructure(np.diag([4.5937, 4.5937, 2.9587]), [22] * 2 + [8] * 4, places)


def neighbours(found, row):
    return np.concatenate([found.bonds[found.bonds[:, 0] == row, 1],
                           found.bonds[found.bonds[:, 1] == row, 0]])  # fmt: skip


def test_atoms_on_the_faces_are_drawn_on_every_side():
    places, rows = atoms_in_range(rock_salt(), (0, 0, 0), (1, 1, 1))
    # 8 corners, 6 faces; 12 edges and the middle.
    assert [int((rows < 4).sum()), int((rows >= 4).sum())] == [14, 13]
    assert places.min() == 0.0
    assert places.max() == 1.0


def test_twice_the_range_holds_twice_the_cells():
    once, _ = atoms_in_range(rutile(), (0.1, 0.1, 0.1), (1.09, 1.09, 1.09))
    twice, _ = atoms_in_range(rutile(), (0.1, 0.1, 0.1), (2.09, 1.09, 1.09))
    assert len(twice) == 2 * len(once)
    assert len(np.unique(np.round(twice, 6), axis=0)) == len(twice)


def test_titanium_has_six_oxygens_and_no_titanium():
    structure = rutile()
    found = arrange(structure, (-0.6, -0.6, -1.6), (1.6, 1.6, 2.6))
    (centre,) = np.flatnonzero(np.all(np.abs(found.coordinates - [0.5, 0.5, 0.5]) < 1e-6, axis=1))
    around = neighbours(found, centre)
    assert list(structure.numbers[found.rows[around]]) == [8] * 6
    away = (found.coordinates[around] - found.coordinates[centre]) @ structure.lattice
    assert np.linalg.norm(away, axis=1) == pytest.approx([1.98] * 6, abs=0.05)


def test_polyhedra_are_whole_and_reach_beyond_the_range():
    found = arrange(rutile(), polyhedra=True)
    assert len(found.polyhedra) == 9  # eight corners and the middle
    assert {len(corners) for _centre, corners in found.polyhedra} == {6}
    assert found.n_inside < len(found.coordinates)
    outside = found.coordinates[found.n_inside :]
    assert np.all(np.any((outside < -0.02) | (outside > 1.02), axis=1))
    # Nothing is drawn twice, and every bond ends at atoms that are drawn.
    assert len(np.unique(np.round(found.coordinates, 6), axis=0)) == len(found.coordinates)
    assert found.bonds.max() < len(found.coordinates)


def test_metals_alone_are_bonded_and_nothing_is_where_nothing_touches():
    copper = CrystalStructure(np.eye(3) * 3.615, [29] * 4, FACES)
    found = arrange(copper, (-0.6,) * 3, (1.6,) * 3)
    (centre,) = np.flatnonzero(np.all(np.abs(found.coordinates - [0.5, 0.5, 0]) < 1e-6, axis=1))
    assert len(neighbours(found, centre)) == 12
    argon = CrystalStructure(np.eye(3) * 5.3, [18] * 4, FACES)
    assert len(arrange(argon).bonds) == 0


def test_without_bonds_there_are_only_atoms():
    found = arrange(rutile(), bonds=False)
    assert len(found.bonds) == 0
    assert found.polyhedra == ()
    nothing = CrystalStructure(np.eye(3), [], np.zeros((0, 3)))
    assert len(arrange(nothing).coordinates) == 0
