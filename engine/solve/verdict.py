"""How sure the program is: probabilities, ties and the verdict.

Two questions are kept apart. Does the best candidate explain the pattern about as well as its
lattice can (its residual against the Le Bail floor, and the residual without background)? And is
it better than what differs from it (the margin of its score)? A logistic model of these, fitted
on validation structures and on patterns offered with wrong elements, answers the first; a softmax
over distinct candidates shares the answer out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.refine.result import FitResult
from engine.solve.ranking import Finished
from engine.solve.result import Verdict

# Constant and slopes of the logistic model, in the order of `features`; fitted by
# `densight bench calibrate`.
COEFFICIENTS = (1.218, -5.214, -11.614, 0.332, 1.785, -1.239, -0.865)
TEMPERATURE = 6.0
SOLVED, TENTATIVE = 0.75, 0.25
TIE_RATIO = 1.03
TIE_MARGIN = 12.0
NEAR_BEST = 1.25
LARGEST_MARGIN = 200.0
LARGEST_ODDITY = 8.0
USUAL_B = (-0.2, 3.5)
LARGEST_DAMPING = 3.0
# r of March and Dollase beyond which a fit bends the intensities rather than explains them.
USUAL_TEXTURE = (0.5, 2.0)


def features(finished: Sequence[Finished], index: int) -> tuple[float, ...]:
    """What the probability of a candidate is made from.

    Returns
    -------
    excess : float
        ln(R_wp / R_wp of its Le Bail fit): how much worse the atoms fit than the lattice alone.
    residual : float
        R_wp with the background subtracted.
    margin : float
        Square root of the score's distance to the next candidate that is not tied.
    noise : float
        Half the ln of the misfit (chi^2 a point), 0 where the fit reaches the counting noise.
    oddity : float
        How far the cell volume and the charges are from what is usual, as -ln of their prior.
    damping : float
        How far the overall B (square angstrom) is from what atoms at rest or at room
        temperature have.
    """
    fit = finished[index].fit
    floor = min(fit.rwp_lebail or fit.rwp, fit.rwp)
    others = [
        f.score for i, f in enumerate(finished) if i != index and not tied(finished[index], f)
    ]
    margin = min(others, default=finished[index].score + LARGEST_MARGIN) - finished[index].score
    excess = math.log(max(fit.rwp, 1e-6) / max(floor, 1e-6))
    difference = (fit.observed - fit.calculated) / fit.sigma
    noise = 0.5 * math.log(max(float(difference @ difference) / len(difference), 1e-3))
    return (
        excess,
        fit.rwp_background_subtracted,
        math.sqrt(min(max(margin, 0.0), LARGEST_MARGIN)),
        min(max(noise, 0.0), 3.0),
        min(max(-finished[index].proposal.log_prior, 0.0), LARGEST_ODDITY),
        _damping(fit),
    )


def _damping(fit: FitResult) -> float:
    b_iso = next((p.value for p in fit.parameters if p.name == "B_iso"), USUAL_B[0])
    return min(max(USUAL_B[0] - b_iso, b_iso - USUAL_B[1], 0.0), LARGEST_DAMPING)


def tied(first: Finished, second: Finished) -> bool:
    """Whether the pattern cannot tell the two candidates apart."""
    ratio = second.fit.rwp / max(first.fit.rwp, 1e-9)
    return 1.0 / TIE_RATIO < ratio < TIE_RATIO and abs(first.score - second.score) < TIE_MARGIN


def near_best(finished: Sequence[Finished], index: int) -> bool:
    """Whether a candidate fits nearly as well as the first."""
    return finished[index].fit.rwp <= NEAR_BEST * finished[0].fit.rwp


def probabilities(finished: Sequence[Finished]) -> list[float]:
    """Probability of being right, for every candidate (best first)."""
    if not finished:
        return []
    constant, *slopes = COEFFICIENTS
    logit = constant + sum(a * x for a, x in zip(slopes, features(finished, 0), strict=True))
    any_right = 1.0 / (1.0 + math.exp(-max(min(logit, 30.0), -30.0)))
    best = finished[0].score
    shares = [math.exp(-max(f.score - best, 0.0) / (2.0 * TEMPERATURE)) for f in finished]
    total = sum(shares)
    return [any_right * share / total for share in shares]


def strong_texture(fit: FitResult) -> bool:
    """Whether preferred orientation had to be stretched beyond what is usual."""
    return any(
        p.name.startswith("march_dollase") and not USUAL_TEXTURE[0] <= p.value <= USUAL_TEXTURE[1]
        for p in fit.parameters
    )


def verdict(probability: float, doubtful: bool = False) -> Verdict:
    """In one word; a `doubtful` fit is never better than tentative."""
    if probability >= SOLVED and not doubtful:
        return "solved"
    return "tentative" if probability >= TENTATIVE else "no-solution"


def reason(finished: Sequence[Finished], index: int, tie_ranks: Sequence[int]) -> str:
    """In words, why a candidate stands where it stands."""
    fit = finished[index].fit
    text = f"R_wp {100 * fit.rwp:.1f} %"
    if fit.rwp_lebail:
        text += f", where its lattice alone allows {100 * fit.rwp_lebail:.1f} %"
    if index > 0:
        behind = fit.rwp / max(finished[0].fit.rwp, 1e-9)
        text += f"; {behind:.2f} times the best candidate's"
    if tie_ranks:
        text += "; the pattern cannot tell it from rank " + ", ".join(str(r) for r in tie_ranks)
    return text + "."
