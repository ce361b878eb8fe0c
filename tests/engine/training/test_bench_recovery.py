"""Displacing atoms within their space group."""

from __future__ import annotations

import numpy as np
import pytest

from engine.crystal.structure_io import to_pymatgen
from engine.crystal.symmetry import standardise
from engine.refine.crystal_model import free_displacements
from engine.training.bench_recovery import displaced, rms_distance
from tests.made_structures import BY_NAME


@pytest.mark.parametrize("name", ["quartz", "baddeleyite"])
def test_displaced_atoms_keep_their_space_group_and_are_as_far_as_asked(name):
    standardised = standardise(BY_NAME[name].structure, 0.01)
    cell = standardised.conventional
    columns = free_displacements(standardised)
    moved = displaced(cell, columns, 0.3, seed=4)
    way = np.linalg.norm((moved.frac_coords - cell.frac_coords) @ cell.lattice, axis=1)
    assert np.sqrt((way[way > 1e-6] ** 2).mean()) == pytest.approx(0.3)
    assert standardise(moved, 0.01).number == standardised.number
    assert rms_distance(to_pymatgen(cell), to_pymatgen(cell)) == pytest.approx(0.0, abs=1e-6)
    assert rms_distance(to_pymatgen(moved), to_pymatgen(cell)) > 0.05
