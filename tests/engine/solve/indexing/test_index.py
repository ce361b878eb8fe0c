from __future__ import annotations

import numpy as np
import pytest

from engine.crystal.lattice import matrix_from_cell
from engine.crystal.niggli import niggli_reduce
from engine.crystal.symmetry import PRIMITIVE_BASIS
from engine.errors import BadInputError, CancelledError
from engine.progress import Progress
from engine.solve.indexing import index_lines, index_pattern
from engine.solve.indexing.bravais import kind_of
from engine.solve.indexing.relatives import matching_basis

from .made_lines import COPPER, line_angles, measured

# Halite, rutile, calcite, forsterite, gypsum-like, wollastonite-like.
CELLS = {
    "cF": (5.6402, 5.6402, 5.6402, 90.0, 90.0, 90.0),
    "tP": (4.5937, 4.5937, 2.9587, 90.0, 90.0, 90.0),
    "hR": (4.9900, 4.9900, 17.062, 90.0, 90.0, 120.0),
    "oP": (4.756, 10.207, 5.980, 90.0, 90.0, 90.0),
    "mC": (9.72, 8.93, 5.28, 90.0, 105.8, 90.0),
    "aP": (5.37, 5.85, 7.12, 98.2, 95.4, 104.8),
}


def primitive(symbol):
    lattice = matrix_from_cell(*CELLS[symbol])
    return niggli_reduce(PRIMITIVE_BASIS[kind_of(symbol).centring] @ lattice, 1e-3)[0]


@pytest.mark.parametrize("symbol", CELLS)
def test_lines_with_errors_gaps_and_zero_shift_are_indexed(symbol):
    angles = measured(line_angles(kind_of(symbol), CELLS[symbol], 65.0), seed=3)
    cells = index_lines(angles, COPPER, sigma=np.full(len(angles), 0.008))
    assert cells[0].bravais == symbol
    assert matching_basis(cells[0].lattice, primitive(symbol)) is not None
    assert cells[0].zero == pytest.approx(0.02, abs=0.012)
    assert cells[0].m20 > 20.0
    expected = np.array(CELLS[symbol])
    if symbol not in ("mC", "aP", "oP"):
        assert np.array(cells[0].cell) == pytest.approx(expected, rel=1e-3)
        su = np.array(cells[0].cell_su)
        assert np.all(su[3:] == 0.0)
        assert np.all((su[:3] > 0.0) & (su[:3] < 0.01))
    assert [cell.chance for cell in cells] == sorted((c.chance for c in cells), reverse=True)
    assert sum(cell.chance for cell in cells) <= 1.0 + 1e-9


def test_foreign_lines_are_tolerated():
    angles = measured(line_angles(kind_of("tP"), CELLS["tP"], 90.0), seed=5, lost=0.05)
    angles = np.sort(np.concatenate([angles, [31.27, 47.73]]))
    cells = index_lines(angles, COPPER, sigma=np.full(len(angles), 0.008))
    assert matching_basis(cells[0].lattice, primitive("tP")) is not None
    assert cells[0].explained <= len(angles) - 2


def test_related_cells_say_so():
    angles = measured(line_angles(kind_of("tP"), CELLS["tP"], 90.0), seed=1)
    cells = index_lines(angles, COPPER)
    multiples = [cell for cell in cells[1:] if "times the cell of rank 1" in cell.relation]
    assert multiples
    assert all(cell.chance < cells[0].chance for cell in multiples)


def test_too_few_lines_give_no_cell(nearly_flat):
    assert index_lines(np.array([20.0, 30.0]), COPPER) == []
    assert index_pattern(nearly_flat) == []


@pytest.mark.parametrize(
    ("angles", "wavelength", "extra"),
    [
        ([20.0, 30.0, 190.0], COPPER, {}),
        ([20.0, 30.0, 40.0], -1.0, {}),
        ([20.0, 30.0, 40.0], COPPER, {"intensities": np.ones(2)}),
        ([20.0, 30.0, 40.0], COPPER, {"sigma": np.zeros(3)}),
    ],
)
def test_bad_lines_are_refused_in_one_sentence(angles, wavelength, extra):
    with pytest.raises(BadInputError, match=r"\.$"):
        index_lines(np.array(angles), wavelength, **extra)


class Impatient(Progress):
    def report(self, fraction, message=""):
        if fraction > 0.2:
            raise CancelledError


def test_indexing_can_be_cancelled(rutile_pattern):
    with pytest.raises(CancelledError):
        index_pattern(rutile_pattern, progress=Impatient())


def test_a_pattern_is_indexed(rutile_pattern):
    cells = index_pattern(rutile_pattern, count=3)
    assert len(cells) <= 3
    assert cells[0].bravais == "tP"
    assert cells[0].system == "tetragonal"
    assert np.array(cells[0].cell)[[0, 2]] == pytest.approx([4.594, 2.959], rel=2e-3)
    assert cells[0].chance > 0.5
