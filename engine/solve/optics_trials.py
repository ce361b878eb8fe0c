"""Whether candidates explain the measurement better under other optics."""

from __future__ import annotations

import math

import numpy as np

from engine.refine import stages
from engine.refine.least_squares import LARGEST_DIFFERENCE
from engine.refine.prepared import PreparedPattern
from engine.refine.response import Response
from engine.refine.stages import Refinement
from engine.solve.candidate_refinement import Ranked, placed_again
from engine.solve.evidence import Evidence
from engine.solve.optics import OpticsChange, possible_changes
from engine.solve.proposals import Proposal

OPTICS_TRIALS = 10
# How much the score must be expected to fall under other optics for a candidate to be refined so.
OPTICS_GAIN = 2.0
# How many times as much it may fall as was expected: the other parameters follow.
OPTICS_LEEWAY = 3.0

_Placed = list[tuple[Proposal, Refinement] | None]


def better_optics(
    given: PreparedPattern, quick: PreparedPattern, placed: list[Ranked], evidence: Evidence
) -> tuple[OpticsChange, _Placed] | None:
    """A change of what is assumed about the measurement that explains it clearly better.

    With it come the first `OPTICS_TRIALS` candidates, placed under it.

    Parameters
    ----------
    given, quick : PreparedPattern
        Under the optics that were told or assumed, and under those of now.
    placed : list of Ranked
        The best first.
    evidence : Evidence
    """
    numbers = np.concatenate([r.proposal.structure.numbers for r in placed])
    least, chosen = placed[0].score, None
    for change in possible_changes(given, quick, numbers):
        tried = [placed_again(change, r) for r in placed[:OPTICS_TRIALS]]
        scores = [evidence.score(*result) for result in tried if result is not None]
        if scores and min(scores) < least:
            least, chosen = min(scores), (change, tried)
    return chosen


def hopeful_changes(
    given: PreparedPattern, ranked: Ranked, best: float, evidence: Evidence
) -> list[OpticsChange]:
    """Changes of the optics that are expected to help a candidate, and may make it the best.

    What is strained, and so beyond expectation, may fit e times as badly as the best does.

    Parameters
    ----------
    given : PreparedPattern
        Under the optics that were told or assumed.
    ranked : Ranked
        Refined on the whole pattern.
    best : float
        The score of the best candidate.
    evidence : Evidence
    """
    before = ranked.refinement
    changes = possible_changes(given, before.prepared, ranked.proposal.structure.numbers)
    if not changes or _strained(before):
        return changes if ranked.score < best + evidence.n else []
    others = [stages.under_other_optics(before, c.apply(before.prepared)) for c in changes]
    areas = [other.model.calculate(other.state.parameters).areas for other in others]
    ratios = Response(before).ratios(np.stack(areas, axis=1))
    now = evidence.optics_charge(before)
    found = []
    for change, other, ratio in zip(changes, others, ratios, strict=True):
        other.model.let_go()
        fall = now - evidence.optics_charge(other) - evidence.n * math.log(max(ratio, 1e-6))
        if fall > OPTICS_GAIN and ranked.score - OPTICS_LEEWAY * fall < best:
            found.append(change)
    return found


def _strained(refinement: Refinement) -> bool:
    """Whether displacements of the elements are as far apart as they may be: something is wrong."""
    return bool((np.abs(refinement.state.parameters.b_lighter) >= LARGEST_DIFFERENCE).any())
