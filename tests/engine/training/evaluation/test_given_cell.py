"""A cell that is a little off keeps its crystal system and its axes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.lattice import cell_from_matrix
from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import standardise
from engine.training.evaluation.given_cell import inexact_cell

LATTICES = {
    "rutile": np.diag([4.594, 4.594, 2.959]),
    "orthorhombic": np.diag([4.00, 4.03, 4.06]),
    "monoclinic": np.array([[4.0, 0.0, 0.0], [0.0, 5.0, 0.0], [-1.0, 0.0, 6.0]]),
}


def crystal(name: str) -> CrystalStructure:
    return CrystalStructure(LATTICES[name], np.array([22]), np.zeros((1, 3)))


@settings(max_examples=15, deadline=None)
@given(name=st.sampled_from(sorted(LATTICES)), seed=st.integers(0, 10_000))
def test_lengths_change_by_no_more_than_the_error_along_their_own_axes(
    name: str, seed: int
) -> None:
    told = inexact_cell(standardise(crystal(name)), 0.02, np.random.default_rng(seed))
    found, true = np.array(cell_from_matrix(told.lattice)), np.array(cell_from_matrix(told.true))
    assert np.abs(found[:3] / true[:3] - 1.0).max() <= 0.02 + 1e-9
    np.testing.assert_allclose(found[3:], true[3:], atol=1e-6)
    lengths = np.sort(np.linalg.norm(LATTICES[name], axis=1))
    np.testing.assert_allclose(np.sort(true[:3]), lengths, rtol=1e-6)


def test_tied_lengths_change_together() -> None:
    told = inexact_cell(standardise(crystal("rutile")), 0.02, np.random.default_rng(1))
    c, a, b = np.sort(np.linalg.norm(told.lattice, axis=1))
    assert a == pytest.approx(b, rel=1e-9)
    assert abs(c / a - 2.959 / 4.594) > 1e-4


def test_a_centred_lattice_stays_centred(fluorite: CrystalStructure) -> None:
    told = inexact_cell(standardise(fluorite), 0.02, np.random.default_rng(4))
    lengths, angles = np.array(cell_from_matrix(told.lattice)).reshape(2, 3)
    assert np.ptp(lengths) == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(np.cos(np.radians(angles)), 0.5, atol=1e-9)
