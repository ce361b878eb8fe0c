"""The stages of a Rietveld refinement: what an expert frees, one group after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import HYDROGEN
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.refine.crystal_model import CrystalModel
from engine.refine.least_squares import LeastSquares, covariance, levenberg_marquardt
from engine.refine.prepared import PreparedPattern
from engine.refine.profile_model import (
    FINAL_REACH,
    GROUPS,
    ProfileModel,
    ProfileParameters,
    combined_profile,
)
from engine.refine.texture import best_axis

FloatArray = NDArray[np.float64]
# Degrees that a term of the background spans, and how many terms there are at least and at most.
# What is estimated beside the lines lies too high where they are dense: of fits of true structures
# it left up to a third of chi^2 that such a polynomial takes away.
DEGREES_A_TERM, FEWEST_TERMS, MOST_TERMS = 5.0, 6, 20
MOST_REFLECTIONS = 1500
_FEW = 50  # reflections, with which a pattern is not cut
# Relative fall of chi^2 at which a stage ends.
FINE = 2e-4

# What an expert turns on, one after the other: first what places the pattern, then what shapes
# it, then the atoms.
_PLACE: tuple[tuple[str, ...], ...] = (
    ("scale", "background"),
    ("scale", "background", "zero", "metric"),
)
WIDTH: tuple[tuple[str, ...], ...] = (
    ("scale", "background", "zero", "metric", "caglioti", "b_iso"),
)
_SHAPE: tuple[tuple[str, ...], ...] = (
    *WIDTH,
    ("scale", "background", "zero", "metric", "caglioti", "mixing", "b_iso"),
)
_ATOMS: tuple[tuple[str, ...], ...] = (
    ("scale", "b_iso", "shifts"),
    ("scale", "background", "zero", "metric", "caglioti", "mixing", "b_iso", "shifts"),
)


@dataclass(frozen=True, eq=False)
class Refinement:
    """A refinement that can be taken further.

    Attributes
    ----------
    model : ProfileModel
    state : LeastSquares
    free : tuple of str
        The groups free in the last stage.
    prepared : PreparedPattern
    moved_before : float
        What its atoms had moved by when it was begun, angstrom; see `moved`.
    hydrogen_held : bool
        Whether the coordinates of hydrogen are no parameters.
    """

    model: ProfileModel
    state: LeastSquares
    free: tuple[str, ...]
    prepared: PreparedPattern
    moved_before: float = 0.0
    hydrogen_held: bool = False

    @cached_property
    def covariance(self) -> FloatArray | None:
        """Of the parameters that are free, in the order of `pack`; None before any was refined."""
        if not self.free:
            return None
        observed, weight = self.prepared.observed, self.prepared.sigma**-2
        found = covariance(self.model, self.state, observed, weight, self.free)
        self.model.let_go()
        return found

    @property
    def moved(self) -> float:
        """Root of the summed squares of all shifts of free coordinates, angstrom; at most so."""
        return self.moved_before + float(np.linalg.norm(self.state.parameters.shifts))

    def with_reach(self, reach: float) -> Refinement:
        """The same refinement with lines drawn to `reach` FWHM on either side."""
        return replace(self, model=self.model.with_reach(reach))

    @property
    def rwp(self) -> float:
        """Weighted profile residual as a fraction."""
        weight = self.prepared.sigma**-2
        return float(np.sqrt(self.state.chi_squared / (weight @ self.prepared.observed**2)))


def start(
    prepared: PreparedPattern,
    structure: CrystalStructure,
    *,
    zero: float = 0.0,
    most_reflections: int = MOST_REFLECTIONS,
    symprec: float = 0.02,
    reach: float = FINAL_REACH,
    tolerance: float = FINE,
    hydrogen_held: bool = False,
) -> Refinement:
    """Place the calculated pattern on the measured one: scale, background, zero and cell.

    Parameters
    ----------
    prepared : PreparedPattern
    structure : CrystalStructure
    zero : float
        First zero error, degrees.
    most_reflections : int
        The measured range is cut where a cell has more reflections than this.
    symprec : float
        Tolerance (angstrom) of the symmetry search.
    reach : float
        How many FWHM to either side a line is drawn.
    tolerance : float
        Relative fall of chi^2 at which a stage ends.
    hydrogen_held : bool
        Leave hydrogen where it is in all that follows.
    """
    crystal = list_reflections(prepared, structure, most_reflections, symprec)
    if hydrogen_held:
        crystal = crystal.holding(HYDROGEN)
    prepared = cut_to_reflections(prepared, crystal)
    fixed, background = _background(prepared)
    model = ProfileModel(
        crystal, prepared.radiation, prepared.two_theta, fixed, len(background), reach
    )
    parameters = ProfileParameters(
        scale=1.0,
        background=background,
        zero=zero,
        metric=crystal.metric,
        caglioti=prepared.caglioti,
        mixing=np.array([prepared.eta, 0.0]),
        b_iso=0.8,
        texture=1.0,
        shifts=np.zeros(crystal.n_coordinates),
    )
    parameters = replace(parameters, scale=_first_scale(model, parameters, prepared))
    state = LeastSquares(parameters, np.inf)
    begun = Refinement(model, state, (), prepared, hydrogen_held=hydrogen_held)
    return advance(begun, _PLACE, tolerance=tolerance)


def _background(prepared: PreparedPattern) -> tuple[FloatArray, FloatArray]:
    """What is fixed of the background, (n,), and the first coefficients of its polynomial.

    One that the user chose is kept, and only corrected; else all of it is refined.
    """
    first, last = float(prepared.two_theta[0]), float(prepared.two_theta[-1])
    if prepared.held_background:
        return prepared.background, np.zeros(FEWEST_TERMS)
    terms = int(np.clip(round((last - first) / DEGREES_A_TERM) + 1, FEWEST_TERMS, MOST_TERMS))
    unit = 2.0 * (prepared.two_theta - first) / (last - first) - 1.0
    fitted = np.polynomial.chebyshev.chebfit(unit, prepared.background, terms - 1)
    return np.zeros_like(prepared.background), np.asarray(fitted, dtype=np.float64)


def under_other_optics(refinement: Refinement, prepared: PreparedPattern) -> Refinement:
    """Where a refinement stands with other optics; its parameters are to be refined from there.

    Parameters
    ----------
    refinement : Refinement
    prepared : PreparedPattern
        Its pattern, with another slit mode or with `dispersion` changed.
    """
    model, parameters = refinement.model, refinement.state.parameters
    crystal = model.crystal.with_dispersion(prepared.radiation.primary, prepared.dispersion)
    other = model.with_optics(crystal, prepared.radiation)
    parameters = replace(parameters, scale=_first_scale(other, parameters, prepared))
    state = LeastSquares(parameters, np.inf)
    return replace(refinement, model=other, state=state, prepared=prepared)


def advance(
    refinement: Refinement,
    stages: tuple[tuple[str, ...], ...],
    steps: int = 6,
    tolerance: float = FINE,
) -> Refinement:
    """Go through further stages of freed parameter groups."""
    prepared, state = refinement.prepared, refinement.state
    free = refinement.free
    for free in stages:
        state = levenberg_marquardt(
            refinement.model,
            state.parameters,
            prepared.observed,
            prepared.sigma**-2,
            free,
            steps,
            tolerance,
        )
    refinement.model.let_go()
    return replace(refinement, state=state, free=free)


def refine_shape(refinement: Refinement, steps: int = 6, tolerance: float = FINE) -> Refinement:
    """Free width, shape and overall B."""
    return advance(refinement, _SHAPE, steps, tolerance=tolerance)


def refine_atoms(refinement: Refinement, steps: int = 8, tolerance: float = FINE) -> Refinement:
    """Free the coordinates, first alone with scale and B, then with everything."""
    if refinement.model.crystal.n_coordinates == 0:
        return refinement
    return advance(refinement, _ATOMS, steps, tolerance)


def refine_element_b(
    refinement: Refinement, steps: int = 6, tolerance: float = FINE, alone: bool = False
) -> Refinement:
    """Free a displacement parameter for every element, with everything else or with little."""
    lighter = refinement.model.crystal.lighter
    if len(lighter) == 0:
        return refinement
    parameters = replace(refinement.state.parameters, b_lighter=np.zeros(len(lighter)))
    begun = replace(refinement, state=LeastSquares(parameters, np.inf))
    textured = refinement.model.texture_axis is not None
    free: tuple[str, ...] = ("scale", "background", "b_iso", "b_lighter")
    if not alone:
        free = tuple(name for name in GROUPS if textured or name != "texture")
    return advance(begun, (free,), steps, tolerance)


def refine_texture(refinement: Refinement, gain: float) -> Refinement:
    """Try preferred orientation; keep it if chi^2 falls by at least the factor `gain`.

    Parameters
    ----------
    refinement : Refinement
        Already refined without texture.
    gain : float
        Above 1.
    """
    prepared, model, parameters = refinement.prepared, refinement.model, refinement.state.parameters
    calculated = model.calculate(parameters)
    axis, r, ratio = best_axis(
        model.crystal,
        combined_profile(model, calculated),
        calculated.areas,
        prepared.observed - calculated.background,
        prepared.sigma**-2,
    )
    if ratio < gain:
        return refinement
    textured = model.with_texture(axis)
    state = LeastSquares(replace(parameters, texture=r), np.inf)
    begun = replace(refinement, model=textured, state=state)
    stages: tuple[tuple[str, ...], ...] = (("scale", "b_iso", "texture"), GROUPS)
    return advance(begun, stages, steps=8)


def _first_scale(
    model: ProfileModel, parameters: ProfileParameters, prepared: PreparedPattern
) -> float:
    """The scale that makes the calculated Bragg intensity equal to the measured one."""
    # The scale itself may have collapsed: a pattern that its background explains.
    calculated = model.calculate(replace(parameters, scale=1.0))
    bragg = calculated.pattern - calculated.background
    net = np.maximum(prepared.observed - prepared.background, 0.0)
    return float(net.sum() / max(float(bragg.sum()), 1e-300))


def list_reflections(
    prepared: PreparedPattern, structure: CrystalStructure, most: int, symprec: float
) -> CrystalModel:
    """The model with the reflections in range, but not many more than `most` of them.

    Raises
    ------
    BadInputError
        If the first `most` reflections all lie below the range, or nearly so.
    """
    # Below this d even a cell of the highest symmetry has more than `most` reflections.
    bound = (2.0 * np.pi * structure.volume / (3.0 * 48.0 * most)) ** (1.0 / 3.0) * 0.8
    d_min = max(prepared.d_min * 0.995, bound)
    crystal = CrystalModel.prepare(
        structure,
        prepared.radiation.primary,
        d_min,
        prepared.d_max * 1.05,
        symprec,
        prepared.dispersion,
    )
    if d_min == bound and len(crystal.hkl) < _FEW:
        raise BadInputError(
            f"A cell of {structure.volume:.0f} A^3 has far more reflections in the range of the "
            f"pattern than the {most} that a fit takes; give a smaller cell."
        )
    if len(crystal.hkl) <= most:
        return crystal
    q = np.sort(crystal.metric_forms @ crystal.metric)
    return CrystalModel.prepare(
        structure,
        prepared.radiation.primary,
        float(q[most - 1] ** -0.5),
        prepared.d_max * 1.05,
        symprec,
        prepared.dispersion,
    )


def cut_to_reflections(prepared: PreparedPattern, crystal: CrystalModel) -> PreparedPattern:
    """Drop the part of the pattern beyond the last reflection that is listed.

    Raises
    ------
    BadInputError
        If no reflection is in range.
    """
    if len(crystal.hkl) == 0:
        raise BadInputError("The structure has no reflection in the range of the pattern.")
    last = float((crystal.metric_forms @ crystal.metric).max() ** -0.5)
    if last < 1.01 * prepared.d_min or len(crystal.hkl) < _FEW:
        return prepared
    sine = min(prepared.radiation.primary / (2.0 * last), 1.0)
    return prepared.within(prepared.two_theta[0], 2.0 * np.degrees(np.arcsin(sine)))
