"""Coordinates from integrated intensities."""

from __future__ import annotations

import numpy as np
import pytest

from engine.refine.whole_pattern.coordinates import place_atoms
from engine.refine.whole_pattern.free_intensities import extract
from engine.refine.whole_pattern.integrated import integrated
from tests.made_structures import BY_NAME
from tests.made_whole_patterns import counted, model_of


@pytest.mark.parametrize("name", ["quartz", "rutile"])
def test_atoms_some_tenths_of_an_angstrom_away_come_home(name):
    model, truth = model_of([BY_NAME[name].structure], [4000.0])
    pattern = counted(model, truth)
    weight = pattern.sigma**-2
    free = model.phases[0].crystal.n_coordinates
    away = np.random.default_rng(3).normal(0.0, 0.3, free)
    begun = truth.with_phase(0, shifts=away)
    form = integrated(model.calculate(begun), pattern.counts, weight)
    intensities = extract(model, begun, pattern.counts, weight)
    factors = model.phases[0].factors
    found = place_atoms(factors, form, intensities)
    # Another hand or origin gives the same intensities.
    none = np.zeros(len(factors.elements))
    full = np.ones(len(factors.sites))
    made = factors.squared(found.shifts, none, full, False).value
    true = factors.squared(np.zeros(free), none, full, False).value
    assert np.corrcoef(made, true)[0, 1] > 0.999
    assert found.excess < 0.06
