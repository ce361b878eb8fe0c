from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.lattice import matrix_from_cell
from engine.solve.indexing.bravais import KINDS, kind_of

CELLS = {
    "cubic": (5.1, 5.1, 5.1, 90.0, 90.0, 90.0),
    "tetragonal": (4.2, 4.2, 7.7, 90.0, 90.0, 90.0),
    "hexagonal": (4.9, 4.9, 13.1, 90.0, 90.0, 120.0),
    "orthorhombic": (4.1, 6.3, 9.2, 90.0, 90.0, 90.0),
    "monoclinic": (5.2, 4.4, 9.1, 90.0, 101.5, 90.0),
    "triclinic": (4.3, 5.6, 7.8, 95.0, 102.0, 110.0),
}


def star(kind):
    lattice = matrix_from_cell(*CELLS[kind.system])
    return np.linalg.inv(lattice @ lattice.T)


def test_there_are_the_fourteen_bravais_lattices():
    assert sorted(kind.symbol for kind in KINDS) == sorted(
        "cP cI cF tP tI hP hR oP oC oI oF mP mC aP".split()
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.symbol)
def test_parameters_give_the_reciprocal_metric_back(kind):
    parameters = kind.parameters_of(star(kind))
    assert len(parameters) == kind.parameters
    assert kind.star_metric(parameters) == pytest.approx(star(kind), abs=1e-12)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.symbol)
def test_lines_are_those_of_the_primitive_cell(kind):
    parameters = kind.parameters_of(star(kind))
    limit = 0.35
    forms, multiplicity = kind.lines(parameters, limit)
    squares = forms @ parameters
    primitive = kind.primitive(parameters)
    side = np.arange(-9, 10)
    hkl = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
    lengths = ((hkl @ np.linalg.inv(primitive).T) ** 2).sum(axis=1)
    expected = np.sort(lengths[(lengths < limit) & (lengths > 1e-9)])
    assert multiplicity.sum() == len(expected)
    found = np.sort(np.repeat(squares, multiplicity))
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.symbol)
def test_primitive_volume(kind):
    parameters = kind.parameters_of(star(kind))
    volume = abs(np.linalg.det(kind.primitive(parameters)))
    assert float(kind.volume(parameters)) == pytest.approx(volume, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(-6, 6), st.integers(-6, 6), st.integers(-6, 6))
def test_forms_are_the_quadratic_form_of_the_metric(h, k, m):
    hkl = np.array([[h, k, m]])
    for name in ("aP", "mP", "oP", "tP", "hP", "cP"):
        kind = kind_of(name)
        parameters = kind.parameters_of(star(kind))
        expected = float(hkl[0] @ star(kind) @ hkl[0])
        assert float((kind.forms(hkl) @ parameters)[0]) == pytest.approx(expected, abs=1e-10)
