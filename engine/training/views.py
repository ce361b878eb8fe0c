"""Training views: each time a structure is seen, another measurement of it, on the fly.

The lines of a structure (`engine.training.tables`) are put on the log-q axis with a random cell
volume, displacement, texture, zero error, line width, wavelength and range; counts are given
noise and background, faint bins are lost, stray lines are added. Branches are dropped at random.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.model.encoding import (
    BINS,
    CONTENTS,
    ELEMENTS,
    LOG_STEP,
    Q_MIN,
    Inputs,
    cell_amplitudes,
    encode_cell,
    encode_profile,
    half_box,
)
from engine.pattern.radiation import assumed_copper
from engine.training.loss import Targets
from engine.training.tables import TrainingTables

REACH = 9  # bins on either side that a line touches
TUBE = assumed_copper()  # only its polarisation counts here: an unpolarised beam


@dataclass(frozen=True)
class ViewSettings:
    """How strongly views are disturbed, and how often a branch is dropped."""

    strain: float = 0.03  # of lengths, to either side
    cell_noise: float = 0.002
    zero_error: float = 0.05  # degrees of 2theta
    displacement: tuple[float, float] = (0.0, 2.5)  # B in square angstrom
    texture: float = 0.25  # standard deviation of ln intensity, of the views that have it
    textured: float = 0.3
    stray: float = 0.15
    wavelengths: tuple[float, ...] = (1.5418, 1.5418, 1.5418, 1.5418, 0.7107, 1.79, 0.56, 1.0)
    cell_given: float = 0.4
    pattern_dropped: float = 0.02
    contents_dropped: float = 0.03
    amounts_given: float = 0.3
    element_missing: float = 0.1
    noise: bool = True  # of counts, intensities and positions; False also keeps the faint bins


class ViewMaker:
    """Makes batches of (inputs, targets) from the tables; the same seed gives the same batch."""

    def __init__(self, tables: TrainingTables, settings: ViewSettings | None = None) -> None:
        self.tables = tables
        self.settings = settings or ViewSettings()
        counts = np.bincount(tables.system, minlength=7)
        # Rare systems are seen more often than they occur, but not as often as the common ones.
        weight = 1.0 / np.sqrt(np.maximum(counts, 1.0))[tables.system]
        self._cumulative = np.cumsum(weight / weight.sum())

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.int64]:
        """Random rows of the tables, rare crystal systems favoured."""
        chosen = np.searchsorted(self._cumulative, rng.random(size))
        return np.minimum(chosen, len(self.tables) - 1).astype(np.int64)

    def batch(
        self, rows: NDArray[np.int64], rng: np.random.Generator, cell_given: float | None = None
    ) -> tuple[Inputs, Targets]:
        """One view of each of `rows`.

        Parameters
        ----------
        rows : (b,) array
        rng : Generator
        cell_given : float, optional
            Share of the views that know the cell, instead of the settings' own.
        """
        s, tables, b = self.settings, self.tables, len(rows)
        stretch = rng.uniform(-s.strain, s.strain, b)
        power, coverage = self._patterns(rows, stretch, rng)
        profile = encode_profile(power, coverage)
        lattice = torch.as_tensor(
            tables.lattice[rows] * np.exp(stretch)[:, None, None], dtype=torch.float32
        )
        share = s.cell_given if cell_given is None else cell_given
        pattern_known = rng.random(b) >= s.pattern_dropped
        cell_known = rng.random(b) < share
        inputs = self._inputs(rows, profile, coverage, lattice, pattern_known, cell_known, rng)
        series = torch.as_tensor(tables.coefficients[rows].astype(np.float32))
        targets = Targets(
            coefficients=torch.view_as_complex(series.contiguous()),
            cell=encode_cell(lattice),
            system=torch.as_tensor(tables.system[rows].astype(np.int64)),
            log_atoms=torch.log(torch.as_tensor(tables.n_atoms[rows].astype(np.float32))),
            log_density=torch.as_tensor(
                tables.log_density[rows] - 3.0 * stretch, dtype=torch.float32
            ),
            log_contrast=torch.as_tensor(tables.log_contrast[rows]),
        )
        return inputs, targets

    def _patterns(
        self, rows: NDArray[np.int64], stretch: NDArray[np.float64], rng: np.random.Generator
    ) -> tuple[Tensor, Tensor]:
        """Intensities in bins (without Lorentz-polarisation) and coverage, (b, BINS) each."""
        s, tables, b = self.settings, self.tables, len(rows)
        starts, ends = tables.line_offsets[rows], tables.line_offsets[rows + 1]
        counts = ends - starts
        owner = np.repeat(np.arange(b), counts)
        flat = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - starts, counts)
        log_q = np.log(tables.line_q[flat]) - stretch[owner]
        q = np.exp(log_q)
        wavelength = rng.choice(s.wavelengths, b)
        q_low, q_high = _ranges(rng, b)
        sine = q * wavelength[owner] / (4.0 * np.pi)
        possible = (sine < 0.999) & (q < 1.01 * q_high[owner])
        owner, log_q, q, sine = owner[possible], log_q[possible], q[possible], sine[possible]
        power = tables.line_power[flat[possible]].astype(np.float64)
        displacement = rng.uniform(*s.displacement, b)[owner]
        power = power * np.exp(-2.0 * displacement * (q / (4.0 * np.pi)) ** 2)
        spread = np.where(rng.random(b) < s.textured, s.texture, 0.02 * s.noise)[owner]
        power = power * np.exp(spread * rng.standard_normal(len(power)))
        cosine = np.sqrt(1.0 - sine**2)
        zero = np.radians(rng.uniform(-s.zero_error, s.zero_error, b))[owner]
        # d(ln q) = cot(theta) d(2theta) / 2
        jitter = 0.0004 * s.noise * rng.standard_normal(len(power))
        log_q = log_q + 0.5 * zero * cosine / sine + jitter
        fwhm = np.radians(rng.uniform(0.05, 0.25, b))[owner] / cosine
        sigma = np.sqrt((0.5 * fwhm * cosine / sine / 2.355) ** 2 + 0.0006**2)
        raw = power * lorentz_polarisation(sine**2, TUBE)
        binned = _spread(owner, log_q, sigma, raw, b)
        return self._noisy(binned, wavelength, (q_low, q_high), rng)

    def _noisy(
        self,
        binned: Tensor,
        wavelength: NDArray[np.float64],
        limits: tuple[NDArray[np.float64], NDArray[np.float64]],
        rng: np.random.Generator,
    ) -> tuple[Tensor, Tensor]:
        """Noise, lost bins, stray lines and the measured range; Lorentz-polarisation removed."""
        b = len(binned)
        centres = Q_MIN * np.exp(LOG_STEP * (np.arange(BINS) + 0.5))
        sine = centres[None, :] * wavelength[:, None] / (4.0 * np.pi)
        reachable = sine < 0.995
        sine = np.minimum(sine, 0.995)
        tangent = sine / np.sqrt(1.0 - sine**2)
        low, high = (limit[:, None] for limit in limits)
        inside = (centres >= low) & (centres <= high) & reachable
        coverage = torch.as_tensor(inside, dtype=torch.float32)
        binned = binned * coverage
        strongest = binned.max(dim=1, keepdim=True).values.clamp_min(1e-12)
        binned = binned / strongest
        has_stray = rng.random(b) < self.settings.stray
        for row in np.flatnonzero(has_stray):
            place = rng.integers(0, BINS, rng.integers(1, 4))
            binned[row, place] += torch.as_tensor(
                rng.uniform(0.005, 0.08, len(place)), dtype=torch.float32
            )
        counts = np.exp(rng.uniform(np.log(3e3), np.log(1e6), b))[:, None]
        # A bin at high angles holds more measured points, hence more background.
        background = np.exp(rng.uniform(np.log(0.005), np.log(0.3), b))[:, None] * tangent * 4.0
        mean = binned.numpy()
        sigma = np.sqrt((mean + background) / counts) * self.settings.noise
        noisy = mean + sigma * rng.standard_normal(mean.shape)
        found = torch.as_tensor(noisy - 2.0 * sigma, dtype=torch.float32).clamp_min(0.0)
        factor = torch.as_tensor(lorentz_polarisation(sine**2, TUBE), dtype=torch.float32)
        return found * coverage / factor, coverage

    def _inputs(
        self,
        rows: NDArray[np.int64],
        profile: Tensor,
        coverage: Tensor,
        lattice: Tensor,
        pattern_known: NDArray[np.bool_],
        cell_known: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> Inputs:
        """Inputs with the branches that are not known set to zero."""
        s, b = self.settings, len(rows)
        noise = 1.0 + s.cell_noise * rng.standard_normal((b, 3, 1))
        given = lattice * torch.as_tensor(noise, dtype=torch.float32)
        amplitudes = torch.zeros(b, len(half_box()))
        both = np.flatnonzero(cell_known & pattern_known)
        if len(both):
            amplitudes[both] = cell_amplitudes(profile[both], coverage[both], given[both])
        known = torch.as_tensor(np.stack([pattern_known, cell_known], 1), dtype=torch.float32)
        return Inputs(
            profile=profile * known[:, :1],
            coverage=coverage * known[:, :1],
            contents=torch.as_tensor(self._contents(rows, rng)),
            cell=encode_cell(given) * known[:, 1:],
            amplitudes=amplitudes,
            known=known,
        )

    def _contents(self, rows: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
        """Codes of the contents, as `engine.model.encoding.encode_contents` makes them."""
        s, b = self.settings, len(rows)
        fractions = self.tables.contents[rows].astype(np.float32)
        code = np.zeros((b, CONTENTS), dtype=np.float32)
        code[:, :ELEMENTS] = fractions > 0
        amounts = rng.random(b) < s.amounts_given
        code[amounts, ELEMENTS : 2 * ELEMENTS] = fractions[amounts]
        code[:, 2 * ELEMENTS] = 1.0
        code[amounts, 2 * ELEMENTS + 1] = 1.0
        for row in np.flatnonzero(~amounts & (rng.random(b) < s.element_missing)):
            present = np.flatnonzero(code[row, :ELEMENTS])
            if len(present) > 1:
                code[row, rng.choice(present)] = 0.0
                code[row, 2 * ELEMENTS + 2] = 1.0
        # Somebody may also say "others possible" although there are none.
        code[rng.random(b) < 0.05, 2 * ELEMENTS + 2] = 1.0
        code[rng.random(b) < s.contents_dropped] = 0.0
        return code


def _ranges(rng: np.random.Generator, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and last q that is measured: half of the time about that of copper to 90 degrees."""
    usual = rng.uniform(5.0, 6.2, size)
    other = rng.uniform(3.5, 8.0, size)
    return rng.uniform(0.3, 1.3, size), np.where(rng.random(size) < 0.5, usual, other)


