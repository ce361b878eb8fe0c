"""Peak search and peak fit: from a pattern to lines with uncertainties."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.pattern.background import chosen_background, estimate_background
from engine.pattern.choices import PeakEdits
from engine.pattern.line_fit import LineFit
from engine.pattern.line_profile import Lines, calculate, heights
from engine.pattern.pattern import PowderPattern
from engine.pattern.peak_detection import typical_width
from engine.pattern.peak_edits import edited
from engine.pattern.peak_search import PeakSearch
from engine.pattern.radiation import Radiation
from engine.pattern.resample import downsample
from engine.pattern.spurious import ForeignLine

FloatArray = NDArray[np.float64]

# Points for each FWHM beyond which more points bring no precision, only time.
_POINTS_PER_WIDTH = 12.0


@dataclass(frozen=True, eq=False)
class PeakList:
    """Fitted lines of a pattern, in order of angle.

    Attributes
    ----------
    two_theta, two_theta_su : (n,) arrays
        Degrees, for the primary wavelength.
    area, area_su : (n,) arrays
        Integrated intensity of all wavelengths together, counts times degrees.
    fwhm, fwhm_su : (n,) arrays
        Full width at half maximum of one wavelength, degrees.
    eta : (n,) array
        Lorentzian share of the pseudo-Voigt.
    height : (n,) array
        Counts above the background at the primary wavelength's maximum.
    asymmetry : (n,) array
        Share by which the half towards low angles is wider than half the width.
    wavelength : float
        The primary wavelength, angstrom.
    background : (m,) array
        Background at the points of the pattern, as settled by the fit.
    foreign : tuple of ForeignLine
        What was found and left out: K-beta and tungsten lines, diffuse humps.
    placed : (n,) array
        2theta at which each line was found, or put by hand, before edits were fitted.
    by_hand : (n,) array of bool
        Whether a line was put by hand.
    """

    two_theta: FloatArray
    two_theta_su: FloatArray
    area: FloatArray
    area_su: FloatArray
    fwhm: FloatArray
    fwhm_su: FloatArray
    eta: FloatArray
    height: FloatArray
    asymmetry: FloatArray
    wavelength: float
    background: FloatArray
    foreign: tuple[ForeignLine, ...] = ()
    placed: FloatArray = field(default_factory=lambda: np.zeros(0))
    by_hand: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.two_theta)

    @property
    def d_spacing(self) -> FloatArray:
        """d in angstrom, by Bragg's law from the primary wavelength."""
        return np.asarray(self.wavelength / (2.0 * np.sin(np.radians(self.two_theta / 2.0))))

    @property
    def q(self) -> FloatArray:
        """Q = 2 pi / d in 1/angstrom."""
        return np.asarray(2.0 * np.pi / self.d_spacing)

    def profile(self, two_theta: FloatArray, radiation: Radiation) -> FloatArray:
        """Sum (m,) of the fitted lines at given angles, without background."""
        return calculate(two_theta, _lines_of(self), radiation)


def _lines_of(peaks: PeakList) -> Lines:
    return Lines(peaks.two_theta, peaks.area, np.log(peaks.fwhm), peaks.eta, peaks.asymmetry)


def find_peaks(
    pattern: PowderPattern,
    background: FloatArray | None = None,
    *,
    threshold: float = 4.5,
    min_relative_area: float = 1e-3,
    max_peaks: int = 300,
    edits: PeakEdits | None = None,
) -> PeakList:
    """Find and fit the lines of a pattern.

    Parameters
    ----------
    pattern : PowderPattern
    background : (n,) array, optional
        Held as given; otherwise as was chosen for the pattern, and where nothing was chosen
        estimated and then settled together with the lines.
    threshold : float
        Smallest signal-to-noise ratio of a line.
    min_relative_area : float
        Lines below this share of the strongest are left out.
    max_peaks : int
        At most so many lines: the most significant ones.
    edits : PeakEdits, optional
        Lines added and removed by hand, by default those noted on the pattern; all lines are
        fitted together once more with them.

    Returns
    -------
    PeakList
        Each wavelength's satellite belongs to its primary line and is never a line itself.
    """
    chosen = pattern.details
    edits = chosen.peaks if edits is None else edits
    background = chosen_background(pattern, chosen.background) if background is None else background
    width = typical_width(pattern)
    factor = int(max(1.0, width / pattern.step / _POINTS_PER_WIDTH))
    thin = downsample(pattern, -(-len(pattern) // factor)) if factor > 1 else pattern
    held = background is not None
    if background is None:
        level = estimate_background(thin, width)
    else:
        level = np.interp(thin.two_theta, pattern.two_theta, background)
    search = PeakSearch(thin, level, width, threshold, max_peaks, held)
    fit, level = search.run(min_relative_area)
    placed, by_hand = fit.lines.position, np.zeros(len(fit.lines), dtype=bool)
    if edits:
        fit, placed, by_hand = edited(search, fit, edits)
        level = search.background
    settled = (
        background
        if background is not None
        else np.interp(pattern.two_theta, thin.two_theta, level)
    )
    listed = _peak_list(fit, pattern.radiation, np.asarray(settled))
    return replace(listed, foreign=search.foreign, placed=placed, by_hand=by_hand)


def _peak_list(fit: LineFit, radiation: Radiation, background: FloatArray) -> PeakList:
    lines, su = fit.lines, fit.su
    fwhm = np.exp(lines.log_fwhm)
    return PeakList(
        two_theta=lines.position,
        two_theta_su=su[:, 0],
        area=lines.area,
        area_su=su[:, 1],
        fwhm=fwhm,
        fwhm_su=fwhm * su[:, 2],
        eta=lines.eta,
        height=heights(lines, radiation),
        asymmetry=lines.asymmetry,
        wavelength=radiation.primary,
        background=background,
    )
