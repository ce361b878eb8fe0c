"""Cells that are indexed once."""

from __future__ import annotations

import pytest

import engine.solve.cells
from engine.errors import CancelledError
from engine.solve.cells import LEAST_CHANCE, CellsOfPattern
from tests.engine.solve.watch import Watch
from tests.made_patterns import measured
from tests.made_structures import BY_NAME


@pytest.fixture(scope="module")
def pattern():
    return measured(BY_NAME["rutile"].structure, 5, step=0.03)


def test_the_lines_are_indexed_once(pattern, monkeypatch) -> None:
    calls = []
    index = engine.solve.cells.index_pattern

    def counted(*arguments):
        calls.append(arguments)
        return index(*arguments)

    monkeypatch.setattr(engine.solve.cells, "index_pattern", counted)
    cells = CellsOfPattern(pattern)
    assert not calls
    first = cells.likely()
    assert cells.likely() is first
    assert len(calls) == 1
    assert first[0].bravais == "tP"
    assert all(cell.chance >= LEAST_CHANCE for cell in first)


def test_what_was_cancelled_is_begun_anew(pattern) -> None:
    cells = CellsOfPattern(pattern)
    with pytest.raises(CancelledError):
        cells.likely(Watch(0.0))
    assert cells.likely()[0].bravais == "tP"
