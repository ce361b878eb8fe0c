"""Maps that a pattern gives on a known cell, on grids whose steps are alike in angstrom.

A cell of lengths a, b, c is drawn on a *fine* grid of about 0.4 A, twice as fine as the *coarse*
grid on which the network's body works, so that an atom looks the same to it in every cell.
Coefficients are kept as full complex arrays in the order of `torch.fft.fftfreq`; the density is
their forward transform, rho(x) = sum_h c(h) exp(-2 pi i h.x).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.model.encoding import BINS, CMED_B, LOG_STEP, Q_MIN

SPACING = 0.8  # angstrom, the longest step of the coarse grid
COARSE_SIZES = (4, 6, 8, 10, 12, 16, 20, 24)
WIDE = 40  # bins on either side over which the mean intensity of a reflection is taken
LARGEST_E2 = 12.0
MEASURED_MAPS = 3
Shape = tuple[int, int, int]


def coarse_shape(lattice: NDArray[np.floating]) -> Shape:
    """Steps of the coarse grid along a, b and c of one lattice (3, 3) in angstrom."""
    lengths = np.linalg.norm(np.asarray(lattice, dtype=np.float64), axis=1)
    wanted = np.ceil(lengths / SPACING - 1e-9)
    sizes = [next((n for n in COARSE_SIZES if n >= w), COARSE_SIZES[-1]) for w in wanted]
    return sizes[0], sizes[1], sizes[2]


def fine_shape(shape: Shape) -> Shape:
    """Steps of the fine grid that belongs to a coarse one."""
    return 2 * shape[0], 2 * shape[1], 2 * shape[2]


@lru_cache(maxsize=512)
def _grid_indices(shape: Shape) -> Tensor:
    """Indices hkl of the fine grid's coefficients, (f1, f2, f3, 3), float32."""
    axes = [torch.fft.fftfreq(n, 1.0 / n) for n in fine_shape(shape)]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)


def grid_indices(shape: Shape, device: torch.device | str = "cpu") -> Tensor:
    """Indices hkl of the fine grid's coefficients, (f1, f2, f3, 3), float32."""
    return _grid_indices(shape).to(device)


def usable(shape: Shape, device: torch.device | str = "cpu") -> Tensor:
    """Which coefficients have a partner -h on the grid and are not 000, (f1, f2, f3) bool."""
    indices = grid_indices(shape, device)
    limits = torch.tensor(shape, dtype=indices.dtype, device=indices.device)
    paired = (indices.abs() < limits).all(dim=-1)
    paired[0, 0, 0] = False
    return paired


def quarter_inverse_d2(lattice: Tensor, shape: Shape) -> Tensor:
    """(sin(theta)/lambda)^2 of every coefficient, (b, f1, f2, f3), for lattices (b, 3, 3)."""
    star = torch.linalg.inv(lattice).transpose(-1, -2)
    vectors = torch.einsum("xyzi,bij->bxyzj", grid_indices(shape, lattice.device), star)
    return vectors.square().sum(dim=-1) / 4.0


def to_map(coefficients: Tensor) -> Tensor:
    """Real maps on the fine grid of coefficients (..., f1, f2, f3)."""
    series: Tensor = torch.fft.fftn(coefficients, dim=(-3, -2, -1))
    return series.real


def to_coefficients(maps: Tensor) -> Tensor:
    """Coefficients of real maps (..., f1, f2, f3)."""
    coefficients: Tensor = torch.fft.ifftn(maps, dim=(-3, -2, -1))
    return coefficients


def unit_variance(maps: Tensor) -> Tensor:
    """Maps (..., f1, f2, f3) without their mean, scaled to a standard deviation of 1 or 0."""
    centred = maps - maps.mean(dim=(-3, -2, -1), keepdim=True)
    spread = centred.square().mean(dim=(-3, -2, -1), keepdim=True).sqrt()
    return centred / spread.clamp_min(1e-6)


@dataclass(frozen=True, eq=False)
class MeasuredOnCell:
    """What a binned pattern says about the coefficients of a cell.

    Attributes
    ----------
    power : (b, f1, f2, f3)
        |F|^2 of each reflection on an arbitrary scale, the intensity of overlapping ones shared
        equally; 0 where nothing was measured.
    seen : (b, f1, f2, f3)
        1 where it was measured.
    s2 : (b, f1, f2, f3)
        (sin(theta)/lambda)^2 in 1/angstrom^2.
    slot, low, high : (b, M) long
        Bin of each coefficient, and the window of bins its intensity is taken from.
    window : (b, M)
        Intensity in that window.
    mean : (b, M)
        Mean |F|^2 of the reflections around it, over a wide window.
    """

    power: Tensor
    seen: Tensor
    s2: Tensor
    slot: Tensor
    low: Tensor
    high: Tensor
    window: Tensor
    mean: Tensor


