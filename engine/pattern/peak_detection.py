"""Where the lines of a pattern are: matched filters measured against the noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.pattern.pattern import PowderPattern

FloatArray = NDArray[np.float64]

_SCALE_RATIO = 1.35
_NARROWEST_IN_STEPS = 2.0
_WIDEST = 4.0
_FWHM_TO_SIGMA = 1.0 / (2.0 * np.sqrt(2.0 * np.log(2.0)))
_MAD_TO_SIGMA = 1.482602218505602
_UNEVEN = 0.05
_WIDEST_SHARE = 0.2
# FWHM of a pseudo-Voigt line over that of the filter it answers to best (measured).
_BEST_SCALE = 0.36
# Overlap only widens: the typical line is below the median.
_QUANTILE = 0.35


def uniform_grid(
    two_theta: FloatArray, values: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The same points on equidistant angles; gaps are bridged with very uncertain points."""
    steps = np.diff(two_theta)
    step = float(np.median(steps))
    if np.max(np.abs(steps - step)) <= _UNEVEN * step:
        return two_theta, values, sigma
    n = int(np.clip((two_theta[-1] - two_theta[0]) / step, 1, 500_000)) + 1
    grid = np.linspace(two_theta[0], two_theta[-1], n)
    left = np.clip(np.searchsorted(two_theta, grid, side="right") - 1, 0, len(steps) - 1)
    in_gap = steps[left] > 3.0 * step
    bridged = np.interp(grid, two_theta, sigma)
    bridged[in_gap] += np.interp(grid, two_theta, np.abs(values))[in_gap] + np.max(sigma)
    return grid, np.interp(grid, two_theta, values), bridged


def line_kernel(width_in_steps: float) -> FloatArray:
    """A matched filter for a line of that FWHM: blind to a constant and to a slope.

    The negative second derivative of a Gaussian, whose shape is a line minus its surroundings.
    """
    sigma = max(width_in_steps * _FWHM_TO_SIGMA, 0.6)
    half = int(np.ceil(4.0 * sigma))
    x = np.arange(-half, half + 1) / sigma
    kernel = (1.0 - x**2) * np.exp(-0.5 * x**2)
    return np.asarray(kernel - kernel.mean())


def _filter(values: FloatArray, kernel: FloatArray) -> FloatArray:
    from scipy.ndimage import correlate1d
    from scipy.signal import oaconvolve

    # The kernels are even, so that convolution and correlation are the same.
    if len(kernel) < 64:
        return np.asarray(correlate1d(values, kernel, mode="nearest"))
    half = len(kernel) // 2
    padded = np.pad(values, half, mode="edge")
    return np.asarray(oaconvolve(padded, kernel, mode="valid"))


def significance(values: FloatArray, sigma: FloatArray, width_in_steps: float) -> FloatArray:
    """Signal-to-noise ratio (n,) of a line of the given FWHM centred on each point."""
    kernel = line_kernel(width_in_steps)
    noise = np.sqrt(np.maximum(_filter(sigma**2, kernel**2), 1e-300))
    return _filter(values, kernel) / noise


def typical_width(pattern: PowderPattern) -> float:
    """FWHM in degrees of the pattern's lines: that of the filters to which they answer best.

    A filter of unit norm answers most strongly to a line of its own width (the matched filter
    theorem for white noise), whatever lies under the line.
    """
    _, values, sigma = uniform_grid(pattern.two_theta, pattern.counts, pattern.sigma)
    span = float(pattern.two_theta[-1] - pattern.two_theta[0])
    step = span / (len(values) - 1)
    widths = _scales(step, span)
    kernels = [line_kernel(w / step) for w in widths]
    stack = np.array([_filter(values, k / np.linalg.norm(k)) for k in kernels])
    found, answers = [], []
    for i, response in enumerate(stack):
        tops = local_maxima(response)
        # A line is a maximum over the scale as well as over the angle.
        narrower = stack[i - 1, tops] if i > 0 else np.full(len(tops), -np.inf)
        wider = stack[i + 1, tops] if i + 1 < len(stack) else np.full(len(tops), np.inf)
        tops = tops[(response[tops] >= narrower) & (response[tops] > wider)]
        tops = tops[response[tops] > 8.0 * sigma[tops]]
        found.extend([_refined_scale(stack[:, t], widths, i) for t in tops])
        # The height of the line rather than its area, so that broad humps do not win.
        answers.extend(response[tops] / np.sqrt(widths[i]))
    if not found:
        return float(np.clip(0.05, 3.0 * step, max(6.0 * step, _WIDEST_SHARE * span)))
    strength = np.array(answers)
    strongest = np.argsort(strength)[::-1][:30]
    strongest = strongest[strength[strongest] > 0.03 * strength[strongest[0]]]
    typical = _weighted_quantile(np.array(found)[strongest], np.sqrt(strength[strongest]))
    return float(np.clip(typical * _BEST_SCALE, 1.5 * step, max(6.0 * step, _WIDEST_SHARE * span)))


def _refined_scale(responses: FloatArray, widths: FloatArray, i: int) -> float:
    """Scale of the strongest answer, by a parabola through three of them."""
    if i == 0 or i + 1 == len(widths):
        return float(widths[i])
    left, middle, right = responses[i - 1 : i + 2]
    curvature = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / curvature if curvature < 0.0 else 0.0
    return float(widths[i] * _SCALE_RATIO ** np.clip(shift, -0.5, 0.5))


def _scales(step: float, span: float) -> FloatArray:
    lowest = _NARROWEST_IN_STEPS * step
    highest = max(min(_WIDEST, span / 8.0), 2.0 * lowest)
    count = int(np.ceil(np.log(highest / lowest) / np.log(_SCALE_RATIO))) + 1
    return np.asarray(lowest * _SCALE_RATIO ** np.arange(count))


def _weighted_quantile(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, _QUANTILE * cumulative[-1])])


def local_maxima(values: FloatArray) -> NDArray[np.int64]:
    """Indices of points above their left neighbour and not below their right one."""
    inner = (values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:])
    return np.flatnonzero(inner) + 1


def noise_scale(ratios: FloatArray) -> float:
    """Robust spread of signal-to-noise ratios: 1 for noise that is as stated, never below 1."""
    if len(ratios) == 0:
        return 1.0
    return max(1.0, float(_MAD_TO_SIGMA * np.median(np.abs(ratios - np.median(ratios)))))
