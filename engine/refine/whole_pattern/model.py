"""The calculated pattern of one or more phases, with derivatives."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

from engine.refine.line_profiles import LineProfiles, line_profiles
from engine.refine.whole_pattern.axial_divergence import (
    SINGLE_BEAM,
    TWO_BEAMS,
    AxialLines,
    axial_lines,
)
from engine.refine.whole_pattern.background import Background
from engine.refine.whole_pattern.line_widths import LineWidths, line_widths
from engine.refine.whole_pattern.parameters import (
    INSTRUMENT,
    Freedom,
    InstrumentParameters,
    Parameters,
    PhaseParameters,
    Slot,
)
from engine.refine.whole_pattern.phase import DEGREES, Phase, PhaseLines

FloatArray = NDArray[np.float64]
REACH = 20.0

# Which derivatives of the lines a group needs.
_NEEDS: dict[str, tuple[str, ...]] = {
    "zero": ("position",),
    "displacement": ("position",),
    "cell": ("position",),
    "axial": ("position",),
    "gauss": ("fwhm", "eta"),
    "lorentz": ("fwhm", "eta"),
}
_SMOOTH = {"background", "air", "humps", "hump_shapes"}
_ATOMIC = {"coordinates", "b_element", "occupancy"}


@dataclass(frozen=True, eq=False)
class _Shapes:
    """Area-normalised lines (axial divergence summed up) and what shapes them."""

    value: csc_matrix
    by_position: csc_matrix | None
    by_fwhm: csc_matrix | None
    by_eta: csc_matrix | None
    raw: LineProfiles
    axial: AxialLines
    widths: LineWidths
    tangent: FloatArray
    secant: FloatArray


@dataclass(frozen=True, eq=False)
class CalculatedPattern:
    """A calculated pattern.

    Attributes
    ----------
    pattern, background : (n,) arrays
        Counts; `pattern` includes the background.
    jacobian : (n, v) array or None
        By the free parameters, slot after slot.
    phases : tuple of PhaseLines
    profiles : tuple of (n, l) sparse matrices
        Area-normalised lines of each phase, all wavelengths one after the other.
    """

    pattern: FloatArray
    background: FloatArray
    jacobian: FloatArray | None
    phases: tuple[PhaseLines, ...]
    profiles: tuple[csc_matrix, ...]

    def bragg(self, i: int) -> FloatArray:
        """(n,) counts of one phase without background."""
        return np.asarray(self.profiles[i] @ self.phases[i].area)

    def combined(self, i: int, weights: tuple[float, ...]) -> csc_matrix:
        """(n, r) lines of unit area of one phase, all wavelengths in their ratio."""
        n = len(self.phases[i].q)
        total = sum(weights)
        parts = [
            self.profiles[i][:, j * n : (j + 1) * n] * (weight / total)
            for j, weight in enumerate(weights)
        ]
        return sum(parts[1:], parts[0])

    def areas(self, i: int) -> FloatArray:
        """(r,) integrated intensity of each reflection of one phase, all wavelengths together."""
        return np.asarray(self.phases[i].area.reshape(-1, len(self.phases[i].q)).sum(axis=0))


class WholePatternModel:
    """Calculates a pattern and its derivatives.

    Parameters
    ----------
    phases : tuple of Phase
    two_theta, fixed_background : (n,) arrays
        Degrees and counts.
    n_background : int
        Chebyshev terms added to the fixed background.
    reach : float
        How many FWHM to either side a line is drawn.
    """

    def __init__(
        self,
        phases: tuple[Phase, ...],
        two_theta: FloatArray,
        fixed_background: FloatArray,
        n_background: int,
        reach: float = REACH,
    ) -> None:
        self.phases = phases
        self.two_theta = two_theta
        self.reach = reach
        self.background = Background.of(two_theta, fixed_background, n_background)
        self.foreign: csc_matrix | None = None
        # The beam of a tube diverges before the sample too, that of a synchrotron does not.
        self.divergence = TWO_BEAMS if phases[0].radiation.is_tube else SINGLE_BEAM

    def with_phase(self, i: int, phase: Phase) -> WholePatternModel:
        """The same model with another phase in one place."""
        other = copy.copy(self)
        other.phases = (*self.phases[:i], phase, *self.phases[i + 1 :])
        return other

    def with_foreign(self, lines: csc_matrix) -> WholePatternModel:
        """The same model with lines (n, e) of unit area that are no phase's."""
        other = copy.copy(self)
        other.foreign = lines
        return other

    def with_polynomial_background(self, n_background: int) -> WholePatternModel:
        """The same model with a background of Chebyshev terms alone."""
        other = copy.copy(self)
        other.background = self.background.polynomial(n_background)
        return other

    def background_like(self, curve: FloatArray) -> FloatArray:
        """(b,) coefficients that follow a curve (n,) of counts best."""
        terms, fixed = self.background.terms, self.background.fixed
        found, *_ = np.linalg.lstsq(terms, curve - fixed, rcond=None)
        return np.asarray(found)

    def calculate(self, parameters: Parameters, free: Freedom = ()) -> CalculatedPattern:
        """The pattern, with derivatives by the slots in `free`."""
        instrument = parameters.instrument
        wanted = {need for _, group in free for need in _NEEDS.get(group, ())}
        lines, shapes = [], []
        for i, (phase, own) in enumerate(zip(self.phases, parameters.phases, strict=True)):
            atomic = any(owner == i and group in _ATOMIC for owner, group in free)
            made = phase.lines(own, atomic)
            lines.append(made)
            shapes.append(self._shapes(made, instrument, own, wanted))
        background = self.background.curve(instrument)
        pattern = background.copy()
        for made, shape in zip(lines, shapes, strict=True):
            pattern += shape.value @ made.area
        if self.foreign is not None:
            pattern += self.foreign @ instrument.foreign
        jacobian = None
        if free:
            columns = [self._columns(slot, parameters, lines, shapes) for slot in free]
            jacobian = np.concatenate(columns, axis=1)
        return CalculatedPattern(
            pattern, background, jacobian, tuple(lines), tuple(shape.value for shape in shapes)
        )

    def _shapes(
        self,
        lines: PhaseLines,
        instrument: InstrumentParameters,
        own: PhaseParameters,
        wanted: set[str],
    ) -> _Shapes:
        half = lines.two_theta / (2.0 * DEGREES)
        tangent, secant = np.tan(half), 1.0 / np.cos(half)
        w, v, u = instrument.gauss
        size, strain = own.lorentz.reshape(2, -1) @ lines.directions.T
        widths = line_widths(w + v * tangent + u * tangent**2, size * secant + strain * tangent)
        axial = axial_lines(lines.two_theta, widths.fwhm, instrument.axial, self.divergence)
        moved = lines.two_theta + instrument.zero + instrument.displacement / secant
        raw = line_profiles(
            self.two_theta,
            moved[axial.parent] + axial.offset,
            widths.fwhm[axial.parent],
            np.clip(widths.eta, 0.0, 1.0)[axial.parent],
            self.reach,
            wanted,
        )
        gather = csc_matrix(
            (axial.weight, (np.arange(len(axial.parent)), axial.parent)),
            shape=(len(axial.parent), len(moved)),
        )

        def gathered(matrix: csc_matrix | None) -> csc_matrix | None:
            if matrix is None or len(axial.parent) == len(moved):
                return matrix
            return matrix @ gather

        value = gathered(raw.value)
        assert value is not None
        return _Shapes(
            value,
            gathered(raw.by_position),
            gathered(raw.by_fwhm),
            gathered(raw.by_eta),
            raw,
            axial,
            widths,
            tangent,
            secant,
        )

    def _columns(
        self,
        slot: Slot,
        parameters: Parameters,
        lines: list[PhaseLines],
        shapes: list[_Shapes],
    ) -> FloatArray:
        owner, group = slot
        if owner == INSTRUMENT:
            if group in _SMOOTH:
                return self.background.columns(group, parameters.instrument)
            if group == "foreign":
                none = np.zeros((len(self.two_theta), 0))
                return none if self.foreign is None else np.asarray(self.foreign.toarray())
            parts = [
                _instrument_columns(group, made, shape)
                for made, shape in zip(lines, shapes, strict=True)
            ]
            return np.asarray(sum(parts[1:], parts[0]))
        made, shape, own = lines[owner], shapes[owner], parameters.phases[owner]
        if group == "cell":
            by_position: Any = shape.by_position
            along = 1.0 - parameters.instrument.displacement * shape.tangent / shape.secant / (
                2.0 * DEGREES
            )
            return np.asarray(by_position @ (made.slope * (made.area * along)[:, None]))
        if group == "lorentz":
            directions, widths = made.directions, shape.widths
            powers = np.concatenate(
                [shape.secant[:, None] * directions, shape.tangent[:, None] * directions], axis=1
            )
            return _by_widths(made, shape, powers, widths.fwhm_by_lorentz, widths.eta_by_lorentz)
        return np.asarray(shape.value @ made.columns(group, own))


