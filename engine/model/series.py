"""Fourier series of maps: on any grid, at any point, several with the same indices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def map_on_grid(coefficients: Tensor, n: int) -> NDArray[np.float32]:
    """The real map of coefficients (f1, f2, f3) on the grid (i, j, k)/n, by padding or folding.

    The coefficients are those of rho(x) = sum_h c(h) exp(-2 pi i h.x), h in the order of
    `torch.fft.fftfreq`.
    """
    full = torch.zeros(n, n, n, dtype=coefficients.dtype)
    places = [_frequencies(size) % n for size in coefficients.shape]
    grid = torch.meshgrid(*places, indexing="ij")
    # On a coarse grid several coefficients are the same wave and are added.
    full.index_put_(grid, coefficients, accumulate=True)
    series: Tensor = torch.fft.fftn(full)
    return np.ascontiguousarray(series.real.numpy().astype(np.float32))


def common_series(
    series: Sequence[Tensor],
) -> tuple[NDArray[np.complex64], NDArray[np.int64]]:
    """Coefficients of several maps for the same indices, one of each pair h, -h, without 000.

    Parameters
    ----------
    series : sequence of (f1, f2, f3) complex tensors
        Of any sizes.

    Returns
    -------
    coefficients : (S, M) complex array
    indices : (M, 3) array
    """
    reach = [max((part.shape[axis] - 1) // 2 for part in series) for axis in range(3)]
    axes = [np.arange(-limit, limit + 1) for limit in reach]
    every = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    h, k, m = every.T
    indices = every[(h > 0) | ((h == 0) & (k > 0)) | ((h == 0) & (k == 0) & (m > 0))]
    found = np.zeros((len(series), len(indices)), dtype=np.complex64)
    for row, part in enumerate(series):
        sizes = np.array(part.shape)
        held = (np.abs(indices) <= (sizes - 1) // 2).all(axis=1)
        places = (indices[held] % sizes).T
        found[row, held] = part.numpy()[places[0], places[1], places[2]]
    return found, indices


def values_at(
    coefficients: NDArray[np.complexfloating],
    indices: NDArray[np.int64],
    frac_points: NDArray[np.floating],
) -> NDArray[np.float64]:
    """2 Re sum_h c(h) exp(-2 pi i h.x) at fractional coordinates (p, 3), as (S, p)."""
    points = np.asarray(frac_points, dtype=np.float64)
    waves = np.exp(-2j * np.pi * (indices @ points.T))
    return np.asarray(2.0 * (coefficients.astype(np.complex128) @ waves).real)


def _frequencies(size: int) -> Tensor:
    frequencies: Tensor = torch.fft.fftfreq(size, 1.0 / size)
    return frequencies.round().long()
