"""A pattern made ready for refinement: thinned, with its background and line width."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.pattern.choices import in_words
from engine.pattern.pattern import PowderPattern
from engine.pattern.peaks import PeakList, find_peaks
from engine.pattern.radiation import Radiation

FloatArray = NDArray[np.float64]
POINTS_PER_FWHM = 5
MOST_POINTS = 12_000
NARROWEST = 0.005


@dataclass(frozen=True, eq=False)
class PreparedPattern:
    """What a refinement needs of a pattern.

    Attributes
    ----------
    two_theta, observed, sigma, background : (n,) arrays
        Degrees and counts; the background is the estimated one.
    radiation : Radiation
    poisson : bool
        Whether sigma comes from raw counts.
    caglioti : (3,) array
        W, V, U of a first FWHM^2 = W + V tan + U tan^2, square degrees.
    eta : float
        A first Lorentzian share.
    peaks : PeakList
    dispersion : bool
        Whether anomalous scattering is in the pattern; False for one simulated without.
    held_background : str
        How the background was chosen; empty where it was estimated, which fits then correct.
    """

    two_theta: FloatArray
    observed: FloatArray
    sigma: FloatArray
    background: FloatArray
    radiation: Radiation
    poisson: bool
    caglioti: FloatArray
    eta: float
    peaks: PeakList
    dispersion: bool = True
    held_background: str = ""

    @property
    def d_min(self) -> float:
        """Smallest d-spacing (angstrom) in range of the primary wavelength."""
        theta = np.radians(self.two_theta[-1] / 2.0)
        return float(self.radiation.primary / (2.0 * np.sin(theta)))

    @property
    def d_max(self) -> float:
        """Largest d-spacing (angstrom) in range of the primary wavelength."""
        theta = np.radians(max(self.two_theta[0], 0.2) / 2.0)
        return float(self.radiation.primary / (2.0 * np.sin(theta)))

    @property
    def n_independent(self) -> float:
        """Resolution elements of the pattern: its range over the width of a line."""
        width = max(float(np.median(self.peaks.fwhm)), NARROWEST) if len(self.peaks) else 0.2
        return float((self.two_theta[-1] - self.two_theta[0]) / width)

    def within(self, low: float, high: float) -> PreparedPattern:
        """The part between two angles (degrees)."""
        kept = (self.two_theta >= low) & (self.two_theta <= high)
        return replace(
            self,
            two_theta=self.two_theta[kept],
            observed=self.observed[kept],
            sigma=self.sigma[kept],
            background=self.background[kept],
        )

    def thinned(self, points_per_fwhm: int) -> PreparedPattern:
        """A coarser pattern, for quick refinements: means over runs of points."""
        step = float(np.median(np.diff(self.two_theta)))
        width = float(np.median(self.peaks.fwhm)) if len(self.peaks) else step
        factor = max(1, int(width / step / points_per_fwhm))
        return replace(
            self,
            two_theta=_thin(self.two_theta, factor),
            observed=_thin(self.observed, factor),
            background=_thin(self.background, factor),
            sigma=np.sqrt(_thin(self.sigma**2, factor) / factor),
        )

    def with_radiation(self, radiation: Radiation) -> PreparedPattern:
        """The same points under other optics."""
        return replace(self, radiation=radiation)


def prepare(
    pattern: PowderPattern, peaks: PeakList | None = None, most_points: int = MOST_POINTS
) -> PreparedPattern:
    """Estimate background, lines and line widths, and thin a finely stepped pattern.

    Parameters
    ----------
    pattern : PowderPattern
    peaks : PeakList, optional
        Where the lines are already fitted.
    most_points : int
        A longer pattern is thinned more than its lines alone would allow.

    Raises
    ------
    BadInputError
        If the pattern has no line.
    """
    found = find_peaks(pattern) if peaks is None else peaks
    # Settled together with the lines; what was estimated before them lies a little high.
    background = found.background
    widths = _caglioti(found)
    narrow = float(np.sqrt(max(np.min(found.fwhm, initial=1.0), 1e-3) ** 2)) if len(found) else 0.1
    factor = max(1, int(narrow / pattern.step / POINTS_PER_FWHM), len(pattern) // most_points)
    thinned = [_thin(x, factor) for x in (pattern.two_theta, pattern.counts, background)]
    variance = _thin(pattern.sigma**2, factor) / factor
    return PreparedPattern(
        two_theta=thinned[0],
        observed=thinned[1],
        sigma=np.sqrt(variance),
        background=thinned[2],
        radiation=pattern.radiation,
        poisson=pattern.poisson,
        caglioti=widths,
        eta=float(np.clip(np.median(found.eta), 0.1, 0.9)) if len(found) else 0.5,
        peaks=found,
        held_background="" if peaks is not None else in_words(pattern.details.background),
    )


def _thin(values: FloatArray, factor: int) -> FloatArray:
    """Means over runs of `factor` points."""
    if factor == 1:
        return values
    whole = len(values) // factor * factor
    return np.asarray(values[:whole].reshape(-1, factor).mean(axis=1))


def _caglioti(peaks: PeakList) -> FloatArray:
    """W, V = 0 and U through the widths of the fitted lines, the strong ones counting more."""
    if len(peaks) == 0:
        return np.array([0.01, 0.0, 0.0])
    weight = np.sqrt(np.maximum(peaks.area, 1e-12))
    middle = _weighted_median(peaks.fwhm, weight)
    tangent = np.tan(np.radians(peaks.two_theta / 2.0))
    good = (peaks.fwhm > 0.4 * middle) & (peaks.fwhm < 2.5 * middle)
    if good.sum() < 4:
        return np.array([middle**2, 0.0, 0.0])
    design = np.stack([np.ones(good.sum()), tangent[good] ** 2], axis=1) * weight[good, None]
    (w, u), *_ = np.linalg.lstsq(design, peaks.fwhm[good] ** 2 * weight[good], rcond=None)
    if w < 0.1 * middle**2 or u < 0.0:
        return np.array([middle**2, 0.0, 0.0])
    return np.array([w, 0.0, u])


def _weighted_median(values: FloatArray, weight: FloatArray) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(cumulative, 0.5 * cumulative[-1])])
