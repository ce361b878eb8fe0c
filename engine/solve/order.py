"""Refining candidates one after the other; their order, and which may still come first."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.progress import Progress
from engine.refine.stages import Refinement
from engine.solve.candidate_refinement import Ranked
from engine.solve.evidence import Evidence
from engine.solve.proposals import Proposal

# Further behind in score none was ever right: of 46 right ones the last was 29 behind when the
# atoms had been relaxed on part of the pattern.
# Where observations are many, the same difference in fit is more of a score.
OUT_OF_REACH, OUT_OF_REACH_SHARE = 80.0, 0.2
# So far behind, a candidate fits some seven times as badly: it is no answer that anyone would look
# at, and no longer counts beside the first.
HOPELESS, HOPELESS_SHARE = 200.0, 2.0
Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class Run:
    """What all stages of one ranking share."""

    evidence: Evidence
    progress: Progress
    deadline: float

    def stage(
        self,
        items: Sequence[Item],
        refine: Callable[[Item], tuple[Proposal, Refinement] | None],
        span: tuple[float, float],
    ) -> list[Ranked]:
        """Refine every item; stop early at the deadline if there is something to show."""
        ranked: list[Ranked] = []
        low, high = span
        for number, item in enumerate(items):
            self.progress.report(low + (high - low) * number / len(items), "Refining candidates")
            if time.perf_counter() > self.deadline and ranked:
                break
            result = refine(item)
            if result is not None:
                ranked.append(Ranked(*result, score=0.0))
        return in_order(self.evidence, ranked)


def in_order(evidence: Evidence, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Scored anew with what is known of the best fit by now; the best first."""
    for one in ranked:
        evidence.learn(one.refinement)
    scored = [replace(r, score=evidence.score(r.proposal, r.refinement)) for r in ranked]
    return sorted(scored, key=lambda r: r.score)


def out_of_reach(evidence: Evidence, ordered: Sequence[Ranked]) -> float:
    """The score from which on a candidate will not turn out better than the first of some."""
    return _behind(evidence, ordered, OUT_OF_REACH, OUT_OF_REACH_SHARE)


def hopeless(evidence: Evidence, ordered: Sequence[Ranked]) -> float:
    """The score from which on a candidate is not worth to be listed beside the first of some."""
    return _behind(evidence, ordered, HOPELESS, HOPELESS_SHARE)


def in_reach(evidence: Evidence, ordered: Sequence[Ranked]) -> list[Ranked]:
    """Those that may still turn out better than the first."""
    limit = out_of_reach(evidence, ordered)
    return [r for r in ordered if r.score < limit]


def _behind(evidence: Evidence, ordered: Sequence[Ranked], least: float, share: float) -> float:
    return ordered[0].score + max(least, evidence.n * share) if ordered else math.inf
