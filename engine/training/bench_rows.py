"""Solving one problem of a benchmark, and the row of its result."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from engine.crystal.composition import HYDROGEN
from engine.crystal.lattice import crystal_system
from engine.crystal.structure import CrystalStructure
from engine.progress import Progress
from engine.solve.result import Candidate, Problem, Solution
from engine.training import bench_causes, bench_sets
from engine.training.bench_jobs import Job
from engine.training.bench_sets import Task
from engine.training.bench_types import type_is_known
from engine.training.scoring import Match, as_wild_card, compare, same_sites, without_hydrogen

TOP = 20
NEAR_Z = 3
Row = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """How the problems of a benchmark are solved and looked into.

    Attributes
    ----------
    sources : dict
        Fields of `Problem` that switch sources of candidates off.
    index : bool
        Index every pattern too (else only those that are not solved).
    causes : bool
        Find out why first candidates are wrong.
    """

    sources: dict[str, bool] = field(default_factory=dict)
    index: bool = False
    causes: bool = True


class _Watch(Progress):
    """Notes when the first candidate is there."""

    def __init__(self) -> None:
        self.began, self.began_cpu = time.perf_counter(), time.process_time()
        self.first: tuple[float, float] | None = None

    def passed(self) -> tuple[float, float]:
        """Seconds of wall clock and of processor time so far."""
        return time.perf_counter() - self.began, time.process_time() - self.began_cpu

    def partial(self, result: Any) -> None:
        """Note the time of the first."""
        if self.first is None:
            self.first = self.passed()


def solve_one(job: Job, options: Options | None = None) -> Row:
    """Solve one problem and compare every candidate with the truth; errors become rows."""
    try:
        return _solve(bench_sets.task_of(job), options or Options())
    except Exception as error:
        # One bad pattern must not end a benchmark; the row says what happened.
        return {"name": job.name, "phase": job.name, "error": f"{type(error).__name__}: {error}"}


def _solve(task: Task, options: Options) -> Row:
    from engine.solve.solver import solve

    sources: dict[str, Any] = dict(options.sources)
    problem = Problem(
        task.pattern,
        task.elements,
        formula=task.formula,
        others_possible=task.unticked is not None,
        top=TOP,
        **sources,
    )
    watch = _Watch()
    solution = solve(problem, watch)
    seconds, cpu_seconds = watch.passed()
    first, first_cpu = watch.first or (seconds, cpu_seconds)
    truth = without_hydrogen(task.truth) if task.measured else task.truth
    matches = [_match(candidate, task, truth) for candidate in solution.candidates]
    rank = next((i + 1 for i, match in enumerate(matches) if match.loose), None)
    best = solution.candidates[0] if solution.candidates else None
    row = {
        "name": task.name,
        "phase": task.phase,
        "elements": list(task.elements),
        "formula": task.truth.composition.reduced_formula,
        "space_group": task.space_group,
        "system": None if task.space_group is None else crystal_system(task.space_group),
        "seen_formula": task.seen_formula,
        "verdict": solution.verdict,
        "rank": rank,
        "tied": rank == 1 or (best is not None and rank in best.ties),
        "top": asdict(matches[0]) if matches else asdict(Match(False, False, False)),
        "with_hydrogen": best is not None and _with_hydrogen(best, task),
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "first_candidate": first,
        "first_candidate_cpu": first_cpu,
        "timings": {name: round(value, 3) for name, value in solution.timings.items()},
        "best": None if best is None else _described(best),
        "candidates": [_short(one, match) for one, match in zip(solution.candidates, matches)],  # noqa: B905
    }
    if task.unticked is not None:
        row["unticked"] = _unticked(best, task, matches)
    return row | _looked_into(task, truth, problem, solution, rank, options)


def _match(candidate: Candidate, task: Task, truth: Any) -> Match:
    structure = candidate.structure
    if task.measured:
        structure = _bare(structure)
    if task.unticked is not None:
        structure = as_wild_card(structure, task.elements, task.unticked).structure
    return compare(structure, candidate.space_group_number, truth, task.space_group)


def _with_hydrogen(best: Candidate, task: Task) -> bool:
    return compare(best.structure, best.space_group_number, task.truth, task.space_group).loose


def _unticked(best: Candidate | None, task: Task, matches: list[Match]) -> dict[str, Any]:
    """What stands at the head for the element that was not told."""
    assert task.unticked is not None
    card = None if best is None else as_wild_card(best.structure, task.elements, task.unticked)
    distance = None if card is None else card.distance
    right = bool(matches) and matches[0].loose
    return {
        "element": task.unticked,
        "distance": distance,
        "near": right and distance is not None and distance <= NEAR_Z,
    }


def _looked_into(
    task: Task,
    truth: Any,
    problem: Problem,
    solution: Solution,
    rank: int | None,
    options: Options,
) -> Row:
    """What explains the result: the type, the cells, the cause of a failure."""
    if task.control:
        best = solution.candidates[0] if solution.candidates else None
        return {"isotype": best is not None and same_sites(_of(best, task), truth)}
    found: Row = {"type_known": type_is_known(truth)}
    failed = rank != 1 and options.causes and task.unticked is None
    if not failed and not options.index:
        return found
    cell = bench_causes.cell_of_truth(problem, truth)
    cells = bench_causes.indexed(problem, cell)
    found["cells"] = cells
    if failed:
        found["cause"] = bench_causes.cause_of(
            problem, solution, truth, rank, found["type_known"], cell, cells["lattices"]
        )
        if task.space_group is not None:
            found["truth_rwp"] = bench_causes.fit_of_truth(problem, truth, task.space_group)
    return found


def _of(candidate: Candidate, task: Task) -> CrystalStructure:
    return _bare(candidate.structure) if task.measured else candidate.structure


def _bare(structure: CrystalStructure) -> CrystalStructure:
    """The structure without hydrogen, unless it is nothing else."""
    kept = structure.numbers != HYDROGEN
    if not kept.any():
        return structure
    return CrystalStructure(structure.lattice, structure.numbers[kept], structure.frac_coords[kept])


def _described(best: Candidate) -> Row:
    return {
        "formula": best.formula,
        "source": best.source,
        "space_group": best.space_group_number,
        "cell": [round(float(x), 4) for x in best.cell],
        "rwp": best.fit.rwp,
        "rwp_background_subtracted": best.fit.rwp_background_subtracted,
        "rwp_lebail": best.fit.rwp_lebail,
        "score": best.score,
        "ties": list(best.ties),
        "features": list(best.features),
    }


def _short(candidate: Candidate, match: Match) -> list[Any]:
    """Formula, space group, source, R_wp, score, and whether it is right."""
    rwp = None if not np.isfinite(candidate.fit.rwp) else round(candidate.fit.rwp, 4)
    return [
        candidate.formula,
        candidate.space_group_number,
        candidate.source,
        rwp,
        round(candidate.score, 4),
        match.loose,
    ]
