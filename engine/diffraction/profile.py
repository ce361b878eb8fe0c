"""Powder patterns from lines: sums of pseudo-Voigt peaks, and the pattern of one structure."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.crystal.structure import CrystalStructure
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.diffraction.reflections import (
    FRIEDEL,
    group_by_spacing,
    hkl_within,
    refuse_too_many,
)
from engine.diffraction.structure_factors import CrystalBatch, structure_factors
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation

FloatArray = NDArray[np.float64]

REACH = 20.0  # a peak is drawn this many FWHM to either side of its centre
HIGHEST_POINT = 10_000.0  # counts
NOISY_BACKGROUND = 100.0  # counts under a simulated measurement
# Of F(000)^2: what rounding leaves of an extinct reflection is far less.
_EXTINCT = 1e-12
_FAR = 1e7  # degrees
_LOG_2 = float(np.log(2.0))


def pseudo_voigt(distance: Tensor, fwhm: Tensor, eta: Tensor) -> Tensor:
    """Pseudo-Voigt of unit area.

    Parameters
    ----------
    distance : tensor
        From the peak's centre, in the units of `fwhm`.
    fwhm : tensor
        Common full width at half maximum of both parts.
    eta : tensor
        Share of the Lorentzian, 0 to 1.
    """
    square = (distance * (2.0 / fwhm)).square()
    lorentzian = (eta * (2.0 / np.pi)) / fwhm / (1.0 + square)
    gaussian = ((1.0 - eta) * (2.0 * (_LOG_2 / np.pi) ** 0.5)) / fwhm
    # Exponents are cut where the Gaussian is 1e-13 of its height: underflow is slow on CPUs.
    return torch.addcmul(lorentzian, gaussian, torch.exp((-_LOG_2 * square).clamp(min=-30.0)))


def peak_sum(
    grid: Tensor,
    centres: Tensor,
    areas: Tensor,
    fwhm: Tensor | float,
    eta: Tensor | float = 0.5,
    reach: float = REACH,
) -> Tensor:
    """Sum the peaks of each pattern of a batch; a peak touches only its neighbourhood.

    Parameters
    ----------
    grid : (n,) tensor
        Rising angles (or other abscissae), common to all patterns; steps may vary.
    centres : (B, m) tensor
        Peak positions. Peaks with area 0 (padding) may be anywhere.
    areas : (B, m) tensor
        Integrated intensities.
    fwhm, eta : (B, m) or broadcastable tensors, or floats
    reach : float
        Each peak is drawn within this many FWHM of its centre.

    Returns
    -------
    (B, n) tensor
        On the device of `centres`; differentiable in everything but the grid.
    """
    widths = torch.as_tensor(fwhm, device=centres.device, dtype=centres.dtype).expand_as(centres)
    shares = torch.as_tensor(eta, device=centres.device, dtype=centres.dtype).expand_as(centres)
    half = reach * widths.detach()
    first = torch.searchsorted(grid, (centres.detach() - half).contiguous())
    last = torch.searchsorted(grid, (centres.detach() + half).contiguous(), right=True)
    owner, peak = torch.nonzero((last > first) & (areas.detach() != 0), as_tuple=True)
    if len(owner) == 0:
        return torch.zeros((len(centres), len(grid)), device=centres.device, dtype=centres.dtype)
    start, span = first[owner, peak], (last - first)[owner, peak]
    # One more point, so far off that no peak has a value there, takes what is out of reach.
    padded = torch.cat([grid, grid.new_full((1,), _FAR)])
    flat = torch.zeros(len(centres) * len(padded), device=centres.device, dtype=centres.dtype)
    longest = int(span.max())
    steps = torch.arange(longest, device=grid.device)
    # Peaks of like span go together, so that wide peaks do not make narrow ones expensive.
    order = torch.argsort(span)
    for chosen in torch.split(order, _peaks_per_chunk(longest, centres.device)):
        ahead = steps[: int(span[chosen[-1]])]
        place = torch.where(
            ahead < span[chosen, None], start[chosen, None] + ahead, len(padded) - 1
        )
        which = (owner[chosen], peak[chosen])
        values = areas[which][:, None] * pseudo_voigt(
            padded[place] - centres[which][:, None], widths[which][:, None], shares[which][:, None]
        )
        place += (owner[chosen] * len(padded))[:, None]
        flat = flat.index_add(0, place.view(-1), values.view(-1))
    return flat.view(len(centres), len(padded))[:, : len(grid)]


def _peaks_per_chunk(span: int, device: torch.device) -> int:
    """Peaks to draw at once: on a CPU few enough that the work arrays stay in its cache."""
    points = 100_000 if device.type == "cpu" else 20_000_000
    return max(16, points // max(span, 1))


def simulate_pattern(
    structure: CrystalStructure,
    radiation: Radiation,
    two_theta_range: tuple[float, float] = (5.0, 90.0),
    step: float = 0.02,
    fwhm: float = 0.1,
    noise_seed: int | None = None,
    *,
    eta: float = 0.5,
    dispersion: tuple[FloatArray, FloatArray] | None = None,
) -> PowderPattern:
    """The powder pattern of a structure.

    Parameters
    ----------
    structure : CrystalStructure
        Its occupancies and U_iso count.
    radiation : Radiation
        Wavelengths with their weights, polarisation, monochromator and slits.
    two_theta_range : (float, float)
        First and last angle in degrees.
    step : float
        Degrees.
    fwhm : float
        Full width at half maximum of every line, degrees.
    noise_seed : int, optional
        With it, a flat background of 100 counts is added and the counts are drawn from Poisson
        distributions; without it the pattern is exact, without background.
    eta : float
        Lorentzian share of the pseudo-Voigt lines.
    dispersion : pair of (n,) arrays, optional
        f' and f'' of each atom (`engine.crystal.anomalous.dispersion`); none by default.

    Returns
    -------
    PowderPattern
        Its highest Bragg point is 10,000 counts (before noise).

    Raises
    ------
    BadInputError
        If the range, step or width makes no sense, or no line falls into the range.
    """
    grid = _grid(two_theta_range, step, fwhm)
    margin = REACH * fwhm
    lines = bragg_lines(
        structure,
        radiation,
        (max(0.05, grid[0] - margin), min(179.5, grid[-1] + margin)),
        dispersion,
    )
    bragg = peak_sum(
        torch.tensor(grid),
        torch.tensor(lines[0])[None],
        torch.tensor(lines[1])[None],
        fwhm,
        eta,
    )[0].numpy()
    highest = float(bragg.max(initial=0.0))
    if highest * fwhm <= _EXTINCT * float(structure.occupancies @ structure.numbers) ** 2:
        raise BadInputError(
            f"No Bragg line falls between {grid[0]:g} and {grid[-1]:g} degrees at "
            f"{radiation.primary:g} A; choose another range or wavelength."
        )
    counts = bragg * (HIGHEST_POINT / highest)
    if noise_seed is not None:
        generator = np.random.default_rng(noise_seed)
        counts = generator.poisson(counts + NOISY_BACKGROUND).astype(np.float64)
    return PowderPattern(
        grid,
        counts,
        np.sqrt(np.maximum(counts, 1.0)),
        radiation,
        name=structure.name or "simulated",
        format="simulated from a structure",
        poisson=noise_seed is not None,
    )


def bragg_lines(
    structure: CrystalStructure,
    radiation: Radiation,
    two_theta_range: tuple[float, float],
    dispersion: tuple[FloatArray, FloatArray] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Positions and integrated intensities of all lines of all wavelengths.

    Parameters
    ----------
    structure : CrystalStructure
    radiation : Radiation
    two_theta_range : (float, float)
        Degrees.
    dispersion : pair of (n,) arrays, optional
        f' and f'' of each atom.

    Returns
    -------
    two_theta : (m,) array
        Degrees, in rising order.
    intensity : (m,) array
        Multiplicity times |F|^2 (electrons squared per cell) times Lorentz-polarisation,
        weighted by the share of the wavelength.
    """
    low, high = (np.sin(np.radians(angle / 2.0)) for angle in two_theta_range)
    s, strength = line_strengths(
        structure,
        float(low / max(radiation.wavelengths)),
        float(high / min(radiation.wavelengths)),
        dispersion,
    )
    angles, intensities = [], []
    for wavelength, weight in zip(radiation.wavelengths, radiation.weights, strict=True):
        sine = wavelength * s
        seen = (sine >= low) & (sine <= high)
        factor = lorentz_polarisation(sine[seen] ** 2, radiation)
        angles.append(2.0 * np.degrees(np.arcsin(sine[seen])))
        intensities.append(weight * strength[seen] * factor)
    two_theta, intensity = np.concatenate(angles), np.concatenate(intensities)
    order = np.argsort(two_theta, kind="stable")
    return two_theta[order], intensity[order]


