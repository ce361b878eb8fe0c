"""The map of the solver's first candidates: what the network has to be better than.

The solver finds cell, atoms and symmetry from the same pattern and elements by searching its
library; the density of its candidates is the answer that a map predicted without it competes with.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.cmed import density_on_grid, niggli_primitive
from engine.errors import BadInputError
from engine.progress import Progress
from engine.solve.result import Problem, Solution
from engine.solve.solver import solve
from engine.training.evaluate import GRID, SAMPLES, Entry, score_maps
from engine.training.metrics import SimilarityTo, Truth

FloatArray = NDArray[np.float64]


def score_library(entries: list[Entry], progress: Progress | None = None) -> dict[int, Any]:
    """Scores of the first candidates' own densities, by line of the entry.

    Parameters
    ----------
    entries : list of Entry
    progress : Progress, optional
    """
    report = progress or Progress()
    found = {}
    for number, entry in enumerate(entries):
        report.report(number / len(entries), f"library, {number + 1}: {entry.formula}")
        density = density_on_grid(entry.structure, GRID)
        truth, similarity = Truth(density, entry.structure.lattice), SimilarityTo(density)
        solution = solve(Problem(entry.pattern, entry.elements, top=SAMPLES))
        maps = candidate_maps(solution, density)
        found[entry.line] = vars(score_maps(maps, truth, similarity, entry.structure))
    return found


def candidate_maps(solution: Solution, truth: FloatArray) -> FloatArray:
    """(S, n, n, n) densities of the candidates in their Niggli cells, best first.

    Where there is no candidate, the mean of the true map stands for it.
    """
    maps = []
    for candidate in solution.candidates[:SAMPLES]:
        try:
            maps.append(density_on_grid(niggli_primitive(candidate.structure), GRID))
        except BadInputError:
            continue
    return np.array(maps) if maps else np.full((1, *truth.shape), truth.mean())
