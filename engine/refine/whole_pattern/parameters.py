"""What a whole-pattern refinement can vary, and which of it is free.

A slot names one group of parameters of one owner: the instrument, or a phase by its number from
0. A freedom is the tuple of slots that are refined together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.refine.texture import LARGEST, SMALLEST
from engine.refine.whole_pattern import axial_divergence

FloatArray = NDArray[np.float64]
INSTRUMENT = -1
Slot = tuple[int, str]
Freedom = tuple[Slot, ...]

# Group of a slot: the field that it varies.
INSTRUMENT_GROUPS = {
    "background": "background",
    "air": "air",
    "humps": "humps",
    "hump_shapes": "hump_shapes",
    "zero": "zero",
    "displacement": "displacement",
    "gauss": "gauss",
    "axial": "axial",
    "foreign": "foreign",
}
PHASE_GROUPS = {
    "scale": "scale",
    "cell": "metric",
    "lorentz": "lorentz",
    "b_iso": "b",
    "b_element": "b",
    "texture": "texture",
    "coordinates": "shifts",
    "occupancy": "occupancy",
}
LARGEST_SHIFT = 0.5  # degrees, of zero and displacement
B_RANGE = (-2.0, 15.0)
_MOST_WIDE = 6.0  # degrees
# Least and largest position, height and FWHM of a hump.
_HUMP_RANGE = (np.array([0.0, 0.0, 0.5]), np.array([180.0, np.inf, 60.0]))


@dataclass(frozen=True, eq=False)
class InstrumentParameters:
    """What all phases share.

    Attributes
    ----------
    background : (b,) array
        Chebyshev coefficients added to the estimated background, counts.
    zero : float
        Degrees of 2theta added to every line.
    displacement : float
        Degrees: a line is moved by displacement * cos(theta). A flat sample that lies s above
        the axis of a goniometer of radius R gives -2 s / R (in radians).
    gauss : (3,) array
        W, V, U of the squared Gaussian width, square degrees.
    axial : float
        Of axial divergence, see `engine.refine.whole_pattern.axial_divergence.axial_lines`.
    foreign : (e,) array
        Areas of lines that are no phase's, counts times degrees.
    air : float
        Air scatter, counts times degrees: its level at an angle is `air` / two_theta.
    humps : (3 h,) array
        Position (degrees), height (counts) and FWHM (degrees) of each diffuse hump.
    hump_shapes : (h,) array
        Lorentzian share of each hump.
    """

    background: FloatArray
    zero: float
    displacement: float
    gauss: FloatArray
    axial: float
    foreign: FloatArray = field(default_factory=lambda: np.zeros(0))
    air: float = 0.0
    humps: FloatArray = field(default_factory=lambda: np.zeros(0))
    hump_shapes: FloatArray = field(default_factory=lambda: np.zeros(0))

    def observed(self, two_theta: FloatArray) -> FloatArray:
        """Where lines at these angles (degrees) stand, zero error and displacement included."""
        moved = self.displacement * np.cos(np.radians(two_theta / 2.0))
        return np.asarray(two_theta + self.zero + moved)


@dataclass(frozen=True, eq=False)
class PhaseParameters:
    """What one phase has of its own.

    Attributes
    ----------
    scale : float
        Counts times degrees per electron squared.
    metric : (k,) array
        Reciprocal-metric coefficients (see `CrystalModel`).
    lorentz : (2 w,) array
        X and then Y of the Lorentzian width X / cos(theta) + Y tan(theta), degrees: one of
        each, or one for each direction of an anisotropic phase (`Phase.with_anisotropic_widths`).
    b : (e,) array
        Displacement parameter B of each element, square angstrom.
    texture : float
        r of March and Dollase; 1 without an axis.
    shifts : (p,) array
        Free coordinates, angstrom from where the refinement began.
    occupancy : (o,) array
        Factor on the occupancy of each independent site.
    """

    scale: float
    metric: FloatArray
    lorentz: FloatArray
    b: FloatArray
    texture: float
    shifts: FloatArray
    occupancy: FloatArray


@dataclass(frozen=True, eq=False)
class Parameters:
    """All parameters of a pattern.

    Attributes
    ----------
    instrument : InstrumentParameters
    phases : tuple of PhaseParameters
    """

    instrument: InstrumentParameters
    phases: tuple[PhaseParameters, ...]

    def with_phase(self, i: int, **changes: object) -> Parameters:
        """A copy in which one phase differs."""
        phases = list(self.phases)
        phases[i] = replace(phases[i], **changes)  # type: ignore[arg-type]
        return replace(self, phases=tuple(phases))

    def with_instrument(self, **changes: object) -> Parameters:
        """A copy in which the instrument differs."""
        return replace(self, instrument=replace(self.instrument, **changes))  # type: ignore[arg-type]


def values_of(parameters: Parameters, slot: Slot) -> FloatArray:
    """The values that a slot varies; b_iso is one value, the mean over the elements."""
    owner, group = slot
    if owner == INSTRUMENT:
        value = getattr(parameters.instrument, INSTRUMENT_GROUPS[group])
    else:
        value = getattr(parameters.phases[owner], PHASE_GROUPS[group])
    if group == "b_iso":
        return np.array([float(np.mean(value))])
    return np.atleast_1d(np.asarray(value, dtype=np.float64))


def size_of(parameters: Parameters, freedom: Freedom) -> int:
    """How many parameters are free."""
    return sum(len(values_of(parameters, slot)) for slot in freedom)


def places(parameters: Parameters, freedom: Freedom) -> dict[Slot, slice]:
    """Where each slot's parameters lie in the vector of free ones."""
    found, place = {}, 0
    for slot in freedom:
        size = len(values_of(parameters, slot))
        found[slot] = slice(place, place + size)
        place += size
    return found


