"""Space groups in classes of equal systematic absences."""

import gemmi
import numpy as np
import pytest

from engine.crystal.extinction_classes import (
    class_of_group,
    extinction_classes,
    members_of_class,
)
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
