"""A lattice in the bases in which it looks like another one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.crystal.metric import metric_to_vector
from engine.solve.lattice_mapping import metrics_like


def reciprocal(lattice: np.ndarray) -> np.ndarray:
    return metric_to_vector(np.linalg.inv(lattice @ lattice.T))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_a_basis_of_the_same_lattice_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lattice = 4.0 * np.eye(3) + 0.6 * rng.normal(size=(3, 3))
    change = np.eye(3, dtype=int)
    i, j = rng.choice(3, 2, replace=False)
    change[i] += int(rng.choice((-1, 1))) * change[j]
    wanted = change @ lattice
    assume(np.linalg.norm(wanted, axis=1).max() < 9.0)
    found = metrics_like(wanted, lattice, 3)
    assert found
    np.testing.assert_allclose(found[0], reciprocal(wanted), rtol=1e-6, atol=1e-9)


def test_a_nearly_cubic_lattice_can_be_laid_on_a_tetragonal_one_in_three_ways() -> None:
    tetragonal = np.diag([4.0, 4.0, 4.05])
    orthorhombic = np.diag([3.98, 4.02, 4.06])
    found = metrics_like(tetragonal, orthorhombic, 6)
    along = {round(float(metric[2] ** -0.5), 2) for metric in found}
    assert along == {3.98, 4.02, 4.06}
    # The most alike first: its long axis on the long axis.
    assert found[0][2] ** -0.5 == pytest.approx(4.06)


def test_another_shape_is_not_found() -> None:
    assert metrics_like(np.diag([3.0, 4.0, 5.0]), np.diag([3.0, 4.5, 4.44]), 3) == []
