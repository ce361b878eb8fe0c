"""What a profile refinement gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure

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

    @property
    def difference(self) -> FloatArray:
        """Observed minus calculated counts."""
        return np.asarray(self.observed - self.calculated)