def line_strengths(
    structure: CrystalStructure,
    s_min: float,
    s_max: float,
    dispersion: tuple[FloatArray, FloatArray] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Lines of a structure whatever the wavelength, exactly overlapping ones summed.

    Parameters
    ----------
    structure : CrystalStructure
    s_min, s_max : float
        sin(theta)/lambda in 1/angstrom.
    dispersion : pair of (n,) arrays, optional
        f' and f'' of each atom.

    Returns
    -------
    s : (m,) array
        1/angstrom, rising.
    strength : (m,) array
        Sum of |F|^2 over the reflections of the line (so the multiplicity is in it).

    Raises
    ------
    BadInputError
        If there would be more than two million reflections.
    """
    refuse_too_many(structure.volume, s_max)
    hkl, s = hkl_within(structure.lattice, s_max, s_min)
    batch = CrystalBatch.from_structures(
        [structure], None if dispersion is None else [dispersion], dtype=torch.float64
    )
    squares = [
        structure_factors(batch, part[None]).mean_square[0]
        for part in torch.split(torch.tensor(hkl), max(1, 4_000_000 // max(len(structure), 1)))
    ]
    f_squared = torch.cat(squares).numpy() if squares else np.zeros(0)
    line, s_of_line, _ = group_by_spacing(s)
    strength = np.bincount(line, weights=f_squared, minlength=len(s_of_line))
    return s_of_line, np.asarray(FRIEDEL * strength, dtype=np.float64)


def _grid(two_theta_range: tuple[float, float], step: float, fwhm: float) -> FloatArray:
    first, last = two_theta_range
    if not (0.0 <= first < last <= 179.0) or not np.isfinite([first, last]).all():
        raise BadInputError(
            f"The range {first:g} to {last:g} degrees cannot be simulated; choose two rising "
            "angles between 0 and 179 degrees."
        )
    if not (1e-5 <= step <= (last - first) / 2.0) or not 1e-4 <= fwhm <= 20.0:
        raise BadInputError(
            f"A step of {step:g} and a width of {fwhm:g} degrees cannot be simulated; choose a "
            "step well below the range and a width between 0.0001 and 20 degrees."
        )
    points = int(np.floor((last - first) / step + 1e-6)) + 1
    return first + step * np.arange(points, dtype=np.float64)
