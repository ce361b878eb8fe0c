"""The architecture of Guo et al., to be trained on this program's data and compared with its own.

Variational, query-based, multi-branch (arXiv 2312.15136; npj Comput. Mater. 10, 209 (2024)): a
densely connected one-dimensional convolutional encoder of the pattern and a fully connected one of
the composition, each with a Gaussian latent; random Fourier features of the query point, scaled
and shifted by what the latents say (FiLM); blocks of layers that see these features anew each
time; one number, the density at the point. Sizes are those of the configuration that its authors
published with it.

What differs: layer normalisation throughout (they normalise by the batch in all but the
convolutions, which the averaged weights of the training loop know nothing of), and the pattern's
axis (`engine.training.paper_inputs`). The width is a setting, since theirs, 512, is out of a
processor's reach. It is a comparison only and no part of the shipped network.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from engine.model.encoding import ELEMENTS

FREQUENCY_SEED = 0
LEAST_VARIANCE = 1e-4
STRIDE = 2  # by which the encoder of the pattern shortens its axis once


@dataclass(frozen=True)
class PaperNetworkSettings:
    """Sizes; the defaults are the authors' but for the number of bins.

    Attributes
    ----------
    width : int
        Of the embeddings, the latents and every layer of the decoder.
    bins : int
        Of the pattern, even.
    growth, convolutions : int
        Channels that each convolution adds, and convolutions in each of two dense groups.
    composition_layers : int
    film_layers : int
        From the latents to the scales and shifts.
    frequencies : int
        Random Fourier features of the point, their standard deviation `frequency_spread`, in
        waves along an edge.
    blocks, block_layers : int
        Of the decoder.
    """

    width: int = 512
    bins: int = 512
    growth: int = 8
    convolutions: int = 4
    composition_layers: int = 3
    film_layers: int = 4
    frequencies: int = 128
    frequency_spread: float = 3.0
    blocks: int = 4
    block_layers: int = 4

    def to_dict(self) -> dict[str, float]:
        """As plain numbers."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class PaperAnswer:
    """What the network says of b patterns.

    Attributes
    ----------
    density : (b, p)
        In e/A^3 at the p points.
    divergence : (b,)
        Of the latents from standard normal ones: twice the Kullback-Leibler divergence, averaged
        over the dimensions of each branch and summed over the two branches.
    """

    density: Tensor
    divergence: Tensor


class DenseConvolutions(nn.Module):
    """A group of convolutions, each of which sees the results of all before it."""

    def __init__(self, channels: int, growth: int, count: int, length: int) -> None:
        super().__init__()
        self.steps = nn.ModuleList(
            _convolution(channels + i * growth, growth, length) for i in range(count)
        )

    def forward(self, x: Tensor) -> Tensor:
        """From (b, channels, length) to (b, channels + count growth, length)."""
        for step in self.steps:
            x = torch.cat([x, step(x)], dim=1)
        return x


class PatternEncoder(nn.Module):
    """From a pattern (b, bins) to (b, width)."""

    def __init__(self, settings: PaperNetworkSettings) -> None:
        super().__init__()
        s = settings
        added = s.growth * s.convolutions
        half = s.bins // STRIDE
        self.layers = nn.Sequential(
            _convolution(1, s.growth, s.bins),
            DenseConvolutions(s.growth, s.growth, s.convolutions, s.bins),
            _convolution(s.growth + added, 2 * s.growth, s.bins, reach=0),
            nn.AvgPool1d(STRIDE),
            DenseConvolutions(2 * s.growth, s.growth, s.convolutions, half),
            nn.Conv1d(2 * s.growth + added, 1, 1),
            nn.Flatten(),
            nn.Linear(half, s.width),
            nn.LayerNorm(s.width),
        )

    def forward(self, pattern: Tensor) -> Tensor:
        """From (b, bins) to (b, width)."""
        encoded: Tensor = self.layers(pattern.unsqueeze(1))
        return encoded