def _instrument_columns(group: str, made: PhaseLines, shape: _Shapes) -> FloatArray:
    by_position: Any = shape.by_position
    if group == "zero":
        return np.asarray((by_position @ made.area)[:, None])
    if group == "displacement":
        return np.asarray((by_position @ (made.area / shape.secant))[:, None])
    if group == "gauss":
        powers = np.stack([np.ones_like(shape.tangent), shape.tangent, shape.tangent**2], axis=1)
        widths = shape.widths
        return _by_widths(
            made, shape, powers, widths.fwhm_by_gauss_squared, widths.eta_by_gauss_squared
        )
    raw_position: Any = shape.raw.by_position
    area = made.area[shape.axial.parent]
    moved = raw_position @ (area * shape.axial.weight * shape.axial.offset_slope)
    return np.asarray((moved + shape.raw.value @ (area * shape.axial.weight_slope))[:, None])


def _by_widths(
    made: PhaseLines, shape: _Shapes, powers: FloatArray, by_fwhm: FloatArray, by_eta: FloatArray
) -> FloatArray:
    fwhm_matrix: Any = shape.by_fwhm
    eta_matrix: Any = shape.by_eta
    wider = fwhm_matrix @ (powers * (made.area * by_fwhm)[:, None])
    return np.asarray(wider + eta_matrix @ (powers * (made.area * by_eta)[:, None]))
