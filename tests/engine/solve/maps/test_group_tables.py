"""Generators and subgroups out of tables of products."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from engine.solve.maps.frame import operations_of
from engine.solve.maps.group_tables import generators, subgroups


def _cyclic(order: int) -> np.ndarray:
    members = np.arange(order)
    return (members[:, None] + members[None]) % order


def _of_rotations(rotations: np.ndarray) -> np.ndarray:
    place = {w.tobytes(): i for i, w in enumerate(rotations)}
    return np.array([[place[(a @ b).tobytes()] for b in rotations] for a in rotations])


def _point_group(hall_number: int) -> np.ndarray:
    rotations = np.unique(operations_of(hall_number)[0], axis=0)
    identity = int(np.all(rotations == np.eye(3, dtype=int), axis=(1, 2)).argmax())
    order = [identity, *[i for i in range(len(rotations)) if i != identity]]
    return _of_rotations(np.ascontiguousarray(rotations[order]))


def test_a_cyclic_group_has_one_subgroup_for_every_divisor() -> None:
    found = subgroups(_cyclic(12))
    assert sorted(map(len, found)) == [3, 4, 6]
    assert generators(_cyclic(12)) == (0, 1)


def test_permutations_of_three_have_one_subgroup_of_index_2_and_three_of_index_3() -> None:
    members = list(permutations(range(3)))
    place = {m: i for i, m in enumerate(members)}
    table = np.array([[place[tuple(a[i] for i in b)] for b in members] for a in members])
    assert sorted(map(len, subgroups(table))) == [2, 2, 2, 3]


@pytest.mark.parametrize(
    ("hall_number", "order", "sizes"),
    [
        # m-3m has m-3, 432, -43m; 4/mmm three times; -3m four times and 23.
        (517, 48, {24: 3, 16: 3, 12: 5}),
        # mmm has seven subgroups of index 2 and seven of index 4.
        (227, 8, {4: 7, 2: 7}),
    ],
)
def test_subgroups_of_point_groups(hall_number: int, order: int, sizes: dict[int, int]) -> None:
    table = _point_group(hall_number)
    assert len(table) == order
    found = subgroups(table)
    assert {n: sum(len(f) == n for f in found) for n in sizes} == sizes
    for members in found:
        assert {int(table[a, b]) for a in members for b in members} == members


def test_generators_generate_everything() -> None:
    table = _point_group(517)
    reached = set(generators(table))
    while True:
        larger = reached | {int(table[a, b]) for a in reached for b in reached}
        if larger == reached:
            break
        reached = larger
    assert len(reached) == 48
