"""Scores of maps against cases whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.cmed import density_on_grid
from engine.crystal.structure import CrystalStructure
from engine.training.metrics import (
    Truth,
    gauge_free_correlation,
    in_basis,
    inverted,
    matching_basis,
    metric_automorphisms,
    recalled_sites,
    strongest_maxima,
)
from engine.training.similarity import SimilarityTo, cube_rotations

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


LATTICES = {
    "cubic": 4.0 * np.eye(3),
    "face-centred": FCC,
    "hexagonal": HEXAGONAL,
    "orthorhombic": np.diag([3.0, 4.0, 5.0]),
    "triclinic": np.array([[3.0, 0.0, 0.0], [-0.4, 4.0, 0.0], [-0.3, -0.7, 5.0]]),
}


@settings(max_examples=12, deadline=None)
@given(
    name=st.sampled_from(sorted(LATTICES)),
    shift=st.tuples(*[st.integers(0, N - 1)] * 3),
    turn=st.integers(0, 23),
    mirrored=st.booleans(),
    seed=st.integers(0, 5),
)
def test_no_score_sees_origin_hand_or_basis(
    name: str, shift: tuple[int, int, int], turn: int, mirrored: bool, seed: int
) -> None:
    lattice = LATTICES[name]
    structure = crystal(lattice)
    truth = Truth(density_on_grid(structure, N), lattice)
    similarity = SimilarityTo(truth.density, np.float64)
    other = density_on_grid(crystal(lattice, seed + 1), N)
    bases = metric_automorphisms(lattice)
    moved = np.roll(in_basis(other, bases[turn % len(bases)]), shift, (0, 1, 2))
    moved = inverted(moved) if mirrored else moved

    def scores(density: np.ndarray) -> list[float]:
        aligned = truth.align(density)
        found = recalled_sites(aligned.aligned, lattice, structure.numbers, structure.frac_coords)
        return [
            aligned.correlation,
            similarity.periodic_ssim(aligned.aligned),
            similarity.ssim(aligned.aligned),
            float(found.sum()),
        ]

    assert scores(moved) == pytest.approx(scores(other), abs=1e-9)


@settings(max_examples=8, deadline=None)
@given(turn=st.integers(0, 7), shift=st.tuples(*[st.integers(0, N - 1)] * 3), hand=st.booleans())
def test_a_crystals_own_symmetry_does_not_make_the_scores_arbitrary(
    turn: int, shift: tuple[int, int, int], hand: bool
) -> None:
    """Where the truth is symmetric, several settings are equally good: all score the same."""
    lattice = np.diag([3.0, 3.0, 5.0])
    positions = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.5, 0.5, 0.5]])
    truth = Truth(
        density_on_grid(CrystalStructure(lattice, np.array([26, 8, 8]), positions), N), lattice
    )
    similarity = SimilarityTo(truth.density, np.float64)
    other = density_on_grid(crystal(lattice, 3), N)
    moved = np.roll(in_basis(other, metric_automorphisms(lattice)[turn]), shift, (0, 1, 2))
    moved = inverted(moved) if hand else moved
    values = [
        (a.correlation, similarity.periodic_ssim(a.aligned))
        for a in (truth.align(other), truth.align(moved))
    ]
    assert values[0] == pytest.approx(values[1], abs=1e-9)


def test_single_precision_finds_the_setting_of_double_precision() -> None:
    truth = Truth(density_on_grid(crystal(HEXAGONAL), N), HEXAGONAL)
    other = density_on_grid(crystal(HEXAGONAL, 4), N)
    best = -1.0
    for basis in metric_automorphisms(HEXAGONAL):
        image = np.fft.fftn(standardised(in_basis(truth.density, basis)))
        for candidate in (other, inverted(other)):
            moved = np.fft.fftn(standardised(candidate))
            best = max(best, float(np.fft.ifftn(image * moved.conj()).real.max()))
    assert truth.align(other).correlation == pytest.approx(best, abs=1e-10)
    assert truth.align(other.astype(np.float32)).correlation == pytest.approx(best, abs=1e-6)


def standardised(density: np.ndarray) -> np.ndarray:
    centred = density - density.mean()
    return np.asarray(centred / np.linalg.norm(centred))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), turn=st.integers(0, 23))
def test_a_map_on_a_cell_a_little_off_is_compared_along_corresponding_axes(
    seed: int, turn: int
) -> None:
    rng = np.random.default_rng(seed)
    lattice = np.diag([4.0, 4.5, 5.1])
    axes = cube_rotations()[turn]
    off = axes @ ((1.0 + rng.uniform(-0.02, 0.02, 3))[:, None] * lattice)
    basis = matching_basis(off, lattice)
    assert basis is not None
    truth = Truth(density_on_grid(crystal(lattice, seed), N), lattice)
    drawn = in_basis(truth.density, axes)
    assert truth.align(in_basis(drawn, basis)).correlation == pytest.approx(1.0, abs=1e-9)


def test_other_lattices_do_not_match_and_the_same_one_stays_as_it_is() -> None:
    assert matching_basis(4.0 * np.eye(3), 4.5 * np.eye(3)) is None
    np.testing.assert_array_equal(matching_basis(HEXAGONAL, HEXAGONAL), np.eye(3))
    np.testing.assert_array_equal(matching_basis(1.01 * FCC, FCC), np.eye(3))


def test_an_atom_between_points_of_the_grid_is_one_maximum() -> None:
    density = np.zeros((40, 40, 40))
    density[9:11, 9:11, 39:41] = density[9:11, 9:11, 0] = 5.0  # eight alike, over the edge
    density[30, 30, 20] = 3.0
    found = strongest_maxima(density, 2, 4.0 * np.eye(3), 0.4)
    assert found[1] == pytest.approx([0.75, 0.75, 0.5])
    assert len(strongest_maxima(density, 9, 4.0 * np.eye(3), 0.4)) == 2


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
