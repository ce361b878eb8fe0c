"""What refinement would make of other line intensities, without refining.

Another assumption about a candidate (another detector correction, other scatterers) changes the
intensities of its lines. Of the difference that this makes to the calculated pattern, the part
that no parameter can undo is what would remain after refinement; to first order it follows from
the normal equations of the fit as it stands, as in the score test (Rao, Proc. Camb. Phil. Soc. 44
(1948) 50).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.refine.profile_model import GROUPS, combined_profile
from engine.refine.stages import Refinement

FloatArray = NDArray[np.float64]
# Coordinates are held to where they are with this standard deviation, angstrom.
LEEWAY = 0.3
# Parameters that move lines, which no change of intensity asks for, or that follow from others.
_HELD = ("zero", "metric", "mixing", "texture")
_NEGLIGIBLE = 1e-6


class Response:
    """How a refined pattern answers to other line intensities.

    Parameters
    ----------
    refinement : Refinement
        All of its parameters refined.

    Attributes
    ----------
    areas : (r,) array
        Integrated intensities of its reflections, counts times degrees.
    """

    def __init__(self, refinement: Refinement) -> None:
        model, parameters = refinement.model, refinement.state.parameters
        free = tuple(
            name for name in GROUPS if name not in _HELD and np.size(getattr(parameters, name))
        )
        calculated = model.calculate(parameters, free)
        model.let_go()
        assert calculated.jacobian is not None
        self._root = 1.0 / refinement.prepared.sigma
        self._residual = self._root * (refinement.prepared.observed - calculated.pattern)
        self._profile = combined_profile(model, calculated)
        self.areas = calculated.areas
        shifts = np.concatenate(
            [np.full(np.size(getattr(parameters, name)), name == "shifts") for name in free]
        )
        # What holds the coordinates is written as further observations, of zero.
        held = np.diag(shifts / LEEWAY)[shifts]
        weighted = np.concatenate([self._root[:, None] * calculated.jacobian, held])
        left, values, _ = np.linalg.svd(weighted, full_matrices=False)
        self._followed = left[: len(self._root), values > _NEGLIGIBLE * values[0]]

    def ratios(self, areas: FloatArray) -> FloatArray:
        """Of chi^2 with other line intensities, once refined, to chi^2 as it is.

        Parameters
        ----------
        areas : (r, v) array
            Integrated intensities of the reflections, counts times degrees; of one after the
            other of v assumptions.

        Returns
        -------
        (v,) array
        """
        drawn = self._profile @ (areas - self.areas[:, None])
        left = self._residual[:, None] - self._root[:, None] * drawn
        return np.asarray(self._remaining(left) / self._remaining(self._residual[:, None]))

    def _remaining(self, residual: FloatArray) -> FloatArray:
        """(v,) sum of squares of what the parameters cannot follow."""
        along = self._followed.T @ residual
        return np.asarray((residual**2).sum(axis=0) - (along**2).sum(axis=0))
