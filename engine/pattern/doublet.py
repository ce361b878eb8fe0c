"""Whether a pattern shows the K-alpha doublet although one wavelength was stated for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.pattern.line_profile import satellite_positions
from engine.pattern.pattern import PowderPattern
from engine.pattern.peaks import PeakList, find_peaks
from engine.pattern.radiation import K_ALPHA, Radiation, doublet
from engine.pattern.resample import downsample

# A stated wavelength this near (angstrom) to K-alpha-1 or to the doublet's mean means the tube.
_NEAR = 6e-4
_PAIR_RATIO = (0.3, 0.8)
_PAIRED_SHARE = 0.5
_STRONG = 0.03
# With one wavelength, lines split in two follow the noise a little better.
_BETTER = 1.15
_FITTED_POINTS = 12_000


def detect_doublet(pattern: PowderPattern) -> Radiation | None:
    """The doublet that a pattern shows, None where one wavelength explains it better.

    People state ``1.5406`` for patterns of laboratory tubes, which nearly always show both
    K-alpha lines. Taken at its word, each line then splits in two at high angle.

    Parameters
    ----------
    pattern : PowderPattern
        With a single wavelength near K-alpha-1 or the mean K-alpha of a usual anode; for any
        other radiation the answer is None at once.

    Returns
    -------
    Radiation or None
        The doublet, with the provenance of the stated wavelength. K-alpha-1 is as stated, unless
        that was the mean.
    """
    candidate = _candidate(pattern.radiation)
    if candidate is None:
        return None
    pattern = downsample(pattern, _FITTED_POINTS)
    single = find_peaks(pattern)
    if len(single) == 0:
        return None
    if _paired_share(single, candidate) > _PAIRED_SHARE:
        return candidate
    double = find_peaks(replace(pattern, radiation=candidate))
    if len(double) == 0:
        return None
    misfit = [
        _misfit(pattern, peaks, radiation)
        for peaks, radiation in ((single, pattern.radiation), (double, candidate))
    ]
    # Tubes show both lines unless a monochromator takes one away: that must be seen.
    return None if _BETTER * misfit[0] < misfit[1] else candidate


def _candidate(radiation: Radiation) -> Radiation | None:
    if len(radiation.wavelengths) != 1:
        return None
    stated = radiation.primary
    for anode, (first, second) in K_ALPHA.items():
        is_first = abs(stated - first) < _NEAR
        if not is_first and abs(stated - (2.0 * first + second) / 3.0) >= _NEAR:
            continue
        # The stated line is kept; the other keeps its distance.
        start = stated if is_first else first
        both = doublet(start, start + (second - first), anode=anode)
        return replace(radiation, wavelengths=both.wavelengths, weights=both.weights, anode=anode)
    return None


def _paired_share(peaks: PeakList, candidate: Radiation) -> float:
    """Share of the strong, resolvable lines' area whose second line is there at about half."""
    strong = peaks.area > _STRONG * peaks.area.max()
    x, area, fwhm = peaks.two_theta[strong], peaks.area[strong], peaks.fwhm[strong]
    second = satellite_positions(x, candidate)[1]
    resolvable = second - x > 0.8 * fwhm
    if not resolvable.any():
        return 0.0
    distance = np.abs(peaks.two_theta[None, :] - second[:, None])
    ratio = peaks.area[None, :] / area[:, None]
    partner = (distance < 0.3 * fwhm[:, None]) & (ratio > _PAIR_RATIO[0]) & (ratio < _PAIR_RATIO[1])
    paired = partner.any(axis=1) & resolvable
    # A second line is not asked for one of its own.
    is_second = np.zeros(len(peaks), dtype=bool)
    is_second[np.unique(np.nonzero(partner & resolvable[:, None])[1])] = True
    asked = resolvable & ~is_second[strong]
    total = float(area[asked].sum())
    return float(area[asked & paired].sum()) / total if total > 0.0 else 0.0


def _misfit(pattern: PowderPattern, peaks: PeakList, radiation: Radiation) -> float:
    model = peaks.background + peaks.profile(pattern.two_theta, radiation)
    return float(np.mean(((pattern.counts - model) / pattern.sigma) ** 2))
