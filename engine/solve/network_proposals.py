"""Candidate structures from the network's densities.

The lines are indexed, and the network is asked for densities on the likeliest cells (and for cells
of its own where the lines give none). Each cell is brought onto the measured lines, each density
gets the measured amplitudes, and its maxima become atoms (`engine.solve.maps`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.progress import Part, Progress
from engine.refine.prepared import PreparedPattern
from engine.solve.binned_pattern import BinnedPattern
from engine.solve.cells import CellsOfPattern
from engine.solve.map_proposals import FINE_BIN, Rising, map_contents, map_proposals
from engine.solve.maps.effort import Effort
from engine.solve.maps.lattice_on_lines import PlacedLattice, place_lattice
from engine.solve.maps.measured_series import Series, measured_series
from engine.solve.maps.structures import MapSolver, MapStructure
from engine.solve.proposals import Proposal, line_set
from engine.solve.result import Problem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

GRID = 32
MAPS_PER_CELL = 2
# Where the lines give no cell, the network's own guesses are tried.
GUESSES = 8
# Share of the measured amplitude that a cell must explain.
LEAST_EXPLAINED = 0.8
SAME_CELL = 0.004
# For all maps of a pattern together; see `Effort`.
WORK = 450.0
# Coefficients beyond this 1/d (1/angstrom) are noise of the grid.
LARGEST_D_STAR = 1.6


@dataclass(frozen=True, eq=False)
class _Map:
    """A density on a cell that explains the lines."""

    series: Series
    placed: PlacedLattice
    pattern: BinnedPattern
    n_atoms: float


def network_proposals(
    problem: Problem,
    pattern: PowderPattern,
    prepared: PreparedPattern,
    cells: CellsOfPattern,
    progress: Progress,
    deadline: float,
) -> list[Proposal]:
    """Structures that the network's densities lead to, the most promising first.

    Parameters
    ----------
    problem : Problem
    pattern : PowderPattern
        With the radiation that is used.
    prepared : PreparedPattern
        The same, made ready, under the optics that explain it best so far.
    cells : CellsOfPattern
        Of the same pattern.
    progress : Progress
    deadline : float
        `time.perf_counter()` after which no further density is looked at.

    Raises
    ------
    BadInputError
        If the network's weights are missing or damaged.
    ImportError, OSError, RuntimeError
        If torch cannot be loaded or fails.
    """
    progress = Rising(progress)
    contents = map_contents(problem)
    lines = line_set(prepared)
    found: list[tuple[MapStructure, float]] = []

    def check() -> None:
        progress.report(0.7, "Finding atoms in the network's densities")

    effort = Effort(WORK)
    for one in _maps(problem, pattern, prepared, cells, Part(progress, 0.0, 0.7)):
        if effort.exhausted or time.perf_counter() > deadline:
            break
        solver = MapSolver(
            one.pattern,
            contents,
            len(lines.d_star),
            prepared.dispersion,
            check,
            effort,
            lambda: time.perf_counter() > deadline,
        )
        for structure in solver.structures(one.series, one.placed.rotations, one.n_atoms):
            found.append((structure, one.placed.zero))
        if solver.satisfied:
            break
    return map_proposals(found, "network")


def _maps(
    problem: Problem,
    pattern: PowderPattern,
    prepared: PreparedPattern,
    cells: CellsOfPattern,
    progress: Progress,
) -> Iterator[_Map]:
    """Densities on different cells that explain the lines, the likeliest first."""
    from engine.model.inference import predict_density

    predicted = partial(
        predict_density,
        pattern,
        problem.elements,
        formula=problem.formula,
        others_possible=problem.others_possible,
        grid=GRID,
        device=problem.device,
        seed=problem.seed,
        index=False,
        progress=Part(progress, 0.9, 1.0),
    )
    likely: list[FloatArray | None] = [c.lattice for c in cells.likely(Part(progress, 0.0, 0.9))]
    lines = line_set(prepared)
    found: list[FloatArray] = []
    for cell in likely or [None]:
        answer = predicted(cell=cell, samples=GUESSES if cell is None else MAPS_PER_CELL)
        for sample, lattice in enumerate(answer.cell):
            placed = place_lattice(lattice, lines, prepared.radiation.primary)
            if placed.explained < LEAST_EXPLAINED:
                continue
            if sum(_same_cell(other, placed.lattice) for other in found) >= MAPS_PER_CELL:
                continue
            found.append(placed.lattice)
            binned = BinnedPattern(prepared, FINE_BIN, FINE_BIN, placed.zero)
            hkl, coefficients = density_coefficients(answer.density[sample], placed.lattice)
            series = measured_series(hkl, coefficients, placed.lattice, binned)
            yield _Map(series, placed, binned, float(answer.n_atoms[sample]))


def density_coefficients(
    density: NDArray[np.floating], lattice: FloatArray
) -> tuple[IntArray, NDArray[np.complex128]]:
    """Fourier coefficients of a density on a grid.

    Parameters
    ----------
    density : (n, n, n) array
        At the fractional coordinates (i, j, k)/n.
    lattice : (3, 3) array

    Returns
    -------
    hkl : (m, 3) int array
        One of each Friedel pair, without 000, to 1/d = 1.6/angstrom or as far as the grid goes.
    coefficients : (m,) complex array
        c(h) with rho(x) = sum c(h) exp(-2 pi i h.x).
    """
    n = len(density)
    series = np.fft.ifftn(density.astype(np.float64))
    limit = (n - 1) // 2
    side = np.arange(-limit, limit + 1)
    every = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
    h, k, m = every.T
    chosen = (h > 0) | ((h == 0) & (k > 0)) | ((h == 0) & (k == 0) & (m > 0))
    every = every[chosen]
    near = np.linalg.norm(every @ np.linalg.inv(lattice).T, axis=1) < LARGEST_D_STAR
    every = every[near]
    return every, np.asarray(series[tuple((every % n).T)])


def _same_cell(one: FloatArray, two: FloatArray) -> bool:
    first, second = (np.sort(np.linalg.norm(x, axis=1)) for x in (one, two))
    volumes = abs(float(np.linalg.det(one))) / abs(float(np.linalg.det(two)))
    alike = np.abs(first / second - 1.0).max() < SAME_CELL
    return bool(alike and abs(volumes - 1.0) < 3.0 * SAME_CELL)


UNAVAILABLE = (BadInputError, ImportError, OSError, RuntimeError)
"""What `network_proposals` raises where the network cannot be used."""
