"""The network's answer: alternatives from several cells, ranked and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.crystal.composition import atomic_number, parse_formula
from engine.crystal.extinction_classes import classes_on_lattice, groups_on_lattice
from engine.crystal.lattice import crystal_system, lattice_system
from engine.model.contents_answer import Contents, mixed_contents
from engine.model.sampling import Sample
from engine.model.series import common_series, map_on_grid, values_at

FloatArray = NDArray[np.float64]
# Correlation that a density in a wrong cell reaches on the average.
WRONG_CELL_QUALITY = 0.35
# Difference in expected correlation that makes one of two alternatives e times as likely the best.
QUALITY_SPREAD = 0.05
_SAME_LENGTH = 0.03  # angstrom


@dataclass(frozen=True, eq=False)
class DensityPrediction:
    """Densities that the network takes for possible, the likeliest first.

    Attributes
    ----------
    density : (S, n, n, n) float32 array
        CMED in e/A^3 at the fractional coordinates (i, j, k)/n of each sample's own cell.
    cell : (S, 3, 3) array
        Rows a, b, c in angstrom: the Niggli-reduced primitive cell.
    cell_source : tuple of str
        Where each cell is from: "given", "indexed" (from the lines) or "predicted" (by the
        network, a guess).
    crystal_system : tuple of str
        None that a cell which is given or indexed could not have.
    weights : (S,) array
        How likely each sample is the best of them; they sum to 1.
    quality : (S,) array
        Expected gauge-free correlation with the truth, by which the samples are in order.
    n_atoms : (S,) array
        Expected number of atoms in the cell (not whole).
    device : str
    coefficients : (S, M) complex array
        Of the density in e/A^3 without its mean, rho(x) = 2 Re sum_h c(h) exp(-2 pi i h.x), for
        the `indices`, one of each pair h and -h.
    indices : (M, 3) int array
    mean : (S,) array
        Mean density in e/A^3.
    sites : (S, n, n, n) float32 array or None
        Map of the sites, in which every atom counts the same, of unit standard deviation; None
        for samples on guessed cells (all of its values are 0 there if others have one).
    contents : Contents or None
        Extinction class, missing elements and amounts, over all cells by their chances.
    notes : tuple of str
        What the user should know, in sentences.
    """

    density: NDArray[np.float32]
    cell: FloatArray
    cell_source: tuple[str, ...]
    crystal_system: tuple[str, ...]
    weights: FloatArray
    quality: FloatArray
    n_atoms: FloatArray
    device: str
    coefficients: NDArray[np.complex64]
    indices: NDArray[np.int64]
    mean: FloatArray
    sites: NDArray[np.float32] | None = None
    contents: Contents | None = None
    notes: tuple[str, ...] = ()

    @property
    def extinction(self) -> FloatArray | None:
        """Probabilities of the classes of `engine.crystal.extinction_classes`.

        None that a cell which is given could not have, unless the network believes in no other.
        """
        if self.contents is None:
            return None
        found = self.contents.extinction
        if self.cell_source[0] != "given":
            return found
        possible = classes_on_lattice(self.cell[0], _SAME_LENGTH)
        left = np.where(possible, found, 0.0)
        total = float(left.sum())
        return left / total if total > 0 else found

    def at(self, frac_points: FloatArray) -> FloatArray:
        """Density (S, p) in e/A^3 at any fractional coordinates (p, 3); periodic."""
        series = values_at(self.coefficients, self.indices, frac_points)
        return np.asarray(np.clip(self.mean[:, None] + series, 0.0, None))


@dataclass(frozen=True, eq=False)
class Group:
    """Alternatives for one cell, or each for its own where the source is "predicted"."""

    samples: list[Sample]
    source: str
    chance: float
    contents: Contents


@dataclass(frozen=True, eq=False)
class _Ranked:
    sample: Sample
    source: str
    quality: float
    weight: float


def _ranked(groups: Sequence[Group], samples: int) -> list[_Ranked]:
    """The best of all groups by the correlation to expect, the cell's chance included."""
    indexed = sum(group.chance for group in groups if group.source == "indexed")
    found = []
    for group in groups:
        guessed = group.source == "predicted"
        own = 1.0 if guessed else group.chance
        share = max(1.0 - indexed, 1e-6) if guessed else group.chance
        if guessed:
            priors = np.array([sample.log_prior for sample in group.samples])
        else:
            priors = np.array([sample.quality for sample in group.samples]) / QUALITY_SPREAD
        chances = np.exp(priors - priors.max()) if len(priors) else priors
        for sample, chance in zip(group.samples, chances / max(chances.sum(), 1e-12), strict=True):
            quality = own * sample.quality + (1.0 - own) * WRONG_CELL_QUALITY
            found.append(_Ranked(sample, group.source, quality, share * float(chance)))
    return sorted(found, key=lambda one: -one.quality)[:samples]


