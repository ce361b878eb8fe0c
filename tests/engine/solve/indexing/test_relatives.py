from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.crystal.lattice import matrix_from_cell
from engine.crystal.niggli import niggli_reduce
from engine.solve.indexing.relatives import (
    matching_basis,
    sublattice_matrices,
    superlattice_matrices,
)

LENGTH = st.floats(3.0, 9.0)
ANGLE = st.floats(70.0, 110.0)


# The number of superlattices of index n is the sum over its divisors d of d times the sum of
# the divisors of d (sequence A001001).
@pytest.mark.parametrize(("index", "count"), [(1, 1), (2, 7), (3, 13), (4, 35), (5, 31), (6, 91)])
def test_number_of_superlattices(index, count):
    matrices = superlattice_matrices(index)
    assert len(matrices) == count
    assert np.round(np.linalg.det(matrices)).tolist() == [index] * count


@pytest.mark.parametrize("index", [2, 3, 4])
def test_sublattices_contain_the_lattice(index):
    for matrix in sublattice_matrices(index):
        assert abs(np.linalg.det(matrix)) == pytest.approx(1.0 / index)
        inverse = np.linalg.inv(matrix)
        assert inverse == pytest.approx(np.round(inverse), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.tuples(LENGTH, LENGTH, LENGTH, ANGLE, ANGLE, ANGLE), st.integers(0, 12), st.booleans())
def test_superlattices_are_recognised(cell, which, other_basis):
    lattice = niggli_reduce(matrix_from_cell(*cell))[0]
    assume(abs(np.linalg.det(lattice)) > 25.0)
    larger = niggli_reduce(superlattice_matrices(3)[which] @ lattice)[0]
    if other_basis:
        larger = np.array([[1, 0, 0], [1, 1, 0], [0, 0, -1]]) @ larger
    found = matching_basis(lattice, larger)
    assert found is not None
    assert abs(round(float(np.linalg.det(found)))) == 3


def test_different_lattices_do_not_match():
    one = matrix_from_cell(4.0, 5.0, 6.0, 90.0, 90.0, 90.0)
    other = matrix_from_cell(4.0, 5.0, 6.1, 90.0, 90.0, 90.0)
    assert matching_basis(one, other) is None
    assert matching_basis(one, other, tolerance=0.02) is not None
