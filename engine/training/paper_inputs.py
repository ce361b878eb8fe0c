"""Patterns as the architecture of Guo et al. is given them: heights of ideal Mo K-alpha lines.

Their axis has equal steps of 2theta, 1,024 from 0 to 180 degrees. The training tables have lines up
to q = 8 1/A only, 54 degrees for this radiation, so the axis ends there, with finer steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.model.encoding import BOX, Q_MAX, half_box
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import assumed_copper
from engine.training.tables import TrainingTables

FloatArray = NDArray[np.float64]
WAVELENGTH = 0.71073  # angstrom, the mean of Mo K-alpha 1 and 2
LINE_SIGMA = 0.008 / 2.3548  # degrees: of the ideal lines, far less than a bin
TWO_THETA_END = float(2.0 * np.degrees(np.arcsin(Q_MAX * WAVELENGTH / (4.0 * np.pi))))
TUBE = assumed_copper()  # only its polarisation counts here: an unpolarised beam


@dataclass(frozen=True)
class PaperViewSettings:
    """How the inputs are disturbed in training, as the authors do it.

    Attributes
    ----------
    shift : int
        Most bins by which a pattern is moved, to either side.
    noise : float
        Standard deviation added to every bin, the highest line being 1, and to every fraction of
        the composition; what falls below 0 becomes 0.
    """

    shift: int = 3
    noise: float = 1e-3


def line_patterns(tables: TrainingTables, rows: NDArray[np.int64], bins: int) -> FloatArray:
    """Ideal patterns (b, bins) of cells, the highest bin 1.

    Parameters
    ----------
    tables : TrainingTables
    rows : (b,) array
    bins : int
        From 0 to `TWO_THETA_END`.
    """
    starts, ends = tables.line_offsets[rows], tables.line_offsets[rows + 1]
    counts = ends - starts
    owner = np.repeat(np.arange(len(rows)), counts)
    flat = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - starts, counts)
    sine = tables.line_q[flat].astype(np.float64) * WAVELENGTH / (4.0 * np.pi)
    height = tables.line_power[flat] * lorentz_polarisation(sine**2, TUBE)
    place = 2.0 * np.degrees(np.arcsin(np.minimum(sine, 1.0))) / TWO_THETA_END * bins
    return _scaled(_binned(owner, place, height, len(rows), bins))


def _binned(
    owner: NDArray[np.int64], place: FloatArray, height: FloatArray, size: int, bins: int
) -> FloatArray:
    """Lines in bins; one near an edge is shared out among the two bins, as its width has it."""
    sigma = LINE_SIGMA / TWO_THETA_END * bins
    nearest = np.rint(place)  # the edge
    above = torch.special.ndtr(torch.as_tensor((place - nearest) / sigma)).numpy()
    total = np.zeros((size, bins))
    for bin_, part in ((nearest, above), (nearest - 1.0, 1.0 - above)):
        inside = (bin_ >= 0.0) & (bin_ < bins)
        slots = (owner[inside], bin_[inside].astype(np.int64))
        np.add.at(total, slots, (height * part)[inside])
    return total


def binned_pattern(pattern: PowderPattern, bins: int) -> FloatArray:
    """An ideal pattern of this radiation, without background, on the same axis, (bins,)."""
    place = pattern.two_theta / TWO_THETA_END * bins
    inside = place < bins
    total = np.zeros((1, bins))
    np.add.at(total[0], place[inside].astype(np.int64), pattern.counts[inside])
    return np.asarray(_scaled(total)[0])


def _scaled(binned: FloatArray) -> FloatArray:
    return np.asarray(binned / np.maximum(binned.max(axis=1, keepdims=True), 1e-12))


def disturbed(
    patterns: FloatArray,
    contents: FloatArray,
    settings: PaperViewSettings,
    rng: np.random.Generator,
) -> tuple[Tensor, Tensor]:
    """Patterns (b, bins) and compositions (b, elements) as they are trained on."""
    bins = patterns.shape[1]
    shifts = rng.integers(-settings.shift, settings.shift + 1, len(patterns))
    padded = np.pad(patterns, ((0, 0), (settings.shift, settings.shift)))
    columns = settings.shift - shifts[:, None] + np.arange(bins)
    moved = np.take_along_axis(padded, columns, axis=1)
    noisy = (
        np.maximum(x + settings.noise * rng.standard_normal(x.shape), 0.0)
        for x in (moved, contents)
    )
    found, told = (torch.as_tensor(x, dtype=torch.float32) for x in noisy)
    return found, told


def stratified_points(rng: np.random.Generator, each: int) -> FloatArray:
    """A point at random in each of each x each x each equal parts of the cell, (p, 3)."""
    corners = np.stack(np.meshgrid(*[np.arange(each)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray((corners + rng.random(corners.shape)) / each)


def grid_points(each: int) -> FloatArray:
    """The points (i, j, k)/each, (each^3, 3), k fastest."""
    corners = np.stack(np.meshgrid(*[np.arange(each)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray(corners / each)


def densities_at(
    tables: TrainingTables, rows: NDArray[np.int64], points: FloatArray
) -> NDArray[np.float32]:
    """CMED (b, p) in e/A^3 of cells at fractional coordinates (p, 3), never negative.

    The series ends at |h| = `BOX`, as the targets of the branch network do.
    """
    series = tables.coefficients[rows].astype(np.float32)
    waves = np.exp(-2j * np.pi * (points @ half_box(BOX).T)).astype(np.complex64)
    # 2 Re sum_h c(h) exp(-2 pi i h.x), of standard deviation 1 for a mean square |c| of 1.
    value = series[..., 0] @ waves.real.T - series[..., 1] @ waves.imag.T
    value *= np.sqrt(2.0 / series.shape[1])
    mean = np.exp(tables.log_density[rows])[:, None]
    contrast = np.exp(tables.log_contrast[rows])[:, None]
    return np.asarray(np.maximum(mean * (1.0 + contrast * value), 0.0), dtype=np.float32)
