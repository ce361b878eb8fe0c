"""CMEDNet: from a powder pattern and contents to Fourier coefficients of the electron density.

Branches for the pattern, the contents and the cell are summed and mixed by a residual body. A
variational latent, whose prior is a mixture of K components, makes alternatives: each component
is one hypothesis about cell, crystal system, number of atoms and density. The density is a
band-limited Fourier series, so it is periodic by construction and can be queried anywhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from engine.crystal.lattice import CRYSTAL_SYSTEMS
from engine.model.encoding import (
    BINS,
    BOX,
    CONTENTS,
    COVERAGE_BLOCK,
    Inputs,
    decode_cell,
    half_box,
    scattering_vectors,
)

ENVELOPE_B = 7.5  # angstrom^2: how a typical CMED coefficient falls off
COSINE_LIMIT = 0.55  # a Niggli cell has |cos| <= 0.5


@dataclass(frozen=True)
class NetworkSettings:
    """Sizes of the network; stored with its weights."""

    width: int = 768
    branch: int = 768
    blocks: int = 3
    head: int = 512
    hypotheses: int = 5
    latent: int = 16
    latent_spread: float = 0.25

    def to_dict(self) -> dict[str, float]:
        """As plain numbers for a manifest."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Hypotheses:
    """What the network says, K alternatives for each of b patterns.

    Attributes
    ----------
    coefficients : (b, K, M) complex
        Of the density, for `half_box()`, mean square modulus 1.
    cell : (b, K, 6)
        Code of the Niggli cell (`encode_cell`).
    system : (b, K, 7)
        Logits of the crystal systems.
    log_atoms, log_density, log_contrast : (b, K)
        ln of the atoms in the primitive cell, of the mean density in e/A^3, and of its
        standard deviation over its mean.
    log_prior : (b, K)
        ln of the probability that the alternative is the best one.
    quality : (b, K)
        Expected gauge-free correlation, 0 to 1.
    """

    coefficients: Tensor
    cell: Tensor
    system: Tensor
    log_atoms: Tensor
    log_density: Tensor
    log_contrast: Tensor
    log_prior: Tensor
    quality: Tensor


class ResidualBlock(nn.Module):
    """x + W2 silu(W1 norm(x))."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, hidden)
        self.second = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (..., width) to the same."""
        change: Tensor = self.second(nn.functional.silu(self.first(self.norm(x))))
        return x + change


def branch(inputs: int, hidden: int, width: int) -> nn.Sequential:
    """One input branch: two linear layers with a SiLU between them."""
    return nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, width))


