"""Densities and structure factors, the sharing of intensity, and the iteration itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import CancelledError
from engine.refine.prepared import prepare
from engine.solve.binned_pattern import BinnedPattern
from engine.solve.maps.map_symmetry import MapGroup
from engine.solve.maps.measured_series import Series
from engine.solve.maps.structures import symmetrised
from engine.solve.phasing.dual_space import DualSpace, Schedule
from engine.solve.phasing.groups import LikelyGroup, Symmetriser
from engine.solve.phasing.reflections import DensityGrid, cell_reflections
from engine.solve.phasing.sharing import IntensitySharing
from engine.solve.phasing.trials import free_maps
from tests.engine.solve.maps.made_maps import reduced
from tests.made_patterns import measured
from tests.made_structures import BY_NAME


@pytest.fixture(scope="module")
def reflections():
    """Those of rutile on its true cell."""
    prepared = prepare(measured(BY_NAME["rutile"].structure, 4, step=0.03))
    return cell_reflections(reduced("rutile").lattice, BinnedPattern(prepared, 0.001, 0.001, 0.0))


@pytest.fixture
def random_factors(reflections):
    generator = torch.Generator().manual_seed(3)
    real, imaginary = torch.randn((2, 5, len(reflections.hkl)), generator=generator)
    return torch.complex(real, imaginary)


def map_residual(reflections, squared):
    """(t,) sum |o - c| / sum o of the patterns drawn with |F|^2 (t, m) on any scale."""
    lines = np.zeros((len(squared), len(reflections.factor)))
    np.add.at(lines, (slice(None), reflections.line), squared)
    drawn = (lines * reflections.factor * ~reflections.below) @ reflections.profiles
    observed = reflections.observed
    drawn *= observed.sum() / np.maximum(drawn.sum(axis=1, keepdims=True), 1e-30)
    return np.asarray(np.abs(drawn - observed).sum(axis=1) / observed.sum())


def test_a_density_is_real_and_gives_its_structure_factors_back(reflections, random_factors):
    grid = DensityGrid(reflections.hkl, reflections.shape)
    mean = torch.arange(5.0)
    density = grid.density(random_factors, mean)
    found, found_mean = grid.factors(density)
    torch.testing.assert_close(found, random_factors, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(found_mean, mean, rtol=1e-4, atol=1e-4)


def test_a_density_is_the_sum_of_its_waves(reflections, random_factors):
    grid = DensityGrid(reflections.hkl, reflections.shape)
    density = grid.density(random_factors[:1], torch.tensor([2.0]))[0].numpy()
    point = np.array([1, 2, 3])
    waves = np.exp(-2j * np.pi * reflections.hkl @ (point / np.array(reflections.shape)))
    expected = 2.0 + 2.0 * (waves @ random_factors[0].numpy()).real
    assert density[tuple(point)] == pytest.approx(expected, abs=1e-2)


def test_sharing_explains_the_pattern_and_keeps_ratios_within_a_line(reflections, random_factors):
    sharing = IntensitySharing(reflections)
    squared = random_factors.abs().square()
    shared = sharing.share(squared, rounds=10)
    assert (shared > 0.0).all()
    before, after = (map_residual(reflections, one.numpy()) for one in (squared, shared))
    assert (after < 0.5 * before).all()
    together = np.flatnonzero(reflections.line == np.argmax(reflections.members))
    assert len(together) > 1
    # What is added to all of a line keeps the order of its members, not more.
    order = squared[0, together].argsort()
    assert (shared[0, together][order].diff() >= 0.0).all()


def test_the_measured_intensities_draw_the_pattern(reflections):
    squared = reflections.squared
    measured_ones, equal = map_residual(reflections, np.stack([squared, np.ones(len(squared))]))
    assert measured_ones < 0.15
    assert equal > 0.4


def test_averaging_is_that_of_the_map(reflections, random_factors):
    # 4_2 screw axis with its powers, as in rutile.
    turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    w = [np.linalg.matrix_power(turn, k) for k in range(4)]
    t = np.array([[0.0, 0.0, 0.5 * (k % 2)] for k in range(4)])
    # The reduced cell of rutile has the short axis, which is the screw's, first.
    order = np.eye(3, dtype=int)[[2, 0, 1]]
    w = [order @ one @ order.T for one in w]
    t = t @ order.T
    group = LikelyGroup(77, "P 42", np.array(w), t, 1.0)
    symmetriser = Symmetriser(group, reflections.hkl)
    once = symmetriser.average(random_factors)
    torch.testing.assert_close(symmetriser.average(once), once, rtol=1e-3, atol=1e-4)
    series = Series(reflections.lattice, reflections.hkl, random_factors[0].numpy().astype(complex))
    other = symmetrised(series, MapGroup(group.rotations, group.translations, np.ones(4)))
    assert np.abs(other.f - once[0].numpy()).max() < 1e-4


def test_trials_are_the_same_for_a_seed_and_differ_for_another(reflections):
    one, two = (free_maps(reflections, seed=5) for _ in range(2))
    other = free_maps(reflections, seed=6)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.series.f, b.series.f)
    assert not np.allclose(one[0].series.f, other[0].series.f)
    assert [m.negative for m in one] == sorted(m.negative for m in one)


def test_the_iteration_can_be_stopped(reflections):
    def stop():
        raise CancelledError

    phases = torch.zeros((1, len(reflections.hkl)))
    with pytest.raises(CancelledError):
        DualSpace(reflections).run(phases, schedule=Schedule(flipping=5), check=stop)
