"""The loss is free of the gauge, and only of the gauge."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.encoding import half_box
from engine.training.loss import FFT_GRID, best_origin, gauge_free_correlation

INDICES = torch.as_tensor(half_box())


def random_series(seed: int, size: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    decay = torch.exp(-0.1 * INDICES.pow(2).sum(dim=1))
    return torch.randn(size, len(INDICES), dtype=torch.complex64, generator=generator) * decay


def moved(series: torch.Tensor, shift: torch.Tensor, mirror: bool) -> torch.Tensor:
    """Coefficients of the map shifted by `shift`, after inversion if `mirror`."""
    phase = 2.0 * torch.pi * (INDICES.to(torch.float32) @ shift)
    return (series.conj() if mirror else series) * torch.polar(torch.ones_like(phase), phase)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 1000),
    st.lists(st.integers(0, FFT_GRID - 1), min_size=3, max_size=3),
    st.booleans(),
)
def test_shifts_and_inversion_do_not_matter(seed: int, steps: list[int], mirror: bool) -> None:
    series = random_series(seed)
    shift = torch.tensor(steps) / FFT_GRID
    other = moved(series, shift, mirror)
    value = gauge_free_correlation(other.unsqueeze(1), series, INDICES)
    assert value.item() == pytest.approx(1.0, abs=1e-4)
    found, inverted = best_origin(other, series, INDICES)
    again = moved(series, found[0], bool(inverted[0]))
    torch.testing.assert_close(again, other, atol=1e-3, rtol=1e-3)


def test_other_series_do_not_agree() -> None:
    one, other = random_series(1), random_series(2)
    assert gauge_free_correlation(one.unsqueeze(1), other, INDICES).item() < 0.6


def test_gradient_leads_towards_the_truth() -> None:
    truth = random_series(3)
    guess = (truth + 0.7 * random_series(4)).requires_grad_()
    before = gauge_free_correlation(guess.unsqueeze(1), truth, INDICES)
    before.sum().backward()
    assert guess.grad is not None
    after = gauge_free_correlation((guess + 5.0 * guess.grad).unsqueeze(1), truth, INDICES)
    assert after.item() > before.item()
