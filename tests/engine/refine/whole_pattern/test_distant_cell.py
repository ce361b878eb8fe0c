"""Cells some per cent off are strained until their lines fall on the pattern's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.structure import CrystalStructure
from engine.refine.phases import refine_phases
from engine.refine.prepared import prepare
from engine.refine.stages import list_reflections
from engine.refine.whole_pattern.distant_cell import strained_to_fit
from engine.refine.whole_pattern.options import RefinementOptions
from engine.refine.whole_pattern.state import begin
from tests.made_structures import BY_NAME
from tests.made_whole_patterns import counted, model_of

RUTILE = BY_NAME["rutile"].structure


@pytest.fixture(scope="module")
def pattern():
    return counted(*model_of([RUTILE], [3000.0]))


def strained(a: float, c: float) -> CrystalStructure:
    return replace(RUTILE, lattice=RUTILE.lattice * np.array([[a], [a], [c]]))


def begun(pattern, structure):
    prepared = prepare(pattern)
    return begin(
        prepared, (list_reflections(prepared, structure, 6000, 0.02),), RefinementOptions()
    )


@pytest.mark.parametrize(("a", "c"), [(1.025, 1.025), (0.98, 1.02)])
def test_a_distant_cell_comes_back(pattern, a, c):
    found = strained_to_fit(begun(pattern, strained(a, c)))
    assert found is not None
    assert found.cell[:3] == pytest.approx(RUTILE.cell[:3], rel=2e-3)
    assert len(found) == len(RUTILE)


def test_a_cell_that_fits_is_left_alone(pattern):
    assert strained_to_fit(begun(pattern, strained(1.001, 0.999))) is None


def test_the_refinement_says_where_it_began(pattern):
    fit = refine_phases(pattern, [strained(0.98, 1.02)])
    assert fit.structure.cell[:3] == pytest.approx(RUTILE.cell[:3], rel=5e-4)
    assert any("do not fit the cell as it was given" in note for note in fit.notes)


def test_a_cell_that_is_held_stays(pattern):
    fit = refine_phases(pattern, [strained(0.98, 1.02)], RefinementOptions(fix=("cell",)))
    assert fit.structure.cell == pytest.approx(strained(0.98, 1.02).cell, rel=1e-9)
