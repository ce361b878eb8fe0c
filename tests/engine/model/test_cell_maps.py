"""Maps on a cell: grids alike in angstrom, intensities kept, origins and hands found."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.cmed import density_on_grid
from engine.crystal.structure import CrystalStructure
from engine.diffraction.profile import simulate_pattern
from engine.model.cell_maps import (
    COARSE_SIZES,
    SPACING,
    agreement,
    best_origin_on_grid,
    coarse_shape,
    fine_shape,
    measured_maps,
    measured_on_cell,
    moved,
    onto_grid,
    project,
    quarter_inverse_d2,
    to_coefficients,
    to_map,
    usable,
)
from engine.model.coding import code_lines
from engine.model.encoding import half_box
from engine.pattern.radiation import preset

SHAPE = (6, 6, 4)


def random_map(seed: int, count: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    white = torch.randn(count, *fine_shape(SHAPE), generator=generator)
    return to_coefficients(white) * usable(SHAPE)


@given(st.lists(st.floats(2.0, 19.0), min_size=3, max_size=3))
def test_the_grid_is_no_coarser_than_said(lengths: list[float]) -> None:
    shape = coarse_shape(np.diag(lengths))
    assert all(n in COARSE_SIZES for n in shape)
    assert all(length / n <= SPACING + 1e-9 for length, n in zip(lengths, shape, strict=True))


def test_a_very_long_cell_has_the_largest_grid() -> None:
    assert coarse_shape(np.diag([3.0, 4.0, 90.0]))[2] == COARSE_SIZES[-1]


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 1000),
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(0, 7)),
    st.booleans(),
)
def test_origin_and_hand_are_found(seed: int, steps: tuple[int, int, int], hand: bool) -> None:
    truth = random_map(seed)
    shift = torch.tensor([steps]) / torch.tensor(fine_shape(SHAPE))
    other = moved(truth, shift, torch.tensor([hand]))
    _, found, inverted = best_origin_on_grid(other, truth)
    torch.testing.assert_close(moved(truth, found, inverted), other, atol=1e-5, rtol=1e-4)
    expected = torch.roll(to_map(truth).flip(1, 2, 3).roll((1, 1, 1), (1, 2, 3)) if hand else
                          to_map(truth), steps, (1, 2, 3))  # fmt: skip
    torch.testing.assert_close(to_map(other), expected, atol=1e-4, rtol=1e-3)


def test_a_half_box_fits_on_a_grid_and_comes_back() -> None:
    indices = torch.as_tensor(half_box())
    generator = torch.Generator().manual_seed(0)
    series = torch.randn(2, len(indices), dtype=torch.complex64, generator=generator)
    grid = onto_grid(series, indices, SHAPE)
    assert to_map(grid).shape == (2, *fine_shape(SHAPE))
    held = (indices.abs() < torch.tensor(SHAPE)).all(dim=1)
    h, k, m = (indices[held] % torch.tensor(fine_shape(SHAPE))).T
    torch.testing.assert_close(grid[:, h, k, m], series[:, held])
    assert int((grid[0].abs() > 0).sum()) == 2 * int(held.sum())
    # Real maps have Hermitian coefficients.
    torch.testing.assert_close(to_coefficients(to_map(grid)), grid, atol=1e-5, rtol=1e-4)


@pytest.fixture(scope="module")
def rutile_on_cell(rutile: CrystalStructure):  # type: ignore[no-untyped-def]
    pattern = simulate_pattern(rutile, preset("CuKa"), noise_seed=1)
    lattice = rutile.lattice[[2, 0, 1]]  # shortest first, as in a reduced cell
    turned = CrystalStructure(lattice, rutile.numbers, rutile.frac_coords[:, [2, 0, 1]])
    shape = coarse_shape(lattice)
    lines = code_lines(pattern, ("Ti", "O"))
    cell = torch.as_tensor(lattice, dtype=torch.float32).unsqueeze(0)
    measured = measured_on_cell(lines.profile, lines.coverage, cell, shape)
    size = max(fine_shape(shape))
    full = torch.as_tensor(density_on_grid(turned, 2 * size), dtype=torch.float32)
    every = torch.fft.ifftn(full)
    places = [torch.fft.fftfreq(n, 1.0 / n).long() % (2 * size) for n in fine_shape(shape)]
    truth = every[torch.meshgrid(*places, indexing="ij")].unsqueeze(0) * usable(shape)
    return measured, truth, shape, cell


def test_the_true_density_agrees_with_the_intensities(rutile_on_cell) -> None:  # type: ignore[no-untyped-def]
    measured, truth, shape, _ = rutile_on_cell
    generator = torch.Generator().manual_seed(1)
    noise = to_coefficients(torch.randn(1, *fine_shape(shape), generator=generator))
    right, wrong = (float(agreement(c, measured)) for c in (truth, noise * usable(shape)))
    assert right > 0.85
    assert right > wrong + 0.2
    # The scale does not matter.
    assert float(agreement(7.0 * truth, measured)) == pytest.approx(right, abs=1e-4)


def test_projection_keeps_phases_and_puts_amplitudes_right(rutile_on_cell) -> None:  # type: ignore[no-untyped-def]
    measured, truth, shape, _ = rutile_on_cell
    generator = torch.Generator().manual_seed(2)
    spoilt = truth * torch.rand(truth.shape, generator=generator).add(0.5)
    spoilt = to_coefficients(to_map(spoilt).clone()) * usable(shape)
    before, better = agreement(spoilt, measured), project(spoilt, measured)
    assert float(agreement(better, measured)) > float(before)
    strong = spoilt.abs() > 1e-3 * spoilt.abs().max()
    turned = torch.angle(better[strong] * spoilt[strong].conj())
    assert turned.abs().max() < 1e-3


def test_measured_maps_are_real_maps_of_unit_variance(rutile_on_cell) -> None:  # type: ignore[no-untyped-def]
    measured, truth, _, _ = rutile_on_cell
    maps = measured_maps(measured)
    assert maps.shape[1] == 3
    torch.testing.assert_close(maps.std(dim=(2, 3, 4), unbiased=False), torch.ones(1, 3))
    # Without phases the origin is the highest point; the Patterson map has lost its origin peak.
    assert (maps[0, :2, 0, 0, 0] == maps[0, :2].amax(dim=(1, 2, 3))).all()
    assert truth.abs().max() > 0


def test_scattering_vectors_are_those_of_the_lattice(rutile_on_cell) -> None:  # type: ignore[no-untyped-def]
    _, _, shape, cell = rutile_on_cell
    s2 = quarter_inverse_d2(cell, shape)
    a = float(cell[0, 0].norm())
    assert float(s2[0, 1, 0, 0]) == pytest.approx(1.0 / (4.0 * a**2), rel=1e-5)
    assert float(s2[0, -1, 0, 0]) == pytest.approx(1.0 / (4.0 * a**2), rel=1e-5)
