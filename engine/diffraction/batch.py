"""Powder patterns of many crystals at once, on any device, with gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.diffraction.profile import REACH, peak_sum
from engine.diffraction.reflections import FRIEDEL, hkl_batch
from engine.diffraction.structure_factors import CrystalBatch, s_squared, structure_factors
from engine.pattern.radiation import Radiation

SAME_LINE = 1e-5  # relative difference in s^2 that float32 cannot be trusted with


@dataclass(frozen=True, eq=False)
class PowderLines:
    """Lines of each crystal, whatever the wavelength; exactly overlapping reflections summed.

    Attributes
    ----------
    s_squared : (B, m) tensor
        1/(4 d^2) in 1/angstrom^2, rising; padding holds 1.
    strength : (B, m) tensor
        Sum of |F|^2 over the line's reflections, electrons squared per cell; padding holds 0.
    count : (B,) int tensor
        Lines of each crystal.
    """

    s_squared: Tensor
    strength: Tensor
    count: Tensor


def powder_lines(batch: CrystalBatch, s_max: float, s_min: float = 0.0) -> PowderLines:
    """All lines with s_min < s <= s_max of every crystal.

    Crystals of like size should share a batch: each is padded to the largest.

    Parameters
    ----------
    batch : CrystalBatch
    s_max, s_min : float
        sin(theta)/lambda in 1/angstrom.
    """
    hkl, count = hkl_batch(batch.lattices, s_max, s_min)
    real = torch.arange(hkl.shape[1], device=hkl.device) < count[:, None]
    s2 = s_squared(batch.lattices, hkl)
    strength = FRIEDEL * structure_factors(batch, hkl).mean_square * real
    return _merge(torch.where(real, s2, torch.inf), strength, count)


def _merge(s2: Tensor, strength: Tensor, count: Tensor) -> PowderLines:
    """Sum the reflections of equal s^2; padding has s^2 = inf."""
    ordered, order = torch.sort(s2, dim=1)
    real = torch.arange(s2.shape[1], device=s2.device) < count[:, None]
    finite = torch.where(real, ordered, 1.0)
    starts = torch.ones_like(real)
    starts[:, 1:] = (finite[:, 1:] - finite[:, :-1]).detach() > SAME_LINE * finite[:, 1:].detach()
    starts &= real
    line = (torch.cumsum(starts, dim=1) - 1).clamp(min=0)
    lines = starts.sum(dim=1)
    width = int(lines.max()) if lines.numel() else 0
    zeros = torch.zeros((len(s2), width), device=s2.device, dtype=s2.dtype)
    members = zeros.scatter_add(1, line, real.to(s2.dtype))
    total = zeros.scatter_add(1, line, strength.gather(1, order) * real)
    position = zeros.scatter_add(1, line, finite * real) / members.clamp(min=1.0)
    padding = torch.arange(width, device=s2.device) >= lines[:, None]
    return PowderLines(position.masked_fill(padding, 1.0), total, lines)


def simulate_batch(
    batch: CrystalBatch,
    radiation: Radiation,
    two_theta: Tensor,
    fwhm: Tensor | float = 0.1,
    eta: Tensor | float = 0.5,
    reach: float = REACH,
) -> Tensor:
    """Bragg patterns of every crystal, without background.

    Parameters
    ----------
    batch : CrystalBatch
    radiation : Radiation
    two_theta : (n,) tensor
        Rising angles in degrees.
    fwhm, eta : float or (B, 1) tensors
        Width in degrees and Lorentzian share, one for each pattern.
    reach : float
        Each peak is drawn within this many FWHM of its centre.

    Returns
    -------
    (B, n) tensor
        Electrons squared per cell and degree, times the Lorentz-polarisation factor.
    """
    # Lines just outside the range still reach into it.
    margin = reach * float(torch.as_tensor(fwhm).max())
    first = max(0.05, float(two_theta[0]) - margin)
    last = min(179.5, float(two_theta[-1]) + margin)
    low, high = (float(np.sin(np.radians(angle / 2.0))) for angle in (first, last))
    lines = powder_lines(batch, high / min(radiation.wavelengths), low / max(radiation.wavelengths))
    total = torch.zeros(
        (len(batch), len(two_theta)), device=batch.lattices.device, dtype=batch.lattices.dtype
    )
    for wavelength, weight in zip(radiation.wavelengths, radiation.weights, strict=True):
        sin_squared = wavelength**2 * lines.s_squared
        seen = (lines.strength.detach() > 0) & (sin_squared.detach() < 0.9999)
        safe = torch.where(seen, sin_squared, 0.5)
        areas = weight * lines.strength * lorentz_polarisation(safe, radiation) * seen
        centres = torch.rad2deg(2.0 * torch.asin(torch.sqrt(safe)))
        total = total + peak_sum(two_theta, centres, areas, fwhm, eta, reach)
    return total
