from __future__ import annotations

import numpy as np
import pytest

from engine.crystal.lattice import matrix_from_cell
from engine.errors import BadInputError
from engine.solve.indexing import settle_cell
from engine.solve.indexing.relatives import matching_basis

RUTILE = matrix_from_cell(4.594, 4.594, 2.959, 90.0, 90.0, 90.0)
HALITE = matrix_from_cell(3.988, 3.988, 3.988, 60.0, 60.0, 60.0)


def test_a_rough_cell_is_refined(rutile_pattern):
    cells = settle_cell(rutile_pattern, (4.66, 4.66, 2.92, 90.0, 90.0, 90.0))
    assert cells[0].bravais == "tP"
    assert not cells[0].as_given
    assert matching_basis(cells[0].lattice, RUTILE, 0.002, 0.2) is not None
    assert cells[0].chance > 0.5


@pytest.mark.parametrize(
    "cell",
    [(5.72, 5.72, 5.72, 90.0, 90.0, 90.0), (3.95, 3.95, 3.95, 60.0, 60.0, 60.0)],
    ids=["conventional", "primitive"],
)
def test_the_centring_is_found(halite_pattern, cell):
    cells = settle_cell(halite_pattern, cell)
    assert cells[0].bravais == "cF"
    assert matching_basis(cells[0].lattice, HALITE, 0.003, 0.3) is not None


def test_a_foreign_cell_comes_back_as_given(rutile_pattern):
    cells = settle_cell(rutile_pattern, (3.3, 3.3, 3.3, 90.0, 90.0, 90.0))
    assert len(cells) == 1
    assert cells[0].as_given
    assert cells[0].chance == 0.0
    assert np.array(cells[0].cell) == pytest.approx([3.3, 3.3, 3.3, 90.0, 90.0, 90.0])


def test_no_cell_is_refused(rutile_pattern):
    with pytest.raises(BadInputError, match="cell"):
        settle_cell(rutile_pattern, (1.0, 2.0, 3.0))


def test_a_rhombohedral_cell_on_hexagonal_axes(calcite_pattern):
    cells = settle_cell(calcite_pattern, (5.05, 5.05, 16.9, 90.0, 90.0, 120.0))
    assert cells[0].bravais == "hR"
    assert np.array(cells[0].cell)[[0, 2]] == pytest.approx([4.990, 17.06], rel=2e-3)
