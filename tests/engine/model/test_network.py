"""The network: shapes, periodicity, what its branches do."""

import numpy as np
import pytest
import torch

from engine.model.encoding import BINS, CONTENTS, Inputs, encode_cell, half_box
from engine.model.network import CMEDNet, NetworkSettings, density_at, density_on_grid

SMALL = NetworkSettings(width=32, branch=32, blocks=1, head=16, hypotheses=3, latent=4)


def some_inputs(size: int = 2, cell_known: bool = False) -> Inputs:
    generator = torch.Generator().manual_seed(1)
    lattice = torch.diag(torch.tensor([4.0, 5.0, 6.0])).expand(size, 3, 3)
    known = torch.tensor([[1.0, float(cell_known)]]).expand(size, 2)
    m = len(half_box())
    return Inputs(
        profile=torch.rand(size, BINS, generator=generator),
        coverage=torch.ones(size, BINS),
        contents=torch.rand(size, CONTENTS, generator=generator).round(),
        cell=encode_cell(lattice) * known[:, 1:],
        amplitudes=torch.rand(size, m, generator=generator) * known[:, 1:],
        known=known,
    )


@pytest.fixture(scope="module")
def net() -> CMEDNet:
    torch.manual_seed(0)
    return CMEDNet(SMALL).eval()


def test_shapes_of_the_hypotheses(net: CMEDNet) -> None:
    out = net(some_inputs(4))
    m = len(half_box())
    assert out.coefficients.shape == (4, 3, m)
    assert out.cell.shape == (4, 3, 6)
    assert out.system.shape == (4, 3, 7)
    for name in ("log_atoms", "log_density", "log_contrast", "log_prior", "quality"):
        assert getattr(out, name).shape == (4, 3)
    torch.testing.assert_close(out.log_prior.exp().sum(dim=1), torch.ones(4))
    torch.testing.assert_close(out.coefficients.abs().pow(2).mean(dim=-1), torch.ones(4, 3))


def test_the_density_is_periodic_and_real_at_any_query_point(net: CMEDNet) -> None:
    series = net(some_inputs(1)).coefficients[0].to(torch.complex128)
    indices = torch.as_tensor(half_box())
    points = torch.rand(50, 3, dtype=torch.float64)
    shifted = points + torch.randint(-3, 4, (50, 3))
    values = density_at(series, points, indices)
    torch.testing.assert_close(values, density_at(series, shifted, indices))


@pytest.mark.parametrize("n", [9, 13, 20])
def test_grid_and_query_points_agree_also_where_the_grid_is_coarse(net: CMEDNet, n: int) -> None:
    series = net(some_inputs(1)).coefficients[0].to(torch.complex128)
    indices = torch.as_tensor(half_box())
    side = torch.arange(n, dtype=torch.float64) / n
    points = torch.stack(torch.meshgrid(side, side, side, indexing="ij"), dim=-1).reshape(-1, 3)
    grid = density_on_grid(series, n, indices).reshape(3, -1)
    torch.testing.assert_close(grid, density_at(series, points, indices))


def test_hypotheses_differ_and_noise_moves_them(net: CMEDNet) -> None:
    inputs = some_inputs(1)
    out = net(inputs)
    assert (out.coefficients[0, 0] - out.coefficients[0, 1]).abs().max() > 1e-3
    noise = torch.ones(1, 3, 4)
    moved = net(inputs, noise)
    assert (out.coefficients - moved.coefficients).abs().max() > 1e-4


def test_a_given_cell_is_kept(net: CMEDNet) -> None:
    inputs = some_inputs(2, cell_known=True)
    out = net(inputs)
    torch.testing.assert_close(out.cell, inputs.cell.unsqueeze(1).expand(2, 3, 6))


def test_a_dropped_branch_has_no_say(net: CMEDNet) -> None:
    one, other = some_inputs(1), some_inputs(1)
    other = Inputs(**{**vars(other), "amplitudes": torch.rand(1, len(half_box()))})
    np.testing.assert_array_equal(
        net(one).coefficients.detach().numpy(), net(other).coefficients.detach().numpy()
    )
