"""Alternatives: noise has the amplitudes it should have, and leads to different answers."""

import pytest
import torch

from engine.crystal.structure import CrystalStructure
from engine.diffraction.profile import simulate_pattern
from engine.model.body import BodySettings, DensityBody
from engine.model.body_inputs import Known, Start, known_on_cells
from engine.model.cell_maps import coarse_shape, to_map, usable
from engine.model.coding import code_lines
from engine.model.sampling import diffuse, go_on, iterate, random_phases
from engine.pattern.radiation import preset

SMALL = BodySettings(channels=8, deep_channels=8, outer_blocks=1, deep_blocks=1, condition=8)


@pytest.fixture(scope="module")
def body() -> DensityBody:
    torch.manual_seed(0)
    return DensityBody(SMALL).eval()


@pytest.fixture(scope="module")
def known(rutile: CrystalStructure) -> Known:
    lattice = rutile.lattice[[2, 0, 1]]
    lines = code_lines(simulate_pattern(rutile, preset("CuKa"), noise_seed=1), ("Ti", "O"))
    cell = torch.as_tensor(lattice, dtype=torch.float32).expand(2, 3, 3)
    coded = (x.expand(2, -1) for x in (lines.profile, lines.coverage, lines.contents))
    return known_on_cells(*coded, cell, coarse_shape(lattice))


def test_random_phases_keep_amplitudes_and_make_a_real_map() -> None:
    shape = (4, 6, 4)
    generator = torch.Generator().manual_seed(1)
    amplitudes = torch.rand(1, 8, 12, 8, generator=generator) * usable(shape)
    amplitudes = 0.5 * (amplitudes + amplitudes.flip(1, 2, 3).roll((1, 1, 1), (1, 2, 3)))
    made = random_phases(amplitudes, generator)
    torch.testing.assert_close(
        made.abs(), amplitudes / amplitudes.square().sum().sqrt(), atol=1e-5, rtol=1e-4
    )
    series = torch.fft.fftn(made, dim=(-3, -2, -1))
    assert series.imag.abs().max() < 1e-4 * series.real.abs().max()


@torch.no_grad()
def test_noise_leads_to_different_answers_and_the_same_noise_to_the_same(
    body: DensityBody, known: Known
) -> None:
    one, same, other = (iterate(body, known, diffuse(body, known, s), 1) for s in (1, 1, 2))
    torch.testing.assert_close(one.density, same.density)
    assert (one.density - other.density).abs().max() > 1e-3 * one.density.abs().max()
    # Two rows of a batch have noise of their own.
    assert (one.density[0] - one.density[1]).abs().max() > 1e-3 * one.density.abs().max()


@torch.no_grad()
def test_going_on_starts_from_the_answer_with_measured_amplitudes(
    body: DensityBody, known: Known
) -> None:
    start = Start.empty(2)
    answer = iterate(body, known, start, 1)
    later = go_on(known, answer, start)
    assert later.previous is not None
    assert to_map(later.previous).abs().max() > 0
    assert ((later.level >= 0) & (later.level <= 1)).all()
    assert (later.anchored == 0).all()
    twice = iterate(body, known, start, 2)
    assert (twice.density - answer.density).abs().max() > 0
