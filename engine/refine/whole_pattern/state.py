"""A whole-pattern refinement on its way, and how it begins."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.refine.crystal_model import CrystalModel
from engine.refine.prepared import PreparedPattern
from engine.refine.whole_pattern.line_widths import split_pseudo_voigt
from engine.refine.whole_pattern.marquardt import Minimum, Restraint, minimise
from engine.refine.whole_pattern.model import CalculatedPattern, WholePatternModel
from engine.refine.whole_pattern.options import RefinementOptions
from engine.refine.whole_pattern.parameters import (
    INSTRUMENT,
    Freedom,
    InstrumentParameters,
    Parameters,
    PhaseParameters,
    Slot,
    values_of,
)
from engine.refine.whole_pattern.phase import Phase

FloatArray = NDArray[np.float64]
B_START, B_SIGMA = 0.6, 1.0
# How far coordinates stray unasked, angstrom: of one phase, and of one among several, whose
# lines overlap and whose structures are known.
SHIFT_SIGMA, SHIFT_SIGMA_OF_SEVERAL = 0.5, 0.05
NO_ASYMMETRY = 1e-4
# Lorentzian share of a diffuse hump.
HUMP_SHAPE, HUMP_SHAPE_SIGMA = 0.25, 0.25
# Phases with less of the Bragg intensity keep their shape and B; with still less, their cell.
WEAK, TRACE = 0.04, 0.008
# Phases with less are not asked where their atoms are, unless there is no other.
STRONG = 0.1
_BROADENING = (4.0, 2.0, 1.0)
_INSTRUMENT_SLOTS = {
    "background": ("background",),
    "air": ("air",),
    "humps": ("humps", "hump_shapes"),
    "zero": ("zero",),
    "displacement": ("displacement",),
    "profile": ("gauss",),
    "asymmetry": ("axial",),
    "foreign": ("foreign",),
}
_SMOOTH = ("background", "air", "humps")
_PHASE_SLOTS = {"profile": "lorentz"}


@dataclass(frozen=True, eq=False)
class State:
    """Where a refinement stands.

    Attributes
    ----------
    prepared : PreparedPattern
    model : WholePatternModel
    minimum : Minimum
    options : RefinementOptions
    shares : (k,) array
        Of each phase in the Bragg intensity.
    groups : tuple of str
        What has been freed so far, in order.
    notes : tuple of str
    trust : (n,) array or None
        Factors on the weights, where these are robust.
    """

    prepared: PreparedPattern
    model: WholePatternModel
    minimum: Minimum
    options: RefinementOptions
    shares: FloatArray
    groups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    trust: FloatArray | None = None

    @property
    def parameters(self) -> Parameters:
        """The parameters now."""
        return self.minimum.parameters

    @property
    def weight(self) -> FloatArray:
        """(n,) 1/sigma^2, times the factors of robust weights."""
        plain = np.asarray(self.prepared.sigma**-2)
        return plain if self.trust is None else plain * self.trust

    @property
    def plain_chi_squared(self) -> float:
        """chi^2 of the pattern with weights 1/sigma^2."""
        if self.trust is None:
            return self.minimum.chi_squared
        off = (self.prepared.observed - self.calculated().pattern) / self.prepared.sigma
        return float(off @ off)

    @property
    def rwp(self) -> float:
        """Weighted profile residual with weights 1/sigma^2, a fraction."""
        whole = float(np.sum((self.prepared.observed / self.prepared.sigma) ** 2))
        return float(np.sqrt(self.plain_chi_squared / whole))

    def calculated(self) -> CalculatedPattern:
        """The pattern now."""
        return self.model.calculate(self.parameters)

    def allows(self, group: str) -> bool:
        """Whether a group may be refined; a background that was chosen only where it is asked."""
        held = group in _SMOOTH and bool(self.prepared.held_background)
        return self.options.allows(group) and not (held and self.options.automatic)

    def freedom(self, groups: tuple[str, ...]) -> Freedom:
        """The slots of these groups, for the phases that are strong enough to bear them."""
        slots: list[Slot] = []
        for group in groups:
            if group == "anisotropy":
                continue  # is refined with the profile, which then has more of them
            if group == "foreign" and self.model.foreign is None:
                continue
            if group == "humps" and len(self.parameters.instrument.hump_shapes) == 0:
                continue
            slots += [(INSTRUMENT, name) for name in _INSTRUMENT_SLOTS.get(group, ())]
            if group in _INSTRUMENT_SLOTS and group not in _PHASE_SLOTS:
                continue
            if group == "b_iso" and "b_element" in groups:
                continue
            slots += [
                (i, _PHASE_SLOTS.get(group, group))
                for i in range(len(self.model.phases))
                if self._bears(i, group)
            ]
        return tuple(slots)

    def _bears(self, i: int, group: str) -> bool:
        phase, share = self.model.phases[i], float(self.shares[i])
        several = self.options.automatic and len(self.model.phases) > 1
        if group == "scale":
            return phase.intensities is None
        if group == "cell":
            return share >= TRACE
        if group == "profile":
            return share >= WEAK
        if phase.intensities is not None or share < WEAK:
            return False
        if group == "coordinates":
            return phase.crystal.n_coordinates > 0 and (share >= STRONG or not several)
        if group == "texture":
            return phase.texture_axis is not None
        if group == "b_element":
            return len(phase.factors.elements) > 1
        return True

    def refined(self, groups: tuple[str, ...], steps: int = 8, tolerance: float = 2e-4) -> State:
        """Refine these groups, those that the options hold left out."""
        chosen = tuple(dict.fromkeys(g for g in groups if self.allows(g)))
        freedom = self.freedom(chosen)
        if not freedom:
            return self
        minimum = minimise(
            self.model,
            self.parameters,
            self.prepared.observed,
            self.weight,
            freedom,
            steps,
            tolerance,
            self.restraints(),
        )
        return replace(self, minimum=minimum, groups=chosen)

    def restraints(self) -> tuple[Restraint, ...]:
        """B and coordinates damped.

        Their misfit weighs as one of the independent observations, of which a line has few
        however many its points, in a pattern that fits no better than now.
        """
        count = max(len(self.prepared.observed), 1)
        gof = max(float(np.sqrt(self.minimum.chi_squared / count)), 1.0)
        points = max(count / max(self.prepared.n_independent, 1.0), 1.0)
        unit = 1.0 / (gof * np.sqrt(points)) if np.isfinite(gof) else 1.0
        several = len(self.model.phases) > 1
        shift = SHIFT_SIGMA_OF_SEVERAL if several else SHIFT_SIGMA
        expected = (("b_iso", B_START, B_SIGMA), ("b_element", B_START, B_SIGMA))
        shape = Restraint((INSTRUMENT, "hump_shapes"), HUMP_SHAPE, HUMP_SHAPE_SIGMA * unit)
        return shape, *(
            Restraint((i, group), target, sigma * unit)
            for i in range(len(self.model.phases))
            for group, target, sigma in (*expected, ("coordinates", 0.0, shift))
        )

    def with_parameters(self, parameters: Parameters) -> State:
        """The same with other parameters, not yet refined."""
        pattern = self.model.calculate(parameters).pattern
        chi = float(self.weight @ (self.prepared.observed - pattern) ** 2)
        return replace(self, minimum=Minimum(parameters, chi))

    def with_phase(self, i: int, phase: Phase) -> State:
        """The same with one phase replaced."""
        return replace(self, model=self.model.with_phase(i, phase))

    def noted(self, note: str) -> State:
        """The same with a note more."""
        return replace(self, notes=(*self.notes, note))


def begin(
    prepared: PreparedPattern,
    crystals: tuple[CrystalModel, ...],
    options: RefinementOptions,
    zero: float = 0.0,
    intensities: FloatArray | None = None,
) -> State:
    """The first calculated pattern: widths of the measured lines, scales that fit roughly.

    Parameters
    ----------
    prepared : PreparedPattern
    crystals : tuple of CrystalModel
    options : RefinementOptions
    zero : float
        Degrees.
    intensities : (r,) array, optional
        In place of |F|^2, for a single lattice.

    Raises
    ------
    BadInputError
        If a phase has no line in the pattern's range.
    """
    phases = tuple(Phase(crystal, prepared.radiation, intensities) for crystal in crystals)
    for phase in phases:
        if len(phase.crystal.hkl) == 0:
            raise BadInputError("The structure has no reflection in the range of the pattern.")
    model = WholePatternModel(
        phases, prepared.two_theta, prepared.background, options.background_terms
    )
    gauss, lorentz = _first_widths(prepared)
    parameters = Parameters(
        InstrumentParameters(np.zeros(options.background_terms), zero, 0.0, gauss, NO_ASYMMETRY),
        tuple(
            PhaseParameters(
                1.0,
                phase.crystal.metric,
                lorentz,
                _first_b(phase),
                1.0,
                np.zeros(phase.crystal.n_coordinates),
                np.ones(len(phase.factors.sites)),
            )
            for phase in phases
        ),
    )
    shares = np.full(len(phases), 1.0 / len(phases))
    state = State(prepared, model, Minimum(parameters, np.inf), options, shares)
    return state if intensities is not None else with_first_scales(state)


def with_first_scales(state: State) -> State:
    """Non-negative scales by least squares on lines drawn wide, so that cells may be a bit off."""
    from scipy.optimize import nnls

    prepared, model = state.prepared, state.model
    wide = model.calculate(broadened(state.parameters, _BROADENING[0]))
    root = 1.0 / prepared.sigma
    columns = np.stack([wide.bragg(i) for i in range(len(model.phases))], axis=1)
    net = np.maximum(prepared.observed - prepared.background, 0.0)
    units = np.maximum(np.linalg.norm(columns * root[:, None], axis=0), 1e-300)
    found, _ = nnls(columns * root[:, None] / units, net * root)
    # A phase that seems absent begins with a trace, so that it can grow.
    scales = np.maximum(found, 1e-3 * max(float(found.max()), 1e-12)) / units
    parameters = state.parameters
    for i, scale in enumerate(scales):
        now = parameters.phases[i].scale
        parameters = parameters.with_phase(i, scale=now * float(scale))
    return replace(state.with_parameters(parameters), shares=bragg_shares(state, parameters))


def bragg_shares(state: State, parameters: Parameters) -> FloatArray:
    """(k,) share of each phase in the calculated Bragg intensity."""
    calculated = state.model.calculate(parameters)
    totals = np.array([float(calculated.bragg(i).sum()) for i in range(len(state.model.phases))])
    return np.asarray(totals / max(float(totals.sum()), 1e-300))


def broadened(parameters: Parameters, factor: float) -> Parameters:
    """All lines wider by a factor."""
    wide = parameters.with_instrument(gauss=parameters.instrument.gauss * factor**2)
    for i, phase in enumerate(parameters.phases):
        wide = wide.with_phase(i, lorentz=phase.lorentz * factor)
    return wide


def placed(state: State, groups: tuple[str, ...]) -> State:
    """Cells and zero error, directly and by way of broadened lines; the better is kept.

    Wide lines reach their place from farther away, narrow ones say exactly where it is.
    """
    direct = state.refined(groups)
    wide, narrow = state, state.parameters
    for factor in _BROADENING:
        widened = broadened(narrow, factor)
        now = wide.parameters
        begun = now.with_instrument(gauss=widened.instrument.gauss)
        for i, phase in enumerate(widened.phases):
            begun = begun.with_phase(i, lorentz=phase.lorentz)
        wide = wide.with_parameters(begun).refined(groups)
    best = min(direct, wide, key=lambda s: s.minimum.chi_squared)
    return replace(best, shares=bragg_shares(best, best.parameters))


def _first_widths(prepared: PreparedPattern) -> tuple[FloatArray, FloatArray]:
    fwhm = float(np.sqrt(max(prepared.caglioti[0] + 0.3 * prepared.caglioti[2], 1e-5)))
    gauss, lorentz = split_pseudo_voigt(1.0, prepared.eta)
    return prepared.caglioti * gauss**2, np.array([0.6, 0.5]) * lorentz * fwhm


def _first_b(phase: Phase) -> FloatArray:
    """B of each element: the file's where it has one, else `B_START`."""
    cell = phase.crystal.standardised.conventional
    found = []
    for number in phase.factors.elements:
        given = cell.u_iso[cell.numbers == number]
        known = given[given > 0.0]
        found.append(8.0 * np.pi**2 * float(known.mean()) if len(known) else B_START)
    return np.asarray(np.clip(np.array(found), 0.0, 6.0))


def b_mean(parameters: Parameters, i: int) -> float:
    """Mean B over the elements of one phase, square angstrom."""
    return float(values_of(parameters, (i, "b_iso"))[0])
