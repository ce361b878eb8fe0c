"""Why a candidate stands where it stands, in words for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from app.text import VERDICTS, per_cent

if TYPE_CHECKING:
    from engine.solve.result import Candidate, Solution

# Fits whose residuals differ by less than this factor are as good as each other to the eye.
ALIKE = 1.05
# An atomic model should come as near as this to what its cell alone allows.
NEAR_LEBAIL = 1.3
FEW = 3


def standing(solution: Solution, index: int) -> str:
    """Two or three sentences: how well it fits, what stands beside it, and how sure that is."""
    candidate = solution.candidates[index]
    parts = [_fit(candidate), _beside(solution, index), _ties(candidate), _chance(candidate)]
    return " ".join(part for part in parts if part)


def _fit(candidate: Candidate) -> str:
    fit = candidate.fit
    shown = f"Rwp {per_cent(fit.rwp, 1)} %"
    bound = fit.rwp_lebail
    if bound is None or bound <= 0.0:
        return f"{shown}."
    allowed = f"its cell alone allows {per_cent(bound, 1)} %"
    if fit.rwp <= NEAR_LEBAIL * bound:
        return f"{shown}, and {allowed}: the atoms explain the intensities."
    return f"{shown}, but {allowed}: some intensities are not explained by its atoms."


def _beside(solution: Solution, index: int) -> str:
    """The candidate against the best one, or the best one against the next."""
    candidates = solution.candidates
    if index > 0:
        best = candidates[0].fit.rwp
        if best <= 0.0:
            return ""
        ratio = candidates[index].fit.rwp / best
        if ratio < 1.0 / ALIKE:
            return (
                f"It fits better than candidate 1 ({ratio:.2f} times its Rwp), but is less "
                "plausible all in all."
            )
        if ratio < ALIKE:
            return "It fits as well as candidate 1."
        return f"Its Rwp is {ratio:.2f} times that of candidate 1."
    others = [other for other in candidates[1:] if other.rank not in candidates[0].ties]
    if not others or candidates[0].fit.rwp <= 0.0:
        ended = "total" in solution.timings  # a search under way may still find others
        return "Nothing else was found." if ended and len(candidates) == 1 else ""
    ratio = min(other.fit.rwp for other in others) / candidates[0].fit.rwp
    if ratio < ALIKE:
        return "Others fit as well."
    return f"The next best Rwp is {ratio:.2f} times as large."


def _ties(candidate: Candidate) -> str:
    ties = candidate.ties
    if not ties:
        return ""
    named = ", ".join(str(rank) for rank in ties[:FEW])
    more = f" and {len(ties) - FEW} more" if len(ties) > FEW else ""
    many = "s" if len(ties) > 1 else ""
    return f"The pattern cannot tell it from candidate{many} {named}{more}: compare the chemistry."


def _chance(candidate: Candidate) -> str:
    if not math.isfinite(candidate.score):
        return f"{candidate.reason}; made by hand, and not judged."
    meant = "unlikely" if candidate.verdict == "no-solution" else VERDICTS[candidate.verdict]
    return f"Chance of being right {candidate.score:.2f}: {meant.lower()}."
