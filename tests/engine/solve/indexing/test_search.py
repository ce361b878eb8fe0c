"""How much effort the search for cells takes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.progress import Progress
from engine.solve.indexing.line_list import LineList, lines_from
from engine.solve.indexing.search import DEEPER, USUAL, CellSearch

WAVELENGTH = 1.5406


def searched(lines: LineList, monkeypatch) -> list[tuple[str, object]]:
    """Every lattice that is searched for, with the effort; cells are found as usual."""
    asked = []
    real = CellSearch._search

    def noted(self, kind, tables, effort):
        asked.append((kind.system, effort))
        # What is asked for with more effort is not needed here, and takes long.
        if effort is USUAL:
            real(self, kind, tables, effort)

    monkeypatch.setattr(CellSearch, "_search", noted)
    CellSearch(lines, Progress()).run()
    return asked


def angles(square: np.ndarray) -> np.ndarray:
    return 2.0 * np.degrees(np.arcsin(0.5 * WAVELENGTH * np.sqrt(square)))


def test_lines_of_no_lattice_are_searched_with_more_effort(monkeypatch) -> None:
    rng = np.random.default_rng(5)
    lines = lines_from(np.sort(rng.uniform(10.0, 60.0, 30)), WAVELENGTH)
    asked = searched(lines, monkeypatch)
    deeper = [system for system, effort in asked if effort is DEEPER]
    assert deeper == ["monoclinic", "monoclinic", "triclinic"]


def test_a_cubic_pattern_is_not(monkeypatch) -> None:
    sums = [3, 4, 8, 11, 12, 16, 19, 20, 24, 27, 32, 35, 36, 40]
    lines = lines_from(angles(np.array(sums) / 5.6402**2), WAVELENGTH)
    asked = searched(lines, monkeypatch)
    assert {effort for _, effort in asked} == {USUAL}
    assert "triclinic" not in dict(asked)


@pytest.mark.parametrize("name", ["sifted", "settled", "judged"])
def test_more_effort_is_more_of_everything(name: str) -> None:
    assert getattr(DEEPER, name) > getattr(USUAL, name)
    assert math.isfinite(getattr(DEEPER, name))
