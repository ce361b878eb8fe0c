"""The search behind `find_peaks`: rounds of detection and fit until nothing is left to find."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.pattern.background import background_freedom
from engine.pattern.line_fit import Laws, LineFit, constant_laws, fit_areas, fit_laws, fit_lines
from engine.pattern.line_profile import (
    FAR_REACH,
    REACH,
    Lines,
    calculate,
    satellite_positions,
)
from engine.pattern.pattern import PowderPattern
from engine.pattern.peak_detection import local_maxima, noise_scale, significance, uniform_grid
from engine.pattern.spurious import ForeignLine, foreign_lines

FloatArray = NDArray[np.float64]

# Share of a strong line by which its model may fail (asymmetry, anisotropic width).
_SHAPE_ERROR = 0.05
_FIT_ERROR = 0.01
_ROUNDS = 3
_MAX_NOISE = 4.0
_SATELLITE_SHARE = 1.6


class PeakSearch:
    """Rounds of detection and fit on one pattern.

    Parameters
    ----------
    pattern : PowderPattern
    background : (n,) array
        To begin with; settled together with the lines unless `held`.
    width : float
        Typical FWHM, degrees.
    threshold : float
        Smallest signal-to-noise ratio of a line.
    max_peaks : int
    held : bool
    """

    def __init__(
        self,
        pattern: PowderPattern,
        background: FloatArray,
        width: float,
        threshold: float,
        max_peaks: int,
        held: bool,
    ) -> None:
        self.x = pattern.two_theta
        self.counts = pattern.counts
        self.sigma = pattern.sigma
        self.poisson = pattern.poisson
        self.pattern = pattern
        self.radiation = pattern.radiation
        self.background = background
        self.width = width
        self.threshold = threshold
        self.max_peaks = max_peaks
        self.held = held
        # Scatter of the residual in units of the stated noise, once lines are taken away.
        self.noise = 1.0
        self.foreign: tuple[ForeignLine, ...] = ()
        self.foreign_lines = _no_lines()

    def run(self, min_relative_area: float) -> tuple[LineFit, FloatArray]:
        """All rounds; the fit and the settled background."""
        laws = constant_laws(self.width)
        lines = _no_lines()
        fit = LineFit(lines, np.zeros((0, 4)), laws, 0.0, np.zeros(0))
        for turn in range(_ROUNDS):
            found = self._detect(fit)
            if len(found) == 0:
                break
            log_fwhm, eta = fit.laws.at(found)
            new = Lines(found, np.ones(len(found)), log_fwhm, eta, fit.laws.asymmetry_at(found))
            lines = fit_areas(
                self.x, self._net(), self._variance(fit.lines), fit.lines.join(new), self.radiation
            )
            fit = self._fit(lines, fit.laws, cycles=6 if turn < _ROUNDS - 1 else 9)
            fit = self._pruned(fit, 0.7 * self.threshold, 0.0)
        return self._finished(fit, min_relative_area), self.background

    def refit(self, kept: Lines, new: Lines, laws: Laws) -> LineFit:
        """Fit lines that were there and new ones together, and the foreign ones with them.

        The background is held from here on: it would take up what a removed line leaves, and its
        neighbours with it. No line is dropped. New ones begin with the areas that the others leave
        to them.

        Returns
        -------
        LineFit
            Of the kept lines, then of the new ones.
        """
        self.held = True
        there = joined(kept, self.foreign_lines)
        left = self._net() - calculate(self.x, there, self.radiation)
        new = fit_areas(self.x, left, self._variance(there), new, self.radiation)
        start = joined(kept, new, self.foreign_lines)
        order = np.argsort(start.position, kind="stable")  # neighbours overlap: a narrow band
        fit = self._fit(start.take(order), laws, cycles=9, relax_laws=False)
        own = np.argsort(order)[: len(kept) + len(new)]
        return replace(fit, lines=fit.lines.take(own), su=fit.su[own] * self.noise)

    def _net(self) -> FloatArray:
        return self.counts - self.background

    def _variance(self, lines: Lines) -> FloatArray:
        """Variance of the points, from the model where counts are raw (not from the noise itself),
        with a share for the failings of the line shape.
        """
        model = calculate(self.x, lines, self.radiation)
        raw = np.maximum(self.background + model, 1.0)
        variance = raw if self.poisson else self.sigma**2
        return np.asarray(variance + (_FIT_ERROR * model) ** 2)

    def _detect(self, fit: LineFit) -> FloatArray:
        """Positions of lines that the residual shows and the model has not."""
        from scipy.ndimage import maximum_filter1d

        model = calculate(self.x, fit.lines, self.radiation, FAR_REACH)
        first = len(fit.lines) == 0
        if self.poisson:
            # The local mean of the counts, so that a low point is not taken for a certain one.
            level = np.maximum(model + self.background, 1.0)
            sigma = np.sqrt(_running_mean(np.maximum(self.counts, 1.0)) if first else level)
        else:
            sigma = np.sqrt(_running_mean(self.sigma**2))
        step = float(np.median(np.diff(self.x)))
        if not first:
            points = max(3, int(3.0 * self.width / step))
            sigma = np.hypot(sigma, _SHAPE_ERROR * maximum_filter1d(model, points))
        grid, net, sigma = uniform_grid(self.x, self._net() - model, sigma)
        step = float(grid[-1] - grid[0]) / (len(grid) - 1)
        ratio = self._significance(grid, net, sigma, step, fit)
        tops = local_maxima(ratio)
        if not first:
            self.noise = min(noise_scale(ratio), _MAX_NOISE)
        tops = tops[(ratio[tops] > self.threshold * self.noise) & (net[tops] > 0.0)]
        tops = tops[np.argsort(ratio[tops])[::-1]][: self.max_peaks]
        positions = self._without_satellites(grid[tops], net[tops], first)
        return np.sort(self._apart(positions, fit.lines))

    def _significance(
        self, grid: FloatArray, net: FloatArray, sigma: FloatArray, step: float, fit: LineFit
    ) -> FloatArray:
        """Signal-to-noise with filters as wide as the law says at low, middle and high angle."""
        nodes = np.linspace(grid[0], grid[-1], 3)
        widths = np.exp(fit.laws.at(nodes)[0])
        ratios = [significance(net, sigma, max(w / step, 1.5)) for w in widths]
        if np.ptp(widths) < 0.1 * widths[1]:
            return ratios[1]
        position = np.clip((grid - grid[0]) / (grid[-1] - grid[0]) * 2.0, 0.0, 2.0)
        low = 1.0 - np.clip(position, 0.0, 1.0)
        high = np.clip(position - 1.0, 0.0, 1.0)
        return np.asarray(low * ratios[0] + (1.0 - low - high) * ratios[1] + high * ratios[2])

    def _without_satellites(
        self, positions: FloatArray, height: FloatArray, first: bool
    ) -> FloatArray:
        """Take out what a stronger line's second wavelength explains; strongest come first."""
        weights = np.array(self.radiation.weights)
        if len(weights) == 1 or not first or len(positions) < 2:
            return positions
        satellites = satellite_positions(positions, self.radiation)
        keep = np.ones(len(positions), dtype=bool)
        for i in range(len(positions)):
            if not keep[i]:
                continue
            for k in range(1, len(weights)):
                near = np.abs(positions - satellites[k, i]) < 0.6 * self.width
                share = _SATELLITE_SHARE * weights[k] / weights[0]
                keep &= ~(near & (height < share * height[i]) & (np.arange(len(keep)) != i))
        return positions[keep]

    def _apart(self, positions: FloatArray, lines: Lines) -> FloatArray:
        """New positions that are not on top of a line that is already there."""
        if len(lines) == 0 or len(positions) == 0:
            return positions
        nearest = np.clip(np.searchsorted(lines.position, positions), 1, len(lines) - 1)
        gap = np.abs(positions - lines.position[nearest])
        gap = np.minimum(gap, np.abs(positions - lines.position[nearest - 1]))
        return positions[gap > 0.35 * self.width]

    def _near_net(self, lines: Lines) -> FloatArray:
        """Counts above the background and above the far tails, which the fit does not reach."""
        if len(lines) == 0:
            return self._net()
        far = calculate(self.x, lines, self.radiation, FAR_REACH)
        return self._net() - (far - calculate(self.x, lines, self.radiation, REACH))

    def _fit(self, lines: Lines, laws: Laws, cycles: int, relax_laws: bool = True) -> LineFit:
        """Fit the lines, and the background with them unless it is held."""
        freedom = None
        if not self.held:
            freedom = background_freedom(self.pattern, self.background, self.width)
        fit = fit_lines(
            self.x,
            self._near_net(lines),
            self._variance(lines),
            lines,
            self.radiation,
            laws,
            cycles=cycles,
            relax_laws=relax_laws,
            background=freedom,
        )
        self.background = self.background + fit.background_shift
        return fit

    def _pruned(
        self, fit: LineFit, threshold: float, min_relative_area: float, *, strict: bool = False
    ) -> LineFit:
        """Without lines that are not significant, lie outside, or coincide with a stronger one.

        Of lines that are uncertain only because they overlap, the best one stays for the next fit;
        not so if `strict`.
        """
        lines, su = fit.lines, fit.su
        ratio = lines.area / np.maximum(su[:, 1], 1e-300)
        inside = (lines.position >= self.x[0]) & (lines.position <= self.x[-1])
        keep = inside & (ratio > threshold * self.noise)
        if not strict:
            keep |= inside & _best_of_blends(lines, ratio, keep)
        if keep.any():
            keep &= lines.area >= min_relative_area * float(lines.area[keep].max())
        keep &= _not_doubled(lines, keep)
        if keep.sum() > self.max_peaks:
            keep &= ratio >= np.sort(ratio[keep])[-self.max_peaks]
        return replace(fit, lines=lines.take(keep), su=su[keep])

    def _finished(self, fit: LineFit, min_relative_area: float) -> LineFit:
        """Prune for good, and fit the survivors once more if any line was dropped."""
        if len(fit.lines) == 0:
            return fit
        laws = fit_laws(fit.lines, fit.su, fit.laws)
        fit = self._fit(fit.lines, laws, cycles=6, relax_laws=False)
        kept = self._pruned(fit, self.threshold, min_relative_area, strict=True)
        if 0 < len(kept.lines) < len(fit.lines):
            fit = self._fit(kept.lines, laws, cycles=4, relax_laws=False)
            kept = self._pruned(fit, 0.8 * self.threshold, min_relative_area, strict=True)
        fit = _sorted(kept)
        found, self.foreign = foreign_lines(fit.lines, fit.laws, self.radiation)
        self.foreign_lines = fit.lines.take(found)
        fit = replace(fit, lines=fit.lines.take(~found), su=fit.su[~found])
        # Noise with a memory (smoothed or summed data) makes all uncertainties larger.
        return replace(fit, su=fit.su * self.noise)


