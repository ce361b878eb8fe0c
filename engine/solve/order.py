"""The order of refined candidates, and which of them may still come first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from engine.solve.candidate_refinement import Ranked
from engine.solve.evidence import Evidence

# Further behind in score none was ever right: of 46 right ones the last was 29 behind when the
# atoms had been relaxed on part of the pattern.
# Where observations are many, the same difference in fit is more of a score.
OUT_OF_REACH, OUT_OF_REACH_SHARE = 80.0, 0.2
# So far behind, a candidate fits some seven times as badly: it is no answer that anyone would look
# at, and no longer counts beside the first.
HOPELESS, HOPELESS_SHARE = 200.0, 2.0


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
