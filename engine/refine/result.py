"""What a profile refinement gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import Standardised

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Parameter:
    """A refined quantity with its standard uncertainty (None where it was held fixed)."""

    name: str
    value: float
    su: float | None
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Reflections:
    """Bragg lines of a fit: one row per symmetry-independent reflection.

    Attributes
    ----------
    hkl : (n, 3) int array
        Indices in the basis of the fit's structure (conventional cell).
    d_spacing : (n,) array
        Angstrom.
    two_theta : (n,) array
        Degrees, for the primary wavelength, zero error included.
    multiplicity : (n,) int array
    intensity : (n,) array
        Integrated calculated intensity (counts times degrees, all wavelengths together).
    f_squared : (n,) array
        Mean |F|^2 over the equivalents, electrons squared per cell.
    """

    hkl: NDArray[np.int64]
    d_spacing: FloatArray
    two_theta: FloatArray
    multiplicity: NDArray[np.int64]
    intensity: FloatArray
    f_squared: FloatArray

    def __len__(self) -> int:
        return len(self.hkl)


@dataclass(frozen=True, eq=False)
class PhaseFit:
    """One phase of a whole-pattern refinement.

    Attributes
    ----------
    name : str
    standardised : Standardised
        The refined structure with its space group; no atoms where intensities were free.
    reflections : Reflections
    r_bragg : float
        Fraction; nan where intensities were free.
    cell_su : (6,) array
        Of a, b, c (angstrom), alpha, beta, gamma (degrees); nan where held or set by symmetry.
    coordinates_su : (n, 3) array
        Fractional; 0 where held.
    u_iso_su, occupancy_su : (n,) arrays
        Square angstrom and fractions; 0 where held.
    weight_fraction, weight_fraction_su : float or None
        Among the crystalline phases of the fit, after Hill and Howard; None for a single phase.
    weight_fraction_corrected : float or None
        After Brindley's correction for microabsorption, where a particle size was given.
    linear_absorption : float
        1/cm, photoelectric.
    texture_axis : tuple of int or None
    texture : float
        r of March and Dollase.
    """

    name: str
    standardised: Standardised
    reflections: Reflections
    r_bragg: float
    cell_su: FloatArray
    coordinates_su: FloatArray
    u_iso_su: FloatArray
    occupancy_su: FloatArray
    weight_fraction: float | None = None
    weight_fraction_su: float | None = None
    weight_fraction_corrected: float | None = None
    linear_absorption: float = float("nan")
    texture_axis: tuple[int, int, int] | None = None
    texture: float = 1.0

    @property
    def structure(self) -> CrystalStructure:
        """The refined structure in its conventional cell."""
        return self.standardised.conventional


@dataclass(frozen=True, eq=False)
class Correlations:
    """Correlation coefficients of refined parameters.

    Attributes
    ----------
    names : tuple of str
    matrix : (v, v) array
    """

    names: tuple[str, ...]
    matrix: FloatArray

    def strong(self, beyond: float = 0.9, most: int = 8) -> list[tuple[str, str, float]]:
        """Pairs that the pattern hardly tells apart, the strongest first.

        Parameters
        ----------
        beyond : float
            Least magnitude.
        most : int
            How many at most; pairs of two background terms are left out.
        """
        names = self.names
        pairs = [
            (names[i], names[j], float(self.matrix[i, j]))
            for i in range(len(names))
            for j in range(i)
            if abs(self.matrix[i, j]) > beyond and not names[i].startswith("background")
        ]
        return sorted(pairs, key=lambda pair: -abs(pair[2]))[:most]


@dataclass(frozen=True, eq=False)
class FitResult:
    """A calculated profile beside the observed one, and the model behind it.

    Attributes
    ----------
    structure : CrystalStructure
        Refined structure in its conventional cell.
    two_theta, observed, calculated, background, sigma : (n,) arrays
        `calculated` includes the background; degrees and counts.
    reflections : Reflections
    parameters : tuple of Parameter
    rwp, rwp_background_subtracted, r_bragg : float
        Fractions, not per cent.
    rwp_lebail : float or None
        R_wp of a Le Bail fit of the same lattice with the same profile, where one was made.
    gof : float or None
        sqrt(chi^2/(N - P)); None where counts were rescaled.
    phases : tuple of PhaseFit
        Of a whole-pattern refinement; `structure` and `reflections` are then those of the first
        phase and of all phases.
    r_exp : float or None
        The R_wp that noise alone would leave, sqrt((N - P) / sum w y_o^2); as `gof`.
    correlations : Correlations or None
    background_function, profile_function : str
        In words, with the literature; empty where nobody says.
    restraints : int
        How many expectations counted as observations.
    excluded : tuple of (float, float)
        Regions of 2theta (degrees) that were left out of the pattern.
    robust_weights : (n,) array or None
        Factors on the weights 1/sigma^2 with which was refined; all residuals are without.
    """

    structure: CrystalStructure
    two_theta: FloatArray
    observed: FloatArray
    calculated: FloatArray
    background: FloatArray
    sigma: FloatArray
    reflections: Reflections
    parameters: tuple[Parameter, ...] = ()
    rwp: float = float("nan")
    rwp_background_subtracted: float = float("nan")
    rwp_lebail: float | None = None
    r_bragg: float = float("nan")
    gof: float | None = None
    notes: tuple[str, ...] = field(default=())
    phases: tuple[PhaseFit, ...] = ()
    r_exp: float | None = None
    correlations: Correlations | None = None
    background_function: str = ""
    profile_function: str = ""
    restraints: int = 0
    excluded: tuple[tuple[float, float], ...] = ()
    robust_weights: FloatArray | None = None

    @property
    def rp(self) -> float:
        """R_p, the sum of |y_o - y_c| over that of y_o, a fraction; nan without counts."""
        whole = float(np.abs(self.observed).sum())
        return float(np.abs(self.difference).sum()) / whole if whole > 0.0 else float("nan")

    @property
    def difference(self) -> FloatArray:
        """Observed minus calculated counts."""
        return np.asarray(self.observed - self.calculated)
