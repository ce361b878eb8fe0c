"""What other intensities would leave of a fit, foretold without refining."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.pattern.pattern import PowderPattern
from engine.refine import stages
from engine.refine.prepared import PreparedPattern, prepare
from engine.refine.response import Response
from engine.refine.stages import Refinement
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

PYRITE = BY_NAME["pyrite"].structure


def refined(prepared: PreparedPattern) -> Refinement:
    return stages.refine_atoms(stages.refine_shape(stages.start(prepared, PYRITE)), steps=20)


@pytest.fixture(scope="module")
def pattern() -> PowderPattern:
    return measured(PYRITE, 3, step=0.04)


@pytest.fixture(scope="module")
def refinement(pattern: PowderPattern) -> Refinement:
    return refined(prepare(pattern))


def areas_of(refinement: Refinement) -> np.ndarray:
    return refinement.model.calculate(refinement.state.parameters).areas


def test_what_stays_or_only_grows_leaves_the_fit_as_it_is(refinement: Refinement) -> None:
    areas = areas_of(refinement)
    ratios = Response(refinement).ratios(np.stack([areas, 1.05 * areas, 0.9 * areas], axis=1))
    assert ratios == pytest.approx([1.0, 1.0, 1.0], abs=1e-4)


def test_displacements_of_the_atoms_are_followed(refinement: Refinement) -> None:
    """A larger B is undone by B; the same change at random signs is not."""
    areas = areas_of(refinement)
    q = refinement.model.crystal.metric_forms @ refinement.state.parameters.metric
    change = 0.5 * q
    signs = np.random.default_rng(1).choice([-1.0, 1.0], len(areas))
    both = np.stack([areas * (1.0 - change), areas * (1.0 + signs * change)], axis=1)
    followed, scattered = Response(refinement).ratios(both)
    assert followed == pytest.approx(1.0, abs=0.02)
    assert scattered > 1.5


@pytest.mark.parametrize("made_with", [True, False])
def test_the_foretold_misfit_is_that_of_a_refinement(
    pattern: PowderPattern, made_with: bool
) -> None:
    """Anomalous scattering left out of a pattern that has it, and back into the fit."""
    prepared = replace(prepare(pattern), dispersion=made_with)
    one = refined(prepared)
    other = stages.under_other_optics(one, replace(prepared, dispersion=not made_with))
    (ratio,) = Response(one).ratios(areas_of(other)[:, None])
    again = refined(replace(prepared, dispersion=not made_with))
    true = again.state.chi_squared / one.state.chi_squared
    assert (true > 1.1) == made_with
    assert math.log(ratio) == pytest.approx(math.log(true), rel=0.15)
