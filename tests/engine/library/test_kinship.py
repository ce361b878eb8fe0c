"""What known crystals of a type say of the elements on its sites."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.crystal.composition import atomic_number
from engine.errors import BadInputError
from engine.library import kinship, types
from engine.library.kinship import NOVEL, OF_FAMILY, Occupants, load, save, substitutions

HALIDES = [("Na", "Cl"), ("K", "Cl"), ("Na", "Br"), ("K", "Br"), ("Na", "I")]
OXIDES = [("Mg", "O"), ("Ca", "O"), ("Mg", "S"), ("Ca", "S")]
OTHERS = [("U", "C")]


def rows(pairs: list[tuple[str, ...]]) -> list[tuple[int, ...]]:
    return [tuple(atomic_number(symbol) for symbol in pair) for pair in pairs]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kinship") / "kinship.npz"
    occupants = [rows(HALIDES), rows([*OXIDES, *OXIDES, *OTHERS]), rows([("Fe",), ("Co",)])]
    of_types = [
        Occupants(occupants[0], "rutile", (0, 1)),
        Occupants(occupants[1], "rutile", (1, 0)),
        Occupants(occupants[2], "iron", (0,)),
    ]
    save(path, of_types, substitutions(occupants))
    return path


def test_elements_that_share_sites_replace_each_other() -> None:
    ratio = substitutions([rows(HALIDES), rows(OXIDES), rows(OTHERS)])
    na, k, cl, u = (atomic_number(symbol) for symbol in ("Na", "K", "Cl", "U"))
    assert ratio[k, na] > 0.0 > ratio[cl, na]
    assert ratio[u, na] < 0.0


def test_probabilities_of_replacements_sum_to_one() -> None:
    occupants = [rows(HALIDES), rows(OXIDES)]
    amounts = np.bincount(np.array(occupants[0] + occupants[1]).ravel(), minlength=99)
    share = np.maximum(amounts, 1.0) / np.maximum(amounts, 1.0).sum()
    total = (np.exp(substitutions(occupants)) * share[:, None]).sum(axis=0)
    np.testing.assert_allclose(total, 1.0)


def test_relatives_are_likelier_than_strangers(stored: Path) -> None:
    akin = load(stored, 2)
    known, relative, reverse, stranger = akin.log_prior(
        0, np.array(rows([("Na", "Cl"), ("K", "I"), ("Cl", "Na"), ("U", "C")]))
    )
    assert min(known, relative) > max(reverse, stranger)
    assert stranger >= np.log(NOVEL) - 1e-9


def test_a_crystal_counts_as_often_as_it_was_met(stored: Path) -> None:
    akin = load(stored, 2)
    assert akin.weight[akin.of_type == 1].tolist() == [2, 2, 2, 2, 1]
    assert load(stored, 1).rows.tolist() == [[26], [27]]


def test_the_family_counts_too_with_its_species_in_place(stored: Path) -> None:
    akin = load(stored, 2)
    # The second type has anion and cation the other way round.
    salt, oxide = (np.array(rows([pair])) for pair in (("Na", "Cl"), ("Mg", "O")))

    def worth(index: int, numbers: np.ndarray) -> float:
        return float(np.exp(akin.log_prior(index, numbers)[0]) - NOVEL)

    assert akin.rows[akin.of_type == 1][0].tolist() == [8, 12]
    own = np.exp(akin.log_ratio[oxide[0], akin.rows[akin.of_type == 1][:, ::-1]].sum(axis=1))
    other = np.exp(akin.log_ratio[oxide[0, ::-1], akin.rows[akin.of_type == 0]].sum(axis=1))
    expected = own @ akin.weight[akin.of_type == 1] + OF_FAMILY * other.sum()
    assert worth(1, oxide) == pytest.approx(expected)
    assert worth(0, salt) > worth(1, salt)


def test_another_format_is_refused(stored: Path, tmp_path: Path) -> None:
    with np.load(stored, allow_pickle=False) as old:
        arrays = {name: old[name] for name in old.files}
    arrays["version"] = np.array(99)
    changed = tmp_path / "kinship.npz"
    np.savez(changed, **arrays)
    with pytest.raises(BadInputError, match="format 99"):
        load(changed, 2)


def test_a_number_of_species_without_types_is_refused(stored: Path) -> None:
    with pytest.raises(BadInputError, match="no types of 5 elements"):
        load(stored, 5)


@pytest.mark.parametrize("n_species", [1, 2, 3, 4])
def test_every_shipped_type_has_the_occupants_of_all_its_crystals(n_species: int) -> None:
    akin, library = kinship.bundled(n_species), types.bundled(n_species)
    assert akin.family.shape == akin.order[:, 0].shape == (len(library),)
    met = np.bincount(akin.of_type, akin.weight, minlength=len(library))
    # Where species may change places a crystal stands there in every order.
    orders = met / library.count
    np.testing.assert_allclose(orders, np.rint(orders))
    assert orders.min() == 1.0
    assert np.median(orders) == 1.0


def test_the_shipped_occupants_know_chemistry() -> None:
    akin, library = kinship.bundled(2), types.bundled(2)
    rutile = next(
        i for i in np.argsort(-library.count) if library.space_group[i] == 136
    )  # the most frequent type of P4_2/mnm
    assert library.species_counts(int(rutile)).tolist() == [2, 4]
    right, wrong, strange = akin.log_prior(
        int(rutile), np.array(rows([("Ge", "O"), ("O", "Ge"), ("Cs", "Au")]))
    )
    assert right > wrong + 2.0
    assert right > strange + 2.0
