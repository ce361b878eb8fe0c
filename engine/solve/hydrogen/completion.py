"""Candidates completed with the hydrogen that is known to be in the sample.

X-rays hardly see hydrogen, so that types and maps without it explain a pattern as well. Where a
candidate has none, it is placed where it has room and the pattern, the charges and the volume ask
for it most, and held there while the other atoms are refined, as is usual; more is added as long as
that is likelier. As it is no parameter, it costs nothing beside a candidate without it, whose place
the completed one takes: hydrogen must be somewhere. Other amounts of it that are nearly as likely
are ties.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.refine import report
from engine.refine.stages import Refinement
from engine.solve.candidate_refinement import STRICT_SYMMETRY, Ranked, completed_as
from engine.solve.evidence import Evidence
from engine.solve.hydrogen.placement import Placement, placements
from engine.solve.hydrogen.sites import HYDROGEN, crowded
from engine.solve.order import Run, in_order, in_reach

# Of the likeliest sets of sites, how many are refined.
REFINED = 4
# How many candidates are completed, and with how many amounts of hydrogen each at most.
COMPLETED, AMOUNTS = 3, 3
# How much worse in score a candidate may become by the hydrogen that it must have.
MUST_HAVE = 12.0


@dataclass(frozen=True, eq=False)
class _Completed:
    """A candidate with hydrogen, and ln of how likely its sites are among all that have room."""

    ranked: Ranked
    log_choice: float = 0.0

    def price(self, evidence: Evidence) -> float:
        """What it is chosen among others by, low is good."""
        return _score(self.ranked, evidence) - 2.0 * self.log_choice

    @property
    def amount(self) -> float:
        """Hydrogen atoms for each of all."""
        numbers = self.ranked.refinement.model.crystal.standardised.conventional.numbers
        return round(float(np.mean(numbers == HYDROGEN)), 6)


def completed_with_hydrogen(
    ordered: Sequence[Ranked], run: Run, share: float | None, span: tuple[float, float]
) -> tuple[list[Ranked], dict[Refinement, list[Ranked]]]:
    """Candidates with hydrogen in place of the first few that have none.

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
    found, amounts = list(ordered), {}
    few = [r for r in in_reach(run.evidence, ordered[:COMPLETED]) if _Completed(r).amount == 0.0]
    for number, ranked in enumerate(few):
        done = span[0] + (span[1] - span[0]) * number / len(few)
        run.progress.report(done, "Placing hydrogen")
        if time.perf_counter() > run.deadline:
            break
        complete = with_hydrogen(ranked, run.evidence, share)
        if complete:
            found[found.index(ranked)] = complete[0]
            amounts[complete[0].refinement] = complete[1:]
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
    best = _Completed(ranked)
    found: dict[float, _Completed] = {}
    while True:
        tried = _longer(best, evidence, share)
        for one in tried:
            known = found.get(one.amount)
            if known is None or one.price(evidence) < known.price(evidence):
                found[one.amount] = one
        if not tried:
            break
        more = tried[0]
        evidence.learn(more.ranked.refinement)
        if best.amount > 0.0 and more.price(evidence) >= best.price(evidence):
            break
        best = more
        if share is not None:
            break
    ordered = sorted(found.values(), key=lambda one: one.price(evidence))[:AMOUNTS]
    if not ordered or _score(ordered[0].ranked, evidence) > _score(ranked, evidence) + MUST_HAVE:
        return []
    # They are told from each other by their sites too.
    return [_with_log_prior(o.ranked, o.log_choice - ordered[0].log_choice) for o in ordered]


def _longer(start: _Completed, evidence: Evidence, share: float | None) -> list[_Completed]:
    """With some hydrogen, or some more, on the likeliest sites; the best first."""
    found = []
    for placed in placements(start.ranked.refinement, evidence.n, share, REFINED):
        refined = _refined(start.ranked, placed, evidence)
        if refined is not None:
            found.append(_Completed(refined, start.log_choice + placed.log_choice))
    return sorted(found, key=lambda one: one.price(evidence))


def _score(ranked: Ranked, evidence: Evidence) -> float:
    return evidence.score(ranked.proposal, ranked.refinement)


def _with_log_prior(ranked: Ranked, more: float) -> Ranked:
    proposal = ranked.proposal
    return replace(ranked, proposal=replace(proposal, log_prior=proposal.log_prior + more))


def _refined(start: Ranked, placed: Placement, evidence: Evidence) -> Ranked | None:
    """With hydrogen on more sites; None where the other atoms then come too near to it."""
    proposal = replace(
        start.proposal,
        structure=placed.structure,
        log_prior=start.proposal.log_prior + placed.log_prior,
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
