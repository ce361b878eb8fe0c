"""What a structure leaves of a pattern, to look for a second phase in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.pattern.pattern import PowderPattern
from engine.refine.result import FitResult

# Calculated lines are off by about this share of their height: texture, shape, displacement.
MODEL_ERROR = 0.08


def rest_of(pattern: PowderPattern, fit: FitResult) -> PowderPattern:
    """The pattern without the lines of a fitted structure.

    Where lines were taken away, what is left is uncertain by a share of them; its uncertainty says
    so, and nothing is found there that only their misfit shows.

    Parameters
    ----------
    pattern : PowderPattern
    fit : FitResult
        Of the structure, on the same pattern; what lies beyond its range is left out.

    Returns
    -------
    PowderPattern
        Counts less the calculated lines; background and noise stay.
    """
    inside = (pattern.two_theta >= fit.two_theta[0]) & (pattern.two_theta <= fit.two_theta[-1])
    two_theta = pattern.two_theta[inside]
    lines = np.interp(two_theta, fit.two_theta, fit.calculated - fit.background)
    return replace(
        pattern,
        two_theta=two_theta,
        counts=pattern.counts[inside] - lines,
        sigma=np.hypot(pattern.sigma[inside], MODEL_ERROR * lines),
        name=f"{pattern.name} (rest)",
        # It is no longer what the file holds.
        path=None,
        poisson=False,
        warnings=(),
    )
