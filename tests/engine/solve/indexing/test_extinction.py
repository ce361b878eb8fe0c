from __future__ import annotations

import gemmi
import numpy as np
import pytest

from engine.solve.indexing import extinction_symbols, settle_cell
from engine.solve.indexing.bravais import KINDS, kind_of
from engine.solve.indexing.extinction import space_group_counts
from engine.solve.indexing.extinction_classes import (
    absences,
    extinction_classes,
    space_group_weights,
)


def test_absences_agree_with_gemmi():
    side = np.arange(-4, 5)
    hkl = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
    for name in ("P 1 21/c 1", "P n m a", "F d d d:2", "I 41/a m d:2", "P 63/m m c", "I a -3 d"):
        operations = gemmi.SpaceGroup(name).operations()
        expected = [operations.is_systematically_absent(list(map(int, h))) for h in hkl]
        assert absences(gemmi.SpaceGroup(name).xhm(), hkl).tolist() == expected


# How many symbols the International Tables list, settings of the axes counted apart.
@pytest.mark.parametrize(
    ("kind", "symbols"),
    [
        ("aP", {"P -"}),
        ("mC", {"C 1 - 1", "C 1 c 1"}),
        ("hR", {"R - -", "R - c"}),
        ("cF", {"F - - -", "F d - -", "F 41 - -", "F - - c", "F d - c"}),
        ("oF", {"F - - -", "F d d -", "F d - d", "F - d d", "F d d d"}),
    ],
)
def test_symbols_of_a_lattice(kind, symbols):
    assert {one.symbol for one in extinction_classes(kind_of(kind))} == symbols


@pytest.mark.parametrize(
    ("kind", "symbol", "number"),
    [
        ("mP", "P 1 21/c 1", 14),
        ("mP", "P 1 21 1", 11),
        ("oP", "P n - a", 62),
        ("oP", "P 21 21 21", 19),
        ("oP", "P b c a", 61),
        ("oC", "C - c -", 63),
        ("tI", "I a - d", 141),
        ("tP", "P - n -", 136),
        ("hP", "P - - c", 194),
        ("cP", "P a - -", 205),
        ("cI", "I a - d", 230),
    ],
)
def test_well_known_groups_are_where_they_belong(kind, symbol, number):
    one = next(one for one in extinction_classes(kind_of(kind)) if one.symbol == symbol)
    assert number in one.numbers


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.symbol)
def test_symbols_are_distinct_and_priors_sum_to_one(kind):
    classes = extinction_classes(kind)
    assert len({one.symbol for one in classes}) == len(classes)
    weights = space_group_weights(classes, space_group_counts())
    assert sum(weights) == pytest.approx(1.0)
    assert min(weights) > 0.0


@pytest.mark.parametrize(
    ("pattern", "cell", "symbol", "number"),
    [
        ("rutile_pattern", (4.594, 4.594, 2.959, 90.0, 90.0, 90.0), "P - n -", 136),
        ("halite_pattern", (5.64, 5.64, 5.64, 90.0, 90.0, 90.0), "F - - -", 225),
    ],
)
def test_symbol_of_a_pattern(pattern, cell, symbol, number, request):
    pattern = request.getfixturevalue(pattern)
    settled = settle_cell(pattern, cell)[0]
    found = extinction_symbols(pattern, settled)
    assert found[0].symbol == symbol
    assert found[0].space_groups[0] == number
    assert sum(one.probability for one in found) <= 1.0 + 1e-9
    assert found[0].probability > 0.6
