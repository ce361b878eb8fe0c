"""The calculated pattern as a function of its parameters, with derivatives."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.pattern.radiation import Radiation
from engine.refine.crystal_model import CrystalModel
from engine.refine.line_profiles import LineProfiles, line_profiles, spread
from engine.refine.texture import cosines_squared, march_dollase

FloatArray = NDArray[np.float64]
DEGREES = 180.0 / np.pi
NARROWEST = 0.003
# How many FWHM to either side lines are drawn in a fit that is reported. Those that draw less far
# are for comparing candidates: single precision does.
FINAL_REACH = 12.0


@dataclass(frozen=True, eq=False)
class ProfileParameters:
    """Everything that shapes the calculated pattern.

    Attributes
    ----------
    scale : float
        Counts times degrees per electron squared.
    background : (b,) array
        Chebyshev coefficients added to the estimated background, counts.
    zero : float
        Degrees of 2theta added to every line.
    metric : (k,) array
        Reciprocal-metric coefficients (see `CrystalModel`).
    caglioti : (3,) array
        W, V, U of FWHM^2 = W + V tan(theta) + U tan^2(theta), square degrees
        (Caglioti, Paoletti and Ricci 1958).
    mixing : (2,) array
        Lorentzian share, its value at 0 and its change per 100 degrees of 2theta.
    b_iso : float
        Overall displacement parameter B, square angstrom.
    texture : float
        r of March and Dollase; 1 where the model has no axis.
    shifts : (p,) array
        Free coordinates, angstrom from where the refinement began.
    b_lighter : (e,) array
        What B of each element but the one that scatters most differs by from the overall one,
        square angstrom (see `CrystalModel.lighter`); empty where all have the same.
    """

    scale: float
    background: FloatArray
    zero: float
    metric: FloatArray
    caglioti: FloatArray
    mixing: FloatArray
    b_iso: float
    texture: float
    shifts: FloatArray
    b_lighter: FloatArray = field(default_factory=lambda: np.zeros(0))


_DERIVATIVE_OF = {"zero": "position", "metric": "position", "caglioti": "fwhm", "mixing": "eta"}
GROUPS = (
    "scale",
    "background",
    "zero",
    "metric",
    "caglioti",
    "mixing",
    "b_iso",
    "texture",
    "shifts",
    "b_lighter",
)


def pack(parameters: ProfileParameters, free: tuple[str, ...]) -> FloatArray:
    """The free groups as one vector."""
    return np.concatenate([np.atleast_1d(getattr(parameters, name)) for name in free])


def unpack(
    parameters: ProfileParameters, free: tuple[str, ...], vector: FloatArray
) -> ProfileParameters:
    """Parameters with the free groups taken from a vector."""
    changes: dict[str, object] = {}
    place = 0
    for name in free:
        now = getattr(parameters, name)
        size = np.size(now)
        part = vector[place : place + size]
        changes[name] = float(part[0]) if np.ndim(now) == 0 else part
        place += size
    return replace(parameters, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Calculated:
    """A calculated pattern.

    Attributes
    ----------
    pattern, background : (n,) arrays
        Counts; `pattern` includes the background.
    differentiate : callable or None
        Makes `jacobian`; None where no parameter is free.
    areas : (r,) array
        Integrated intensity of each reflection, all wavelengths, counts times degrees.
    two_theta : (r,) array
        Of each reflection for the primary wavelength, zero included.
    f_squared : (r,) array
        Mean |F|^2 with the displacement factor, electrons squared.
    profiles : LineProfiles
        Of all wavelengths, one after the other.
    """

    pattern: FloatArray
    background: FloatArray
    differentiate: Callable[[], FloatArray] | None
    areas: FloatArray
    two_theta: FloatArray
    f_squared: FloatArray
    profiles: LineProfiles

    @cached_property
    def jacobian(self) -> FloatArray | None:
        """(n, v) derivatives by the free parameters in the order of `pack`, or None.

        Made when they are asked for: a step that is not taken needs none.
        """
        return None if self.differentiate is None else self.differentiate()


class ProfileModel:
    """Calculates a pattern and its derivatives for one crystal on one measured axis."""

    def __init__(
        self,
        crystal: CrystalModel,
        radiation: Radiation,
        two_theta: FloatArray,
        fixed_background: FloatArray,
        n_background: int,
        reach: float = FINAL_REACH,
    ) -> None:
        self.crystal = crystal
        self.radiation = radiation
        self.two_theta = two_theta
        self._fixed = fixed_background
        span = two_theta[-1] - two_theta[0]
        unit = 2.0 * (two_theta - two_theta[0]) / span - 1.0
        self._chebyshev = chebyshev.chebvander(unit, n_background - 1)
        self.reach = reach
        self._cosines: FloatArray | None = None
        self.texture_axis: tuple[int, int, int] | None = None
        self._cached: tuple[FloatArray, bool, FloatArray, FloatArray] | None = None
        self._drawn: tuple[FloatArray, set[str], LineProfiles] | None = None

    def with_reach(self, reach: float) -> ProfileModel:
        """The same model with lines drawn to `reach` FWHM on either side."""
        other = copy.copy(self)
        other.reach = reach
        other._drawn = None
        return other

    def with_optics(self, crystal: CrystalModel, radiation: Radiation) -> ProfileModel:
        """The same model for the same reflections of `crystal`, measured with `radiation`."""
        other = copy.copy(self)
        other.crystal, other.radiation = crystal, radiation
        other._cached = None
        other._drawn = None
        return other

    def with_texture(self, axis: tuple[int, int, int]) -> ProfileModel:
        """The same model with crystallites aligned along the normal of the planes `axis`."""
        textured = copy.copy(self)
        textured.texture_axis = axis
        textured._cosines = cosines_squared(self.crystal, axis)
        return textured

    def _f_squared(
        self, shifts: FloatArray, b_lighter: FloatArray, derivatives: bool
    ) -> tuple[FloatArray, FloatArray]:
        """|F|^2 for these atoms; the last answer is kept, since few steps move atoms."""
        key = np.concatenate([shifts, b_lighter])
        kept = self._cached
        if kept is not None and kept[1] >= derivatives and np.array_equal(kept[0], key):
            return kept[2], kept[3]
        given = b_lighter if len(b_lighter) else None
        squared, gradient = self.crystal.f_squared(shifts, derivatives, given)
        self._cached = (key, derivatives, squared, gradient)
        return squared, gradient

    def _profiles(
        self, position: FloatArray, fwhm: FloatArray, eta: FloatArray, wanted: set[str]
    ) -> LineProfiles:
        """The lines drawn; the last answer is kept, since atoms and B move no line."""
        key = np.concatenate([position, fwhm, eta])
        kept = self._drawn
        if kept is not None and wanted <= kept[1] and np.array_equal(kept[0], key):
            return kept[2]
        dtype = np.float32 if self.reach < FINAL_REACH else np.float64
        drawn = line_profiles(self.two_theta, position, fwhm, eta, self.reach, wanted, dtype)
        self._drawn = (key, wanted, drawn)
        return drawn

    def let_go(self) -> None:
        """Keep no drawn lines: a search holds many models, and each would hold its own."""
        self._drawn = None

    def calculate(self, parameters: ProfileParameters, free: tuple[str, ...] = ()) -> Calculated:
        """The pattern, with derivatives by the groups in `free`."""
        q = self.crystal.metric_forms @ parameters.metric
        moving = "shifts" in free or "b_lighter" in free
        f_squared, gradient = self._f_squared(parameters.shifts, parameters.b_lighter, moving)
        damping = np.exp(-0.5 * parameters.b_iso * q)
        texture, texture_slope = np.ones_like(q), np.zeros_like(q)
        if self._cosines is not None:
            texture, texture_slope = march_dollase(self._cosines, parameters.texture)
        positions, areas, slopes, seen = [], [], [], []
        for wavelength, weight in zip(
            self.radiation.wavelengths, self.radiation.weights, strict=True
        ):
            sin_squared = 0.25 * wavelength**2 * q
            visible = (sin_squared > 1e-8) & (sin_squared < 0.998)
            safe = np.where(visible, sin_squared, 0.25)
            two_theta = 2.0 * DEGREES * np.arcsin(np.sqrt(safe))
            factor = self.crystal.multiplicity * lorentz_polarisation(safe, self.radiation)
            areas.append(weight * factor * damping * texture * visible)
            positions.append(two_theta + parameters.zero)
            slopes.append(0.5 * wavelength**2 / np.sin(two_theta / DEGREES) * DEGREES)
            seen.append(visible)
        position = np.concatenate(positions)
        tangent = np.tan((position - parameters.zero) / (2.0 * DEGREES))
        powers = np.stack([np.ones_like(tangent), tangent, tangent**2], axis=1)
        fwhm = np.sqrt(np.maximum(powers @ parameters.caglioti, NARROWEST**2))
        eta = parameters.mixing[0] + parameters.mixing[1] * position / 100.0
        wanted = {_DERIVATIVE_OF[name] for name in free if name in _DERIVATIVE_OF}
        profiles = self._profiles(position, fwhm, np.clip(eta, 0.0, 1.0), wanted)
        copies = len(areas)
        unit = np.concatenate(areas)
        area = parameters.scale * unit * np.tile(f_squared, copies)
        bragg = spread(profiles.value, area)
        background = self._fixed + self._chebyshev @ parameters.background
        differentiate = None
        if free:
            differentiate = partial(
                self._jacobian,
                free,
                parameters,
                profiles,
                area,
                bragg,
                powers,
                fwhm,
                position,
                np.concatenate(slopes),
                q,
                unit,
                gradient,
                texture_slope / texture,
            )
        n = len(q)
        total = area.reshape(copies, n).sum(axis=0)
        return Calculated(
            bragg + background,
            background,
            differentiate,
            total,
            positions[0],
            f_squared * damping,
            profiles,
        )

    def _jacobian(
        self,
        free: tuple[str, ...],
        parameters: ProfileParameters,
        profiles: LineProfiles,
        area: FloatArray,
        bragg: FloatArray,
        powers: FloatArray,
        fwhm: FloatArray,
        position: FloatArray,
        slope: FloatArray,
        q: FloatArray,
        unit: FloatArray,
        f_squared_gradient: FloatArray,
        log_texture_slope: FloatArray,
    ) -> FloatArray:
        copies = len(area) // len(q)
        gradient = parameters.scale * unit[:, None] * np.tile(f_squared_gradient, (copies, 1))
        by_position: Any = profiles.by_position
        by_fwhm: Any = profiles.by_fwhm
        by_eta: Any = profiles.by_eta
        columns = []
        for name in free:
            if name == "scale":
                columns.append(bragg[:, None] / parameters.scale)
            elif name == "background":
                columns.append(self._chebyshev)
            elif name == "zero":
                columns.append(spread(by_position, area)[:, None])
            elif name == "metric":
                forms = np.tile(self.crystal.metric_forms, (copies, 1))
                columns.append(spread(by_position, forms * (area * slope)[:, None]))
            elif name == "caglioti":
                wide = np.where(fwhm > NARROWEST, area / (2.0 * fwhm), 0.0)
                columns.append(spread(by_fwhm, powers * wide[:, None]))
            elif name == "mixing":
                both = np.stack([area, area * position / 100.0], axis=1)
                columns.append(spread(by_eta, both))
            elif name == "b_iso":
                columns.append(spread(profiles.value, -0.5 * np.tile(q, copies) * area)[:, None])
            elif name == "texture":
                by_r = np.tile(log_texture_slope, copies) * area
                columns.append(spread(profiles.value, by_r)[:, None])
            elif name == "shifts":
                columns.append(spread(profiles.value, gradient[:, : len(parameters.shifts)]))
            elif name == "b_lighter":
                columns.append(spread(profiles.value, gradient[:, len(parameters.shifts) :]))
        return np.concatenate(columns, axis=1)


def combined_profile(model: ProfileModel, calculated: Calculated) -> csc_matrix:
    """(points, reflections) lines of unit area, all wavelengths together in their fixed ratio."""
    n = len(calculated.areas)
    total = sum(model.radiation.weights)
    parts = [
        calculated.profiles.value[:, i * n : (i + 1) * n] * (weight / total)
        for i, weight in enumerate(model.radiation.weights)
    ]
    return sum(parts[1:], parts[0])
