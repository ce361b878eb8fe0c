"""What the network answers under given conditions, in the form in which it is scored."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.model.coding import code_lines, without_pattern
from engine.model.contents_answer import Contents
from engine.model.inference import CellOfSamples, draw_samples
from engine.model.prediction import DensityPrediction, assemble
from engine.pattern.pattern import PowderPattern

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Answer:
    """Samples that are scored, the first-ranked first.

    Attributes
    ----------
    density : (S, n, n, n) array
        e/A^3, each on its own cell.
    cell : (S, 3, 3) array
        Rows in angstrom.
    cell_source, crystal_system : tuple of str
    quality : (S,) array
        Expected gfCC.
    n_atoms : (S,) array
        In the primitive cell, not whole.
    contents : Contents or None
        What the network says of extinction class, missing elements and amounts.
    seconds : float
        Time that the answer took.
    """

    density: NDArray[Any]
    cell: FloatArray
    cell_source: tuple[str, ...]
    crystal_system: tuple[str, ...]
    quality: FloatArray
    n_atoms: FloatArray
    contents: Contents | None = None
    seconds: float = 0.0


def answer_of(prediction: DensityPrediction) -> Answer:
    """The scored part of a prediction."""
    return Answer(
        density=prediction.density,
        cell=prediction.cell,
        cell_source=prediction.cell_source,
        crystal_system=prediction.crystal_system,
        quality=np.asarray(prediction.quality, dtype=np.float64),
        n_atoms=np.asarray(prediction.n_atoms, dtype=np.float64),
        contents=prediction.contents,
    )


def timed(ask: Callable[[], Answer]) -> Answer:
    """An answer with the wall time that it took."""
    begun = time.perf_counter()
    return replace(ask(), seconds=time.perf_counter() - begun)


def masked_answer(
    pattern: PowderPattern,
    elements: tuple[str, ...],
    lattice: FloatArray,
    *,
    with_pattern: bool,
    samples: int,
    grid: int,
    device: str,
    seed: int,
) -> Answer:
    """The network's answer on a known cell with the pattern or the contents left out.

    `predict_density` refuses to do without them, and rightly so; for an ablation their inputs are
    masked as they were in training.

    Parameters
    ----------
    pattern : PowderPattern
    elements : tuple of str
        None of them masks the contents.
    lattice : (3, 3) array
        Niggli-reduced.
    with_pattern : bool
        False masks the pattern.
    samples, grid, seed : int
    device : str
        As `engine.model.device.choose_device` names it.
    """
    lines = code_lines(pattern, elements)
    if not with_pattern:
        lines = without_pattern(lines)
    cell = CellOfSamples(lattice, "given", 1.0)
    groups = draw_samples(lines, [cell], samples, seed, device)
    return answer_of(assemble(groups, samples, grid, device=device))
