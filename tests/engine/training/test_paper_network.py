"""The paper's architecture: what it sees and how it draws."""

import torch

from engine.model.encoding import ELEMENTS
from engine.training.paper_network import PaperNetwork, PaperNetworkSettings

SMALL = PaperNetworkSettings(width=16, bins=32, growth=2, frequencies=8)


def made(seed: int = 0) -> PaperNetwork:
    torch.manual_seed(seed)
    return PaperNetwork(SMALL).eval()


def some_inputs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return torch.rand(3, 32), torch.rand(3, ELEMENTS), torch.rand(7, 3)


@torch.no_grad()
def test_each_branch_and_the_noise_and_the_point_count() -> None:
    net, (pattern, contents, points) = made(), some_inputs()
    noise = torch.randn(3, 2, 16)
    answer = net(pattern, contents, points, noise)
    assert answer.density.shape == (3, 7)
    assert answer.divergence.shape == (3,)
    for other in (
        net(pattern.roll(1, 1), contents, points, noise),
        net(pattern, contents.roll(1, 1), points, noise),
        net(pattern, contents, points.flip(1), noise),
        net(pattern, contents, points, -noise),
    ):
        assert (other.density - answer.density).abs().max() > 1e-3
    alone = net(pattern[1:2], contents[1:2], points[4:], noise[1:2])
    torch.testing.assert_close(alone.density, answer.density[1:2, 4:])


@torch.no_grad()
def test_the_divergence_is_that_of_the_latents() -> None:
    net, (pattern, contents, _) = made(), some_inputs()
    noise = torch.randn(4000, 2, 16)
    latents, divergence = net.latents(pattern[:1], contents[:1], noise)
    samples = latents.reshape(4000, 2, 16)
    mean, variance = samples.mean(dim=0), samples.var(dim=0)
    expected = (mean**2 + variance - 1.0 - torch.log(variance + 1e-4)).mean(dim=1).sum()
    assert torch.isclose(divergence[0], expected, rtol=0.05)


def test_it_is_built_alike_each_time() -> None:
    one, other = made(), made(5)
    assert torch.equal(one.waves, other.waves)
    assert "waves" not in one.state_dict()
    assert abs(float(one.waves.std()) - 3.0) < 1.0


def test_the_default_sizes_are_the_published_ones() -> None:
    net = PaperNetwork(PaperNetworkSettings())
    linear = [
        m for m in [*net.first.modules(), *net.further.modules()] if hasattr(m, "in_features")
    ]
    assert [m.in_features for m in linear] == [512] * 4 + ([1024] + [512] * 3) * 3
    assert net.contents_mean[0][0].in_features == ELEMENTS
    assert net.waves.shape == (128, 3)
