"""The body's loss is free of origin, hand and setting, unless the input told them."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.body import BodyOutputs
from engine.model.cell_maps import fine_shape, moved, to_coefficients, to_map, usable
from engine.training.map_loss import aligned, map_loss
from engine.training.map_targets import MapTargets, unit_norm

SHAPE = (4, 6, 4)


def random_series(seed: int, count: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    white = torch.randn(count, *fine_shape(SHAPE), generator=generator)
    return unit_norm(to_coefficients(white) * usable(SHAPE))


def answer(density: torch.Tensor, sites: torch.Tensor) -> BodyOutputs:
    return BodyOutputs(to_map(density), to_map(sites), torch.full((len(density),), 0.5))


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 500),
    st.tuples(st.integers(0, 7), st.integers(0, 11), st.integers(0, 7)),
    st.booleans(),
    st.integers(0, 2),
)
def test_origin_hand_and_setting_do_not_matter(
    seed: int, steps: tuple[int, int, int], hand: bool, setting: int
) -> None:
    density, sites = random_series(seed, 3), random_series(seed + 1, 3)
    truth = MapTargets(density, sites, torch.zeros(3, dtype=torch.long))
    shift = torch.tensor([steps]) / torch.tensor(fine_shape(SHAPE))
    mirrored = torch.tensor([hand])
    own = slice(setting, setting + 1)
    out = answer(moved(density[own], shift, mirrored), moved(sites[own], shift, mirrored))
    _, parts = map_loss(out, truth, anchored=False)
    assert parts["correlation"].item() == pytest.approx(1.0, abs=1e-4)
    # The sites move with the density.
    assert parts["sites"].item() == pytest.approx(1.0, abs=1e-4)


def test_an_anchored_answer_must_stay_where_it_is() -> None:
    density, sites = random_series(1), random_series(2)
    truth = MapTargets(density, sites, torch.zeros(1, dtype=torch.long))
    elsewhere = moved(density, torch.tensor([[0.25, 0.0, 0.5]]), torch.tensor([False]))
    for anchored, gauge_free in ((True, True), (False, False)):
        parts = map_loss(answer(elsewhere, sites), truth, anchored, gauge_free)[1]
        assert parts["correlation"].item() < 0.7
        parts = map_loss(answer(density, sites), truth, anchored, gauge_free)[1]
        assert parts["correlation"].item() == pytest.approx(1.0, abs=1e-4)


def test_each_row_has_its_own_settings() -> None:
    density, sites = random_series(5, 5), random_series(6, 5)
    owner = torch.tensor([0, 0, 1, 2, 2])
    truth = MapTargets(density, sites, owner)
    found, _ = aligned(density[[1, 2, 4]], truth)
    torch.testing.assert_close(found, density[[1, 2, 4]], atol=1e-5, rtol=1e-4)


def test_the_gradient_leads_towards_the_truth() -> None:
    truth = MapTargets(random_series(3), random_series(4), torch.zeros(1, dtype=torch.long))
    guess = to_map(truth.density + 0.7 * random_series(7)).requires_grad_()
    before, _ = map_loss(BodyOutputs(guess, guess, torch.full((1,), 0.5)), truth, False)
    before.backward()
    assert guess.grad is not None
    better = guess - 1e3 * guess.grad
    after, _ = map_loss(BodyOutputs(better, better, torch.full((1,), 0.5)), truth, False)
    assert after.item() < before.item()
