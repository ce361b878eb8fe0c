"""The body: periodic, at home on any grid, and starting from what it is given."""

import pytest
import torch

from engine.model.body import (
    CELL_NUMBERS,
    HYPOTHESIS,
    INPUT_MAPS,
    STATE_NUMBERS,
    BodyInputs,
    BodySettings,
    DensityBody,
    gather_subpoints,
    spread_subpoints,
)
from engine.model.cell_maps import fine_shape
from engine.model.encoding import BINS, CONTENTS

SMALL = BodySettings(channels=8, deep_channels=16, outer_blocks=1, deep_blocks=1, condition=16)


def inputs_on(shape: tuple[int, int, int], count: int = 2, seed: int = 0) -> BodyInputs:
    generator = torch.Generator().manual_seed(seed)

    def random(*size: int) -> torch.Tensor:
        return torch.randn(*size, generator=generator)

    return BodyInputs(
        maps=random(count, INPUT_MAPS, *fine_shape(shape)),
        profile=random(count, BINS).abs(),
        coverage=torch.ones(count, BINS),
        contents=random(count, CONTENTS),
        cell=random(count, CELL_NUMBERS),
        state=random(count, STATE_NUMBERS),
    )


@pytest.fixture(scope="module")
def body() -> DensityBody:
    torch.manual_seed(0)
    net = DensityBody(SMALL)
    # Conditioning starts at nothing; here it must count.
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if "film" in name:
                parameter.normal_(0.0, 0.2)
    return net.eval()


@pytest.mark.parametrize("shape", [(4, 4, 4), (4, 6, 10)])
@torch.no_grad()
def test_any_grid_will_do(body: DensityBody, shape: tuple[int, int, int]) -> None:
    out = body(inputs_on(shape))
    assert out.density.shape == out.sites.shape == (2, *fine_shape(shape))
    assert ((out.quality > 0) & (out.quality < 1)).all()
    assert out.density.mean(dim=(1, 2, 3)).abs().max() < 1e-5


@torch.no_grad()
def test_maps_moved_round_the_cell_give_answers_moved_likewise(body: DensityBody) -> None:
    # Four fine steps are two coarse ones and one of the deepest level.
    given = inputs_on((4, 6, 8))
    steps = (4, -8, 12)
    turned = BodyInputs(**{**vars(given), "maps": torch.roll(given.maps, steps, dims=(-3, -2, -1))})
    one, other = body(given), body(turned)
    expected = torch.roll(one.density, steps, dims=(-3, -2, -1))
    torch.testing.assert_close(other.density, expected, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(other.quality, one.quality, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_what_is_known_besides_counts(body: DensityBody) -> None:
    given = inputs_on((4, 4, 4))
    other = BodyInputs(**{**vars(given), "contents": given.contents + 1.0})
    assert (body(given).density - body(other).density).abs().max() > 1e-4


def test_it_starts_near_the_hypothesis() -> None:
    torch.manual_seed(1)
    given = inputs_on((4, 4, 4), count=1)
    maps = torch.zeros_like(given.maps)
    maps[:, HYPOTHESIS] = given.maps[:, HYPOTHESIS]
    with torch.no_grad():
        out = DensityBody()(BodyInputs(**{**vars(given), "maps": maps}))
    both = torch.stack([out.density.flatten(), maps[:, HYPOTHESIS].flatten()])
    assert torch.corrcoef(both)[0, 1] > 0.8


def test_subpoints_come_back_in_place() -> None:
    maps = torch.arange(2 * 3 * 4 * 6 * 8.0).reshape(2, 3, 4, 6, 8)
    gathered = gather_subpoints(maps)
    assert gathered.shape == (2, 24, 2, 3, 4)
    torch.testing.assert_close(spread_subpoints(gathered), maps)
    # The eight values of one coarse point are neighbours.
    block = maps[0, 0, :2, :2, :2].flatten()
    torch.testing.assert_close(gathered[0, :8, 0, 0, 0], block)