class PaperNetwork(nn.Module):
    """See the module's text.

    Parameters
    ----------
    settings : PaperNetworkSettings
    """

    waves: Tensor

    def __init__(self, settings: PaperNetworkSettings) -> None:
        super().__init__()
        self.settings = s = settings
        self.pattern_mean, self.pattern_spread = PatternEncoder(s), PatternEncoder(s)
        self.contents_mean, self.contents_spread = _composition(s), _composition(s)
        self.scale, self.shift = _film(s), _film(s)
        self.position = nn.Sequential(
            nn.Linear(2 * s.frequencies, s.width),
            nn.LayerNorm(s.width),
            nn.ReLU(),
            nn.Linear(s.width, s.width),
        )
        self.first = nn.Sequential(*(_layer(s.width, s.width) for _ in range(s.block_layers)))
        self.further = nn.ModuleList(
            nn.Sequential(
                _layer(2 * s.width, s.width),
                *(_layer(s.width, s.width) for _ in range(s.block_layers - 1)),
            )
            for _ in range(s.blocks - 1)
        )
        self.last = nn.Linear(s.width, 1)
        drawn = np.random.default_rng(FREQUENCY_SEED).standard_normal((s.frequencies, 3))
        waves = torch.as_tensor(drawn * s.frequency_spread, dtype=torch.float32)
        self.register_buffer("waves", waves, persistent=False)

    def forward(
        self, pattern: Tensor, contents: Tensor, points: Tensor, noise: Tensor
    ) -> PaperAnswer:
        """Densities at points, for latents drawn with `noise`.

        Parameters
        ----------
        pattern : (b, bins)
            Heights of the lines, the highest 1.
        contents : (b, ELEMENTS)
            Fractions of the atoms.
        points : (p, 3)
            Fractional coordinates, 0 to 1.
        noise : (b, 2, width)
            Standard normal; zeros give the middle of the latents.

        Returns
        -------
        PaperAnswer
        """
        latents, divergence = self.latents(pattern, contents, noise)
        return PaperAnswer(self.decode(latents, points), divergence)

    def latents(self, pattern: Tensor, contents: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Latents (b, 2 width) of both branches, and their divergence (b,)."""
        means = torch.stack([self.pattern_mean(pattern), self.contents_mean(contents)], dim=1)
        spread = torch.stack([self.pattern_spread(pattern), self.contents_spread(contents)], dim=1)
        variance = spread.square()
        divergence = means.square() + variance - 1.0 - torch.log(variance + LEAST_VARIANCE)
        return (means + noise * spread).flatten(1), divergence.mean(dim=2).sum(dim=1)

    def decode(self, latents: Tensor, points: Tensor) -> Tensor:
        """Densities (b, p) of latents (b, 2 width) at points (p, 3)."""
        angle = 2.0 * torch.pi * (points - 0.5) @ self.waves.T
        place = self.position(torch.cat([torch.sin(angle), torch.cos(angle)], dim=1))
        scale, shift = self.scale(latents).unsqueeze(1), self.shift(latents).unsqueeze(1)
        conditioned = scale * place + shift
        x = self.first(conditioned)
        for block in self.further:
            x = block(torch.cat([x, conditioned], dim=-1))
        density: Tensor = self.last(x).squeeze(-1)
        return density


def _layer(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, outputs), nn.LayerNorm(outputs), nn.ReLU())


def _convolution(inputs: int, outputs: int, length: int, reach: int = 1) -> nn.Sequential:
    kernel = nn.Conv1d(inputs, outputs, 2 * reach + 1, padding=reach, bias=False)
    return nn.Sequential(kernel, nn.LayerNorm([outputs, length]), nn.ReLU())


def _composition(s: PaperNetworkSettings) -> nn.Sequential:
    """From fractions (b, ELEMENTS) to (b, width), not rectified at the end."""
    sizes = [ELEMENTS] + [s.width] * s.composition_layers
    layers = [_layer(a, b) for a, b in pairwise(sizes[:-1])]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], s.width), nn.LayerNorm(s.width))


def _film(s: PaperNetworkSettings) -> nn.Sequential:
    """From latents (b, 2 width) to (b, width)."""
    both = 2 * s.width
    layers = [_layer(both, both) for _ in range(s.film_layers - 1)]
    return nn.Sequential(*layers, _layer(both, s.width))
