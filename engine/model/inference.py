"""From a pattern and elements to electron densities: the network in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import resources
from engine.crystal.composition import atomic_number, check_contents, parse_elements, parse_formula
from engine.crystal.lattice import CRYSTAL_SYSTEMS, matrix_from_cell
from engine.crystal.niggli import niggli_reduce
from engine.errors import BadInputError
from engine.model.cell_search import ProposedCell, propose_cells
from engine.model.checkpoint import load_checkpoint
from engine.model.device import choose_device
from engine.model.encoding import (
    BOX,
    Inputs,
    cell_amplitudes,
    decode_cell,
    encode_cell,
    encode_contents,
    encode_profile,
    half_box,
)
from engine.model.network import CMEDNet, Hypotheses, density_at, density_on_grid
from engine.model.pattern_input import bin_pattern
from engine.pattern.pattern import PowderPattern
from engine.progress import Progress

FloatArray = NDArray[np.float64]
WEIGHTS = "model/cmednet.safetensors"
MOST_SAMPLES = 64
MOST_GRID = 256
# Indexed cells that are tried, and how the score of a line becomes the chance of being right.
CELLS_TRIED = 3
EVEN_SCORE, SCORE_WIDTH = 1.5, 0.3
# Correlation that a density in a wrong cell reaches on the average.
WRONG_CELL_QUALITY = 0.35


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
    weights : (S,) array
        How likely each sample is the best of them; they sum to 1.
    quality : (S,) array
        Expected gauge-free correlation with the truth, by which the samples are in order.
    n_atoms : (S,) array
        Expected number of atoms in the cell (not whole).
    device : str
    coefficients : (S, M) complex array
        Of the series in e/A^3 for the indices `engine.model.encoding.half_box()`.
    mean : (S,) array
        Mean density in e/A^3.
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
    mean: FloatArray

    def at(self, frac_points: FloatArray) -> FloatArray:
        """Density (S, p) in e/A^3 at any fractional coordinates (p, 3); periodic."""
        series = density_at(
            torch.as_tensor(self.coefficients).to(torch.complex128),
            torch.as_tensor(frac_points, dtype=torch.float64),
            torch.as_tensor(half_box(BOX)),
        )
        return np.asarray(np.clip(self.mean[:, None] + series.numpy(), 0.0, None))


def weights_path() -> Path:
    """Where the shipped weights are."""
    return resources.path(WEIGHTS)


@lru_cache(maxsize=4)
def load_network(path: Path, device: str) -> tuple[CMEDNet, dict[str, Any]]:
    """The network of a weights file and its manifest; read once for each file and device."""
    return load_checkpoint(path, device)


def predict_density(
    pattern: PowderPattern,
    elements: Sequence[str],
    *,
    formula: str | None = None,
    cell: Sequence[float] | FloatArray | None = None,
    others_possible: bool = False,
    samples: int = 5,
    grid: int = 50,
    device: str = "auto",
    seed: int = 0,
    index: bool = True,
    progress: Progress | None = None,
) -> DensityPrediction:
    """Ask CMEDNet for electron densities that a pattern and its elements may belong to.

    Parameters
    ----------
    pattern : PowderPattern
    elements : sequence of str
        Symbols of elements known to be there.
    formula : str, optional
    cell : six numbers or (3, 3) array, optional
        Lengths in angstrom and angles in degrees, or rows a, b, c, of a *primitive* cell where
        it is known.
    others_possible : bool
        Whether there may be elements that are not listed.
    samples : int
        The network's hypotheses come first; more than it has are drawn around them.
    grid : int
        Points along each edge.
    device : {"auto", "cpu", "cuda", "mps"}
    seed : int
        Of the draws; the same seed gives the same samples.
    index : bool
        Whether to look for the cell in the lines first where none is given. Indexed cells
        come beside the network's own guesses, each with its chance of being right.
    progress : Progress, optional

    Raises
    ------
    BadInputError
        If an argument cannot be used.
    """
    progress = progress or Progress()
    if not 1 <= samples <= MOST_SAMPLES:
        raise BadInputError(f"Ask for 1 to {MOST_SAMPLES} samples, not {samples}.")
    if not 1 <= grid <= MOST_GRID:
        raise BadInputError(f"The density's grid must have 1 to {MOST_GRID} points, not {grid}.")
    symbols = parse_elements(elements) if elements or not formula else tuple(parse_formula(formula))
    check_contents(symbols, formula, others_possible)
    progress.report(0.05, "loading the network")
    chosen = choose_device(device)
    net, _ = load_network(weights_path(), chosen)
    progress.report(0.3, "reading the pattern's lines")
    lines = _profile(pattern)
    contents = encode_contents(symbols, formula, others_possible)
    given = None if cell is None else _niggli(cell)
    found: list[ProposedCell] = []
    if given is None and index:
        progress.report(0.4, "indexing the lines")
        found = propose_cells(pattern, CELLS_TRIED)
    progress.report(0.7, "predicting the density")
    free = _hypotheses(net, make_inputs(lines, contents, given).to(chosen), samples, seed)
    groups = [_Group(free, "predicted" if given is None else "given", 1.0)]
    for proposed, chance in zip(found, _chances(found), strict=True):
        inputs = make_inputs(lines, contents, proposed.lattice).to(chosen)
        groups.append(_Group(_hypotheses(net, inputs, 1, seed), "indexed", chance))
    progress.report(0.9, "drawing the density")
    return _assemble(groups, samples, grid, formula, chosen)


def make_inputs(
    lines: tuple[Tensor, Tensor], contents: NDArray[np.float32], lattice: FloatArray | None
) -> Inputs:
    """The network's inputs, a batch of one.

    Parameters
    ----------
    lines : pair of (1, BINS) tensors
        Profile and coverage.
    contents : (CONTENTS,) array
        From `encode_contents`.
    lattice : (3, 3) array or None
        Niggli-reduced, where the cell is known.
    """
    profile, coverage = lines
    code, amplitudes = torch.zeros(1, 6), torch.zeros(1, len(half_box()))
    if lattice is not None:
        cell = torch.as_tensor(lattice, dtype=torch.float32).unsqueeze(0)
        code = encode_cell(cell)
        amplitudes = cell_amplitudes(profile, coverage, cell)
    known = torch.tensor([[1.0, float(lattice is not None)]])
    return Inputs(
        profile, coverage, torch.as_tensor(contents).unsqueeze(0), code, amplitudes, known
    )


def _profile(pattern: PowderPattern) -> tuple[Tensor, Tensor]:
    """Profile and coverage of a pattern, (1, BINS) each."""
    power, covered = bin_pattern(pattern)
    coverage = torch.as_tensor(covered, dtype=torch.float32).unsqueeze(0)
    return encode_profile(
        torch.as_tensor(power, dtype=torch.float32).unsqueeze(0), coverage
    ), coverage


def _chances(cells: list[ProposedCell]) -> list[float]:
    """How likely each of several proposed cells is the right one."""
    scores = np.array([cell.score for cell in cells])
    if len(scores) == 0:
        return []
    share = np.exp(np.clip(scores - scores.max(), -50.0, 0.0))
    each = scores.max() / max(cells[0].lines, 1)
    trust = 1.0 / (1.0 + np.exp(-(each - EVEN_SCORE) / SCORE_WIDTH))
    return [float(x) for x in trust * share / share.sum()]


def _niggli(cell: Sequence[float] | FloatArray) -> FloatArray:
    given = np.asarray(cell, dtype=np.float64)
    if given.shape not in ((6,), (3, 3)):
        raise BadInputError("A cell is six numbers, a, b, c, alpha, beta, gamma.")
    lattice = matrix_from_cell(*given.tolist()) if given.shape == (6,) else given
    return niggli_reduce(lattice, tolerance=1e-3)[0]


@dataclass(frozen=True, eq=False)
class _Group:
    """Alternatives for one cell, where it is from, and its chance of being right."""

    hypotheses: Hypotheses
    source: str
    chance: float


@torch.no_grad()
def _hypotheses(net: CMEDNet, inputs: Inputs, samples: int, seed: int) -> Hypotheses:
    """At least `samples` alternatives for one pattern, fields (n, ...), the best first."""
    settings = net.settings
    generator = torch.Generator().manual_seed(seed)
    found: list[Hypotheses] = [net(inputs)]
    while len(found) * settings.hypotheses < samples:
        noise = torch.randn(1, settings.hypotheses, settings.latent, generator=generator)
        found.append(net(inputs, noise.to(inputs.profile.device)))
    names = list(Hypotheses.__dataclass_fields__)
    joined = {name: torch.cat([getattr(out, name)[0] for out in found]).cpu() for name in names}
    order = torch.argsort(joined["quality"], descending=True, stable=True)
    return Hypotheses(**{name: joined[name][order[:samples]] for name in names})


def _ranked(groups: list[_Group], samples: int) -> tuple[Hypotheses, list[str], Tensor, Tensor]:
    """The best of all groups: hypotheses, cell sources, weights and expected qualities."""
    names = list(Hypotheses.__dataclass_fields__)
    joined = {n: torch.cat([getattr(g.hypotheses, n) for g in groups]) for n in names}
    sources = [g.source for g in groups for _ in range(len(g.hypotheses.quality))]
    indexed = sum(g.chance for g in groups if g.source == "indexed")
    quality, weight = [], []
    for group in groups:
        own = group.chance if group.source == "indexed" else 1.0
        expected = group.hypotheses.quality.double()
        quality.append(own * expected + (1.0 - own) * WRONG_CELL_QUALITY)
        share = group.chance if group.source == "indexed" else max(1.0 - indexed, 1e-6)
        weight.append(share * torch.softmax(group.hypotheses.log_prior.double(), dim=0))
    qualities, weights = torch.cat(quality), torch.cat(weight)
    order = torch.argsort(qualities, descending=True, stable=True)[:samples]
    out = Hypotheses(**{name: joined[name][order] for name in names})
    kept = weights[order]
    return out, [sources[int(i)] for i in order], kept / kept.sum(), qualities[order]


def _assemble(
    groups: list[_Group], samples: int, grid: int, formula: str | None, device: str
) -> DensityPrediction:
    out, sources, weights, qualities = _ranked(groups, samples)
    lattice = decode_cell(out.cell.double()).numpy()
    volume = np.abs(np.linalg.det(lattice))
    mean = torch.exp(out.log_density.double()).numpy()
    if formula:
        # F(000) is a whole number of formula units.
        unit = sum(atomic_number(s) * amount for s, amount in parse_formula(formula).items())
        mean = np.maximum(1.0, np.round(mean * volume / unit)) * unit / volume
    m = out.coefficients.shape[-1]
    deviation = mean * torch.exp(out.log_contrast.double()).numpy()
    scale = torch.as_tensor(deviation / np.sqrt(2.0 * m), dtype=torch.float32)
    series = out.coefficients * scale.unsqueeze(-1)
    maps = density_on_grid(series, grid, torch.as_tensor(half_box(BOX)))
    maps = maps + torch.as_tensor(mean, dtype=torch.float32).reshape(-1, 1, 1, 1)
    return DensityPrediction(
        density=maps.clamp_min(0.0).numpy(),
        cell=lattice,
        cell_source=tuple(sources),
        crystal_system=tuple(CRYSTAL_SYSTEMS[int(i)] for i in out.system.argmax(dim=-1)),
        weights=weights.numpy(),
        quality=qualities.numpy(),
        n_atoms=torch.exp(out.log_atoms.double()).numpy(),
        device=device,
        coefficients=series.numpy(),
        mean=mean,
    )
