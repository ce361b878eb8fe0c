"""How sure the program is: probabilities, ties and the verdict.

A logistic model says how likely the best candidate is to be right. What it looks at: does the
candidate explain the pattern about as well as its lattice can (its residual against the Le Bail
floor, alone and beside what that floor leaves, the residual without background, the noise), is it
better than what differs from it (the margin of its score, and how many others come near), and is
it plausible at all (contents, displacement, parameters for the lines there are, texture, a lattice
that is more symmetric than the structure, relatives among known crystals, lines that it leaves
unexplained). It is fitted on validation structures and on patterns offered with wrong elements. The
other candidates get their chances from the first one's and the differences of their scores.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.crystal.composition import HYDROGEN
from engine.crystal.symmetry import primitive_lattice
from engine.refine.result import FitResult
from engine.solve.duplicates import every_structure_once
from engine.solve.plausibility import metric_coincidences
from engine.solve.ranking import Finished
from engine.solve.result import SOLVED, TENTATIVE, Verdict

# Constant and slopes of the logistic model, in the order of `features`; fitted by
# `densight bench calibrate`, the last slope and the constant after the others.
COEFFICIENTS = (
    -0.582,
    -5.851,
    -3.624,
    0.209,
    0.413,
    -0.514,
    -0.184,
    -1.972,
    0.393,
    1.99,
    -4.176,
    -1.039,
    0.27,
    -0.541,
    -0.364,
    -2.108,
)
TIE_RATIO = 1.03
TIE_MARGIN = 12.0
# For the first candidate's atoms with other elements: chances of one in twenty. Nearly any light
# atom may be taken for another if less is asked.
EXCHANGED_MARGIN = 6.0
NEAR_BEST = 1.25
LARGEST_MARGIN = 200.0
LARGEST_ODDITY = 8.0
LARGEST_KINSHIP = 10.0
LARGEST_AMBIGUITY = 5.0
# What profile shapes leave of a pattern even where they are right (ln of the ratio of R_wp).
LEAST_FLOOR, LARGEST_SIGNIFICANCE = 0.05, 2.0
USUAL_B = (-0.2, 3.5)
LARGEST_DAMPING = 3.0
# |ln r| of March and Dollase beyond which a fit bends the intensities rather than explains them.
USUAL_TEXTURE = math.log(2.0)
# Places among the features.
EXCESS, RESIDUAL, CROWD, TEXTURE = 0, 1, 6, 9
COINCIDENCE, KINSHIP, UNEXPLAINED, AMBIGUITY, SIGNIFICANCE = 10, 11, 12, 13, 14


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
    crowd : float
        Minus the ln of its share among all candidates, by their scores.
    lines : float
        Ln of the pattern's lines for each of its structural parameters.
    of_map : float
        1 for a structure out of a map, 0 for one of a known type.
    texture : float
        |ln r| of March and Dollase, 0 without preferred orientation.
    coincidence : float
        By how many cell parameters its lattice is more symmetric than it is itself.
    kinship : float
        How much known crystals of its type speak for its elements (`engine.library.kinship`), 0
        for a structure out of a map.
    unexplained : float
        Root of the summed areas of the lines that it has no line for, of the strongest's.
    ambiguity : float
        Ln of how many times likelier it is with other elements on some of its sites
        (`engine.solve.recolouring.Doubt`); told for the first candidate alone.
    significance : float
        The excess beside the noise of the Le Bail fit: where lines of any intensities fit to the
        counting noise, no error of their shapes excuses what the atoms leave beyond it.
    """
    fit = finished[index].fit
    floor = min(fit.rwp_lebail or fit.rwp, fit.rwp)
    others = [
        f.score
        for i, f in enumerate(finished)
        if i != index and not f.exchanged and not tied(finished[index], f)
    ]
    margin = min(others, default=finished[index].score + LARGEST_MARGIN) - finished[index].score
    excess = math.log(max(fit.rwp, 1e-6) / max(floor, 1e-6))
    difference = (fit.observed - fit.calculated) / fit.sigma
    weights = _weights(finished)
    noise = 0.5 * math.log(max(float(difference @ difference) / len(difference), 1e-3))
    noise = min(max(noise, 0.0), 3.0)
    return (
        excess,
        fit.rwp_background_subtracted,
        math.sqrt(min(max(margin, 0.0), LARGEST_MARGIN)),
        noise,
        min(max(-finished[index].proposal.log_prior, 0.0), LARGEST_ODDITY),
        _damping(fit),
        math.log(_all_weights(finished, weights) / weights[index]),
        math.log(max(finished[index].n_lines, 1) / max(finished[index].n_free, 1)),
        float(finished[index].proposal.source != "library"),
        _texture(fit),
        float(_coincidences(finished[index])),
        min(finished[index].proposal.kinship, LARGEST_KINSHIP),
        min(math.sqrt(sum(line.relative_area for line in finished[index].unexplained)), 1.0),
        min(finished[index].doubt.ambiguity, LARGEST_AMBIGUITY),
        min(excess / (max(noise - excess, 0.0) + LEAST_FLOOR), LARGEST_SIGNIFICANCE),
    )


