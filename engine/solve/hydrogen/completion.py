"""Candidates completed with the hydrogen that is known to be in the sample.

X-rays hardly see hydrogen, so that types and maps without it explain a pattern as well. Where the
first candidate has none, it is placed where it has room and the pattern, the charges and the volume
ask for it most, and held there while the other atoms are refined, as is usual; more is added as
long as that is likelier. So it is with the next candidates. What the choice of the places costs one
that was completed, every one that still has no hydrogen costs too: it must be somewhere. Other
amounts of it that are nearly as likely are ties.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.crystal.composition import HYDROGEN
from engine.refine import report
from engine.refine.stages import Refinement
from engine.solve.candidate_refinement import STRICT_SYMMETRY, Ranked, completed_as
from engine.solve.evidence import Evidence
from engine.solve.hydrogen.placement import Placement, placements
from engine.solve.hydrogen.sites import crowded
from engine.solve.order import Run, in_order, in_reach

# Of the likeliest sets of sites, how many are refined.
REFINED = 4
# How many candidates are completed, and with how many amounts of hydrogen each at most.
COMPLETED, AMOUNTS = 3, 3
# How much worse in score a candidate may become by the hydrogen that it must have.
MUST_HAVE = 12.0


def completed_with_hydrogen(
    ordered: Sequence[Ranked], run: Run, share: float | None, span: tuple[float, float]
) -> tuple[list[Ranked], dict[Refinement, list[Ranked]]]:
    """Candidates with hydrogen in place of the first few that have none, if the first has none.

    Parameters
    ----------
    ordered : sequence of Ranked
        Refined on the whole pattern, the best first.
    run : Run
    share : float or None
        Of hydrogen among the atoms, where the formula is known.
    span : pair of float
        Of the progress that is reported.

    Returns
    -------
    candidates : list of Ranked
        All of them, the best first.
    amounts : dict
        For the refinement of each that was completed, what has other amounts of hydrogen.
    """
    found: list[Ranked] = list(ordered)
    amounts: dict[Refinement, list[Ranked]] = {}
    if not found or _amount(found[0]) > 0.0:
        return found, amounts
    few = [r for r in in_reach(run.evidence, ordered[:COMPLETED]) if _amount(r) == 0.0]
    for number, ranked in enumerate(few):
        done = span[0] + (span[1] - span[0]) * number / len(few)
        run.progress.report(done, "Placing hydrogen")
        if time.perf_counter() > run.deadline:
            break
        complete = with_hydrogen(ranked, run.evidence, share)
        if complete:
            found[found.index(ranked)] = complete[0]
            amounts[complete[0].refinement] = complete[1:]
    # What still has none would have to have it somewhere too.
    least = min((r.proposal.log_choice for r in found), default=0.0)
    found = [_chosen(r, least) if _amount(r) == 0.0 else r for r in found]
    return in_order(run.evidence, found), amounts


def with_hydrogen(ranked: Ranked, evidence: Evidence, share: float | None) -> list[Ranked]:
    """A candidate without hydrogen, with some.

    Parameters
    ----------
    ranked : Ranked
        Refined on the whole pattern.
    evidence : Evidence
    share : float or None
        Of hydrogen among the atoms, where the formula is known.

    Returns
    -------
    list of Ranked
        With the likeliest amount first; none where there is no room for it, or the pattern speaks
        against all of it.
    """
    best, found = ranked, dict[float, Ranked]()
    while tried := _longer(best, evidence, share):
        for one in tried:
            known = found.setdefault(_amount(one), one)
            found[_amount(one)] = min(known, one, key=lambda r: _score(r, evidence))
        evidence.learn(tried[0].refinement)
        if best is not ranked and _score(tried[0], evidence) >= _score(best, evidence):
            break
        best = tried[0]
        if share is not None:
            break
    ordered = sorted(found.values(), key=lambda r: _score(r, evidence))[:AMOUNTS]
    # Where its places are costs nothing here: a candidate without it has yet to find some.
    asked = [_chosen(r, 0.0) for r in (*ordered[:1], ranked)]
    if not ordered or _score(asked[0], evidence) > _score(asked[1], evidence) + MUST_HAVE:
        return []
    return ordered


def _longer(start: Ranked, evidence: Evidence, share: float | None) -> list[Ranked]:
    """With some hydrogen, or some more, on the likeliest sites; the best first."""
    tried = [
        _refined(start, placed, evidence)
        for placed in placements(start.refinement, evidence.n, share, REFINED)
    ]
    found = [one for one in tried if one is not None]
    return sorted(found, key=lambda r: _score(r, evidence))


def _amount(ranked: Ranked) -> float:
    """Hydrogen atoms for each of all."""
    numbers = ranked.refinement.model.crystal.standardised.conventional.numbers
    return round(float(np.mean(numbers == HYDROGEN)), 6)


def _score(ranked: Ranked, evidence: Evidence) -> float:
    return evidence.score(ranked.proposal, ranked.refinement)


def _chosen(ranked: Ranked, log_choice: float) -> Ranked:
    return replace(ranked, proposal=replace(ranked.proposal, log_choice=log_choice))


def _refined(start: Ranked, placed: Placement, evidence: Evidence) -> Ranked | None:
    """With hydrogen on more sites; None where the other atoms then come too near to it."""
    proposal = replace(
        start.proposal,
        structure=placed.structure,
        log_prior=start.proposal.log_prior + placed.log_prior,
        log_choice=start.proposal.log_choice + placed.log_choice,
    )
    held = replace(start.refinement, hydrogen_held=True)
    result = completed_as(
        replace(start, proposal=proposal, refinement=held),
        placed.structure,
        STRICT_SYMMETRY,
        evidence,
    )
    if result is None or crowded(report.refined_structure(result[1])):
        return None
    return Ranked(*result, score=start.score)