def _spread(
    owner: NDArray[np.int64],
    log_q: NDArray[np.float64],
    sigma: NDArray[np.float64],
    power: NDArray[np.float64],
    size: int,
) -> Tensor:
    """Gaussian lines summed onto the bins, (size, BINS); each line keeps its whole area."""
    total = torch.zeros(size * BINS)
    narrow = sigma < 0.8 * LOG_STEP
    # Most lines are narrow and touch few bins.
    for part, reach in ((narrow, 2), (~narrow, REACH)):
        place = torch.as_tensor((log_q[part] - np.log(Q_MIN)) / LOG_STEP - 0.5, dtype=torch.float32)
        width = torch.as_tensor(sigma[part] / LOG_STEP, dtype=torch.float32)
        centre = torch.round(place)
        offsets = torch.arange(-reach, reach + 1, dtype=torch.float32)
        distance = (centre - place).unsqueeze(1) + offsets
        weight = torch.exp(distance.square_() * (-0.5 / width**2).unsqueeze(1))
        area = torch.as_tensor(power[part], dtype=torch.float32)
        weight *= (area / weight.sum(dim=1)).unsqueeze(1)
        slot = centre.long().unsqueeze(1) + offsets.long()
        weight *= (slot >= 0) & (slot < BINS)
        slot = slot.clamp_(0, BINS - 1) + torch.as_tensor(owner[part]).unsqueeze(1) * BINS
        total.index_add_(0, slot.reshape(-1), weight.reshape(-1))
    return total.reshape(size, BINS)
