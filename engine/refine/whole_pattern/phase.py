"""One phase on a pattern: where its lines lie, how strong they are, and all derivatives."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.pattern.radiation import Radiation
from engine.refine.crystal_model import CrystalModel
from engine.refine.texture import cosines_squared, march_dollase
from engine.refine.whole_pattern.parameters import PhaseParameters
from engine.refine.whole_pattern.structure_factors import SquaredFactors, StructureFactors

FloatArray = NDArray[np.float64]
DEGREES = 180.0 / np.pi


@dataclass(frozen=True, eq=False)
class PhaseLines:
    """Lines of one phase, all reflections for the first wavelength, then the next.

    Attributes
    ----------
    two_theta : (l,) array
        Bragg angles without zero and displacement, degrees.
    slope : (l, k) array
        Degrees per metric coefficient.
    area : (l,) array
        Counts times degrees; 0 where a line cannot be seen.
    factor : (l,) array
        What |F|^2 is multiplied with to give the area.
    f_squared : (r,) array
        |F|^2 with displacement factors.
    q : (r,) array
        1/d^2.
    squared : SquaredFactors or None
        None where intensities are free (Le Bail).
    texture_log_slope : (r,) array
        Derivative of the texture factor's logarithm by r.
    directions : (l, w) array
        Share of each direction of the Lorentzian widths in each line; ones if isotropic.
    """

    two_theta: FloatArray
    slope: FloatArray
    area: FloatArray
    factor: FloatArray
    f_squared: FloatArray
    q: FloatArray
    squared: SquaredFactors | None
    texture_log_slope: FloatArray
    directions: FloatArray

    def columns(self, group: str, parameters: PhaseParameters) -> FloatArray:
        """(l, v) derivatives of the areas by one group of the phase's parameters."""
        copies = len(self.area) // len(self.q)
        if group == "scale":
            return self.area[:, None] / parameters.scale
        if group == "b_iso":
            return (-0.5 * np.tile(self.q, copies) * self.area)[:, None]
        if group == "texture":
            return (np.tile(self.texture_log_slope, copies) * self.area)[:, None]
        if self.squared is None:
            raise ValueError(f"Free intensities have no derivative by {group}.")
        common = np.exp(-0.5 * float(np.mean(parameters.b)) * self.q)
        by = {
            "coordinates": self.squared.by_shift,
            "b_element": self.squared.by_b,
            "occupancy": self.squared.by_occupancy,
        }[group]
        if group == "b_element":
            # The excess sums to nothing: what one element gains, the common part shares.
            value, n = self.squared.value, len(parameters.b)
            by = by - by.mean(axis=1, keepdims=True) - (0.5 * self.q * value / n)[:, None]
        return self.factor[:, None] * np.tile(by * common[:, None], (copies, 1))


class Phase:
    """One phase: a crystal, or a lattice with intensities of its own.

    Parameters
    ----------
    crystal : CrystalModel
    radiation : Radiation
    intensities : (r,) array, optional
        In place of |F|^2 (Le Bail).
    """

    def __init__(
        self, crystal: CrystalModel, radiation: Radiation, intensities: FloatArray | None = None
    ) -> None:
        self.crystal = crystal
        self.radiation = radiation
        self.intensities = intensities
        self.factors = StructureFactors(crystal)
        self.texture_axis: tuple[int, int, int] | None = None
        self._cosines: FloatArray | None = None
        self.anisotropic = False

    def with_anisotropic_widths(self) -> Phase:
        """The same phase with Lorentzian widths that depend on the direction of h.

        1/d^2 is a sum over the free coefficients of the reciprocal metric; their shares in it
        are the weights of as many widths. For a hexagonal lattice these are the widths across
        and along c, each counting by the squared sine and cosine of the angle between h and c.
        """
        other = copy.copy(self)
        other.anisotropic = True
        return other

    def _directions(self, q: FloatArray) -> FloatArray:
        if not self.anisotropic:
            return np.ones((len(q), 1))
        shares = self.crystal.metric_forms * self.crystal.metric
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def with_texture(self, axis: tuple[int, int, int] | None) -> Phase:
        """The same phase, its crystallites aligned along the normal of the planes `axis`."""
        other = copy.copy(self)
        other.texture_axis = axis
        other._cosines = None if axis is None else cosines_squared(self.crystal, axis)
        return other

    def with_intensities(self, intensities: FloatArray | None) -> Phase:
        """The same phase with these intensities in place of |F|^2."""
        other = copy.copy(self)
        other.intensities = intensities
        return other

    def lines(self, parameters: PhaseParameters, derivatives: bool) -> PhaseLines:
        """All lines for these parameters.

        Parameters
        ----------
        parameters : PhaseParameters
        derivatives : bool
            Whether those of |F|^2 are wanted.
        """
        q = self.crystal.metric_forms @ parameters.metric
        squared, f_squared = None, self.intensities
        if f_squared is None:
            common = float(np.mean(parameters.b))
            squared = self.factors.squared(
                parameters.shifts, parameters.b - common, parameters.occupancy, derivatives
            )
            f_squared = squared.value * np.exp(-0.5 * common * q)
        texture, log_slope = np.ones_like(q), np.zeros_like(q)
        if self._cosines is not None:
            texture, slope = march_dollase(self._cosines, parameters.texture)
            log_slope = slope / texture
        angles, slopes, factors = [], [], []
        for wavelength, weight in zip(
            self.radiation.wavelengths, self.radiation.weights, strict=True
        ):
            sine = 0.25 * wavelength**2 * q
            visible = (sine > 1e-8) & (sine < 0.9985)
            safe = np.where(visible, sine, 0.25)
            angle = 2.0 * DEGREES * np.arcsin(np.sqrt(safe))
            per_q = 0.5 * wavelength**2 / np.sin(angle / DEGREES) * DEGREES
            angles.append(angle)
            slopes.append(per_q[:, None] * self.crystal.metric_forms)
            optics = self.crystal.multiplicity * lorentz_polarisation(safe, self.radiation)
            factors.append(weight * optics * texture * visible)
        factor = parameters.scale * np.concatenate(factors)
        area = factor * np.tile(f_squared, len(angles))
        return PhaseLines(
            np.concatenate(angles),
            np.concatenate(slopes),
            area,
            factor,
            f_squared,
            q,
            squared,
            log_slope,
            np.tile(self._directions(q), (len(angles), 1)),
        )
