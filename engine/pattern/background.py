"""The smooth background under the lines of a powder pattern."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.pattern.anchors import through_anchors
from engine.pattern.choices import BackgroundChoice
from engine.pattern.line_fit import BackgroundFreedom
from engine.pattern.pattern import PowderPattern
from engine.pattern.peak_detection import typical_width

FloatArray = NDArray[np.float64]

_BINS_PER_WIDTH = 2.5
_MAX_BINS = 2500
_ITERATIONS = 25
# Standard deviation of a fit's corrections, as a share of the background.
_FREEDOM = 0.2


def estimate_background(pattern: PowderPattern, line_width: float | None = None) -> FloatArray:
    """Background of a pattern, from itself alone.

    Parameters
    ----------
    pattern : PowderPattern
    line_width : float, optional
        Typical FWHM of the lines in degrees; measured on the pattern if not given.

    Returns
    -------
    (n,) array
        Counts at every point of the pattern.

    Notes
    -----
    Bins somewhat narrower than a line are brought to constant variance by a square root. SNIP
    clipping (Ryan et al., Nucl. Instrum. Methods B 34, 396 (1988)) marks where the background
    is visible; a Whittaker smoother is then fitted to those bins with weights that fade for bins
    above it, in the manner of arPLS (Baek et al., Analyst 140, 250 (2015)), but
    against the known noise, so that it runs through the middle of the background and not
    along its lower edge.
    """
    width = line_width or typical_width(pattern)
    bins = _binned(pattern, width)
    z = _smooth_lower(bins.values, bins.sigma, bins.step, width, bins.span)
    level = z**2 - bins.offset
    return np.asarray(np.interp(pattern.two_theta, bins.centre, level))


def snip_background(pattern: PowderPattern, line_width: float | None = None) -> FloatArray:
    """Background by peak clipping alone (SNIP, see `estimate_background`), smoothed before.

    Parameters
    ----------
    pattern : PowderPattern
    line_width : float, optional
        Typical FWHM of the lines in degrees; measured on the pattern if not given.

    Returns
    -------
    (n,) array
        Counts at every point; along the lower edge of what is left of the noise.
    """
    width = line_width or typical_width(pattern)
    bins = _binned(pattern, width)
    z = _clipped(bins.values, bins.step, width, bins.span)
    return np.asarray(np.interp(pattern.two_theta, bins.centre, z**2 - bins.offset))


def chosen_background(pattern: PowderPattern, choice: BackgroundChoice) -> FloatArray | None:
    """The background (n,) that was chosen; None where it is settled together with the lines."""
    if choice.method == "automatic":
        return None
    if choice.method == "arpls":
        return estimate_background(pattern)
    if choice.method == "snip":
        return snip_background(pattern)
    return through_anchors(pattern.two_theta, choice)


def background_freedom(
    pattern: PowderPattern, background: FloatArray, line_width: float
) -> BackgroundFreedom:
    """Slow corrections to a background that a fit of the lines may make.

    Parameters
    ----------
    pattern : PowderPattern
    background : (n,) array
    line_width : float
        Typical FWHM in degrees.

    Returns
    -------
    BackgroundFreedom
        Hat functions two thirds of the shortest period of a background apart.
    """
    from scipy.sparse import csr_matrix

    x = pattern.two_theta
    span = float(x[-1] - x[0])
    n_nodes = max(2, round(1.5 * span / _cut_off(line_width, span)) + 1)
    position = (x - x[0]) / span * (n_nodes - 1)
    left = np.clip(position.astype(np.int64), 0, n_nodes - 2)
    share = position - left
    rows = np.concatenate([np.arange(len(x))] * 2)
    shapes = csr_matrix(
        (np.concatenate([1.0 - share, share]), (rows, np.concatenate([left, left + 1]))),
        shape=(len(x), n_nodes),
    )
    nodes = np.linspace(x[0], x[-1], n_nodes)
    level = np.abs(np.interp(nodes, x, background))
    noise = float(np.median(pattern.sigma))
    return BackgroundFreedom(shapes, _FREEDOM * level + noise)


class _Bins:
    """A pattern in bins of constant variance."""

    def __init__(
        self, centre: FloatArray, values: FloatArray, sigma: FloatArray, offset: float, span: float
    ) -> None:
        self.centre = centre
        self.values = values
        self.sigma = sigma
        self.offset = offset
        self.span = span
        self.step = span / len(centre)


def _edges(two_theta: FloatArray, width: float) -> NDArray[np.int64]:
    """First point of every bin; no bin is empty."""
    span = float(two_theta[-1] - two_theta[0])
    size = max(width / _BINS_PER_WIDTH, span / _MAX_BINS)
    index = np.floor((two_theta - two_theta[0]) / size).astype(np.int64)
    return np.flatnonzero(np.diff(index, prepend=-1) > 0)


def _binned(pattern: PowderPattern, width: float) -> _Bins:
    edges = _edges(pattern.two_theta, width)
    size = np.diff(np.append(edges, len(pattern)))
    centre = np.add.reduceat(pattern.two_theta, edges) / size
    mean = np.add.reduceat(pattern.counts, edges) / size
    sigma = np.sqrt(np.add.reduceat(pattern.sigma**2, edges)) / size
    # Room below zero, for patterns whose background was taken away already.
    noise = float(np.median(sigma))
    offset = max(0.0, -float(mean.min())) + 4.0 * noise
    root = np.sqrt(mean + offset)
    span = float(pattern.two_theta[-1] - pattern.two_theta[0])
    return _Bins(centre, root, np.maximum(sigma, 0.2 * noise) / (2.0 * root), offset, span)


def _cut_off(width: float, span: float) -> float:
    """Shortest period (degrees) that still counts as background."""
    return max(12.0 * width, min(6.0, span / 8.0, max(2.0, 40.0 * width)))


def _penalty(period: float, step: float) -> float:
    """Whittaker's lambda that halves waves of the given period, for bins of unit weight."""
    return float((period / (2.0 * np.pi * step)) ** 4)


