"""Lines beside the phases: of another wavelength of the tube, or of something that nobody named.

They are drawn with the position and width that the fit of single lines gave them; their areas are
refined with everything else, so that they neither pull the background up nor count as misfit. Lines
that a reflection of a phase could explain are never among them: a wrong structure is not mended.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, hstack

from engine.pattern.radiation import Radiation
from engine.pattern.spurious import ForeignLine
from engine.refine.line_profiles import line_profiles
from engine.refine.prepared import PreparedPattern
from engine.refine.whole_pattern.state import State

FloatArray = NDArray[np.float64]
FOREIGN_GAIN = 1.02  # of chi^2
# A line is a phase's where one of its reflections is nearer than this, in FWHM and in degrees.
_NEAR, _NEAR_DEGREES = 1.5, 0.15
# Weaker ones, as shares of the strongest line and in their own uncertainties, are left alone.
_LEAST_SHARE, _LEAST_RATIO = 2e-3, 6.0
_MOST = 40
# The widest, in typical widths, that is a line.
_WIDEST = 4.0
_REACH = 20.0
# A wide feature is a phase's where its reflections have this share of its area within one FWHM; a
# Lorentzian line has half.
_EXPLAINED = 0.35


def with_foreign_lines(state: State, groups: tuple[str, ...]) -> tuple[State, tuple[str, ...]]:
    """Lines that are no phase's, with areas of their own, kept where they pay.

    Parameters
    ----------
    state : State
        Cells and widths refined.
    groups : tuple of str
        What is refined.

    Returns
    -------
    state : State
    groups : tuple of str
        With "foreign" where lines were kept.
    """
    if not state.allows("foreign"):
        return state, groups
    prepared = state.prepared
    lines, places, areas = _candidates(state)
    if not len(places):
        return state, groups
    begun = replace(state, model=state.model.with_foreign(lines))
    begun = begun.with_parameters(state.parameters.with_instrument(foreign=areas))
    wanted = (*groups, "foreign")
    trial = begun.refined(wanted, steps=12)
    same = state.refined(groups, steps=12)
    gain = same.minimum.chi_squared / trial.minimum.chi_squared
    if state.options.automatic and gain < FOREIGN_GAIN:
        return same, groups
    fitted = trial.parameters.instrument.foreign
    above = prepared.observed - trial.calculated().background
    whole = float(np.maximum(above, 0.0) @ np.gradient(prepared.two_theta))
    share = 100.0 * float(fitted.sum()) / max(whole, 1e-300)
    listed = ", ".join(f"{angle:.2f}" for angle in places)
    return (
        trial.noted(
            f"Lines that belong to no phase were fitted beside them, {share:.1f} % of the "
            f"intensity: {listed} deg."
        ),
        wanted,
    )


def beyond_phases(state: State) -> tuple[ForeignLine, ...]:
    """What the search for lines took for none of the sample's, less what the phases explain.

    The search compares every line with its neighbours; beside a coarse phase it cannot know the
    lines of one in small grains.

    Parameters
    ----------
    state : State
        Refined.
    """
    foreign = state.prepared.peaks.foreign
    if not any(line.width > 0.0 for line in foreign):
        return foreign
    calculated, x = state.calculated(), state.prepared.two_theta
    bragg = sum(calculated.bragg(i) for i in range(len(state.model.phases)))

    def explained(line: ForeignLine) -> bool:
        near = np.abs(x - line.two_theta) <= 0.5 * line.width
        within = float(np.sum(np.where(near, bragg, 0.0) * np.gradient(x)))
        return within >= _EXPLAINED * line.area

    return tuple(line for line in foreign if line.width == 0.0 or not explained(line))


def _candidates(state: State) -> tuple[csc_matrix, FloatArray, FloatArray]:
    """Unit lines (n, e), their 2theta and first areas: single ones of the tube, then doublets."""
    prepared = state.prepared
    x, peaks = prepared.two_theta, prepared.peaks
    tube = [line for line in peaks.foreign if line.fwhm > 0.0]
    single = np.array([[t.two_theta, t.area, t.fwhm, t.eta] for t in tube]).reshape(-1, 4)
    chosen = _unexplained(state)
    columns = (peaks.two_theta, peaks.area, peaks.fwhm, peaks.eta)
    double = np.stack([column[chosen] for column in columns], axis=1)
    drawn = [_drawn(x, single, _first_line(prepared)), _drawn(x, double, prepared.radiation)]
    both = np.concatenate([single, double])
    return hstack(drawn).tocsc(), both[:, 0], both[:, 1]


def _first_line(prepared: PreparedPattern) -> Radiation:
    """The radiation's first wavelength alone."""
    return replace(prepared.radiation, wavelengths=(prepared.radiation.primary,), weights=(1.0,))


def _drawn(x: FloatArray, lines: FloatArray, radiation: Radiation) -> csc_matrix:
    """(n, e) lines of unit area, rows 2theta, area, FWHM and eta, with all wavelengths."""
    total = csc_matrix((len(x), len(lines)))
    sine = np.sin(np.radians(lines[:, 0] / 2.0))
    weight = sum(radiation.weights)
    for wavelength, share in zip(radiation.wavelengths, radiation.weights, strict=True):
        moved = np.clip(sine * wavelength / radiation.primary, 0.0, 1.0)
        place = 2.0 * np.degrees(np.arcsin(moved))
        shape = line_profiles(x, place, lines[:, 2], np.clip(lines[:, 3], 0.0, 1.0), _REACH)
        total = total + shape.value * (share / weight)
    return total


def _unexplained(state: State) -> NDArray[np.int64]:
    """Indices of the measured lines that no reflection of any phase is near, the strongest."""
    peaks, instrument = state.prepared.peaks, state.parameters.instrument
    if len(peaks) == 0:
        return np.zeros(0, dtype=np.int64)
    phases = state.calculated().phases
    known = np.sort(
        np.concatenate([instrument.observed(made.two_theta[: len(made.q)]) for made in phases])
    )
    after = np.clip(np.searchsorted(known, peaks.two_theta), 1, max(len(known) - 1, 1))
    nearest = np.minimum(
        np.abs(known[np.minimum(after, len(known) - 1)] - peaks.two_theta),
        np.abs(known[after - 1] - peaks.two_theta),
    )
    own = nearest < np.maximum(_NEAR * peaks.fwhm, _NEAR_DEGREES)
    weak = peaks.area < _LEAST_SHARE * peaks.area.max()
    weak |= peaks.area < _LEAST_RATIO * peaks.area_su
    wide = peaks.fwhm > _WIDEST * np.median(peaks.fwhm)
    chosen = np.flatnonzero(~(own | weak | wide))
    return np.sort(chosen[np.argsort(-peaks.area[chosen])[:_MOST]])
