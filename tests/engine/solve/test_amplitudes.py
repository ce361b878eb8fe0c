"""What the atoms of a candidate contribute to its reflections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.refine import report, stages
from engine.refine.prepared import prepare
from engine.refine.stages import Refinement
from engine.solve.amplitudes import s_squared, scale_of_lines, scattering, waves
from tests.made_patterns import measured
from tests.made_structures import BY_NAME


@pytest.fixture(scope="module")
def refinement() -> Refinement:
    structure = BY_NAME["triclinic, polar"].structure
    begun = stages.refine_shape(stages.start(prepare(measured(structure, 5)), structure))
    b = np.linspace(0.3, 0.8, len(begun.model.crystal.lighter))
    parameters = replace(begun.state.parameters, b_lighter=b)
    return replace(begun, state=replace(begun.state, parameters=parameters))


def test_they_add_up_to_the_structure_factors_of_the_refinement(refinement: Refinement) -> None:
    structure = report.refined_structure(refinement)
    elements, of_element = np.unique(structure.numbers, return_inverse=True)
    in_phase, absorbed = scattering(refinement, elements)
    own = waves(refinement, structure)
    total = (in_phase[of_element] * own).sum(axis=0)
    lost = (absorbed[of_element, None] * own).sum(axis=0)
    crystal, parameters = refinement.model.crystal, refinement.state.parameters
    expected, _ = crystal.f_squared(parameters.shifts, False, parameters.b_lighter)
    found = np.abs(total) ** 2 + np.abs(lost) ** 2
    # The cell has moved a little since the reflections were listed.
    np.testing.assert_allclose(found, expected, rtol=5e-3, atol=1e-3 * expected.max())


def test_reflections_are_where_the_cell_has_them(refinement: Refinement) -> None:
    lattice = report.refined_structure(refinement).lattice
    reciprocal = refinement.model.crystal.hkl @ np.linalg.inv(lattice).T
    np.testing.assert_allclose(s_squared(refinement), (reciprocal**2).sum(axis=1) / 4.0, rtol=1e-9)


def test_lines_that_are_extinguished_have_no_scale() -> None:
    areas = np.array([4.0, 0.3, 9.0])
    f_squared = np.array([2.0, 1e-9, 3.0])
    assert scale_of_lines(areas, f_squared).tolist() == [2.0, 0.0, 3.0]
