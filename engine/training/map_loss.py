"""The body's loss: correlation at the best origin, hand and setting."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.model.body import BodyOutputs
from engine.model.cell_maps import best_origin_on_grid, moved, to_coefficients
from engine.training.map_targets import MapTargets, unit_norm

SITES_WEIGHT = 0.3
QUALITY_WEIGHT = 0.2


def map_loss(
    out: BodyOutputs, truth: MapTargets, anchored: bool, gauge_free: bool = True
) -> tuple[Tensor, dict[str, Tensor]]:
    """Loss of a batch, and what to log of it.

    Parameters
    ----------
    out : BodyOutputs
    truth : MapTargets
    anchored : bool
        Whether the input told the truth's own setting, which then is the only one that counts.
    gauge_free : bool
        False compares in the truth's own setting whatever the input, for the ablation.
    """
    density = unit_norm(to_coefficients(out.density))
    sites = unit_norm(to_coefficients(out.sites))
    with torch.no_grad():
        if anchored or not gauge_free:
            chosen = _first_of_each(truth.owner, len(density))
            target, target_sites = truth.density[chosen], truth.sites[chosen]
        else:
            target, target_sites = aligned(density, truth)
    correlation, sites_correlation = _product(density, target), _product(sites, target_sites)
    quality = (out.quality - correlation.detach()).square()
    loss = (1.0 - correlation) + SITES_WEIGHT * (1.0 - sites_correlation) + QUALITY_WEIGHT * quality
    return loss.mean(), {
        "correlation": correlation.detach(),
        "sites": sites_correlation.detach(),
        "quality_error": quality.detach().sqrt(),
    }


def aligned(density: Tensor, truth: MapTargets) -> tuple[Tensor, Tensor]:
    """The truth of each row in the setting, hand and origin that suits `density` best.

    Parameters
    ----------
    density : (b, f1, f2, f3) complex
        Norm 1.
    truth : MapTargets

    Returns
    -------
    density, sites : (b, f1, f2, f3) complex
    """
    agreement, shift, inverted = best_origin_on_grid(density[truth.owner], truth.density)
    best = torch.full((len(density),), -torch.inf, device=density.device)
    best = best.scatter_reduce(0, truth.owner, agreement, "amax")
    wins = torch.nonzero(agreement >= best[truth.owner]).squeeze(1)
    chosen = wins[_first_of_each(truth.owner[wins], len(density))]
    return (
        moved(truth.density[chosen], shift[chosen], inverted[chosen]),
        moved(truth.sites[chosen], shift[chosen], inverted[chosen]),
    )


def _first_of_each(owner: Tensor, count: int) -> Tensor:
    """Index of the first entry of each owner 0 to count - 1 in a rising list."""
    return torch.searchsorted(owner, torch.arange(count, device=owner.device))


def _product(a: Tensor, b: Tensor) -> Tensor:
    return (a.real * b.real + a.imag * b.imag).sum(dim=(-3, -2, -1))
