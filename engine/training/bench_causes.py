"""Why the first candidate is not the right one.

In the order in which they are asked:

- *ranking*: the right one is in the list, not at its head;
- *refinement*: it was proposed, and fell out when it was refined;
- *decoration*: a candidate has the right sites in wrong colours;
- *cell*: no candidate, and none of the first five indexed cells, has the right lattice, nor the
  part of it that the visible lines show;
- *type absent*: the truth's type is not in the library;
- *search*: it is, and was not proposed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import from_pymatgen
from engine.errors import BadInputError
from engine.progress import Progress
from engine.solve.result import Problem, Solution
from engine.training.bench_cells import INDEXED, REFINED, TrueCell, reduced_lattice, true_cell
from engine.training.scoring import compare, same_sites

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

CAUSES = ("cell", "type absent", "decoration", "search", "refinement", "ranking", "error")
FIVE = 5


def cell_of_truth(problem: Problem, truth: Structure) -> TrueCell:
    """The truth's cell as the problem's pattern can show it."""
    pattern = problem.pattern
    window = (float(pattern.two_theta[0]), float(pattern.two_theta[-1]))
    return true_cell(from_pymatgen(truth), pattern.radiation.primary, window)


def indexed(problem: Problem, cell: TrueCell) -> dict[str, Any]:
    """How indexing fares on the problem's pattern.

    Returns
    -------
    dict
        ``decidable``: whether the visible lines generate the true lattice; ``first`` and
        ``five``: "lattice", "sublattice" or "" for the first cell and the first five;
        ``lattices``: the reduced cells, nested lists.
    """
    from engine.solve.indexing import index_pattern

    lattices = [found.lattice for found in index_pattern(problem.pattern, FIVE)]
    return {
        "decidable": cell.decidable,
        "first": cell.judge(lattices[:1], INDEXED),
        "five": cell.judge(lattices, INDEXED),
        "lattices": [np.round(lattice, 5).tolist() for lattice in lattices],
    }


def cause_of(
    problem: Problem,
    solution: Solution,
    truth: Structure,
    rank: int | None,
    type_known: bool,
    cell: TrueCell,
    lattices: list[Any],
) -> str:
    """Why the first candidate is wrong: one of `CAUSES` but "error".

    Parameters
    ----------
    problem : Problem
    solution : Solution
    truth : pymatgen Structure
    rank : int or None
        Of the right candidate.
    type_known : bool
    cell : TrueCell
    lattices : list
        Reduced cells from indexing.
    """
    if rank is not None:
        return "ranking"
    if was_proposed(problem, truth):
        return "refinement"
    structures = [candidate.structure for candidate in solution.candidates]
    if any(same_sites(structure, truth) for structure in structures):
        return "decoration"
    tried = [*_lattices(structures), *(np.array(lattice) for lattice in lattices)]
    if not cell.judge(tried, REFINED):
        return "cell"
    return "search" if type_known else "type absent"


def _lattices(structures: list[CrystalStructure]) -> list[Any]:
    found = []
    for structure in structures:
        try:
            found.append(reduced_lattice(structure))
        except BadInputError:
            continue
    return found


def was_proposed(problem: Problem, truth: Structure) -> bool:
    """Whether the library's proposals, before any refinement, hold the truth."""
    from engine.refine.prepared import prepare
    from engine.solve.library_proposals import library_proposals

    proposals = library_proposals(problem, prepare(problem.pattern), Progress())
    contents = _contents(from_pymatgen(truth))
    return any(
        _contents(proposal.structure) == contents
        and compare(proposal.structure, proposal.space_group, truth, None).loose
        for proposal in proposals
    )


def _contents(structure: CrystalStructure) -> dict[int, int]:
    """Atoms of each element in lowest terms."""
    numbers, counts = np.unique(structure.numbers, return_counts=True)
    divisor = int(np.gcd.reduce(counts))
    return {int(z): int(n) // divisor for z, n in zip(numbers, counts, strict=True)}


def fit_of_truth(problem: Problem, truth: Structure, space_group: int) -> float | None:
    """R_wp of the truth itself, refined as a proposal is; None where it cannot be refined."""
    import time

    from engine.refine.prepared import prepare
    from engine.solve.proposals import Proposal
    from engine.solve.ranking import Ranking

    proposal = Proposal(
        structure=from_pymatgen(truth.get_primitive_structure()),
        zero=0.0,
        residual=0.0,
        log_prior=0.0,
        badness=0.0,
        space_group=space_group,
    )
    try:
        ranking = Ranking(prepare(problem.pattern), Progress(), time.perf_counter() + 1e6, 1)
        ranking.add([proposal], (0.0, 1.0))
    except (BadInputError, np.linalg.LinAlgError):
        return None
    finished = ranking.finished()
    return finished[0].fit.rwp if finished else None