def assemble(
    groups: Sequence[Group],
    samples: int,
    grid: int,
    formula: str | None = None,
    device: str = "cpu",
    notes: tuple[str, ...] = (),
) -> DensityPrediction:
    """Rank the alternatives of all groups and draw the best `samples` of them."""
    ranked = _ranked(groups, samples)
    chosen = [one.sample for one in ranked]
    lattice = np.array([sample.lattice for sample in chosen])
    volume = np.abs(np.linalg.det(lattice))
    mean = np.exp([sample.log_density for sample in chosen])
    if formula:
        # F(000) is a whole number of formula units.
        unit = sum(atomic_number(s) * amount for s, amount in parse_formula(formula).items())
        mean = np.maximum(1.0, np.round(mean * volume / unit)) * unit / volume
    deviation = mean * np.exp([sample.log_contrast for sample in chosen])
    scaled = [
        sample.coefficients * float(spread / _norm(sample.coefficients))
        for sample, spread in zip(chosen, deviation, strict=True)
    ]
    density = np.stack([map_on_grid(series, grid) for series in scaled])
    density += mean.astype(np.float32).reshape(-1, 1, 1, 1)
    series, indices = common_series(scaled)
    weights = np.array([one.weight for one in ranked])
    return DensityPrediction(
        density=np.clip(density, 0.0, None),
        cell=lattice,
        cell_source=tuple(one.source for one in ranked),
        crystal_system=tuple(_system(one) for one in ranked),
        weights=weights / weights.sum(),
        quality=np.array([one.quality for one in ranked]),
        n_atoms=np.exp([sample.log_atoms for sample in chosen]),
        device=device,
        coefficients=series,
        indices=indices,
        mean=mean,
        sites=_sites(chosen, grid),
        contents=_contents(groups),
        notes=notes,
    )


def _system(one: _Ranked) -> str:
    """The crystal system that the network reads, where the cell can have it; else the cell's."""
    if one.source == "predicted":  # only roughly of its own symmetry
        return one.sample.system
    lattice, system = one.sample.lattice, one.sample.system
    possible = map(crystal_system, groups_on_lattice(lattice, _SAME_LENGTH))
    return system if system in possible else lattice_system(lattice, _SAME_LENGTH)


def _contents(groups: Sequence[Group]) -> Contents:
    """What all cells together say of the contents."""
    indexed = sum(group.chance for group in groups if group.source == "indexed")
    shares = [
        max(1.0 - indexed, 1e-6) if group.source == "predicted" else group.chance
        for group in groups
    ]
    return mixed_contents([group.contents for group in groups], shares)


def _norm(coefficients: Tensor) -> float:
    """Standard deviation of the map of these coefficients."""
    return max(float(coefficients.abs().square().sum().sqrt()), 1e-12)


def _sites(chosen: Sequence[Sample], grid: int) -> NDArray[np.float32] | None:
    if all(sample.sites is None for sample in chosen):
        return None
    empty = np.zeros((grid, grid, grid), dtype=np.float32)
    return np.stack(
        [
            empty if sample.sites is None else map_on_grid(sample.sites / _norm(sample.sites), grid)
            for sample in chosen
        ]
    )
