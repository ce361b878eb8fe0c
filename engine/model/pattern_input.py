"""A measured pattern on the network's logarithmic q axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.errors import BadInputError
from engine.model.encoding import BINS, Q_MAX, Q_MIN, bin_edges
from engine.pattern.pattern import PowderPattern

FloatArray = NDArray[np.float64]
THRESHOLD = 2.0  # standard uncertainties that a bin must exceed, as in the training views
FEWEST_BINS = 20


def bin_pattern(pattern: PowderPattern) -> tuple[FloatArray, FloatArray]:
    """Net intensity in every bin without Lorentz-polarisation, and where it was measured.

    Parameters
    ----------
    pattern : PowderPattern

    Returns
    -------
    power : (BINS,) array
        Not negative; on the pattern's own scale. A doublet is taken at its mean wavelength.
    coverage : (BINS,) array
        1 or 0.

    Raises
    ------
    BadInputError
        If the pattern hardly overlaps the axis, or nothing rises above its background.
    """
    from engine.pattern.background import estimate_background

    theta = np.radians(pattern.two_theta / 2.0)
    usable = (pattern.two_theta > 0.0) & (pattern.two_theta < 175.0)
    q = 4.0 * np.pi * np.sin(theta[usable]) / pattern.radiation.mean
    edges = bin_edges()
    inside = (edges[:-1] >= np.log(q[0])) & (edges[1:] <= np.log(q[-1])) if len(q) else False
    coverage = np.broadcast_to(inside, BINS).astype(np.float64)
    if coverage.sum() < FEWEST_BINS:
        raise BadInputError(
            f"The pattern has hardly any points between q = {Q_MIN:g} and {Q_MAX:g} 1/A, "
            "where the network looks: check the wavelength."
        )
    net = (pattern.counts - estimate_background(pattern))[usable]
    variance = (pattern.sigma**2)[usable]
    width = np.gradient(pattern.two_theta[usable])
    signal = _integrate(np.log(q), net * width, edges)
    noise = np.sqrt(_integrate(np.log(q), variance * width**2, edges))
    centres = np.exp(0.5 * (edges[1:] + edges[:-1]))
    sine = np.clip(centres * pattern.radiation.mean / (4.0 * np.pi), 0.0, 0.9995)
    found = np.clip(signal - THRESHOLD * noise, 0.0, None) * coverage
    if not found.any():
        raise BadInputError("No line rises above the background of this pattern.")
    return found / lorentz_polarisation(sine**2, pattern.radiation), coverage


def _integrate(place: FloatArray, amount: FloatArray, edges: FloatArray) -> FloatArray:
    """Amounts at increasing places, shared out among the bins between `edges`.

    Each amount is spread evenly over the stretch that is nearest to its place, so that bins
    finer than the pattern's steps get their part.
    """
    middle = 0.5 * (place[1:] + place[:-1])
    borders = np.concatenate([[2 * place[0] - middle[0]], middle, [2 * place[-1] - middle[-1]]])
    running = np.concatenate([[0.0], np.cumsum(amount)])
    return np.diff(np.interp(edges, borders, running))
