import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.anomalous import dispersion
from engine.crystal.structure import CrystalStructure
from engine.diffraction.batch import powder_lines, simulate_batch
from engine.diffraction.profile import (
    bragg_lines,
    line_strengths,
    peak_sum,
    pseudo_voigt,
    simulate_pattern,
)
from engine.diffraction.structure_factors import CrystalBatch
from engine.errors import BadInputError
from engine.pattern.radiation import Radiation, preset
from tests.made_structures import BY_NAME, MADE, mixed_site_structure

GRID = torch.arange(10.0, 60.0, 0.02, dtype=torch.float64)


def dense_sum(grid, centres, areas, fwhm, eta):
    total = torch.zeros((len(centres), len(grid)), dtype=grid.dtype)
    for i in range(centres.shape[1]):
        shape = pseudo_voigt(grid[None] - centres[:, i : i + 1], fwhm[:, i : i + 1], eta)
        total += areas[:, i : i + 1] * shape
    return total


@given(st.integers(0, 2**31))
@settings(max_examples=20, deadline=None)
def test_neighbourhoods_sum_to_the_dense_sum(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    centres = 5.0 + 60.0 * torch.rand((3, 12), generator=generator, dtype=torch.float64)
    areas = torch.rand((3, 12), generator=generator, dtype=torch.float64)
    areas[:, -2:] = 0.0
    fwhm = 0.05 + 0.3 * torch.rand((3, 12), generator=generator, dtype=torch.float64)
    eta = torch.full((3, 12), 0.4, dtype=torch.float64)
    near = peak_sum(GRID, centres, areas, fwhm, eta, reach=2000.0)
    dense = dense_sum(GRID, centres, areas, fwhm, eta[:, :1])
    # The Gaussian is cut at 1e-13 of its height.
    torch.testing.assert_close(near, dense, atol=1e-9, rtol=1e-9)
    # Drawn within 20 FWHM, what lacks is the far Lorentzian tail.
    cut = peak_sum(GRID, centres, areas, fwhm, eta)
    assert float((cut - dense).abs().max()) < 2e-3 * float(dense.max())


def test_peaks_have_their_area_and_width() -> None:
    grid = torch.arange(0.0, 40.0, 0.005, dtype=torch.float64)
    one = torch.ones((1, 1), dtype=torch.float64)
    for eta in (0.0, 0.5, 1.0):
        y = peak_sum(grid, 20.0 * one, 3.0 * one, 0.2, eta, reach=90.0)[0].numpy()
        assert y.sum() * 0.005 == pytest.approx(3.0, rel=0.005 * max(eta, 0.01))
        above = grid.numpy()[y >= y.max() / 2]
        assert above[-1] - above[0] == pytest.approx(0.2, abs=0.011)


def test_uneven_grids_are_drawn_at_their_own_points() -> None:
    even = torch.arange(10.0, 60.0, 0.02, dtype=torch.float64)
    uneven = even[torch.sort(torch.randperm(len(even))[:900]).values]
    places = torch.searchsorted(even, uneven)
    centres = torch.tensor([[20.0, 33.3]], dtype=torch.float64)
    one = torch.ones_like(centres)
    torch.testing.assert_close(
        peak_sum(uneven, centres, one, 0.2), peak_sum(even, centres, one, 0.2)[:, places]
    )


def test_gradients_reach_position_area_width_and_shape() -> None:
    grid = torch.arange(18.0, 22.0, 0.05, dtype=torch.float64)
    values = [
        torch.tensor([[x, y]], dtype=torch.float64, requires_grad=True)
        for x, y in ((19.2, 20.4), (1.0, 2.0), (0.2, 0.3), (0.3, 0.6))
    ]
    # With this reach every peak covers the whole grid, so no point enters or leaves.
    assert torch.autograd.gradcheck(
        lambda c, a, w, e: peak_sum(grid, c, a, w, e, reach=60.0), values
    )


def test_line_intensities_of_rock_salt() -> None:
    structure = BY_NAME["rock salt"].structure
    two_theta, intensity = bragg_lines(structure, preset("CuKa1"), (20.0, 60.0))
    strong = two_theta[intensity > 0.01 * intensity.max()]
    np.testing.assert_allclose(strong, [27.364, 31.703, 45.449, 53.875, 56.476], atol=0.01)
    # The ratio of 200 to 111 from f0 by hand.
    chosen = intensity[intensity > 0.01 * intensity.max()]
    assert chosen[1] == chosen.max()
    assert 0.05 < chosen[0] / chosen[1] < 0.15


def test_conventional_and_primitive_cells_give_the_same_pattern() -> None:
    from engine.crystal.symmetry import standardise

    standard = standardise(BY_NAME["spinel"].structure)
    radiation = preset("CuKa")
    small = simulate_pattern(standard.primitive, radiation)
    large = simulate_pattern(standard.conventional, radiation)
    np.testing.assert_allclose(small.counts, large.counts, atol=1e-3)


def test_simulated_pattern_is_as_described() -> None:
    pattern = simulate_pattern(BY_NAME["rutile"].structure, preset("CuKa"))
    assert (pattern.two_theta[0], pattern.two_theta[-1]) == (5.0, pytest.approx(90.0))
    assert len(pattern) == 4251
    assert pattern.counts.max() == pytest.approx(10_000.0)
    assert pattern.counts.min() >= 0.0
    assert not pattern.poisson
    assert pattern.name == "rutile"
    # 110 with its two wavelengths.
    assert pattern.two_theta[pattern.counts.argmax()] == pytest.approx(27.43, abs=0.03)


def test_noise_follows_its_seed() -> None:
    structure, radiation = BY_NAME["quartz"].structure, preset("CuKa")
    first, again, other = (
        simulate_pattern(structure, radiation, noise_seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.counts, again.counts)
    assert (first.counts != other.counts).any()
    assert first.poisson
    assert np.median(first.counts) == pytest.approx(100.0, rel=0.15)
    np.testing.assert_array_equal(first.counts, np.rint(first.counts))


def test_doublet_is_the_weighted_sum_of_its_lines() -> None:
    structure = BY_NAME["corundum"].structure
    both = bragg_lines(structure, preset("CuKa"), (20.0, 80.0))
    first = bragg_lines(structure, preset("CuKa1"), (20.0, 80.0))
    assert both[1].max() == pytest.approx(first[1].max() * 2.0 / 3.0)


def test_dispersion_changes_intensities() -> None:
    structure = BY_NAME["pyrite"].structure
    radiation = preset("CoKa1")
    plain = simulate_pattern(structure, radiation)
    real = simulate_pattern(
        structure, radiation, dispersion=dispersion(structure.numbers, radiation.primary)
    )
    assert np.abs(plain.counts - real.counts).max() > 100.0


def test_vibration_weakens_high_angles() -> None:
    still = BY_NAME["rock salt"].structure
    moving = CrystalStructure(
        still.lattice, still.numbers, still.frac_coords, u_iso=np.full(8, 0.05)
    )
    s, rest = line_strengths(still, 0.1, 0.6)
    _, damped = line_strengths(moving, 0.1, 0.6)
    seen = rest > 1e-6 * rest.max()
    expected = np.exp(-2.0 * 8.0 * np.pi**2 * 0.05 * s**2)
    np.testing.assert_allclose(damped[seen] / rest[seen], expected[seen], rtol=1e-6)


@pytest.mark.parametrize("name", ["CuKa", "MoKa1"])
def test_batch_agrees_with_one_by_one(name: str) -> None:
    structures = [made.structure for made in MADE] + [mixed_site_structure()]
    radiation = preset(name)
    grid = np.arange(2001) * 0.02 + 10.0
    found = simulate_batch(
        CrystalBatch.from_structures(structures), radiation, torch.tensor(grid).float()
    ).numpy()
    for structure, bragg in zip(structures, found, strict=True):
        expected = simulate_pattern(structure, radiation, (10.0, 50.0)).counts
        scaled = bragg * (10_000.0 / bragg.max())
        assert np.abs(scaled - expected).max() < 20.0, structure.name


def test_batched_patterns_carry_gradients_to_the_atoms() -> None:
    batch = CrystalBatch.from_structures([BY_NAME["quartz"].structure], dtype=torch.float64)
    grid = torch.arange(20.0, 40.0, 0.02, dtype=torch.float64)
    coords = batch.frac_coords.clone().requires_grad_()
    lattices = batch.lattices.clone().requires_grad_()
    moved = CrystalBatch(lattices, batch.numbers, coords, batch.occupancies)
    simulate_batch(moved, preset("CuKa"), grid).square().mean().backward()
    for gradient in (coords.grad, lattices.grad):
        assert gradient is not None
        assert torch.isfinite(gradient).all()
        assert (gradient != 0).any()


def test_batched_lines_are_those_of_one_structure() -> None:
    structures = [made.structure for made in MADE]
    lines = powder_lines(CrystalBatch.from_structures(structures), 0.35, 0.05)
    for i, structure in enumerate(structures):
        s, strength = line_strengths(structure, 0.05, 0.35)
        count = int(lines.count[i])
        total = float(lines.strength[i].sum())
        assert total == pytest.approx(strength.sum(), rel=1e-4)
        mine = lines.s_squared[i, :count].numpy() ** 0.5
        strong = s[strength > 1e-3 * strength.max()]
        assert np.abs(mine[:, None] - strong).min(axis=0).max() < 1e-5
        assert (lines.strength[i, count:] == 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"two_theta_range": (90.0, 5.0)}, "range"),
        ({"two_theta_range": (5.0, 200.0)}, "range"),
        ({"step": 0.0}, "step"),
        ({"fwhm": -1.0}, "width"),
        ({"two_theta_range": (5.0, 6.0)}, "No Bragg line"),
        # Only 100 lies there, which the centring extinguishes.
        ({"two_theta_range": (14.0, 17.0)}, "No Bragg line"),
    ],
)
def test_impossible_patterns_are_bad_input(options, message) -> None:
    with pytest.raises(BadInputError, match=message):
        simulate_pattern(BY_NAME["rock salt"].structure, preset("CuKa"), **options)


def test_too_many_reflections_are_bad_input() -> None:
    huge = CrystalStructure(np.eye(3) * 200.0, np.array([6]), np.zeros((1, 3)))
    with pytest.raises(BadInputError, match="reflections"):
        simulate_pattern(huge, Radiation((0.2,), (1.0,)))


def test_an_element_without_scattering_factors_is_bad_input() -> None:
    einsteinium = CrystalStructure(np.eye(3) * 4.0, np.array([99]), np.zeros((1, 3)))
    with pytest.raises(BadInputError, match="atomic number 99"):
        simulate_pattern(einsteinium, preset("CuKa"))
