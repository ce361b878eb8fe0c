"""Candidate structures from phasing the measured intensities of indexed cells."""

from __future__ import annotations

import time

from engine.pattern.pattern import PowderPattern
from engine.progress import Part, Progress
from engine.refine.prepared import PreparedPattern
from engine.solve.binned_pattern import BinnedPattern
from engine.solve.cells import CellsOfPattern
from engine.solve.indexing.cell import IndexedCell
from engine.solve.map_proposals import FINE_BIN, Rising, map_contents, map_proposals
from engine.solve.maps.effort import Effort
from engine.solve.maps.lattice_on_lines import lattice_rotations
from engine.solve.maps.structures import EXPLAINED, MapSolver, MapStructure, distinct
from engine.solve.phasing.groups import likely_groups, reduced_lattice
from engine.solve.phasing.reflections import cell_reflections
from engine.solve.phasing.trials import LEAST_MAPS, free_maps, maps_in_groups
from engine.solve.proposals import Proposal, line_set
from engine.solve.result import Problem

GROUPS = 10
CELLS = 3
# For all cells of a pattern together, indexing aside; see `Effort`.
WORK = 1500.0


def phasing_proposals(
    problem: Problem,
    pattern: PowderPattern,
    prepared: PreparedPattern,
    cells: CellsOfPattern,
    progress: Progress,
    deadline: float,
) -> list[Proposal]:
    """Structures that dual-space iteration leads to, the most promising first.

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
        `time.perf_counter()` after which no further map is looked at.

    Raises
    ------
    ImportError, OSError, RuntimeError
        If torch cannot be loaded or fails.
    """
    progress = Rising(progress)
    likely = cells.likely(Part(progress, 0.0, 0.4))[:CELLS]
    left = WORK
    contents = map_contents(problem)
    lines = len(line_set(prepared).d_star)
    found: list[tuple[MapStructure, float]] = []

    def check() -> None:
        progress.report(0.4, "Phasing the intensities")

    for number, cell in enumerate(likely):
        if left <= 0.0 or time.perf_counter() > deadline:
            break
        # The likelier a cell, the larger its share of what is left.
        effort = Effort(left * cell.chance / sum(other.chance for other in likely[number:]))
        binned = BinnedPattern(prepared, FINE_BIN, FINE_BIN, cell.zero)
        solver = MapSolver(
            binned,
            contents,
            lines,
            prepared.dispersion,
            check,
            effort,
            lambda: time.perf_counter() > deadline,
        )
        structures = _of_cell(problem, pattern, prepared, cell, solver)
        found += [(structure, cell.zero) for structure in structures]
        left -= effort.spent
        progress.report(0.4 + 0.6 * (number + 1) / len(likely), "Phasing the intensities")
        if solver.satisfied:
            break
    return map_proposals(found, "phasing")


def _of_cell(
    problem: Problem,
    pattern: PowderPattern,
    prepared: PreparedPattern,
    cell: IndexedCell,
    solver: MapSolver,
) -> list[MapStructure]:
    """Structures on one cell: in its likely groups, then in those that free maps show."""
    lattice, basis = reduced_lattice(cell)
    reflections = cell_reflections(lattice, solver.pattern)
    groups = likely_groups(pattern, cell, basis, prepared.peaks)[:GROUPS]
    found: list[MapStructure] = []
    for number, maps in enumerate(maps_in_groups(reflections, groups, problem.seed, solver.check)):
        # What explains the pattern may do so in a group that is not the right one.
        if number >= LEAST_MAPS and any(one.refined.residual < EXPLAINED for one in found):
            break
        for one in maps:
            solver.check()
            if solver.stopped:
                break
            if one.group is not None:
                found += solver.structures_in(one.series, one.group, None)
    found = solver.completed(distinct(found), None)
    if solver.satisfied or solver.stopped:
        return found
    rotations = lattice_rotations(lattice)
    for one in free_maps(reflections, problem.seed, solver.check):
        found += solver.structures(one.series, rotations, None)
        if solver.satisfied or solver.stopped:
            break
    return distinct(found)
