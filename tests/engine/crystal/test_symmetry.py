from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import averaged_within_cell, primitive_cell, standardise
from engine.errors import BadInputError
from tests.made_structures import BY_NAME, MADE, mixed_site_structure


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_space_groups_are_found(made) -> None:
    found = standardise(made.structure)
    expected = {made.number, {154: 152}.get(made.number, made.number)}
    assert found.number in expected
    assert found.crystal_system == made.system
    assert found.conventional.volume == pytest.approx(made.structure.volume, rel=1e-4)
    assert len(found.asymmetric_unit()) == len(made.sites)
    assert len(found.conventional) == len(made.structure)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_orbits_follow_from_the_operations(made) -> None:
    found = standardise(made.structure)
    cell = found.conventional
    for i in found.asymmetric_unit():
        images = found.rotations @ cell.frac_coords[i] + found.translations
        apart = images[:, None] - cell.frac_coords[None]
        apart -= np.rint(apart)
        distance = np.linalg.norm(apart @ cell.lattice, axis=2)
        assert distance.min(axis=1).max() < 1e-3
        reached = set(distance.argmin(axis=1).tolist())
        assert reached == set(np.flatnonzero(found.orbits == found.orbits[i]).tolist())
        assert found.multiplicities[i] == len(reached)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_primitive_cells_hold_their_share(made) -> None:
    found = standardise(made.structure)
    for primitive in (found.primitive, primitive_cell(made.structure)):
        share = primitive.volume / found.conventional.volume
        assert len(primitive) == pytest.approx(share * len(found.conventional))
    assert standardise(found.primitive).number == found.number


def test_mixed_sites_keep_their_atoms_and_displacements() -> None:
    found = standardise(mixed_site_structure())
    assert found.number == 225
    assert [found.wyckoff[i] for i in found.asymmetric_unit()][:2] == ["a", "a"]
    cell = found.conventional
    assert cell.occupancies[cell.numbers == 26] == pytest.approx(0.3)
    assert cell.u_iso[cell.numbers == 8] == pytest.approx(0.008)
    assert found.multiplicities.tolist() == [4] * 12
    assert len(found.primitive) == 3


def test_a_supercell_becomes_its_primitive_cell() -> None:
    salt = BY_NAME["rock salt"].structure
    shifts = np.array([[i, j, 0] for i in range(2) for j in range(2)]) / 2.0
    double = CrystalStructure(
        salt.lattice * np.array([[2.0], [2.0], [1.0]]),
        np.tile(salt.numbers, 4),
        np.concatenate([salt.frac_coords / [2, 2, 1] + shift for shift in shifts]),
    )
    assert len(primitive_cell(double)) == 2
    assert len(standardise(double).conventional) == 8


def test_atoms_slightly_off_are_moved_to_their_places() -> None:
    salt = BY_NAME["rock salt"].structure
    rng = np.random.default_rng(0)
    off = CrystalStructure(
        salt.lattice, salt.numbers, salt.frac_coords + 0.001 * rng.normal(size=(8, 3))
    )
    assert standardise(off, 0.05).number == 225
    assert standardise(off, 1e-4).number == 1


def test_wyckoff_letters_of_rutile() -> None:
    found = standardise(BY_NAME["rutile"].structure)
    assert (found.symbol, found.number, found.point_group) == ("P4_2/mnm", 136, "4/mmm")
    letters = {(int(z), w) for z, w in zip(found.conventional.numbers, found.wyckoff, strict=True)}
    assert letters == {(22, "a"), (8, "f")}


def test_impossible_structures_are_bad_input() -> None:
    with pytest.raises(BadInputError, match="no atoms"):
        standardise(CrystalStructure(np.eye(3) * 4, np.zeros(0), np.zeros((0, 3))))
    with pytest.raises(BadInputError, match="one place"):
        standardise(CrystalStructure(np.eye(3) * 4, np.array([8, 8]), np.zeros((2, 3))))


def pushed(structure: CrystalStructure, strain: float = 0.0) -> CrystalStructure:
    """Atoms up to 0.05 angstrom off their places, in a cell with no symmetry but translations."""
    rng = np.random.default_rng(4)
    shift = rng.uniform(-0.03, 0.03, structure.frac_coords.shape) @ np.linalg.inv(structure.lattice)
    bent = np.eye(3) + strain * np.array([[0.0, 0.3, -0.6], [0.3, 1.0, 0.9], [-0.6, 0.9, -1.0]])
    return replace(
        structure,
        lattice=structure.lattice @ bent,
        frac_coords=structure.frac_coords + shift,
    )


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_atoms_near_their_places_are_put_there(made) -> None:
    averaged, kept, found = averaged_within_cell(pushed(made.structure), 0.15, 1e-3)
    assert kept == found
    assert standardise(averaged, 1e-4).number == standardise(made.structure).number
    moved = averaged.frac_coords - made.structure.frac_coords
    moved = (moved - np.rint(moved)) @ made.structure.lattice
    assert np.linalg.norm(moved, axis=1).max() < 0.1


def test_no_more_symmetry_is_taken_than_the_cell_has() -> None:
    salt = BY_NAME["rock salt"].structure
    strained = pushed(salt, 2e-3)
    assert standardise(strained, 1e-3).number == 1
    averaged, kept, found = averaged_within_cell(strained, 0.15, 1e-3)
    # The translations of the face-centred cell, with and without an inversion.
    assert (kept, found) == (8, 192)
    assert np.array_equal(averaged.lattice, strained.lattice)
    group = standardise(averaged, 1e-3)
    assert (group.number, len(group.primitive)) == (2, 2)


def test_mixed_sites_are_averaged_too() -> None:
    mixed = mixed_site_structure()
    averaged, kept, found = averaged_within_cell(mixed, 0.1, 1e-3)
    assert kept == found == 192
    assert averaged.frac_coords == pytest.approx(mixed.frac_coords, abs=1e-6)