def stepped(parameters: Parameters, freedom: Freedom, step: FloatArray) -> Parameters:
    """Parameters moved by a step of the free ones and pulled back to where they mean something."""
    for (owner, group), part in places(parameters, freedom).items():
        name = INSTRUMENT_GROUPS[group] if owner == INSTRUMENT else PHASE_GROUPS[group]
        holder = parameters.instrument if owner == INSTRUMENT else parameters.phases[owner]
        now = getattr(holder, name)
        moved = now + (float(step[part][0]) if np.ndim(now) == 0 else step[part])
        if owner == INSTRUMENT:
            parameters = parameters.with_instrument(**{name: _bounded(name, moved)})
        else:
            parameters = parameters.with_phase(owner, **{name: _bounded(name, moved)})
    return parameters


def _bounded(name: str, value: FloatArray | float) -> FloatArray | float:
    if name in ("zero", "displacement"):
        return float(np.clip(value, -LARGEST_SHIFT, LARGEST_SHIFT))
    if name == "axial":
        return float(np.clip(value, 1e-4, axial_divergence.LARGEST))
    if name == "scale":
        return max(float(value), 1e-30)
    if name == "texture":
        return float(np.clip(value, SMALLEST, LARGEST))
    if name == "lorentz":
        # Of several directions one may be below zero; the width itself never is.
        least = 0.0 if np.size(value) == 2 else -_MOST_WIDE
        return np.clip(value, least, _MOST_WIDE)
    if name == "b":
        return np.clip(value, *B_RANGE)
    if name == "foreign":
        return np.maximum(value, 0.0)
    if name == "air":
        return max(float(value), 0.0)
    if name == "humps":
        return np.asarray(np.clip(np.reshape(value, (-1, 3)), *_HUMP_RANGE)).ravel()
    if name == "hump_shapes":
        return np.clip(value, 0.0, 1.0)
    if name == "occupancy":
        return np.clip(value, 0.0, 2.0)
    return value