class CMEDNet(nn.Module):
    """The network; see the module's text and `NetworkSettings`."""

    indices: Tensor

    def __init__(self, settings: NetworkSettings | None = None) -> None:
        super().__init__()
        self.settings = s = settings or NetworkSettings()
        self.register_buffer("indices", torch.as_tensor(half_box(BOX)), persistent=False)
        m = len(self.indices)
        coverage = -(-BINS // COVERAGE_BLOCK)
        self.pattern = branch(BINS + coverage, s.branch, s.width)
        self.contents = branch(CONTENTS, 256, s.width)
        self.cell = branch(6 + m, 512, s.width)
        self.known = nn.Linear(2, s.width)
        self.body = nn.Sequential(*(ResidualBlock(s.width, s.width) for _ in range(s.blocks)))
        self.norm = nn.LayerNorm(s.width)
        self.prior = nn.Linear(s.width, s.hypotheses)
        self.component = nn.Parameter(torch.randn(s.hypotheses, s.latent))
        self.modulate = nn.Linear(s.latent, 2 * s.head)
        self.enter = nn.Linear(s.width, s.head)
        self.decode = ResidualBlock(s.head, s.head)
        self.series = nn.Linear(s.head, 2 * m)
        self.heads = nn.Linear(s.head, 6 + len(CRYSTAL_SYSTEMS) + 4)
        self._initialise()

    def _initialise(self) -> None:
        with torch.no_grad():
            self.series.weight.mul_(0.5)
            self.series.bias.zero_()
            # Start from the zero-phase map.
            self.series.bias[: len(self.indices)] = 1.0
            self.heads.bias.zero_()
            # Typical lengths 4, 5 and 6.5 A; 8 atoms; 1.5 e/A^3; contrast 1.5.
            self.heads.bias[:3] = torch.log(torch.tensor([4.0, 5.0, 6.5]))
            self.heads.bias[13:16] = torch.log(torch.tensor([8.0, 1.5, 1.5]))

    def encode(self, inputs: Inputs) -> Tensor:
        """The condition that all alternatives share, (b, width)."""
        pattern_known, cell_known = inputs.known[:, :1], inputs.known[:, 1:]
        pad = -inputs.coverage.shape[1] % COVERAGE_BLOCK
        blocks = nn.functional.pad(inputs.coverage, (0, pad))
        blocks = blocks.reshape(len(blocks), -1, COVERAGE_BLOCK).mean(dim=-1)
        pattern = self.pattern(torch.cat([inputs.profile, blocks], dim=-1))
        cell = self.cell(torch.cat([inputs.cell, inputs.amplitudes], dim=-1))
        x = self.contents(inputs.contents) + self.known(inputs.known)
        x = x + pattern * pattern_known + cell * cell_known
        condition: Tensor = self.norm(self.body(x))
        return condition

    def draw_latent(self, count: int, noise: Tensor | None = None) -> Tensor:
        """One latent vector from each component for each of `count` patterns, (count, K, latent).

        Parameters
        ----------
        count : int
        noise : (count, K, latent) tensor, optional
            Standard normal numbers; without them the components' centres are taken.
        """
        centres = self.component.expand(count, -1, -1)
        return centres if noise is None else centres + self.settings.latent_spread * noise

    def forward(self, inputs: Inputs, noise: Tensor | None = None) -> Hypotheses:
        """All hypotheses for a batch; `noise` as in `draw_latent`."""
        condition = self.encode(inputs)
        scale, shift = self.modulate(self.draw_latent(len(condition), noise)).chunk(2, dim=-1)
        x = self.enter(condition).unsqueeze(1)
        x = self.decode(nn.functional.silu(x * (1.0 + scale) + shift))
        # In float32 from here on, also where the layers work in bfloat16.
        heads = self.heads(x).float()
        cell = self._cell(heads[..., :6], inputs)
        series = self.series(x).float()
        m = len(self.indices)
        coefficients = torch.complex(series[..., :m], series[..., m:])
        coefficients = coefficients * self._envelope(cell, inputs)
        rms = coefficients.abs().pow(2).mean(dim=-1, keepdim=True).clamp_min(1e-12).sqrt()
        return Hypotheses(
            coefficients=coefficients / rms,
            cell=cell,
            system=heads[..., 6:13],
            log_atoms=heads[..., 13],
            log_density=heads[..., 14],
            log_contrast=heads[..., 15],
            log_prior=torch.log_softmax(self.prior(condition).float(), dim=-1),
            quality=torch.sigmoid(heads[..., 16]),
        )

    def _cell(self, raw: Tensor, inputs: Inputs) -> Tensor:
        """The hypothesis' own cell, or the one that was given."""
        lengths, angles = raw[..., :3], COSINE_LIMIT * torch.tanh(raw[..., 3:])
        given = inputs.known[:, 1:].unsqueeze(1) > 0
        return torch.where(given, inputs.cell.unsqueeze(1), torch.cat([lengths, angles], dim=-1))

    def _envelope(self, cell: Tensor, inputs: Inputs) -> Tensor:
        """Amplitudes that the series is scaled by: measured ones on a given cell, else typical."""
        b, k = cell.shape[:2]
        lattice = decode_cell(cell.detach().reshape(b * k, 6))
        with torch.autocast(cell.device.type, enabled=False):
            inverse_d = scattering_vectors(lattice, self.indices).reshape(b, k, -1)
        typical = torch.exp(-ENVELOPE_B * inverse_d**2 / 4.0)
        typical = typical / typical.pow(2).mean(dim=-1, keepdim=True).clamp_min(1e-12).sqrt()
        use = (inputs.known.prod(dim=-1) > 0).reshape(b, 1, 1)
        return torch.where(use, inputs.amplitudes.unsqueeze(1), typical)


def density_at(coefficients: Tensor, frac_points: Tensor, indices: Tensor) -> Tensor:
    """The series without its mean, at query points: sum over h of 2 Re c(h) exp(-2 pi i h.x).

    Parameters
    ----------
    coefficients : (..., M) complex
    frac_points : (p, 3)
        Fractional coordinates; the density repeats with period 1 in each.
    indices : (M, 3)
        `half_box()`, for which the periodic Fourier features are built.

    Returns
    -------
    (..., p)
    """
    phase = 2.0 * torch.pi * frac_points @ indices.to(frac_points.dtype).T
    features = torch.polar(torch.ones_like(phase), -phase)
    return 2.0 * (coefficients @ features.T.to(coefficients.dtype)).real


def density_on_grid(coefficients: Tensor, n: int, indices: Tensor) -> Tensor:
    """`density_at` on the grid (i, j, k)/n, by FFT with zero padding.

    Parameters
    ----------
    coefficients : (..., M) complex
    n : int
        Any; on a coarse grid several coefficients are the same wave and are added.
    indices : (M, 3)

    Returns
    -------
    (..., n, n, n)
    """
    lead = coefficients.shape[:-1]
    flat = coefficients.reshape(-1, coefficients.shape[-1])
    full = torch.zeros(len(flat), n**3, dtype=flat.dtype, device=flat.device)
    for sign, values in ((1, flat), (-1, flat.conj())):
        h, k, m = (sign * indices % n).unbind(dim=-1)
        full.index_add_(1, (h * n + k) * n + m, values.resolve_conj())
    # exp(-2 pi i h.x) is numpy's forward transform.
    series: Tensor = torch.fft.fftn(full.reshape(-1, n, n, n), dim=(-3, -2, -1)).real
    return series.reshape(*lead, n, n, n)