def measured_on_cell(
    profile: Tensor, coverage: Tensor, lattice: Tensor, shape: Shape
) -> MeasuredOnCell:
    """Share a binned pattern out among the reflections of cells.

    Parameters
    ----------
    profile, coverage : (b, BINS)
        As `engine.model.encoding.encode_profile` gives them.
    lattice : (b, 3, 3)
        Angstrom.
    shape : tuple of int
        Coarse shape, the same for all.
    """
    b = len(profile)
    s2 = quarter_inverse_d2(lattice, shape)
    q = 4.0 * torch.pi * s2.sqrt().reshape(b, -1)
    slot = torch.floor((torch.log(q.clamp_min(1e-3)) - float(np.log(Q_MIN))) / LOG_STEP)
    slot = slot.clamp(-1, BINS).long()
    inside = (slot >= 0) & (slot < BINS) & usable(shape, lattice.device).reshape(1, -1)
    counts = torch.zeros(b, BINS + 1, device=profile.device)
    counts.scatter_add_(1, slot.clamp(0, BINS), inside.float())
    sums, numbers = _running(profile.square()), _running(counts[:, :BINS])
    # Half a window: about a line's width at a laboratory's resolution, wider at low angles.
    reach = torch.round((0.0016 + 0.005 / q.clamp_min(0.5)) / LOG_STEP).long()
    low, high = (slot - reach).clamp(0, BINS), (slot + reach + 1).clamp(0, BINS)
    window = _between(sums, low, high).clamp_min(0.0)
    shared = _between(numbers, low, high).clamp_min(1.0)
    seen = coverage.gather(1, slot.clamp(0, BINS - 1)) * inside
    wide_low, wide_high = (slot - WIDE).clamp(0, BINS), (slot + WIDE + 1).clamp(0, BINS)
    covered = _between(_running(counts[:, :BINS] * coverage), wide_low, wide_high)
    mean = _between(sums, wide_low, wide_high) / covered.clamp_min(1.0)
    grid = s2.shape
    return MeasuredOnCell(
        power=(window / shared * seen).reshape(grid),
        seen=seen.reshape(grid),
        s2=s2,
        slot=slot,
        low=low,
        high=high,
        window=window,
        mean=mean,
    )


def measured_maps(measured: MeasuredOnCell) -> Tensor:
    """Maps from the intensities alone, (b, MEASURED_MAPS, f1, f2, f3), of unit variance.

    The zero-phase map of |F| with the CMED's smearing (continued where nothing was measured),
    the zero-phase map of normalised |E|, and the Patterson map of E^2 - 1.
    """
    seen, s2 = measured.seen, measured.s2
    slope = torch.exp(-4.0 * s2)
    spatial = (-3, -2, -1)
    level = measured.power.sum(spatial, keepdim=True) / (slope * seen).sum(
        spatial, keepdim=True
    ).clamp_min(1e-3)
    squared = torch.where(seen > 0, measured.power, level * slope)
    amplitude = squared.sqrt() * torch.exp(-CMED_B * s2)
    mean = measured.mean.reshape(s2.shape).clamp_min(1e-12)
    normalised = (measured.power / mean).clamp_max(LARGEST_E2)
    soft = torch.exp(-1.5 * s2) * seen
    parts = torch.stack(
        [amplitude, normalised.sqrt() * soft, (normalised - 1.0) * soft], dim=1
    ).clone()
    parts[..., 0, 0, 0] = 0.0
    return unit_variance(to_map(parts.to(torch.complex64)))


def project(coefficients: Tensor, measured: MeasuredOnCell) -> Tensor:
    """Coefficients with the phases they have and the amplitudes that were measured.

    The intensity of overlapping reflections is shared out in proportion to the coefficients'
    own, as in a Le Bail fit; where nothing was measured the coefficients stay, on the same scale.

    Parameters
    ----------
    coefficients : (b, f1, f2, f3) complex
        Of a CMED, on any scale.
    measured : MeasuredOnCell
    """
    total, scale = _own_windows(coefficients, measured)
    # A coefficient that is nearly nothing in the model cannot be blown up without limit.
    ratio = (measured.window / (total * scale).clamp_min(1e-12)).clamp_max(16.0)
    inside = measured.seen.reshape(len(coefficients), -1) > 0
    factor = torch.where(inside, ratio, torch.ones_like(ratio)).sqrt()
    return coefficients * (factor * scale.sqrt()).reshape(coefficients.shape)


