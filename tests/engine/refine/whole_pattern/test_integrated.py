"""The pattern as a quadratic form in |F|^2, and intensities extracted from it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.refine.whole_pattern.free_intensities import extract, lattice_model, refine_free
from engine.refine.whole_pattern.integrated import integrated
from tests.made_structures import BY_NAME
from tests.made_whole_patterns import counted, model_of

RUTILE = BY_NAME["rutile"].structure


def test_form_gives_the_chi_squared_of_the_profile():
    model, truth = model_of([RUTILE], [800.0])
    pattern = counted(model, truth)
    weight = pattern.sigma**-2
    form = integrated(model.calculate(truth), pattern.counts, weight)
    f_squared = model.phases[0].lines(truth.phases[0], False).f_squared * 1.3
    other = model.with_phase(0, model.phases[0].with_intensities(f_squared))
    residual = pattern.counts - other.calculate(truth).pattern
    assert form.chi_squared(f_squared) == pytest.approx(weight @ residual**2, rel=1e-9)


def test_part_of_a_form_holds_the_rest():
    model, truth = model_of([RUTILE], [800.0])
    pattern = counted(model, truth)
    form = integrated(model.calculate(truth), pattern.counts, pattern.sigma**-2)
    f_squared = model.phases[0].lines(truth.phases[0], False).f_squared
    chosen = np.arange(len(f_squared)) % 2 == 0
    part = form.part(chosen, f_squared)
    assert part.chi_squared(f_squared[chosen]) == pytest.approx(form.chi_squared(f_squared))


def test_extracted_intensities_are_the_true_ones_where_lines_stand_alone():
    model, truth = model_of([RUTILE], [3000.0])
    pattern = counted(model, truth)
    found = extract(model, truth, pattern.counts, pattern.sigma**-2)
    true = model.phases[0].lines(truth.phases[0], False).f_squared
    first = int(np.argmax(model.calculate(truth).areas(0)))
    assert found[first] == pytest.approx(true[first], rel=0.03)
    assert np.all(found >= 0.0)


def test_free_intensities_find_cell_and_zero():
    model, truth = model_of([RUTILE], [3000.0])
    pattern = counted(model, truth)
    begun = truth.with_instrument(zero=0.0).with_phase(0, metric=truth.phases[0].metric * 1.0005)
    freedom = ((-1, "zero"), (0, "cell"), (-1, "gauss"), (0, "lorentz"))
    _, minimum = refine_free(model, begun, pattern.counts, pattern.sigma**-2, freedom)
    assert minimum.parameters.instrument.zero == pytest.approx(0.02, abs=0.004)
    assert minimum.parameters.phases[0].metric == pytest.approx(truth.phases[0].metric, rel=2e-4)


def test_a_cell_without_the_symmetry_of_its_group_is_refused():
    with pytest.raises(BadInputError, match="symmetry"):
        lattice_model(np.diag([4.0, 5.0, 6.0]), "Fm-3m", 1.0)
    with pytest.raises(BadInputError, match="no space group"):
        lattice_model(np.diag([4.0, 5.0, 6.0]), "Pxyz", 1.0)


def test_a_cell_with_too_many_reflections_is_refused_before_they_are_listed():
    with pytest.raises(BadInputError, match="reflections in this range"):
        lattice_model(np.diag([400.0, 400.0, 400.0]), "Fm-3m", 0.8)
