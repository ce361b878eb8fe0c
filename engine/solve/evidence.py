"""The score that refined proposals are put in order by.

That of a likelihood with unknown error level, a charge for free parameters and a prior:

    score = N ln(chi^2 / points) + k ln N - 2 ln prior

with N the number of independent observations (see `Evidence`: profile points are too correlated
to be counted) and k the number of structural parameters; low is good. Coordinates that a type of
the library told are charged by how far they had to move.
"""

from __future__ import annotations

import math
from weakref import WeakKeyDictionary

import numpy as np

from engine.crystal.composition import HYDROGEN
from engine.crystal.symmetry import primitive_lattice
from engine.refine.prepared import PreparedPattern
from engine.refine.stages import Refinement
from engine.solve.optics import n_changes
from engine.solve.plausibility import (
    NOVELTY,
    choice_prior,
    coordinate_charge,
    distance_prior,
    metric_coincidences,
    metric_prior,
)
from engine.solve.proposals import Proposal

FEWEST_OBSERVATIONS = 5.0
# Of chi^2 per point: no model is trusted to be free of errors beyond it, whatever the noise is.
LEAST_MODEL_ERROR = 0.02
# -2 ln of the odds that a measurement is not as it was assumed to be: about one in eight.
OPTICS_CHARGE = 4.0


class Evidence:
    """How many independent observations the pattern is worth, and the score that follows.

    The counting noise is independent from point to point. What remains beyond it is model error,
    about the same all along a line. With n points in k lines and m the chi^2 per point of the
    best fit so far, errors of the two kinds are as 1 : m - 1, and n observations that fall into
    clusters of n / k are worth

        N = n / (1 + (m - 1) n / k),  k at least

    which is the design effect of cluster samples (Kish, Survey Sampling, 1965) with the variance
    counted in units of the noise.
    """

    def __init__(self, prepared: PreparedPattern) -> None:
        self._given = prepared
        self._points = float(len(prepared.observed))
        self._lines = max(float(len(prepared.peaks)), FEWEST_OBSERVATIONS)
        self._best_misfit = np.inf
        self._priors: WeakKeyDictionary[Refinement, float] = WeakKeyDictionary()

    @property
    def n(self) -> float:
        """The number of observations; that of the lines while nothing has been fitted."""
        beyond = max(self._best_misfit - 1.0, LEAST_MODEL_ERROR)
        return max(self._points / (1.0 + beyond * self._points / self._lines), self._lines)

    def score(self, proposal: Proposal, refinement: Refinement) -> float:
        """N ln(chi^2/points) + k ln N - 2 ln prior."""
        n = self.n
        n_others = n_structural(refinement) - refinement.model.crystal.n_coordinates
        return (
            n * math.log(misfit(refinement))
            + n_others * math.log(n)
            + self._coordinate_charge(proposal, refinement)
            - 2.0 * proposal.whole_prior
            - 2.0 * self._structure_prior(proposal, refinement)
            + self.optics_charge(refinement)
        )

    def _coordinate_charge(self, proposal: Proposal, refinement: Refinement) -> float:
        n, parent = refinement.model.crystal.n_coordinates, proposal.parent
        if proposal.source == "library":
            return coordinate_charge(n, self.n, refinement.moved)
        if parent is None or n <= parent.n_coordinates:
            return coordinate_charge(n, self.n, None)
        # The others were told, up to small shifts, by the symmetry that the atoms nearly have.
        near = coordinate_charge(
            n - parent.n_coordinates, self.n, max(refinement.moved - parent.moved, 0.0)
        )
        return coordinate_charge(parent.n_coordinates, self.n, None) + near

    def optics_charge(self, refinement: Refinement) -> float:
        """What it costs to have taken the measurement otherwise than it was given."""
        return OPTICS_CHARGE * n_changes(self._given, refinement.prepared)

    def _structure_prior(self, proposal: Proposal, refinement: Refinement) -> float:
        """Found once a refinement: candidates are put in order again and again."""
        if refinement not in self._priors:
            self._priors[refinement] = structure_prior(proposal, refinement)
        return self._priors[refinement]

    def learn(self, refinement: Refinement) -> None:
        """Take note of how well the pattern can be explained."""
        self._best_misfit = min(self._best_misfit, misfit(refinement))


def misfit(refinement: Refinement) -> float:
    """chi^2 a point."""
    points = len(refinement.prepared.observed)
    return max(refinement.state.chi_squared / points, 1e-12)


def n_structural(refinement: Refinement) -> int:
    """Cell coefficients, free coordinates, all B, and texture where there is some."""
    crystal = refinement.model.crystal
    textured = refinement.model.texture_axis is not None
    n_b = 1 + len(refinement.state.parameters.b_lighter)
    return len(crystal.metric) + crystal.n_coordinates + n_b + textured


def coincidences(refinement: Refinement) -> int:
    """See `engine.solve.plausibility.metric_coincidences`: of the refined cell."""
    crystal = refinement.model.crystal
    found = crystal.standardised
    lattice = crystal.lattice(refinement.state.parameters.metric)
    return metric_coincidences(primitive_lattice(lattice, found.symbol[0]), found.number)


def structure_prior(proposal: Proposal, refinement: Refinement) -> float:
    """Ln prior of the distances, of the lattice, and of what no type of the library told."""
    crystal = refinement.model.crystal
    cell = crystal.standardised.conventional
    total = distance_prior(cell) + metric_prior(coincidences(refinement))
    if proposal.source == "library":
        return total
    chosen = cell.numbers[crystal.standardised.asymmetric_unit()]
    if refinement.hydrogen_held:
        chosen = chosen[chosen != HYDROGEN]
    orbits = len(chosen)
    if proposal.parent is not None:
        orbits = min(orbits, proposal.parent.n_orbits)
    # The share of unknown types is in the proposal's own prior.
    return total + choice_prior(orbits, len(np.unique(chosen))) - NOVELTY
