"""What counts as the right structure, and how sure a rate is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.lattice import matrix_from_cell
from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import to_pymatgen
from engine.crystal.symmetry import standardise
from engine.training.scoring import (
    ENANTIOMORPHS,
    Match,
    compare,
    same_group,
    wilson_interval,
    without_hydrogen,
)
from tests.made_structures import BY_NAME, MADE, Made

RUTILE = BY_NAME["rutile"]


def moved(structure: CrystalStructure, angstrom: float, seed: int = 0) -> CrystalStructure:
    steps = np.random.default_rng(seed).normal(size=(len(structure), 3))
    steps *= angstrom / np.linalg.norm(steps, axis=1, keepdims=True)
    shift = steps @ np.linalg.inv(structure.lattice)
    return replace(structure, frac_coords=structure.frac_coords + shift)


@pytest.mark.parametrize("made", MADE[::2], ids=lambda made: made.name)
def test_a_structure_is_itself(made: Made) -> None:
    structure = made.structure
    match = compare(structure, made.number, to_pymatgen(structure), made.number)
    assert (match.loose, match.strict, match.crystallographic) == (True, True, True)
    assert match.rms == pytest.approx(0.0, abs=1e-5)


def test_setting_and_origin_do_not_matter() -> None:
    structure = BY_NAME["tenorite"].structure
    primitive = standardise(structure).primitive
    shifted = replace(primitive, frac_coords=primitive.frac_coords + np.array([0.21, 0.4, 0.33]))
    assert compare(shifted, 15, to_pymatgen(structure), 15).crystallographic


def test_small_displacements_still_match_and_large_ones_do_not() -> None:
    structure = BY_NAME["baddeleyite"].structure
    truth = to_pymatgen(structure)
    little = compare(moved(structure, 0.1), 14, truth, 14)
    assert little.crystallographic
    assert little.rms is not None
    assert 0.01 < little.rms < 0.1
    assert not compare(moved(structure, 1.6), 14, truth, 14).strict


def test_another_size_matches_but_not_crystallographically() -> None:
    structure = RUTILE.structure
    larger = replace(structure, lattice=1.05 * structure.lattice)
    match = compare(larger, 136, to_pymatgen(structure), 136)
    assert match.loose
    assert match.strict
    assert not match.crystallographic


def test_another_space_group_or_none_is_not_crystallographic() -> None:
    truth = to_pymatgen(RUTILE.structure)
    assert not compare(RUTILE.structure, 58, truth, 136).crystallographic
    assert not compare(RUTILE.structure, 136, truth, None).crystallographic


def test_wrong_structures_do_not_match() -> None:
    truth = to_pymatgen(RUTILE.structure)
    anatase = BY_NAME["anatase"]
    assert compare(anatase.structure, anatase.number, truth, 136) == Match(False, False, False)
    other = replace(RUTILE, sites=(("Sn", 0.0, 0.0, 0.0), RUTILE.sites[1]))
    assert not compare(other.structure, 136, truth, 136).loose
    salt = BY_NAME["rock salt"]
    assert not compare(salt.structure, 225, truth, 136).loose


def test_hydrogen_and_oxidation_states_are_taken_out() -> None:
    cell = matrix_from_cell(4.0, 4.0, 5.0, 90.0, 90.0, 90.0)
    structure = CrystalStructure(
        cell, np.array([11, 8, 1]), np.array([[0, 0, 0], [0.5, 0.5, 0.3], [0.5, 0.5, 0.5]])
    )
    full = to_pymatgen(structure)
    full.add_oxidation_state_by_element({"Na": 1, "O": -2, "H": 1})
    bare = without_hydrogen(full)
    assert bare.composition.as_dict() == {"Na": 1, "O": 1}
    assert len(full) == 3
    kept = structure.numbers != 1
    half = CrystalStructure(cell, structure.numbers[kept], structure.frac_coords[kept])
    assert compare(half, 99, bare, 99).strict


def test_enantiomorphic_groups_are_the_same() -> None:
    assert len(ENANTIOMORPHS) == 11
    assert same_group(152, 154)
    assert same_group(154, 152)
    assert same_group(14, 14)
    assert not same_group(152, 153)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe, Statist. Med. 17, 857 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_are_those_published(successes, trials, low, high) -> None:
    found = wilson_interval(successes, trials, 1.959964)
    assert found == pytest.approx((low, high), abs=6e-5)


def test_wilson_intervals_behave_at_the_ends() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)
    low, high = wilson_interval(10, 10)
    assert high == pytest.approx(1.0)
    assert low == pytest.approx(1.0 - wilson_interval(0, 10)[1])
    widths = [np.diff(wilson_interval(n // 2, n))[0] for n in (10, 100, 1000)]
    assert widths == sorted(widths, reverse=True)