def _sorted(fit: LineFit) -> LineFit:
    order = np.argsort(fit.lines.position)
    return replace(fit, lines=fit.lines.take(order), su=fit.su[order])


def joined(*groups: Lines) -> Lines:
    """All lines of several groups, one group after the other."""
    columns = zip(*(group.columns() for group in groups), strict=True)
    return Lines(*(np.concatenate(column) for column in columns))


def _no_lines() -> Lines:
    return Lines(*(np.zeros(0) for _ in range(5)))


def _running_mean(values: FloatArray, points: int = 7) -> FloatArray:
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(values, points))


def _best_of_blends(
    lines: Lines, ratio: FloatArray, significant: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The largest of lines that overlap each other and are all insignificant."""
    best = np.zeros(len(lines), dtype=bool)
    reach = np.exp(lines.log_fwhm)
    for i in np.flatnonzero(~significant & (ratio > 0.5)):
        near = np.abs(lines.position - lines.position[i]) < reach[i]
        blended = near.sum() > 1 and not (near & significant).any()
        best[i] = blended and lines.area[i] >= lines.area[near].max()
    return best


def _not_doubled(lines: Lines, keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """False for a line within a fifth of a width of a larger one."""
    alone = np.ones(len(lines), dtype=bool)
    order = np.argsort(lines.area)[::-1]
    taken: list[int] = []
    fwhm = np.exp(lines.log_fwhm)
    for i in order:
        if not keep[i]:
            continue
        if taken and np.min(np.abs(lines.position[taken] - lines.position[i])) < 0.2 * fwhm[i]:
            alone[i] = False
        else:
            taken.append(int(i))
    return alone
