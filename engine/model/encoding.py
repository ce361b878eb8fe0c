"""What CMEDNet is given: the pattern on a logarithmic q axis, the contents, the cell.

The pattern axis does not know the wavelength, and a change of cell volume is only a shift along
it. Everything here works on batches of torch tensors, for training and for use alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.crystal.composition import HIGHEST_SCATTERING_Z, atomic_number, parse_formula

# Axis of the pattern: q = 4 pi sin(theta) / lambda in 1/angstrom, in equal steps of ln q.
Q_MIN, Q_MAX, LOG_STEP = 0.35, 8.0, 0.0025
BINS = int(np.ceil(np.log(Q_MAX / Q_MIN) / LOG_STEP))
COVERAGE_BLOCK = 32
BOX = 6  # Fourier coefficients of the density: |h|, |k|, |l| up to this
COUNT_BOX = 8  # reflections counted where intensity is shared out
ELEMENTS = HIGHEST_SCATTERING_Z + 1
CONTENTS = 2 * ELEMENTS + 3
CMED_B = 6.0  # angstrom^2: the added displacement of the CMED


@dataclass(frozen=True, eq=False)
class Inputs:
    """One batch for the network; a branch that is not known is all zero.

    Attributes
    ----------
    profile : (b, BINS)
        Square root of the intensity (without Lorentz-polarisation) in each bin.
    coverage : (b, BINS)
        1 where the pattern was measured.
    contents : (b, CONTENTS)
        Elements, their amounts, and three flags (`encode_contents`).
    cell : (b, 6)
        ln a, ln b, ln c, cos alpha, cos beta, cos gamma of the Niggli cell.
    amplitudes : (b, M)
        Zero-phase coefficients from the intensities on the cell (`cell_amplitudes`).
    known : (b, 2)
        Whether the pattern and whether the cell is known.
    """

    profile: Tensor
    coverage: Tensor
    contents: Tensor
    cell: Tensor
    amplitudes: Tensor
    known: Tensor

    def to(self, device: str | torch.device) -> Inputs:
        """The same on another device."""
        return Inputs(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


@lru_cache(maxsize=4)
def half_box(limit: int = BOX) -> NDArray[np.int64]:
    """One of each pair h, -h of the indices with |h|, |k|, |l| <= limit, without 000, (m, 3)."""
    side = np.arange(-limit, limit + 1)
    every = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
    h, k, m = every.T
    chosen = (h > 0) | ((h == 0) & (k > 0)) | ((h == 0) & (k == 0) & (m > 0))
    return np.asarray(every[chosen])


def bin_edges() -> NDArray[np.float64]:
    """ln q of the edges of the bins, (BINS + 1,)."""
    return np.asarray(np.log(Q_MIN) + LOG_STEP * np.arange(BINS + 1))


def encode_profile(power: Tensor, coverage: Tensor) -> Tensor:
    """Square roots of binned intensities, scaled so that the intensities sum to 20.

    Parameters
    ----------
    power : (b, BINS)
        Intensity in each bin, without Lorentz-polarisation, not negative.
    coverage : (b, BINS)
    """
    kept = power * coverage
    total = kept.sum(dim=-1, keepdim=True).clamp_min(1e-20)
    return torch.sqrt(20.0 * kept / total)


def encode_contents(
    elements: Sequence[str],
    formula: str | None = None,
    others_possible: bool = False,
) -> NDArray[np.float32]:
    """Elements (multi-hot), amounts (fractions of atoms), and flags.

    The flags say: elements known, amounts known, others possible.

    Raises
    ------
    BadInputError
        If an element or the formula is not understood.
    """
    code = np.zeros(CONTENTS, dtype=np.float32)
    for symbol in elements:
        code[atomic_number(symbol)] = 1.0
    code[2 * ELEMENTS] = float(len(elements) > 0)
    if formula:
        amounts = parse_formula(formula)
        total = sum(amounts.values())
        for symbol, amount in amounts.items():
            code[atomic_number(symbol)] = 1.0
            code[ELEMENTS + atomic_number(symbol)] = amount / total
        code[2 * ELEMENTS] = code[2 * ELEMENTS + 1] = 1.0
    code[2 * ELEMENTS + 2] = float(others_possible)
    return code


def encode_cell(lattice: Tensor) -> Tensor:
    """ln a, ln b, ln c, cos alpha, cos beta, cos gamma of lattices (..., 3, 3), as (..., 6)."""
    lengths = lattice.norm(dim=-1)
    unit = lattice / lengths.unsqueeze(-1)
    a, b, c = unit.unbind(dim=-2)
    cosines = torch.stack([(b * c).sum(-1), (a * c).sum(-1), (a * b).sum(-1)], dim=-1)
    return torch.cat([torch.log(lengths), cosines], dim=-1)


def decode_cell(code: Tensor) -> Tensor:
    """Lattices (..., 3, 3) with a along x and b in the xy plane: the inverse of `encode_cell`."""
    a, b, c = torch.exp(code[..., :3]).unbind(dim=-1)
    alpha, beta, gamma = code[..., 3:].clamp(-0.9, 0.9).unbind(dim=-1)
    sine = torch.sqrt(1.0 - gamma**2)
    part = 1.0 - alpha**2 - beta**2 - gamma**2 + 2.0 * alpha * beta * gamma
    zero = torch.zeros_like(a)
    rows = [
        torch.stack([a, zero, zero], dim=-1),
        torch.stack([b * gamma, b * sine, zero], dim=-1),
        torch.stack(
            [
                c * beta,
                c * (alpha - beta * gamma) / sine,
                # Impossible angles become a very flat cell instead of no number.
                c * torch.sqrt(part.clamp_min(0.02)) / sine,
            ],
            dim=-1,
        ),
    ]
    return torch.stack(rows, dim=-2)


def scattering_vectors(lattice: Tensor, indices: Tensor) -> Tensor:
    """Length |h| = 1/d in 1/angstrom of `indices` (m, 3) for lattices (b, 3, 3), as (b, m)."""
    reciprocal = torch.linalg.inv(lattice).transpose(-1, -2)
    vectors: Tensor = indices.to(lattice.dtype) @ reciprocal
    return vectors.pow(2).sum(dim=-1).sqrt()


def cell_amplitudes(profile: Tensor, coverage: Tensor, lattice: Tensor) -> Tensor:
    """Zero-phase Fourier coefficients of the CMED from binned intensities on a known cell.

    The intensity near each reflection is shared equally among all reflections there; where
    nothing was measured a smooth continuation stands in.

    Parameters
    ----------
    profile : (b, BINS)
        As `encode_profile` gives it.
    coverage : (b, BINS)
    lattice : (b, 3, 3)
        Niggli-reduced, angstrom.

    Returns
    -------
    (b, M)
        Not negative; the mean square over the M coefficients is 1.
    """
    inverse_d = scattering_vectors(lattice, _box(COUNT_BOX, profile.device))
    slot = _bin_of(2.0 * torch.pi * inverse_d)
    counts = torch.zeros(len(profile), BINS + 1, device=profile.device)
    counts.scatter_add_(1, slot.clamp(0, BINS), torch.ones_like(inverse_d))
    sums = _running(profile**2)
    numbers = _running(counts[:, :BINS])

    inverse_d = scattering_vectors(lattice, _box(BOX, profile.device))
    q = 2.0 * torch.pi * inverse_d
    slot = _bin_of(q)
    # Half a window: about a line's width at a laboratory's resolution, wider at low angles.
    reach = torch.round((0.0016 + 0.005 / q.clamp_min(0.5)) / LOG_STEP).long()
    low, high = (slot - reach).clamp(0, BINS), (slot + reach + 1).clamp(0, BINS)
    power = sums.gather(1, high) - sums.gather(1, low)
    shared = numbers.gather(1, high) - numbers.gather(1, low)
    inside = (slot >= 0) & (slot < BINS)
    seen = coverage.gather(1, slot.clamp(0, BINS - 1)) * inside
    squared = power.clamp_min(0.0) / shared.clamp_min(1.0) * seen

    s2 = inverse_d**2 / 4.0
    # Continuation: the mean measured square, falling as a displacement of 2 A^2 would make it.
    slope = torch.exp(-4.0 * s2)
    level = squared.sum(1, keepdim=True) / (slope * seen).sum(1, keepdim=True).clamp_min(1e-3)
    squared = torch.where(seen > 0, squared, level * slope)
    amplitude = torch.sqrt(squared) * torch.exp(-CMED_B * s2)
    return amplitude / amplitude.pow(2).mean(1, keepdim=True).clamp_min(1e-20).sqrt()


def _bin_of(q: Tensor) -> Tensor:
    """Bin of each q; beyond the axis -1 below and BINS above."""
    place = torch.floor((torch.log(q.clamp_min(1e-3)) - float(np.log(Q_MIN))) / LOG_STEP)
    return place.clamp(-1, BINS).long()


def _running(values: Tensor) -> Tensor:
    """Sum of all bins before each edge, (b, BINS + 1)."""
    return torch.nn.functional.pad(values.cumsum(dim=1), (1, 0))


def _box(limit: int, device: torch.device) -> Tensor:
    return torch.as_tensor(half_box(limit), device=device)
