"""Why a candidate stands where it stands, in words for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from app.language import tr
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
    shown = tr("Rwp {0} %", per_cent(fit.rwp, 1))
    bound = fit.rwp_lebail
    if bound is None or bound <= 0.0:
        return f"{shown}."
    if per_cent(bound, 1) == per_cent(fit.rwp, 1) or bound > fit.rwp:
        return tr("{0}, as good as its cell allows: the atoms explain the intensities.", shown)
    allowed = tr("its cell alone allows {0} %", per_cent(bound, 1))
    if fit.rwp <= NEAR_LEBAIL * bound:
        return tr("{0}, and {1}: the atoms explain the intensities.", shown, allowed)
    return tr("{0}, but {1}: some intensities are not explained by its atoms.", shown, allowed)


def _beside(solution: Solution, index: int) -> str:
    """The candidate against the best one, or the best one against the next."""
    candidates = solution.candidates
    if index > 0:
        best = candidates[0].fit.rwp
        if best <= 0.0:
            return ""
        ratio = candidates[index].fit.rwp / best
        if ratio < 1.0 / ALIKE:
            return tr(
                "It fits better than candidate 1 ({0:.2f} times its Rwp), but is less "
                "plausible all in all.",
                ratio,
            )
        if ratio < ALIKE:
            return tr("It fits as well as candidate 1.")
        return tr("Its Rwp is {0:.2f} times that of candidate 1.", ratio)
    others = [other for other in candidates[1:] if other.rank not in candidates[0].ties]
    if not others or candidates[0].fit.rwp <= 0.0:
        ended = "total" in solution.timings  # a search under way may still find others
        return tr("Nothing else was found.") if ended and len(candidates) == 1 else ""
    ratio = min(other.fit.rwp for other in others) / candidates[0].fit.rwp
    if ratio < ALIKE:
        return tr("Others fit as well.")
    return tr("The next best Rwp is {0:.2f} times as large.", ratio)


def _ties(candidate: Candidate) -> str:
    ties = candidate.ties
    if not ties:
        return ""
    named = ", ".join(str(rank) for rank in ties[:FEW])
    more = tr(" and {0} more", len(ties) - FEW) if len(ties) > FEW else ""
    many = "s" if len(ties) > 1 else ""
    return tr(
        "The pattern cannot tell it from candidate{0} {1}{2}: compare the chemistry.",
        many,
        named,
        more,
    )


def _chance(candidate: Candidate) -> str:
    if not math.isfinite(candidate.score):
        return tr("{0}; made by hand, and not judged.", candidate.reason)
    meant = (
        tr("unlikely") if candidate.verdict == "no-solution" else tr(VERDICTS[candidate.verdict])
    )
    if candidate.held_back:
        return tr(
            "Chance of being right {0:.2f}, but {1} all the same: it needs a strong texture, or "
            "broad lines were left out.",
            candidate.score,
            meant.lower(),
        )
    return tr("Chance of being right {0:.2f}: {1}.", candidate.score, meant.lower())
