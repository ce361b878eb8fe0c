"""Observed lines that a candidate has no line for: of an impurity, or against the candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.pattern.comparison import compare_peaks
from engine.pattern.peaks import PeakList
from engine.pattern.radiation import Radiation
from engine.refine.result import FitResult

# Weaker lines, as a share of the strongest, are not worth a word.
LEAST_SHARE = 0.01
NAMED = 4


@dataclass(frozen=True)
class UnexplainedLine:
    """An observed line with no calculated line near it.

    Attributes
    ----------
    two_theta : float
        Degrees, as measured.
    d_spacing : float
        Angstrom.
    relative_area : float
        Of the strongest observed line, a fraction.
    """

    two_theta: float
    d_spacing: float
    relative_area: float


def unexplained_lines(
    peaks: PeakList, fit: FitResult, radiation: Radiation
) -> tuple[UnexplainedLine, ...]:
    """What a fitted structure leaves unexplained, the strongest first.

    Parameters
    ----------
    peaks : PeakList
        Lines of the pattern.
    fit : FitResult
        Lines beyond the fitted range are not asked for.
    radiation : Radiation
    """
    if len(peaks) == 0 or len(fit.two_theta) == 0:
        return ()
    strongest = float(peaks.area.max())
    low, high = float(fit.two_theta[0]), float(fit.two_theta[-1])
    comparison = compare_peaks(peaks, fit.reflections, radiation)
    found = [
        UnexplainedLine(row.observed_two_theta, row.observed_d, row.observed_area / strongest)
        for row in comparison.unmatched_observed
        if row.observed_two_theta is not None
        and row.observed_d is not None
        and row.observed_area is not None
        and row.observed_area >= LEAST_SHARE * strongest
        and low <= row.observed_two_theta <= high
    ]
    return tuple(sorted(found, key=lambda line: -line.relative_area))


def in_words(lines: Sequence[UnexplainedLine]) -> str:
    """One sentence; empty where everything is explained."""
    if not lines:
        return ""
    where = ", ".join(f"{line.two_theta:.2f}" for line in lines[:NAMED])
    more = f" and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
    what, upto = ("no line", "") if len(lines) == 1 else ("no lines", "up to ")
    strength = 100.0 * lines[0].relative_area
    return f"It has {what} at {where} deg{more} ({upto}{strength:.0f} % of the strongest)."
