"""The map of the solver's first candidates: what the network has to be better than.

The solver finds cell, atoms and symmetry from the same pattern and elements by searching its
library; the density of its candidates is the answer that a map predicted without it competes with.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.crystal.cmed import density_on_grid, niggli_primitive
from engine.errors import BadInputError
from engine.progress import Progress
from engine.solve.result import Problem, Solution
from engine.solve.solver import solve
from engine.training.evaluation.conditions import GRID, SAMPLES
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.scores import Target, score_maps
from engine.training.evaluation.store import JsonLines, Row

FloatArray = NDArray[np.float64]


def score_library(
    entries: list[Entry], store: JsonLines, progress: Progress | None = None
) -> list[Row]:
    """Scores of the first candidates' own densities; entries that are kept are not solved again.

    Parameters
    ----------
    entries : list of Entry
    store : JsonLines
    progress : Progress, optional
    """
    report = progress or Progress()
    for number, entry in enumerate(entries):
        if entry.line in store:
            continue
        report.report(number / len(entries), f"library, {number + 1}: {entry.formula}")
        problem = Problem(entry.pattern, entry.elements, top=SAMPLES, network=False, phasing=False)
        solution = solve(problem)
        target = Target(entry.structure, GRID)
        maps, cells = candidate_maps(solution, target)
        store.add({"line": entry.line, **score_maps(maps, target, cells)})
    return store.among(entry.line for entry in entries)


def candidate_maps(solution: Solution, target: Target) -> tuple[FloatArray, FloatArray]:
    """(S, n, n, n) densities of the candidates in their Niggli cells (S, 3, 3), best first.

    Where there is no candidate, the mean of the true map stands for it.
    """
    maps, cells = [], []
    for candidate in solution.candidates[:SAMPLES]:
        try:
            reduced = niggli_primitive(candidate.structure)
        except BadInputError:
            continue
        maps.append(density_on_grid(reduced, target.grid))
        cells.append(reduced.lattice)
    if maps:
        return np.array(maps), np.array(cells)
    flat = np.full((1, *target.density.shape), target.density.mean())
    return flat, target.structure.lattice[None]


def library_store(cache: Path, name: str) -> JsonLines:
    """Where the library's answers to a set are kept."""
    return JsonLines(cache / "library" / f"{name}.jsonl")
