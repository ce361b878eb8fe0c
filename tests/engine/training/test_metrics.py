"""Scores of maps against cases whose answer is known."""

import numpy as np
import pytest

from engine.crystal.cmed import density_on_grid
from engine.crystal.structure import CrystalStructure
from engine.training.metrics import (
    SimilarityTo,
    Truth,
    cube_rotations,
    gauge_free_correlation,
    in_basis,
    inverted,
    metric_automorphisms,
    psnr,
    recalled_sites,
    ssim,
)

N = 24
FCC = 2.5 * np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
HEXAGONAL = np.array([[3.0, 0.0, 0.0], [-1.5, 1.5 * np.sqrt(3.0), 0.0], [0.0, 0.0, 5.0]])


def crystal(lattice: np.ndarray, seed: int = 0) -> CrystalStructure:
    rng = np.random.default_rng(seed)
    return CrystalStructure(lattice, np.array([26, 8, 14]), rng.random((3, 3)))


@pytest.mark.parametrize(
    ("lattice", "order"),
    [
        (4.0 * np.eye(3), 24),
        (FCC, 24),
        (HEXAGONAL, 12),
        (np.diag([3.0, 3.0, 5.0]), 8),
        (np.diag([3.0, 4.0, 5.0]), 4),
        (np.array([[3.0, 0.0, 0.0], [-0.4, 4.0, 0.0], [-0.3, -0.7, 5.0]]), 1),
    ],
)
def test_lattices_have_the_rotations_of_their_holohedry(lattice: np.ndarray, order: int) -> None:
    found = metric_automorphisms(lattice)
    assert len(found) == order
    np.testing.assert_array_equal(found[0], np.eye(3))
    for basis in found:
        np.testing.assert_allclose(
            basis @ lattice @ lattice.T @ basis.T, lattice @ lattice.T, atol=0.5
        )


@pytest.mark.parametrize("lattice", [4.0 * np.eye(3), FCC, HEXAGONAL, np.diag([3.0, 4.0, 5.0])])
def test_gfcc_does_not_see_the_gauge(lattice: np.ndarray) -> None:
    density = density_on_grid(crystal(lattice), N)
    truth = Truth(density, lattice)
    basis = metric_automorphisms(lattice)[-1]
    moved = np.roll(inverted(in_basis(density, basis)), (3, 7, 11), (0, 1, 2))
    found = truth.align(2.0 * moved + 5.0)
    assert found.correlation == pytest.approx(1.0, abs=1e-9)
    np.testing.assert_allclose((found.aligned - 5.0) / 2.0, density, atol=1e-9)


def test_gfcc_of_another_crystal_is_less_and_of_nothing_zero() -> None:
    lattice = np.diag([3.0, 4.0, 5.0])
    density = density_on_grid(crystal(lattice), N)
    other = density_on_grid(crystal(lattice, seed=1), N)
    assert gauge_free_correlation(density, density, lattice) == pytest.approx(1.0)
    assert 0.1 < gauge_free_correlation(other, density, lattice) < 0.95
    assert gauge_free_correlation(np.full_like(density, 3.0), density, lattice) == 0.0
    assert gauge_free_correlation(np.roll(density, 5, 0), density) == pytest.approx(1.0)


def test_similarity_is_that_of_scikit_image() -> None:
    skimage = pytest.importorskip("skimage.metrics")
    density = density_on_grid(crystal(FCC), N)
    other = density_on_grid(crystal(FCC, seed=2), N)
    span = float(np.ptp(density))
    expected = skimage.structural_similarity(density, other, data_range=span)
    assert ssim(density, other) == pytest.approx(expected, abs=1e-10)
    expected = skimage.peak_signal_noise_ratio(density, other, data_range=span)
    assert psnr(density, other) == pytest.approx(expected, abs=1e-9)


def test_the_papers_column_is_the_best_of_24_rotations_and_no_shift() -> None:
    density = density_on_grid(crystal(4.0 * np.eye(3)), N)
    similarity = SimilarityTo(density)
    turned = in_basis(density, cube_rotations()[13])
    best_ssim, best_psnr = similarity.best_rotation(turned)
    assert best_ssim == pytest.approx(1.0)
    assert best_psnr > 100.0
    brute = max(ssim(density, in_basis(np.roll(density, 5, 0), r)) for r in cube_rotations())
    assert similarity.best_rotation(np.roll(density, 5, 0))[0] == pytest.approx(brute, abs=1e-10)
    assert brute < 0.99


def test_sites_are_recalled_from_their_own_map_only() -> None:
    structure = CrystalStructure(
        np.diag([4.0, 5.0, 6.0]),
        np.array([26, 14]),
        np.array([[0.1, 0.2, 0.3], [0.6, 0.7, 0.8]]),
    )
    density = density_on_grid(structure, 50)
    args = (structure.lattice, structure.numbers, structure.frac_coords)
    assert recalled_sites(density, *args).all()
    assert not recalled_sites(np.roll(density, 25, 2), *args).any()
    assert not recalled_sites(np.full((20, 20, 20), 1.0), *args).any()