def _weights(finished: Sequence[Finished]) -> list[float]:
    """How likely every candidate is beside the best, by the scores alone (-2 ln evidence)."""
    best = min(f.score for f in finished if not f.exchanged)
    return [math.exp(-max(min(0.5 * (f.score - best), 500.0), 0.0)) for f in finished]


def _all_weights(finished: Sequence[Finished], weights: Sequence[float]) -> float:
    return sum(w for f, w in zip(finished, weights, strict=True) if not f.exchanged)


def _texture(fit: FitResult) -> float:
    return max(
        (abs(math.log(p.value)) for p in fit.parameters if p.name.startswith("march_dollase_")),
        default=0.0,
    )


def _coincidences(one: Finished) -> int:
    lattice = primitive_lattice(one.fit.structure.lattice, one.standardised.symbol[0])
    return metric_coincidences(lattice, one.standardised.number)


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


def with_exchanged(
    finished: Sequence[Finished], exchanged: Sequence[Finished], most: int
) -> list[Finished]:
    """The candidates, and as ties of the first what has its atoms with other elements.

    Parameters
    ----------
    finished : sequence of Finished
        The best first.
    exchanged : sequence of Finished
        See `engine.solve.ranking.Ranking.exchanged`; those that fit clearly worse are left out.
    most : int
        How many to keep in all.
    """
    alike = [e for e in exchanged if e.score < finished[0].score + EXCHANGED_MARGIN]
    first, *others = every_structure_once([*finished, *alike])
    return [first, *sorted(others, key=lambda other: other.score)][:most]


def probabilities(finished: Sequence[Finished]) -> list[float]:
    """Probability of being right, for every candidate (best first).

    What has the first one's atoms with other elements shares what the others leave.
    """
    if not finished:
        return []
    first = probability_of_first(features(finished, 0))
    weights = _weights(finished)
    chances = [first * weight / weights[0] for weight in weights]
    shared = sum(c for f, c in zip(finished, chances, strict=True) if f.exchanged)
    left = max(1.0 - (sum(chances) - shared), 0.0)
    share = min(1.0, left / shared) if shared > 0.0 else 1.0
    return [c * share if f.exchanged else c for f, c in zip(finished, chances, strict=True)]


def probability_of_first(found: Sequence[float]) -> float:
    """Probability that the first candidate is right.

    Parameters
    ----------
    found : sequence of float
        Its `features`.
    """
    constant, *slopes = COEFFICIENTS
    logit = constant + sum(a * x for a, x in zip(slopes, found, strict=True))
    chance = 1.0 / (1.0 + math.exp(-max(min(logit, 30.0), -30.0)))
    # All chances together are at most one.
    return chance / max(1.0, chance * math.exp(found[CROWD]))


def strong_texture(found: Sequence[float]) -> bool:
    """Whether preferred orientation had to be stretched beyond what is usual.

    Parameters
    ----------
    found : sequence of float
        The `features` of a candidate.
    """
    return found[TEXTURE] > USUAL_TEXTURE


def verdict(probability: float, doubtful: bool = False, explained: bool = False) -> Verdict:
    """In one word.

    Parameters
    ----------
    probability : float
    doubtful : bool
        Such a fit is never better than tentative.
    explained : bool
        Whether the pattern is explained, whatever elements are on the sites: then there is an
        answer, if not one for certain.
    """
    if probability >= SOLVED and not doubtful:
        return "solved"
    return "tentative" if explained or probability >= TENTATIVE else "no-solution"


def verdict_on_first(found: Sequence[float]) -> Verdict:
    """What the first candidate deserves.

    Parameters
    ----------
    found : sequence of float
        Its `features`.
    """
    return verdict(probability_of_first(found), strong_texture(found), explains(found))


def explains(found: Sequence[float]) -> bool:
    """Whether a first candidate would be tentative if the elements on its sites were certain.

    Parameters
    ----------
    found : sequence of float
        Its `features`.
    """
    certain = [*found[:AMBIGUITY], 0.0, *found[AMBIGUITY + 1 :]]
    return probability_of_first(certain) >= TENTATIVE


def _other_than(first: Finished, exchanged: Finished) -> str:
    """What is exchanged: elements, or how much hydrogen there is."""
    one, two = (f.standardised.primitive.numbers for f in (first, exchanged))
    others = [np.sort(numbers[numbers != HYDROGEN]) for numbers in (one, two)]
    if len(one) != len(two) and np.array_equal(others[0], others[1]):
        return "another amount of hydrogen"
    return "other elements on some sites"


def reason(finished: Sequence[Finished], index: int, tie_ranks: Sequence[int]) -> str:
    """In words, why a candidate stands where it stands."""
    fit = finished[index].fit
    text = f"R_wp {100 * fit.rwp:.1f} %"
    if fit.rwp_lebail:
        text += f", where its lattice alone allows {100 * fit.rwp_lebail:.1f} %"
    if index > 0:
        behind = fit.rwp / max(finished[0].fit.rwp, 1e-9)
        text += f"; {behind:.2f} times the best candidate's"
    if finished[index].exchanged:
        text += f"; the best candidate's atoms with {_other_than(finished[0], finished[index])}"
    if tie_ranks:
        text += "; the pattern cannot tell it from rank " + ", ".join(str(r) for r in tie_ranks)
    return text + "."
