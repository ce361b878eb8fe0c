"""SSIM and PSNR against scikit-image, and the paper's best of 24 rotations against brute force."""

import numpy as np
import pytest

from engine.crystal.cmed import density_on_grid
from engine.crystal.structure import CrystalStructure
from engine.training.metrics import in_basis, inverted
from engine.training.similarity import SimilarityTo, cube_rotations, psnr, ssim

N = 24
FCC = 2.5 * np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])


def density(lattice: np.ndarray, seed: int = 0) -> np.ndarray:
    positions = np.random.default_rng(seed).random((3, 3))
    return density_on_grid(CrystalStructure(lattice, np.array([26, 8, 14]), positions), N)


def scikit_ssim(truth: np.ndarray, other: np.ndarray) -> float:
    skimage = pytest.importorskip("skimage.metrics")
    return float(skimage.structural_similarity(truth, other, data_range=float(np.ptp(truth))))


def test_similarity_is_that_of_scikit_image() -> None:
    truth, other = density(FCC), density(FCC, seed=2)
    skimage = pytest.importorskip("skimage.metrics")
    assert ssim(truth, other) == pytest.approx(scikit_ssim(truth, other), abs=1e-10)
    expected = skimage.peak_signal_noise_ratio(truth, other, data_range=float(np.ptp(truth)))
    assert psnr(truth, other) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_single_precision_gives_the_same(seed: int) -> None:
    truth, other = density(FCC), density(FCC, seed)
    single, double = SimilarityTo(truth), SimilarityTo(truth, np.float64)
    assert single.ssim(other) == pytest.approx(double.ssim(other), abs=2e-6)
    assert single.periodic_ssim(other) == pytest.approx(double.periodic_ssim(other), abs=2e-6)
    fast, exact = single.best_rotation(other), double.best_rotation(other)
    assert fast[0] == pytest.approx(exact[0], abs=2e-6)
    assert fast[1] == pytest.approx(exact[1], abs=1e-9)


@pytest.mark.parametrize("seed", [4, 5])
def test_the_papers_column_is_the_best_of_24_rotations_and_no_shift(seed: int) -> None:
    truth = density(4.0 * np.eye(3))
    other = np.roll(density(4.0 * np.eye(3), seed), (1, 2, 5), (0, 1, 2))
    turned = [in_basis(other, rotation) for rotation in cube_rotations()]
    found = SimilarityTo(truth).best_rotation(other)
    assert found[0] == pytest.approx(max(scikit_ssim(truth, t) for t in turned), abs=2e-6)
    assert found[1] == pytest.approx(max(psnr(truth, t) for t in turned), abs=1e-9)


def test_a_turned_map_is_recognised_and_a_moved_one_is_not() -> None:
    truth = density(4.0 * np.eye(3))
    similarity = SimilarityTo(truth)
    best_ssim, best_psnr = similarity.best_rotation(in_basis(truth, cube_rotations()[13]))
    assert best_ssim == pytest.approx(1.0, abs=1e-6)
    assert best_psnr > 100.0
    assert similarity.best_rotation(np.roll(truth, 5, 0))[0] < 0.99


def test_symmetric_maps_lose_nothing_by_leaving_out_equal_rotations() -> None:
    cubic = CrystalStructure(4.0 * np.eye(3), np.array([26, 8]), np.array([[0.0] * 3, [0.5] * 3]))
    truth = density_on_grid(cubic, N)
    other = density(4.0 * np.eye(3), 7)
    brute = max(scikit_ssim(truth, in_basis(other, r)) for r in cube_rotations())
    # Rotations of a symmetric map differ only by the border that is left out.
    assert SimilarityTo(truth).best_rotation(other)[0] == pytest.approx(brute, abs=0.02)


def test_the_periodic_similarity_sees_no_border() -> None:
    truth, other = density(FCC), density(FCC, seed=2)
    whole = SimilarityTo(truth, np.float64).periodic_ssim(other)
    for shift in ((3, 0, 0), (0, 11, 7)):
        moved = [np.roll(x, shift, (0, 1, 2)) for x in (truth, other)]
        found = SimilarityTo(moved[0], np.float64).periodic_ssim(moved[1])
        assert found == pytest.approx(whole, abs=1e-12)
    found = SimilarityTo(inverted(truth), np.float64).periodic_ssim(inverted(other))
    assert found == pytest.approx(whole, abs=1e-12)
    tiled = [np.pad(x, 3, mode="wrap") for x in (truth, other)]
    skimage = pytest.importorskip("skimage.metrics")
    expected = skimage.structural_similarity(*tiled, data_range=float(np.ptp(truth)))
    assert whole == pytest.approx(expected, abs=1e-10)


def test_there_are_24_rotations() -> None:
    rotations = cube_rotations()
    assert len({tuple(r.ravel()) for r in rotations}) == 24
    assert all(round(np.linalg.det(r)) == 1 for r in rotations)
