"""The periodic three-dimensional body: density maps on a known cell, made better.

A circular U-Net on a grid of about 0.8 A, each point of which holds 2 x 2 x 2 points of the fine
grid of every map, modulated by what is known besides (FiLM: Perez et al., AAAI 2018). It is given
the maps of `engine.model.cell_maps`, a hypothesis of the branch network and a map to go on from,
and answers with the CMED, a map of the sites (every atom the same), and the gauge-free
correlation that it expects. It has no weights that depend on the grid, so any cell will do.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.model.cell_maps import MEASURED_MAPS
from engine.model.encoding import BINS, CONTENTS, COVERAGE_BLOCK

INPUT_MAPS = MEASURED_MAPS + 2
HYPOTHESIS, PREVIOUS = MEASURED_MAPS, MEASURED_MAPS + 1
OUTPUT_MAPS = 2
CELL_NUMBERS = 6 + 1 + 3  # code of the cell, ln V, steps of the grid
STATE_NUMBERS = 8
SUBPOINTS = 8


@dataclass(frozen=True)
class BodySettings:
    """Sizes of the body; stored with its weights."""

    channels: int = 40
    deep_channels: int = 112
    outer_blocks: int = 1
    deep_blocks: int = 4
    condition: int = 256
    groups: int = 8

    def to_dict(self) -> dict[str, int]:
        """As plain numbers for a manifest."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class BodyInputs:
    """One batch of cells that share a coarse grid n1, n2, n3 (fine grid f = 2 n).

    Attributes
    ----------
    maps : (b, INPUT_MAPS, f1, f2, f3)
        Measured maps, hypothesis, previous map; unit variance, or zero where not given.
    profile, coverage : (b, BINS)
    contents : (b, CONTENTS)
    cell : (b, CELL_NUMBERS)
    state : (b, STATE_NUMBERS)
        Whether pattern, hypothesis and previous map are given; whether the previous map is in
        the truth's own setting and how right it is; three numbers of the hypothesis.
    """

    maps: Tensor
    profile: Tensor
    coverage: Tensor
    contents: Tensor
    cell: Tensor
    state: Tensor

    def to(self, device: str | torch.device) -> BodyInputs:
        """The same on another device."""
        return BodyInputs(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


@dataclass(frozen=True, eq=False)
class BodyOutputs:
    """What the body answers.

    Attributes
    ----------
    density, sites : (b, f1, f2, f3)
        CMED and map of the sites, each on an arbitrary scale without its mean.
    quality : (b,)
        Expected gauge-free correlation of the density, 0 to 1.
    """

    density: Tensor
    sites: Tensor
    quality: Tensor


class FilmBlock(nn.Module):
    """x + conv(silu(film(norm(conv(silu(norm(x))))))), all convolutions circular."""

    def __init__(self, channels: int, settings: BodySettings) -> None:
        super().__init__()
        self.first_norm = nn.GroupNorm(settings.groups, channels)
        self.first = _circular(channels, channels)
        self.second_norm = nn.GroupNorm(settings.groups, channels)
        self.film = nn.Linear(settings.condition, 2 * channels)
        self.second = _circular(channels, channels)
        nn.init.zeros_(self.film.weight)
        nn.init.zeros_(self.film.bias)
        with torch.no_grad():
            self.second.weight.mul_(0.3)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Shapes (b, channels, n1, n2, n3) and (b, condition) to that of x."""
        change = self.first(functional.silu(self.first_norm(x)))
        scale, shift = self.film(condition)[:, :, None, None, None].chunk(2, dim=1)
        change = functional.silu(self.second_norm(change) * (1.0 + scale) + shift)
        out: Tensor = x + self.second(change)
        return out


class DensityBody(nn.Module):
    """The body; see the module's text and `BodySettings`."""

    def __init__(self, settings: BodySettings | None = None) -> None:
        super().__init__()
        self.settings = s = settings or BodySettings()
        self.pattern = nn.Sequential(
            nn.Linear(BINS + -(-BINS // COVERAGE_BLOCK), 192), nn.SiLU(), nn.Linear(192, 192)
        )
        self.contents = nn.Linear(CONTENTS, 192)
        self.cell = nn.Linear(CELL_NUMBERS + STATE_NUMBERS, 192)
        self.mix = nn.Sequential(
            nn.SiLU(), nn.Linear(192, s.condition), nn.SiLU(), nn.Linear(s.condition, s.condition)
        )
        self.enter = _circular(SUBPOINTS * INPUT_MAPS, s.channels)
        self.before = _blocks(s.outer_blocks, s.channels, s)
        self.down = nn.Conv3d(SUBPOINTS * s.channels, s.deep_channels, 1)
        self.deep = _blocks(s.deep_blocks, s.deep_channels, s)
        self.up = nn.Conv3d(s.deep_channels, SUBPOINTS * s.channels, 1)
        self.join = nn.Conv3d(2 * s.channels, s.channels, 1)
        self.after = _blocks(s.outer_blocks, s.channels, s)
        self.last_norm = nn.GroupNorm(s.groups, s.channels)
        self.leave = nn.Conv3d(s.channels, SUBPOINTS * OUTPUT_MAPS, 1)
        self.pass_on = nn.Linear(s.condition, OUTPUT_MAPS * INPUT_MAPS)
        self.judge = nn.Sequential(
            nn.Linear(2 * s.deep_channels + s.condition, 128), nn.SiLU(), nn.Linear(128, 1)
        )
        self._initialise()

    def _initialise(self) -> None:
        with torch.no_grad():
            self.leave.weight.mul_(0.3)
            self.pass_on.weight.mul_(0.1)
            # Start from the hypothesis, or where there is none from the zero-phase map.
            start = self.pass_on.bias.view(OUTPUT_MAPS, INPUT_MAPS)
            start.zero_()
            start[:, 0], start[:, HYPOTHESIS], start[:, PREVIOUS] = 0.3, 0.7, 0.7

    def forward(self, inputs: BodyInputs) -> BodyOutputs:
        """Maps of one batch."""
        condition = self._condition(inputs)
        x = self.enter(gather_subpoints(inputs.maps))
        for block in self.before:
            x = block(x, condition)
        y = self.down(gather_subpoints(x))
        for block in self.deep:
            y = block(y, condition)
        x = self.join(torch.cat([x, spread_subpoints(self.up(y))], dim=1))
        for block in self.after:
            x = block(x, condition)
        maps = spread_subpoints(self.leave(functional.silu(self.last_norm(x))))
        share = self.pass_on(functional.silu(condition)).view(-1, OUTPUT_MAPS, INPUT_MAPS)
        maps = maps + torch.einsum("boi,bixyz->boxyz", share, inputs.maps)
        maps = maps - maps.mean(dim=(-3, -2, -1), keepdim=True)
        pooled = torch.cat([y.mean(dim=(-3, -2, -1)), y.amax(dim=(-3, -2, -1)), condition], dim=1)
        quality = torch.sigmoid(self.judge(pooled).squeeze(-1))
        return BodyOutputs(density=maps[:, 0], sites=maps[:, 1], quality=quality)

    def _condition(self, inputs: BodyInputs) -> Tensor:
        pad = -inputs.coverage.shape[1] % COVERAGE_BLOCK
        blocks = functional.pad(inputs.coverage, (0, pad))
        blocks = blocks.reshape(len(blocks), -1, COVERAGE_BLOCK).mean(dim=-1)
        x = self.pattern(torch.cat([inputs.profile, blocks], dim=-1))
        x = x + self.contents(inputs.contents)
        x = x + self.cell(torch.cat([inputs.cell, inputs.state], dim=-1))
        condition: Tensor = self.mix(x)
        return condition


def gather_subpoints(maps: Tensor) -> Tensor:
    """(b, c, 2 n1, 2 n2, 2 n3) to (b, 8 c, n1, n2, n3): 2 x 2 x 2 points become channels."""
    b, c, *size = maps.shape
    n = [edge // 2 for edge in size]
    split = maps.reshape(b, c, n[0], 2, n[1], 2, n[2], 2)
    return split.permute(0, 1, 3, 5, 7, 2, 4, 6).reshape(b, SUBPOINTS * c, *n)


def spread_subpoints(maps: Tensor) -> Tensor:
    """The inverse of `gather_subpoints`."""
    b, c, *n = maps.shape
    split = maps.reshape(b, c // SUBPOINTS, 2, 2, 2, *n)
    spread = split.permute(0, 1, 5, 2, 6, 3, 7, 4)
    return spread.reshape(b, c // SUBPOINTS, 2 * n[0], 2 * n[1], 2 * n[2])


def _circular(inputs: int, outputs: int) -> nn.Conv3d:
    return nn.Conv3d(inputs, outputs, 3, padding=1, padding_mode="circular")


def _blocks(count: int, channels: int, settings: BodySettings) -> nn.ModuleList:
    return nn.ModuleList(FilmBlock(channels, settings) for _ in range(count))
