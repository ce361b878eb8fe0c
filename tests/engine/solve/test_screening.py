"""Which elements belong on which sites."""

from __future__ import annotations

import numpy as np
import pytest

from engine.crystal.metric import metric_to_vector
from engine.refine.prepared import prepare
from engine.solve.screening import ScreeningPattern, all_assignments
from tests.engine.solve.conftest import FLUORITE
from tests.made_library import make_library
from tests.made_patterns import measured
from tests.made_structures import BY_NAME, Made

STRONTIUM_TITANATE = Made(
    "cubic perovskite",
    "cubic",
    221,
    "P m -3 m",
    (3.905, 3.905, 3.905, 90.0, 90.0, 90.0),
    (("Sr", 0.0, 0.0, 0.0), ("Ti", 0.5, 0.5, 0.5), ("O", 0.5, 0.5, 0.0)),
)


def screened(made: Made, elements: tuple[int, ...], folder, assignments=None, seed: int = 1):
    """(contents by site, colouring) of each assignment on a pattern of the structure."""
    n_species = len({site[0] for site in made.sites})
    library = make_library(folder, [made.structure], n_species)
    structure_type = library.type(0)
    per_atom = made.structure.volume / len(made.structure)
    lattice = structure_type.lattice * per_atom ** (1.0 / 3.0)
    metric = metric_to_vector(np.linalg.inv(lattice @ lattice.T))
    screen = ScreeningPattern(prepare(measured(made.structure, seed)), np.array(elements))
    if assignments is None:
        assignments = all_assignments(n_species, len(elements))
    found = screen.colourings(structure_type, metric, np.asarray(assignments))
    counts = np.bincount(structure_type.species)
    return counts, found


def best(found):
    return min(found, key=lambda colouring: colouring.residual)


def test_fluorite_is_not_its_inverse(tmp_path) -> None:
    counts, found = screened(FLUORITE, (20, 9), tmp_path)
    right = dict(zip(counts.tolist(), best(found).numbers.tolist(), strict=True))
    assert right == {1: 20, 2: 9}
    assert best(found).residual < 0.2
    assert max(c.residual for c in found) > 2.0 * best(found).residual


def test_the_cations_of_a_perovskite_are_told_apart(tmp_path) -> None:
    _, found = screened(STRONTIUM_TITANATE, (38, 22, 8), tmp_path)
    residuals = sorted(c.residual for c in found)
    assert residuals[0] < 0.15
    assert residuals[1] > 1.5 * residuals[0]
    structure = best(found)
    assert sorted(structure.numbers.tolist()) == [8, 22, 38]


def test_sodium_is_told_from_potassium_in_halite(tmp_path) -> None:
    _, found = screened(BY_NAME["rock salt"], (11, 19, 17), tmp_path, [[0, 2], [1, 2]])
    residual = {19 if 19 in c.numbers else 11: c.residual for c in found}
    assert residual[11] < 0.6 * residual[19]


def test_atoms_that_cannot_fit_the_cell_are_left_out(tmp_path) -> None:
    """Caesium and iodine do not go into the cell of magnesium diboride."""
    _, right = screened(BY_NAME["magnesium diboride"], (12, 5), tmp_path)
    _, wrong = screened(BY_NAME["magnesium diboride"], (55, 53), tmp_path)
    assert len(right) > 0
    assert all(c.log_prior < max(r.log_prior for r in right) for c in wrong)


def test_all_assignments_use_every_element_once() -> None:
    found = all_assignments(3, 3)
    assert found.shape == (6, 3)
    assert {tuple(row) for row in np.sort(found, axis=1).tolist()} == {(0, 1, 2)}
    with pytest.raises(ValueError, match="as many species"):
        all_assignments(2, 3)
