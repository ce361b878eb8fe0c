"""Free coordinates of a structure refined on correlated integrated intensities.

Much cheaper than a refinement on the profile, and enough to tell which of many decorated maps
are worth one: positions from a map are off by 0.1 to 0.3 A.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.refine.crystal_model import CrystalModel
from engine.solve.binned_pattern import BinnedPattern

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_REFLECTIONS = 320
# First on reflections with larger spacings than this (angstrom): they forgive larger errors.
COARSE_SPACING = 1.6
COARSE_STEPS, FINE_STEPS = 4, 6
LARGEST_STEP = 0.25  # angstrom
B_START, B_LEAST, B_MOST = 0.8, -0.5, 4.0
SYMMETRY = 0.05
_ENOUGH = 1e-3


@dataclass(frozen=True, eq=False)
class RefinedAtoms:
    """A structure whose coordinates explain the intensities as well as they can nearby.

    Attributes
    ----------
    model : CrystalModel
        In the conventional cell, before the shifts.
    shifts : (p,) array
        Of the free coordinates, angstrom.
    b_iso : float
        Overall, square angstrom.
    scale : float
    residual : float
        Of the blurred pattern, 0 to 1.
    """

    model: CrystalModel
    shifts: FloatArray
    b_iso: float
    scale: float
    residual: float

    @property
    def structure(self) -> CrystalStructure:
        """With the shifts applied."""
        cell = self.model.standardised.conventional
        return CrystalStructure(
            cell.lattice, cell.numbers, self.model.coordinates(self.shifts) % 1.0
        )

    @property
    def n_free(self) -> int:
        """Free coordinates."""
        return self.model.n_coordinates


@dataclass(frozen=True, eq=False)
class Normal:
    """The pattern's normal equations for the intensities of some reflections."""

    matrix: FloatArray
    vector: FloatArray
    power: float


class IntensityRefiner:
    """Refines structures on one pattern; keeps what cells have in common."""

    def __init__(self, pattern: BinnedPattern, anomalous: bool) -> None:
        self.pattern = pattern
        self._anomalous = anomalous
        self._last = pattern.start + (pattern.size - 1) * pattern.width
        self._kept: dict[bytes, tuple[Normal, Normal]] = {}

    def refine(self, structure: CrystalStructure, symprec: float = SYMMETRY) -> RefinedAtoms:
        """Refine free coordinates and an overall B.

        Parameters
        ----------
        structure : CrystalStructure
        symprec : float
            Tolerance of the symmetry search, angstrom.

        Raises
        ------
        BadInputError
            If the structure has no symmetry or no reflections.
        """
        model = CrystalModel.prepare(
            structure,
            self.pattern.wavelength,
            1.0 / self._end(structure),
            1.0 / self.pattern.start,
            symprec,
            self._anomalous,
        )
        q = model.metric_forms @ model.metric
        coarse, fine = self._normals(model, q)
        factor = model.multiplicity * lorentz_polarisation(
            0.25 * self.pattern.wavelength**2 * q, self.pattern.radiation
        )
        point = np.append(np.zeros(model.n_coordinates), B_START)
        scale, chi = 0.0, np.inf
        for normal, steps in ((coarse, COARSE_STEPS), (fine, FINE_STEPS)):
            point, scale, chi = _minimise(model, q, factor, normal, point, steps)
        return RefinedAtoms(
            model,
            point[:-1],
            float(point[-1]),
            scale,
            float(np.sqrt(max(chi / fine.power, 0.0))),
        )

    def _end(self, structure: CrystalStructure) -> float:
        """1/d up to which about `MOST_REFLECTIONS` independent ones of a P1 cell would be."""
        # A conventional cell of symmetry g has about 2 pi V q^3 / (3 g) of them, g up to 48.
        share = 2.0 * np.pi * structure.volume / (3.0 * 48.0)
        return float(min(self._last, (MOST_REFLECTIONS / share) ** (1.0 / 3.0)))

    def _normals(self, model: CrystalModel, q: FloatArray) -> tuple[Normal, Normal]:
        key = model.hkl.tobytes() + np.round(model.metric, 7).tobytes()
        found = self._kept.get(key)
        if found is None:
            d_star = np.sqrt(q)
            limit = self._last
            if len(d_star) > MOST_REFLECTIONS:
                limit = min(limit, float(np.sort(d_star)[MOST_REFLECTIONS]))
            profiles = self.pattern.profiles(d_star)
            found = (
                self._normal(profiles, min(1.0 / COARSE_SPACING, limit)),
                self._normal(profiles, limit),
            )
            self._kept[key] = found
        return found

    def _normal(self, profiles: FloatArray, limit: float) -> Normal:
        pattern = self.pattern
        end = min(pattern.size, int((limit - pattern.start) / pattern.width) + 1)
        used = profiles[:, :end]
        weighted = used * pattern.weight[:end]
        observed = pattern.observed[:end]
        power = float(pattern.weight[:end] @ observed**2)
        return Normal(weighted @ used.T, weighted @ observed, power)


def _minimise(
    model: CrystalModel,
    q: FloatArray,
    factor: FloatArray,
    normal: Normal,
    point: FloatArray,
    steps: int,
) -> tuple[FloatArray, float, float]:
    """Levenberg-Marquardt on shifts and B, the scale projected out."""
    scale, chi, gradient, curvature = _expand(model, q, factor, normal, point)
    damping = 1e-2
    for _ in range(steps):
        improved = False
        for _ in range(4):
            matrix = curvature + damping * np.diag(np.diag(curvature)) + 1e-12 * np.eye(len(point))
            step = np.linalg.lstsq(matrix, gradient, rcond=None)[0]
            largest = float(np.abs(step[:-1]).max(initial=0.0))
            step = step * min(1.0, LARGEST_STEP / max(largest, 1e-9))
            trial = point + step
            trial[-1] = np.clip(trial[-1], B_LEAST, B_MOST)
            other = _expand(model, q, factor, normal, trial)
            if other[1] < chi:
                improved = True
                break
            damping *= 8.0
        if not improved:
            break
        gain = (chi - other[1]) / max(chi, 1e-300)
        point, (scale, chi, gradient, curvature) = trial, other
        damping = max(damping / 6.0, 1e-5)
        if gain < _ENOUGH:
            break
    return point, scale, chi


def _expand(
    model: CrystalModel, q: FloatArray, factor: FloatArray, normal: Normal, point: FloatArray
) -> tuple[float, float, FloatArray, FloatArray]:
    """Scale, chi^2, its negative half gradient and Gauss-Newton curvature at a point."""
    squared, slope = model.f_squared(point[:-1], True)
    damped = factor * np.exp(-0.5 * point[-1] * q)
    intensity = squared * damped
    by = np.column_stack([slope * damped[:, None], -0.5 * q * intensity])
    own = normal.matrix @ intensity
    norm = max(float(intensity @ own), 1e-300)
    scale = max(float(intensity @ normal.vector) / norm, 0.0)
    chi = normal.power - 2.0 * scale * float(intensity @ normal.vector) + scale**2 * norm
    # What a change of scale can do is taken out of every derivative.
    design = by - np.outer(intensity, (own @ by) / norm)
    gradient = scale * design.T @ (normal.vector - scale * own)
    curvature = scale**2 * design.T @ normal.matrix @ design
    return scale, float(chi), gradient, curvature