def snip(values: FloatArray, half_window: int) -> FloatArray:
    """Clip every point to the mean of its neighbours at 1 ... `half_window` bins, widest first."""
    clipped = values.copy()
    n = len(values)
    for reach in range(min(half_window, (n - 1) // 2), 0, -1):
        mean = 0.5 * (clipped[: n - 2 * reach] + clipped[2 * reach :])
        clipped[reach : n - reach] = np.minimum(clipped[reach : n - reach], mean)
    return clipped


def whittaker(values: FloatArray, weights: FloatArray, penalty: float) -> FloatArray:
    """Smooth (n,) values with a penalty on second differences (Eilers, 2003)."""
    from scipy.linalg import solveh_banded

    n = len(values)
    if n < 5:
        return np.full(n, np.average(values, weights=np.maximum(weights, 1e-12)))
    banded = np.zeros((3, n))
    banded[2] = 6.0
    banded[2, [0, -1]] = 1.0
    banded[2, [1, -2]] = 5.0
    banded[1, 1:] = -4.0
    banded[1, [1, -1]] = -2.0
    banded[0, 2:] = 1.0
    banded *= penalty
    # A trace of weight everywhere keeps the equations regular where nothing is visible.
    banded[2] += np.maximum(weights, 1e-9)
    return np.asarray(solveh_banded(banded, np.maximum(weights, 1e-9) * values, lower=False))


def _clipped(values: FloatArray, step: float, width: float, span: float) -> FloatArray:
    """Values without what is as narrow as a line."""
    reach = max(10.0 * width, min(3.0, span / 30.0))
    half_window = max(2, int(np.ceil(reach / step)))
    # Clipping follows the lower edge of the noise: smooth before, allow for the rest after.
    presmoothed = whittaker(values, np.ones_like(values), _penalty(4.0 * width, step))
    return snip(presmoothed, half_window)


def _smooth_lower(
    values: FloatArray, sigma: FloatArray, step: float, width: float, span: float
) -> FloatArray:
    penalty = _penalty(_cut_off(width, span), step)
    z = _clipped(values, step, width, span)
    base = (np.median(sigma) / sigma) ** 2
    last = z
    for _ in range(_ITERATIONS):
        ratio = (values - z) / sigma
        below = ratio[ratio < 0.0]
        spread = (
            max(1.0, float(np.sqrt(np.mean(np.clip(below, -6.0, 0.0) ** 2)))) if len(below) else 1.0
        )
        fade = 1.0 / (1.0 + np.exp(np.clip(3.0 * (ratio / spread - 2.2), -40.0, 40.0)))
        z = whittaker(values, base * fade, penalty)
        if np.max(np.abs(z - last) / sigma) < 0.05:
            break
        last = z
    return z
