"""Lines that a person adds to those that the search found, or takes out of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.pattern.choices import PeakEdits
from engine.pattern.line_fit import LineFit
from engine.pattern.line_profile import Lines
from engine.pattern.peak_search import PeakSearch, joined

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# A line counts as the one that was removed within this share of its FWHM.
_SAME = 0.5
# A line that was put by hand does not leave its place by more than this share of its FWHM.
_LEASH = 1.0


def edited(
    search: PeakSearch, found: LineFit, edits: PeakEdits
) -> tuple[LineFit, FloatArray, BoolArray]:
    """All lines fitted together once more, with some added and some left out.

    Parameters
    ----------
    search : PeakSearch
        After its run; its background moves along unless it is held.
    found : LineFit
        What it ended with.
    edits : PeakEdits

    Returns
    -------
    fit : LineFit
        In order of angle. Added lines are kept however weak they are; their areas may come out as
        zero.
    placed : (n,) array
        2theta where each line was found, or put.
    by_hand : (n,) array of bool
        Whether it was put.
    """
    kept = found.lines.take(~_removed(found.lines, edits.removed))
    added = np.array(edits.added, dtype=float)
    log_fwhm, eta = found.laws.at(added)
    put = Lines(added, np.ones(len(added)), log_fwhm, eta, found.laws.asymmetry_at(added))
    start = joined(kept, put)
    if len(start) == 0:
        nothing = replace(found, lines=start, su=np.zeros((0, 4)))
        return nothing, start.position, np.zeros(0, dtype=bool)
    fit = search.refit(kept, put, found.laws)
    by_hand = np.arange(len(start)) >= len(kept)
    lines = _on_leash(fit.lines, start, by_hand)
    order = np.argsort(lines.position, kind="stable")
    fit = replace(fit, lines=lines.take(order), su=fit.su[order])
    return fit, start.position[order], by_hand[order]


def _removed(lines: Lines, removed: tuple[float, ...]) -> BoolArray:
    """The line nearest to each removed place, if it is near enough to be meant."""
    out = np.zeros(len(lines), dtype=bool)
    for place in removed if len(lines) else ():
        away = np.abs(lines.position - place)
        nearest = int(np.argmin(away))
        out[nearest] |= bool(away[nearest] <= _SAME * np.exp(lines.log_fwhm[nearest]))
    return out


def _on_leash(lines: Lines, start: Lines, by_hand: BoolArray) -> Lines:
    """Without negative areas; a line for which nothing is left stays where it was."""
    strayed = np.abs(lines.position - start.position) > _LEASH * np.exp(start.log_fwhm)
    lost = (by_hand & strayed) | (lines.area <= 0.0)
    return replace(
        lines,
        position=np.where(lost, start.position, lines.position),
        log_fwhm=np.where(lost, start.log_fwhm, lines.log_fwhm),
        eta=np.where(lost, start.eta, lines.eta),
        area=np.maximum(lines.area, 0.0),
    )
