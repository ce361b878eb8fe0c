"""Generators and subgroups of a finite group that is given by its table of products."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Rows = tuple[tuple[int, ...], ...]

# Subgroups are sought among those that so many elements generate.
MOST_GENERATORS = 3


def generators(table: IntArray) -> tuple[int, ...]:
    """A few members that generate the whole group.

    Parameters
    ----------
    table : (g, g) int array
        ``table[a, b]`` is the number of the product a b; 0 is the identity.
    """
    return _generators(_rows(table))


def subgroups(table: IntArray, identity: int = 0) -> list[frozenset[int]]:
    """Proper subgroups of index 2, 3 and 4.

    Parameters
    ----------
    table : (g, g) int array
        ``table[a, b]`` is the number of the product a b.
    identity : int
        The number of the identity.
    """
    return list(_subgroups(_rows(table), identity))


def _rows(table: IntArray) -> Rows:
    return tuple(map(tuple, table.tolist()))


@functools.lru_cache(maxsize=1024)
def _generators(table: Rows) -> tuple[int, ...]:
    chosen: tuple[int, ...] = (0,)
    reached = _generated(table, chosen)
    for member in range(len(table)):
        if member not in reached:
            chosen = (*chosen, member)
            reached = _generated(table, chosen)
    return chosen


@functools.lru_cache(maxsize=256)
def _subgroups(table: Rows, identity: int) -> tuple[frozenset[int], ...]:
    order = len(table)
    by_members: dict[frozenset[int], tuple[int, ...]] = {
        _generated(table, (a,)): (a,) for a in range(order)
    }
    layer = by_members
    for _ in range(MOST_GENERATORS - 1):
        larger: dict[frozenset[int], tuple[int, ...]] = {}
        for members, made_by in layer.items():
            for b in range(order):
                if b not in members:
                    more = (*made_by, b)
                    larger.setdefault(_generated(table, more), more)
        layer = {members: made_by for members, made_by in larger.items()
                 if members not in by_members}  # fmt: skip
        by_members = {**by_members, **layer}
    return tuple(
        members
        for members in sorted(by_members, key=sorted)
        if identity in members and 2 * len(members) <= order and 4 * len(members) >= order
    )


def _generated(table: Rows, made_by: tuple[int, ...]) -> frozenset[int]:
    """All products of some members; in a finite group inverses are among them."""
    members = set(made_by)
    queue = list(made_by)
    while queue:
        row = table[queue.pop()]
        for generator in made_by:
            product = row[generator]
            if product not in members:
                members.add(product)
                queue.append(product)
    return frozenset(members)