def agreement(coefficients: Tensor, measured: MeasuredOnCell) -> Tensor:
    """1 - R of the amplitudes of a CMED against those measured, overlaps summed, (b,), 0 to 1.

    R = sum |sqrt(I_o) - sqrt(I_c)| / sum sqrt(I_o) over the reflections that were measured.
    """
    total, scale = _own_windows(coefficients, measured)
    observed, calculated = measured.window.sqrt(), (total * scale).clamp_min(0.0).sqrt()
    weight = measured.seen.reshape(len(coefficients), -1)
    apart = ((observed - calculated).abs() * weight).sum(dim=1)
    return (1.0 - apart / (observed * weight).sum(dim=1).clamp_min(1e-12)).clamp(0.0, 1.0)


def _own_windows(coefficients: Tensor, measured: MeasuredOnCell) -> tuple[Tensor, Tensor]:
    """The coefficients' own intensity in each window (b, M), and what brings it to scale (b, 1)."""
    b = len(coefficients)
    damping = torch.exp(-2.0 * CMED_B * measured.s2)
    own = (coefficients.abs().square() / damping.clamp_min(1e-6)).reshape(b, -1)
    own = own * measured.seen.reshape(b, -1)
    binned = torch.zeros(b, BINS + 1, device=own.device)
    binned.scatter_add_(1, measured.slot.clamp(0, BINS), own)
    total = _between(_running(binned[:, :BINS]), measured.low, measured.high)
    scale = measured.power.reshape(b, -1).sum(1, keepdim=True) / own.sum(1, keepdim=True).clamp_min(
        1e-12
    )
    return total.clamp_min(0.0), scale


def onto_grid(series: Tensor, indices: Tensor, shape: Shape) -> Tensor:
    """A Fourier series of a half box (b, M) as coefficients on a grid, (b, f1, f2, f3).

    Coefficients that the grid does not hold are left out.
    """
    limits = torch.tensor(shape, device=indices.device)
    held = (indices.abs() < limits).all(dim=-1)
    chosen, values = indices[held], series[:, held]
    full = torch.zeros(len(series), *fine_shape(shape), dtype=series.dtype, device=series.device)
    for sign, part in ((1, values), (-1, values.conj())):
        h, k, m = (sign * chosen % (2 * limits)).unbind(dim=-1)
        full[:, h, k, m] = part
    return full


def best_origin_on_grid(predicted: Tensor, truth: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Shift and hand at which coefficients on one grid agree best.

    Parameters
    ----------
    predicted, truth : (p, f1, f2, f3) complex

    Returns
    -------
    agreement : (p,)
        Scalar product at the best place.
    shift : (p, 3)
        Fractional: truth(x - shift) is like predicted, or truth(-(x - shift)) where inverted.
    inverted : (p,) bool
    """
    # The real part is one hand, the imaginary part the other.
    product = predicted * truth.conj() + 1j * (predicted * truth)
    agreement = torch.fft.fftn(product, dim=(-3, -2, -1))
    best, place = torch.stack([agreement.real, agreement.imag], 1).flatten(2).max(dim=2)
    inverted = best[:, 1] > best[:, 0]
    chosen = torch.where(inverted, place[:, 1], place[:, 0])
    fine: Sequence[int] = predicted.shape[-3:]
    shift = torch.stack(
        [
            chosen // (fine[1] * fine[2]) / fine[0],
            chosen // fine[2] % fine[1] / fine[1],
            chosen % fine[2] / fine[2],
        ],
        dim=-1,
    )
    return best.max(dim=1).values, shift, inverted


def moved(coefficients: Tensor, shift: Tensor, inverted: Tensor) -> Tensor:
    """Coefficients (p, f1, f2, f3) inverted where asked, then moved by `shift` (p, 3)."""
    fine = coefficients.shape[-3:]
    shape = (fine[0] // 2, fine[1] // 2, fine[2] // 2)
    handed = torch.where(inverted.reshape(-1, 1, 1, 1), coefficients.conj(), coefficients)
    angle = (
        2.0
        * torch.pi
        * torch.einsum("xyzi,pi->pxyz", grid_indices(shape, coefficients.device), shift)
    )
    return handed * torch.polar(torch.ones_like(angle), angle)


def _running(values: Tensor) -> Tensor:
    """Sum of all bins before each edge, (b, BINS + 1)."""
    return torch.nn.functional.pad(values.cumsum(dim=1), (1, 0))


def _between(running: Tensor, low: Tensor, high: Tensor) -> Tensor:
    return running.gather(1, high) - running.gather(1, low)
