"""What the fall of the lines towards high angles says about the divergence slits.

Summed over a shell of reciprocal space, the intensities of a powder are those of Wilson's
statistics (Nature 150 (1942) 152), whatever the structure and its cell: between s and s + ds there
are 4 pi s^2 V ds reflections, each with the mean |F|^2 of the atoms, so that

    S = K integral of LP(s) s^2 <f^2> exp(-2 B s^2) ds.

Automatic slits put another factor sin(theta) into LP. Taken for fixed ones they look like a B that
is lower by some 4 A^2, which no crystal has. No candidate is needed to see that, and a wrong one
says nothing about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import atomic_number
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.diffraction.scattering import form_factors
from engine.pattern.radiation import Radiation, SlitMode
from engine.refine.prepared import PreparedPattern

FloatArray = NDArray[np.float64]

# Of equal volume, so that each has as many reflections; points of each at which LP is taken; and
# how many must have lines.
SHELLS, POINTS, FEWEST_SHELLS = 12, 25, 4
# Overall B of crystals, and how much it varies (A^2).
USUAL_B, B_SPREAD = 1.0, 0.8
# Ln of the odds of the slits that are assumed: as in a candidate's score, one in eight has others.
ASSUMED_ODDS = 2.0


def under_likelier_slits(prepared: PreparedPattern, elements: Sequence[str]) -> PreparedPattern:
    """The pattern under the slits that its lines ask for, if those are only assumed.

    Parameters
    ----------
    prepared : PreparedPattern
    elements : sequence of str
        Of the sample.
    """
    radiation = prepared.radiation
    if radiation.optics_provenance != "assumed" or radiation.slit_mode != "fixed":
        return prepared
    if log_odds_of_automatic(prepared, elements) < ASSUMED_ODDS:
        return prepared
    return prepared.with_radiation(replace(radiation, slit_mode="automatic"))


def log_odds_of_automatic(prepared: PreparedPattern, elements: Sequence[str]) -> float:
    """Ln of how much likelier the lines' areas are with automatic slits than with fixed ones.

    Parameters
    ----------
    prepared : PreparedPattern
    elements : sequence of str
        Of the sample; each counts alike.

    Returns
    -------
    float
        0 where the lines fill too few shells to tell.
    """
    s = np.sin(np.radians(prepared.peaks.two_theta / 2.0)) / prepared.radiation.primary
    if len(s) == 0:
        return 0.0
    ends = 0.98 * s.min(), 0.5 / prepared.d_min
    edges = np.cbrt(np.linspace(ends[0] ** 3, ends[1] ** 3, SHELLS + 1))
    sums = np.histogram(s, edges, weights=np.maximum(prepared.peaks.area, 0.0))[0]
    lines = np.histogram(s, edges)[0].astype(float)
    seen = sums > 0.0
    if seen.sum() < FEWEST_SHELLS:
        return 0.0
    numbers = np.array([atomic_number(symbol) for symbol in elements])
    modes: tuple[SlitMode, SlitMode] = ("fixed", "automatic")
    expected = [_expected(edges, replace(prepared.radiation, slit_mode=m), numbers) for m in modes]
    fixed, automatic = (_misfit(sums[seen], lines[seen], *(x[seen] for x in e)) for e in expected)
    # Few strong lines among weak ones, as of an ordered alloy, scatter more than Wilson's do.
    scatter = max(min(fixed, automatic) / (seen.sum() - 1), 1.0)
    return 0.5 * (fixed - automatic) / float(scatter)


def _expected(
    edges: FloatArray, radiation: Radiation, numbers: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """(k,) sums of the shells but for scale and B, and the mean s^2 in each."""
    s = np.linspace(edges[:-1], edges[1:], POINTS, axis=1)
    weight = lorentz_polarisation((radiation.primary * s) ** 2, radiation) * s**2
    weight = weight * (form_factors(numbers, s.ravel() ** 2) ** 2).mean(axis=0).reshape(s.shape)
    return weight.mean(axis=1) * np.diff(edges), np.average(s**2, axis=1, weights=weight)


def _misfit(
    sums: FloatArray, lines: FloatArray, expected: FloatArray, s_squared: FloatArray
) -> float:
    """Least chi^2 of ln(sums) over scale and B, the prior of B among the observations.

    The variance of the logarithm of a sum of n intensities after Wilson is about 1/n.
    """
    weight = np.sqrt(lines)
    design = np.stack([weight, -2.0 * s_squared * weight], axis=1)
    design = np.vstack([design, [0.0, 1.0 / B_SPREAD]])
    observed = np.append(np.log(sums / expected) * weight, USUAL_B / B_SPREAD)
    found = np.linalg.lstsq(design, observed, rcond=None)[0]
    return float(((observed - design @ found) ** 2).sum())
