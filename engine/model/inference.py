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


@dataclass(frozen=True, eq=False)
class DensityPrediction:
    """Densities that the network takes for possible, the likeliest first.

    Attributes
    ----------
    density : (S, n, n, n) float32 array
        CMED in e/A^3 at the fractional coordinates (i, j, k)/n of each sample's own cell.
    cell : (S, 3, 3) array
        Rows a, b, c in angstrom: the Niggli-reduced primitive cell, predicted or given.
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
    inputs = make_inputs(pattern, symbols, formula, cell, others_possible)
    progress.report(0.5, "predicting the density")
    out = _hypotheses(net, inputs.to(chosen), samples, seed)
    progress.report(0.8, "drawing the density")
    return _assemble(out, grid, formula, chosen)


def make_inputs(
    pattern: PowderPattern,
    elements: Sequence[str],
    formula: str | None = None,
    cell: Sequence[float] | FloatArray | None = None,
    others_possible: bool = False,
) -> Inputs:
    """The network's inputs (a batch of one) for a pattern and what is known of the sample."""
    power, covered = bin_pattern(pattern)
    coverage = torch.as_tensor(covered, dtype=torch.float32).unsqueeze(0)
    profile = encode_profile(torch.as_tensor(power, dtype=torch.float32).unsqueeze(0), coverage)
    contents = torch.as_tensor(encode_contents(elements, formula, others_possible)).unsqueeze(0)
    code, amplitudes = torch.zeros(1, 6), torch.zeros(1, len(half_box()))
    if cell is not None:
        lattice = torch.as_tensor(_niggli(cell), dtype=torch.float32).unsqueeze(0)
        code = encode_cell(lattice)
        amplitudes = cell_amplitudes(profile, coverage, lattice)
    known = torch.tensor([[1.0, float(cell is not None)]])
    return Inputs(profile, coverage, contents, code, amplitudes, known)


def _niggli(cell: Sequence[float] | FloatArray) -> FloatArray:
    given = np.asarray(cell, dtype=np.float64)
    if given.shape not in ((6,), (3, 3)):
        raise BadInputError("A cell is six numbers, a, b, c, alpha, beta, gamma.")
    lattice = matrix_from_cell(*given.tolist()) if given.shape == (6,) else given
    return niggli_reduce(lattice, tolerance=1e-3)[0]


@torch.no_grad()
def _hypotheses(net: CMEDNet, inputs: Inputs, samples: int, seed: int) -> list[Tensor]:
    """Fields of `Hypotheses` for at least `samples` alternatives, (n, ...) each, best first."""
    settings = net.settings
    generator = torch.Generator().manual_seed(seed)
    found: list[Hypotheses] = [net(inputs)]
    while len(found) * settings.hypotheses < samples:
        noise = torch.randn(1, settings.hypotheses, settings.latent, generator=generator)
        found.append(net(inputs, noise.to(inputs.profile.device)))
    names = list(Hypotheses.__dataclass_fields__)
    joined = {name: torch.cat([getattr(out, name)[0] for out in found]).cpu() for name in names}
    order = torch.argsort(joined["quality"], descending=True, stable=True)
    return [joined[name][order[:samples]] for name in names]


def _assemble(
    parts: list[Tensor], grid: int, formula: str | None, device: str
) -> DensityPrediction:
    out = Hypotheses(*parts)
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
    likelihood = torch.softmax(out.log_prior.double(), dim=0).numpy()
    return DensityPrediction(
        density=maps.clamp_min(0.0).numpy(),
        cell=lattice,
        crystal_system=tuple(CRYSTAL_SYSTEMS[int(i)] for i in out.system.argmax(dim=-1)),
        weights=likelihood,
        quality=out.quality.double().numpy(),
        n_atoms=torch.exp(out.log_atoms.double()).numpy(),
        device=device,
        coefficients=series.numpy(),
        mean=mean,
    )
