"""From a pattern and elements to electron densities: the network in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from engine import resources
from engine.crystal.composition import check_contents, parse_elements, parse_formula
from engine.crystal.niggli import niggli_reduce
from engine.errors import BadInputError
from engine.model.body import DensityBody
from engine.model.checkpoint import BODY, BRANCHES, HEAD, load_checkpoint
from engine.model.coding import Lines, code_lines
from engine.model.contents import ContentsHead
from engine.model.contents_answer import read_contents
from engine.model.device import choose_device
from engine.model.network import CMEDNet
from engine.model.parts import Parts
from engine.model.prediction import DensityPrediction, Group, assemble
from engine.model.sampling import free_samples, samples_on_cell
from engine.pattern.pattern import PowderPattern
from engine.progress import Part, Progress

FloatArray = NDArray[np.float64]
BRANCH_WEIGHTS, BODY_WEIGHTS, HEAD_WEIGHTS = resources.WEIGHTS
MOST_SAMPLES = 64
MOST_GRID = 256
FEWEST_LINES = 2  # with fewer a density is drawn, and a note says what it is worth
CELLS_TRIED = 3  # of those that indexing finds
Answer = TypeVar("Answer")


def weights_path() -> Path:
    """Where the shipped weights of the branches are."""
    return resources.path(BRANCH_WEIGHTS)


def body_path() -> Path:
    """Where the shipped weights of the body are."""
    return resources.path(BODY_WEIGHTS)


def head_path() -> Path:
    """Where the shipped weights of the head for the contents are."""
    return resources.path(HEAD_WEIGHTS)


def weights_checksum() -> str:
    """SHA-256 over all shipped weights: changes whenever a part is replaced."""
    return resources.checksum(*resources.WEIGHTS)


@lru_cache(maxsize=4)
def load_network(path: Path, device: str) -> tuple[CMEDNet, dict[str, Any]]:
    """The branches of a weights file and its manifest; read once for each file and device."""
    return load_checkpoint(path, BRANCHES, device)


@lru_cache(maxsize=4)
def _load_body(path: Path, device: str) -> DensityBody:
    return load_checkpoint(path, BODY, device)[0]


@lru_cache(maxsize=4)
def _load_head(path: Path, device: str) -> ContentsHead:
    return load_checkpoint(path, HEAD, device)[0]


def load_parts(device: str) -> Parts:
    """All parts of the shipped network on a device; each is read once."""
    return Parts(
        branches=load_network(weights_path(), device)[0],
        body=_load_body(body_path(), device),
        head=_load_head(head_path(), device),
    )


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
        Six numbers, lengths in angstrom and angles in degrees, are a cell as people give it: in
        any setting, perhaps centred, a few per cent off; it is refined on the lines. Rows a, b, c
        are a *primitive* lattice, taken as it is.
    others_possible : bool
        Whether there may be elements that are not listed.
    samples : int
    grid : int
        Points along each edge.
    device : {"auto", "cpu", "cuda", "mps"}
        Where a GPU's memory does not suffice the CPU takes over, with a note.
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
    progress.report(0.3, "reading the pattern's lines")
    lines = code_lines(pattern, symbols, formula, others_possible)
    cells: list[CellOfSamples] = []
    told: tuple[str, ...] = ()
    if cell is not None:
        progress.report(0.4, "refining the given cell on the lines")
        given = np.asarray(cell, dtype=np.float64)
        cells, told = _given(pattern, given, Part(progress, 0.4, 0.7))
    elif index:
        progress.report(0.4, "indexing the lines")
        cells, told = _indexed(pattern, Part(progress, 0.4, 0.7))
    progress.report(0.7, "predicting the density")
    groups, used, notes = _on_device(
        chosen, lambda place: draw_samples(lines, cells, samples, seed, place)
    )
    progress.report(0.9, "drawing the density")
    return assemble(groups, samples, grid, formula, used, told + notes)


def _indexed(
    pattern: PowderPattern, progress: Progress
) -> tuple[list[CellOfSamples], tuple[str, ...]]:
    """Primitive lattices that the lines show, and what to tell of them."""
    from engine.solve.indexing.index import index_line_list
    from engine.solve.indexing.line_list import lines_of

    lines = lines_of(pattern)
    if len(lines) < FEWEST_LINES:
        count = "No line stands" if len(lines) == 0 else "Only one line stands"
        return [], (f"{count} out of the noise: the density rests on next to nothing.",)
    found = index_line_list(lines, CELLS_TRIED, progress)
    return [CellOfSamples(cell.lattice, "indexed", cell.chance) for cell in found], ()


@dataclass(frozen=True, eq=False)
class CellOfSamples:
    """A cell on which densities are predicted: where it is from, its chance of being right."""

    lattice: FloatArray
    source: str
    chance: float


def draw_samples(
    lines: Lines, cells: Sequence[CellOfSamples], count: int, seed: int, device: str
) -> list[Group]:
    """Alternatives on every cell, and on cells of the network's own unless one was given."""
    net = load_parts(device)
    groups = []
    if not any(cell.source == "given" for cell in cells):
        samples = free_samples(net.branches, lines, count, seed, device)
        groups.append(Group(samples, "predicted", 1.0, read_contents(net, lines, None, device)))
    for place, cell in enumerate(cells):
        # The likeliest cell has all its alternatives, the others what may still be of use.
        wanted = count if place == 0 else max(1, count // 2)
        contents = read_contents(net, lines, cell.lattice, device)
        drawn = samples_on_cell(net.branches, net.body, lines, cell.lattice, wanted, seed, device)
        told = [
            replace(sample, system=contents.likeliest_system, log_atoms=contents.log_atoms)
            for sample in drawn
        ]
        groups.append(Group(told, cell.source, cell.chance, contents))
    return groups


def _on_device(device: str, work: Callable[[str], Answer]) -> tuple[Answer, str, tuple[str, ...]]:
    """Do `work` on a device, or on the CPU where the device has too little memory."""
    try:
        return work(device), device, ()
    except torch.OutOfMemoryError:
        if device == "cpu":
            raise
    note = f"The memory of the {device} device did not suffice; the CPU did the work."
    return work("cpu"), "cpu", (note,)


def _given(
    pattern: PowderPattern, cell: FloatArray, progress: Progress
) -> tuple[list[CellOfSamples], tuple[str, ...]]:
    """Primitive lattices that a given cell may stand for, and what to tell of it."""
    if cell.shape == (3, 3):
        return [CellOfSamples(niggli_reduce(cell, tolerance=1e-3)[0], "given", 1.0)], ()
    if cell.shape != (6,):
        raise BadInputError("A cell is six numbers, a, b, c, alpha, beta, gamma.")
    from engine.solve.indexing import settle_cell

    found = settle_cell(pattern, cell.tolist(), progress=progress)[:CELLS_TRIED]
    total = sum(one.chance for one in found)
    cells = [
        CellOfSamples(one.lattice, "given", one.chance / total if total > 0 else 1.0 / len(found))
        for one in found
    ]
    if not found[0].as_given:
        return cells, ()
    return cells, ("The pattern's lines decide nothing about the given cell; it is used as it is.",)
