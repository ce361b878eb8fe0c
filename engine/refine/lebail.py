"""Le Bail fit: how well the lattice alone can explain a pattern.

Intensities are shared out among overlapping reflections in proportion to what they are believed
to be, again and again (Le Bail, Duroy and Fourquet, Mater. Res. Bull. 23, 447 (1988)). The
residual that remains is the floor for every structure on that lattice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.refine.profile_model import combined_profile
from engine.refine.stages import Refinement

FloatArray = NDArray[np.float64]
CYCLES = 20


@dataclass(frozen=True, eq=False)
class LeBailFit:
    """Result of a Le Bail fit.

    Attributes
    ----------
    areas : (r,) array
        Integrated intensity of each reflection, counts times degrees.
    calculated : (n,) array
        Counts, background included.
    rwp : float
        Fraction.
    """

    areas: FloatArray
    calculated: FloatArray
    rwp: float


def le_bail(refinement: Refinement, cycles: int = CYCLES) -> LeBailFit:
    """Fit intensities freely with cell, zero, widths and background of a refinement.

    Parameters
    ----------
    refinement : Refinement
        Its lattice, line shape and background are kept.
    cycles : int
    """
    prepared, model = refinement.prepared, refinement.model
    calculated = model.calculate(refinement.state.parameters)
    profile = combined_profile(model, calculated)
    net = prepared.observed - calculated.background
    reach = np.maximum(np.asarray(profile.sum(axis=0)).ravel(), 1e-12)
    # Begin near the structure's intensities, but give every reflection a chance.
    even = max(float(net.clip(min=0.0).sum()) / float(reach.sum()), 1e-6)
    areas = calculated.areas + 0.05 * even
    floor = 1e-6 * max(float(net.max()), 1.0)
    for _ in range(cycles):
        bragg = profile @ areas
        ratio = np.where(bragg > floor, net / np.maximum(bragg, floor), 0.0)
        areas = np.maximum(areas * (profile.T @ ratio) / reach, 0.0)
    weight = prepared.sigma**-2
    total = profile @ areas + calculated.background
    chi = float(weight @ (prepared.observed - total) ** 2)
    return LeBailFit(areas, total, float(np.sqrt(chi / (weight @ prepared.observed**2))))
