"""Lattices are recognised in any basis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.crystal.vonorms import vonorms


def unimodular(rng: np.random.Generator) -> np.ndarray:
    matrix = np.eye(3, dtype=int)
    for _ in range(6):
        i, j = rng.choice(3, 2, replace=False)
        matrix[i] += int(rng.integers(-2, 3)) * matrix[j]
    return matrix


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_every_basis_of_a_lattice_gives_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lattice = rng.normal(size=(3, 3)) + 3.0 * np.eye(3)
    other = unimodular(rng) @ lattice @ np.linalg.qr(rng.normal(size=(3, 3)))[0]
    one, two = vonorms(np.stack([lattice, other]))
    np.testing.assert_allclose(one, two, rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_the_shortest_is_the_shortest_vector(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lattice = 0.3 * rng.normal(size=(3, 3)) + np.eye(3)
    assume(np.linalg.svd(lattice, compute_uv=False).min() > 0.3)
    side = np.arange(-7, 8)
    every = np.stack(np.meshgrid(side, side, side), axis=-1).reshape(-1, 3)
    every = every[np.any(every != 0, axis=1)]
    shortest = ((every @ lattice) ** 2).sum(axis=1).min()
    assert vonorms(lattice[None])[0, 0] == pytest.approx(shortest, rel=1e-6)


def test_known_lattices() -> None:
    primitive = np.eye(3)
    body = np.ones((3, 3)) / 2.0 - np.eye(3)
    face = (np.ones((3, 3)) - np.eye(3)) / 2.0
    found = vonorms(np.stack([primitive, body, face]))
    np.testing.assert_allclose(found[0], [1, 1, 1, 2, 2, 2, 3])
    np.testing.assert_allclose(found[1], [0.75] * 4 + [1.0] * 3)
    np.testing.assert_allclose(found[2], [0.5] * 6 + [1.0])


def test_a_small_distortion_changes_little() -> None:
    """Reduced cells can jump where a lattice is distorted by a thousandth; this does not."""
    rng = np.random.default_rng(1)
    hexagonal = np.array([[1.0, 0, 0], [-0.5, np.sqrt(0.75), 0], [0, 0, 1.6]])
    for _ in range(20):
        shaken = hexagonal @ (np.eye(3) + 1e-3 * rng.normal(size=(3, 3)))
        one, two = vonorms(np.stack([hexagonal, shaken]))
        assert np.abs(np.sqrt(two / one) - 1.0).max() < 0.01
