"""Going on with a search: a wider question, and its answers with what is kept of former ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.solve.result import Candidate, Problem, Solution

MOST_ATOMS = 240  # beyond it a search takes hours
MORE_CANDIDATES = 10
_CELL_TOLERANCE = 0.01


def further(problem: Problem) -> Problem:
    """The question to go on with after an answer to `problem`.

    First every source of candidates is asked, also where the library's had settled the matter.
    After that, cells with twice as many atoms are allowed, and other random numbers begin the
    phasing and the network's samples.
    """
    top = problem.top + MORE_CANDIDATES
    if not problem.thorough:
        return replace(problem, thorough=True, top=top)
    larger = max(min(2 * problem.max_atoms, MOST_ATOMS), problem.max_atoms)
    return replace(problem, seed=problem.seed + 1, max_atoms=larger, top=top)


def joined(former: Solution, found: Solution, keep: Callable[[Candidate], bool]) -> Solution:
    """What a further search has found, and behind it candidates of the former one.

    Parameters
    ----------
    former, found : Solution
    keep : callable
        Whether a candidate of `former` is to stay though the further search has not found it. It
        keeps its fit; its chance of being right was judged among others, and is kept too.

    Returns
    -------
    Solution
        `found`, its candidates as they are ranked, and those that stay with the ranks after them.
    """
    stays = [
        candidate
        for candidate in former.candidates
        if keep(candidate) and not any(alike(candidate, other) for other in found.candidates)
    ]
    first = len(found.candidates) + 1
    moved = tuple(
        replace(candidate, rank=rank, ties=()) for rank, candidate in enumerate(stays, start=first)
    )
    if not found.candidates and moved:
        return replace(found, verdict=former.verdict, candidates=moved)
    return replace(found, candidates=(*found.candidates, *moved))


def alike(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates have one formula, space group and cell (within 1 %)."""
    return (
        one.formula == other.formula
        and one.space_group_number == other.space_group_number
        and len(one.structure) == len(other.structure)
        and bool(np.allclose(one.cell, other.cell, rtol=_CELL_TOLERANCE))
    )
