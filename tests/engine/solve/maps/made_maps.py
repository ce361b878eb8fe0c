"""Exact maps of made structures, in their reduced primitive cells."""

from __future__ import annotations

import numpy as np

from engine.crystal.cmed import niggli_primitive
from engine.crystal.structure import CrystalStructure
from engine.diffraction.reflections import hkl_within
from engine.diffraction.scattering import form_factors
from engine.solve.maps.measured_series import Series
from tests.made_structures import BY_NAME

S_MAX = 0.5


def series_of(structure: CrystalStructure, shift: tuple[float, float, float] = (0, 0, 0)) -> Series:
    """The Fourier coefficients of a structure's density, its origin moved."""
    hkl, s = hkl_within(structure.lattice, S_MAX)
    f = form_factors(structure.numbers, s**2) * np.exp(-2.0 * s**2)
    waves = np.exp(2j * np.pi * (hkl @ (structure.frac_coords + np.array(shift)).T))
    return Series(structure.lattice, hkl, (f.T * waves).sum(axis=1))


def reduced(name: str) -> CrystalStructure:
    """A made structure in its reduced primitive cell."""
    return niggli_primitive(BY_NAME[name].structure)
