"""Space groups in classes of equal systematic absences."""

import gemmi
import numpy as np
import pytest

from engine.crystal.extinction_classes import (
    class_of_group,
    classes_on_lattice,
    extinction_classes,
    members_of_class,
)
from engine.crystal.lattice import crystal_system, matrix_from_cell
from engine.model.contents import EXTINCTION_CLASSES


def test_every_space_group_is_in_one_class() -> None:
    members = sorted(n for group in extinction_classes() for n in group)
    assert members == list(range(1, 231))
    assert class_of_group()[0] == -1
    for number in range(1, 231):
        assert number in extinction_classes()[class_of_group()[number]]


def test_the_head_has_an_output_for_each() -> None:
    assert len(extinction_classes()) == EXTINCTION_CLASSES


# International Tables A, table 1.6.4: extinction symbols and what they stand for.
@pytest.mark.parametrize(
    "alike",
    [
        (1, 2),
        (3, 6, 10),
        (4, 11),
        (7, 13),
        (26, 28, 51),  # P - - a
        (33, 62),  # P n a -
        (36, 40, 63),  # C - - c, and A with an a glide
        (216, 225, 196, 202, 209),  # F - - -
        (203, 227),  # F d - -
        (159, 163, 186, 190, 194),  # P - - c, trigonal and hexagonal
        (218, 223),  # P - - n
    ],
)
def test_known_classes(alike: tuple[int, ...]) -> None:
    assert set(extinction_classes()[class_of_group()[alike[0]]]) == set(alike)


@pytest.mark.parametrize("number", [14, 19, 61, 142, 205, 206, 220, 230])
def test_these_are_told_by_their_absences_alone(number: int) -> None:
    assert extinction_classes()[class_of_group()[number]] == (number,)


def test_members_of_a_class_extinguish_the_same() -> None:
    rng = np.random.default_rng(0)
    for members in extinction_classes():
        if 16 <= members[0] <= 74:
            continue  # the axes may be named in another order
        groups = [gemmi.find_spacegroup_by_number(n).operations() for n in members]
        for h in rng.integers(-9, 10, (60, 3)).tolist():
            assert len({g.is_systematically_absent(h) for g in groups}) == 1


def test_classes_are_named_by_their_groups() -> None:
    def named(number: int) -> str:
        return members_of_class(class_of_group()[number])

    assert named(14) == "P 1 21/c 1"
    assert named(62) == "P n a 21 or P n m a"
    assert named(225).startswith("F 2 3, F m -3, F 4 3 2")
    assert named(225).endswith("or others alike")


@pytest.mark.parametrize(
    ("lattice", "possible", "impossible"),
    [
        # Tetragonal, body-centred: no primitive tetragonal group, nothing more symmetric.
        ([[-2.0, 2.0, 3.5], [2.0, -2.0, 3.5], [2.0, 2.0, -3.5]], (2, 12, 71, 69, 139), (136, 225)),
        # Rhombohedral: monoclinic groups, no orthorhombic and no primitive hexagonal ones.
        (2.5 * np.array([[1.0, 1, 0.1], [1, 0.1, 1], [0.1, 1, 1]]), (2, 15, 167), (62, 164, 194)),
        # Face-centred cubic: all that is less symmetric, but no other centring of the cubic ones.
        (2.7 * (np.ones((3, 3)) - np.eye(3)), (1, 15, 71, 141, 160, 225), (62, 127, 194, 221, 229)),
        (np.diag([3.1, 5.2, 7.7]), (2, 14, 62), (63, 71, 127)),
    ],
)
def test_classes_that_a_lattice_allows(lattice, possible, impossible) -> None:
    found = classes_on_lattice(lattice)
    assert all(found[class_of_group()[number]] for number in possible)
    assert not any(found[class_of_group()[number]] for number in impossible)


def test_every_lattice_allows_its_own_groups() -> None:
    from engine.crystal.symmetry import primitive_lattice

    shapes = {
        "triclinic": ([4.1, 5.3, 6.2], [82.0, 97.0, 104.0]),
        "monoclinic": ([4.1, 5.3, 6.2], [90.0, 107.0, 90.0]),
        "orthorhombic": ([4.1, 5.3, 6.2], [90.0, 90.0, 90.0]),
        "tetragonal": ([4.1, 4.1, 6.2], [90.0, 90.0, 90.0]),
        "trigonal": ([4.1, 4.1, 6.2], [90.0, 90.0, 120.0]),
        "hexagonal": ([4.1, 4.1, 6.2], [90.0, 90.0, 120.0]),
        "cubic": ([4.1, 4.1, 4.1], [90.0, 90.0, 90.0]),
    }
    for number in range(1, 231):
        lengths, angles = shapes[crystal_system(number)]
        letter = gemmi.find_spacegroup_by_number(number).hm[0]
        lattice = primitive_lattice(matrix_from_cell(*lengths, *angles), letter)
        assert classes_on_lattice(lattice)[class_of_group()[number]], number
