"""What the atoms of a refined candidate contribute to its reflections, one by one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.anomalous import dispersion
from engine.crystal.structure import CrystalStructure
from engine.diffraction.scattering import form_factors
from engine.refine.stages import Refinement

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ComplexArray = NDArray[np.complex128]


def s_squared(refinement: Refinement) -> FloatArray:
    """(r,) (sin theta / lambda)^2 of the reflections, 1/angstrom^2."""
    forms = refinement.model.crystal.metric_forms
    return np.asarray(0.25 * (forms @ refinement.state.parameters.metric))


def waves(refinement: Refinement, structure: CrystalStructure) -> ComplexArray:
    """(n, r) exp(2 pi i h.x) of every atom, damped by how much more it moves than overall.

    Parameters
    ----------
    refinement : Refinement
        Whose reflections, and B beyond the overall one for each element, they are.
    structure : CrystalStructure
        In its conventional cell.
    """
    crystal, parameters = refinement.model.crystal, refinement.state.parameters
    s2 = s_squared(refinement)
    found = np.exp(2j * np.pi * (structure.frac_coords @ crystal.hkl.T))
    for z, b in zip(crystal.lighter, parameters.b_lighter, strict=False):
        found[structure.numbers == z] *= np.exp(-b * s2)
    return np.asarray(found)


def scattering(refinement: Refinement, elements: IntArray) -> tuple[FloatArray, FloatArray]:
    """What atoms scatter in phase, (e, r), and what they absorb, (e,), electrons.

    Parameters
    ----------
    refinement : Refinement
        Whose reflections, wavelength and dispersion are used.
    elements : (e,) int array
        Atomic numbers.
    """
    prepared = refinement.prepared
    first, second = (
        part * prepared.dispersion for part in dispersion(elements, prepared.radiation.primary)
    )
    return form_factors(elements, s_squared(refinement)) + first[:, None], second


def scale_of_lines(areas: FloatArray, f_squared: FloatArray) -> FloatArray:
    """(r,) integrated intensity for a unit of |F|^2; 0 for lines that are extinguished.

    Parameters
    ----------
    areas : (r,) array
        Integrated intensities of a fit.
    f_squared : (r,) array
        Its |F|^2.
    """
    known = f_squared > 1e-6 * f_squared.max()
    return np.where(known, areas / np.where(known, f_squared, 1.0), 0.0)
