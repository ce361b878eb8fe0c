"""Reducing crystals to types and merging them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.crystal.metric import metric_basis, metric_to_vector
from engine.crystal.structure import CrystalStructure
from engine.library.build import exchanges, merge_entries
from tests.made_library import recoloured, record_of, scaled
from tests.made_structures import BY_NAME, MADE, Made


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_a_type_has_unit_volume_per_atom_and_the_right_group(reducer, made: Made) -> None:
    entry = reducer.reduce(record_of(made.structure))
    assert entry.space_group == made.number
    assert abs(np.linalg.det(entry.lattice)) == pytest.approx(len(entry.species))
    assert len(np.unique(entry.species)) == len({site[0] for site in made.sites})
    assert entry.amplitude.max() == pytest.approx(1.0)
    assert np.all(np.diff(entry.d_star) >= 0.0)
    # Its metric lies in what its space group leaves free.
    metric = metric_to_vector(np.linalg.inv(entry.lattice @ entry.lattice.T))
    basis = metric_basis(entry.space_group)
    np.testing.assert_allclose(basis @ (basis.T @ metric), metric, atol=1e-4)


def test_other_elements_and_another_size_make_the_same_type(reducer) -> None:
    rutile = BY_NAME["rutile"].structure
    records = [
        record_of(rutile),
        scaled(recoloured(rutile, Ti="Sn"), 1.03),
        scaled(recoloured(rutile, Ti="Mg", O="F"), 0.99),
    ]
    merged = merge_entries(reducer.reduce(record) for record in records)
    assert [entry.count for entry in merged] == [3]


def test_a_rotated_supercell_is_the_same_type(reducer) -> None:
    salt = BY_NAME["rock salt"].structure
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    doubled = {
        "lattice": (np.diag([1.0, 1.0, 2.0]) @ salt.lattice @ turn).tolist(),
        "species": record_of(salt)["species"] * 2,
        "frac_coords": np.concatenate(
            [(salt.frac_coords + np.array([0.0, 0.0, k])) / [1.0, 1.0, 2.0] for k in (0, 1)]
        ).tolist(),
    }
    merged = merge_entries(reducer.reduce(record) for record in (record_of(salt), doubled))
    assert [entry.count for entry in merged] == [2]


def test_different_structures_stay_apart(reducer, entries) -> None:
    merged = merge_entries(dataclasses.replace(entry) for entry in entries.values())
    assert len(merged) == len(entries)


def test_the_same_group_with_atoms_elsewhere_stays_apart(reducer) -> None:
    made = BY_NAME["pyrite"]
    shifted = dataclasses.replace(made, sites=(made.sites[0], ("S", 0.34, 0.34, 0.34)))
    merged = merge_entries(reducer.reduce(record_of(m.structure)) for m in (made, shifted))
    assert len(merged) == 2


def test_another_axial_ratio_stays_apart(reducer) -> None:
    made = BY_NAME["rutile"]
    longer = dataclasses.replace(made, cell=(4.5937, 4.5937, 3.15, 90.0, 90.0, 90.0))
    merged = merge_entries(reducer.reduce(record_of(m.structure)) for m in (made, longer))
    assert len(merged) == 2


PEROVSKITE = CrystalStructure(
    3.905 * np.eye(3),
    np.array([38, 22, 8, 8, 8]),
    np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]),
)


def test_cations_stay_on_their_sites_whatever_their_atomic_numbers(reducer) -> None:
    """Powder lines of unit scatterers do not tell the two cations of a perovskite apart."""
    records = [
        record_of(PEROVSKITE),
        recoloured(PEROVSKITE, Sr="K", Ti="Ta"),
        recoloured(PEROVSKITE, Sr="Ba", Ti="Zr"),
    ]
    (merged,) = merge_entries(reducer.reduce(record) for record in records)
    assert {frozenset(column) for column in zip(*merged.occupants, strict=True)} == {
        frozenset({38, 19, 56}),
        frozenset({22, 73, 40}),
        frozenset({8}),
    }


def test_exchanges_of_species_are_those_of_the_structure(reducer) -> None:
    def found(structure: CrystalStructure) -> list[tuple[int, ...]]:
        entry = reducer.reduce(record_of(structure))
        return sorted(exchanges(entry, entry))

    assert found(BY_NAME["rock salt"].structure) == [(0, 1), (1, 0)]
    assert found(BY_NAME["rutile"].structure) == [(0, 1)]
    assert found(PEROVSKITE) == [(0, 1, 2)]
