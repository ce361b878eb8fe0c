"""The loss: free of the gauge, over several hypotheses of which the best ones count.

A powder pattern fixes neither origin nor hand, so a density is compared at its best origin and
inversion. The hypotheses are components of a mixture: the loss is the evidence bound of that
mixture, -1/beta ln sum_k w exp(-beta L_k), in which the components that explain the truth best
take nearly all responsibility; the prior learns to foresee these responsibilities.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from engine.model.network import Hypotheses

FFT_GRID = 16
SHARPNESS = 12.0  # beta
CELL_WEIGHT = 1.5
RELAXATION = 0.03  # share of the plain mean over hypotheses, which keeps all of them alive


@dataclass(frozen=True, eq=False)
class Targets:
    """The truth of a batch; see `engine.training.tables.TrainingTables` for the terms."""

    coefficients: Tensor
    cell: Tensor
    system: Tensor
    log_atoms: Tensor
    log_density: Tensor
    log_contrast: Tensor

    def to(self, device: str | torch.device) -> Targets:
        """The same on another device."""
        return Targets(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


def best_origin(predicted: Tensor, truth: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    """The shift and hand at which two Fourier series agree best.

    Parameters
    ----------
    predicted, truth : (b, M) complex
        For the half box `indices`.
    indices : (M, 3)

    Returns
    -------
    shift : (b, 3)
        Fractional, in steps of 1/16: truth(x - shift), or truth(-(x - shift)), is like predicted.
    inverted : (b,) bool
    """
    n = FFT_GRID
    # Both hands in one complex transform: the real part is one, the imaginary part the other.
    direct, mirrored = predicted * truth.conj(), predicted * truth
    full = torch.zeros(len(predicted), n, n, n, dtype=predicted.dtype, device=predicted.device)
    h, k, m = (indices % n).unbind(dim=-1)
    full[:, h, k, m] = direct + 1j * mirrored
    h, k, m = (-indices % n).unbind(dim=-1)
    full[:, h, k, m] = direct.conj() + 1j * mirrored.conj()
    agreement = torch.fft.fftn(full, dim=(-3, -2, -1)).reshape(len(predicted), -1)
    best_direct, at_direct = agreement.real.max(dim=1)
    best_mirrored, at_mirrored = agreement.imag.max(dim=1)
    inverted = best_mirrored > best_direct
    place = torch.where(inverted, at_mirrored, at_direct)
    shift = torch.stack([place // (n * n), place // n % n, place % n], dim=-1)
    return shift.to(torch.float32) / n, inverted


def gauge_free_correlation(predicted: Tensor, truth: Tensor, indices: Tensor) -> Tensor:
    """Correlation of two series at the best origin and hand; gradients flow to `predicted`.

    Parameters
    ----------
    predicted : (b, K, M) complex
    truth : (b, M) complex
    indices : (M, 3)

    Returns
    -------
    (b, K)
    """
    b, k, m = predicted.shape
    flat = predicted.reshape(b * k, m)
    repeated = truth.unsqueeze(1).expand(b, k, m).reshape(b * k, m)
    with torch.no_grad():
        shift, inverted = best_origin(flat, repeated, indices)
        moved = torch.where(inverted.unsqueeze(1), repeated.conj(), repeated)
        phase = 2.0 * torch.pi * shift @ indices.to(shift.dtype).T
        moved = moved * torch.polar(torch.ones_like(phase), phase)
    product = (flat.real * moved.real + flat.imag * moved.imag).sum(dim=-1)
    norms = flat.abs().pow(2).sum(-1) * moved.abs().pow(2).sum(-1)
    return (product / norms.clamp_min(1e-12).sqrt()).reshape(b, k)


def cell_error(predicted: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference of two cell codes (..., 6): about 0.01 for 1 % in the lengths."""
    return (predicted - truth).abs().mean(dim=-1)


def hypothesis_losses(out: Hypotheses, truth: Targets, correlation: Tensor) -> Tensor:
    """Loss of each hypothesis by itself, (b, K)."""
    k = correlation.shape[1]
    logits = out.system.reshape(-1, out.system.shape[-1])
    labels = truth.system.unsqueeze(1).expand(-1, k).reshape(-1)
    system = torch.nn.functional.cross_entropy(logits, labels, reduction="none").reshape(-1, k)
    scalars = (
        (out.log_atoms - truth.log_atoms.unsqueeze(1)).abs()
        + (out.log_density - truth.log_density.unsqueeze(1)).abs()
        + (out.log_contrast - truth.log_contrast.unsqueeze(1)).abs()
    )
    return (
        (1.0 - correlation)
        + CELL_WEIGHT * cell_error(out.cell, truth.cell.unsqueeze(1))
        + 0.05 * system
        + 0.05 * scalars
    )


def total_loss(
    out: Hypotheses, truth: Targets, indices: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss of a batch, and what to log of it.

    Returns
    -------
    loss : scalar
    parts : dict of scalars
        ``correlation_first`` (of the hypothesis ranked first), ``correlation_best``, ``prior``.
    """
    correlation = gauge_free_correlation(out.coefficients, truth.coefficients, indices)
    losses = hypothesis_losses(out, truth, correlation)
    k = losses.shape[1]
    evidence = -torch.logsumexp(-SHARPNESS * losses, dim=1) / SHARPNESS
    responsibility = torch.softmax(-SHARPNESS * losses.detach(), dim=1)
    # KL(responsibility || prior), up to the entropy, which the prior cannot change.
    prior = -(responsibility * out.log_prior).sum(dim=1)
    quality = (out.quality - correlation.detach()).pow(2).mean(dim=1)
    loss = evidence + RELAXATION * losses.mean(dim=1) + 0.05 * prior + 0.2 * quality
    with torch.no_grad():
        ranked = out.quality.argmax(dim=1, keepdim=True)
        parts = {
            "correlation_first": correlation.gather(1, ranked).mean(),
            "correlation_best": correlation.max(dim=1).values.mean(),
            "correlation_mean": correlation.mean(),
            "cell": (cell_error(out.cell, truth.cell.unsqueeze(1)) * responsibility).sum(1).mean(),
            "prior": prior.mean() - torch.log(torch.tensor(float(k))),
        }
    return loss.mean(), parts
