"""Squared structure factors with a B for each element, occupancies, and all derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.refine.crystal_model import CrystalModel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ComplexArray = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class SquaredFactors:
    """Mean |F|^2 of Friedel pairs and its derivatives.

    Attributes
    ----------
    value : (r,) array
        Electrons squared per conventional cell.
    by_shift : (r, p) array
        Per angstrom of each free coordinate.
    by_b : (r, e) array
        Per square angstrom of each element's B.
    by_occupancy : (r, o) array
        Per unit of each independent site's occupancy factor.
    """

    value: FloatArray
    by_shift: FloatArray
    by_b: FloatArray
    by_occupancy: FloatArray


class StructureFactors:
    """Structure factors of one phase.

    Parameters
    ----------
    crystal : CrystalModel

    Attributes
    ----------
    elements : (e,) int array
        Atomic numbers, each once.
    sites : (o,) int array
        One atom of each independent site.
    """

    def __init__(self, crystal: CrystalModel) -> None:
        self.crystal = crystal
        cell = crystal.standardised.conventional
        self.elements, self._element_of = np.unique(cell.numbers, return_inverse=True)
        self.sites = np.array(crystal.standardised.asymmetric_unit(), dtype=np.int64)
        labels = crystal.standardised.orbits[self.sites]
        self._site_of = np.array([int(np.flatnonzero(labels == o)[0]) for o in self._orbits()])
        self._s_squared = 0.25 * (crystal.metric_forms @ crystal.metric)
        self._cached: tuple[tuple[bytes, bytes, bytes], bool, SquaredFactors] | None = None

    def _orbits(self) -> IntArray:
        return self.crystal.standardised.orbits

    @property
    def element_of(self) -> IntArray:
        """(n,) place of each atom's element in `elements`."""
        return np.asarray(self._element_of, dtype=np.int64)

    @property
    def site_of(self) -> IntArray:
        """(n,) place of each atom's site in `sites`."""
        return np.asarray(self._site_of, dtype=np.int64)

    def squared(
        self, shifts: FloatArray, b_excess: FloatArray, occupancy: FloatArray, derivatives: bool
    ) -> SquaredFactors:
        """|F|^2; the last answer is kept, since many steps leave the atoms alone.

        Parameters
        ----------
        shifts : (p,) array
            Angstrom.
        b_excess : (e,) array
            B of each element less what they have in common, square angstrom.
        occupancy : (o,) array
            Factor on the occupancy of each independent site.
        derivatives : bool
        """
        key = (shifts.tobytes(), b_excess.tobytes(), occupancy.tobytes())
        if self._cached is not None and self._cached[0] == key and self._cached[1] >= derivatives:
            return self._cached[2]
        made = self._compute(shifts, b_excess, occupancy, derivatives)
        self._cached = (key, derivatives, made)
        return made

    def _compute(
        self, shifts: FloatArray, b_excess: FloatArray, occupancy: FloatArray, derivatives: bool
    ) -> SquaredFactors:
        crystal = self.crystal
        wave = np.exp(2j * np.pi * (crystal.hkl @ crystal.coordinates(shifts).T))
        if np.any(b_excess):
            damping = np.exp(-self._s_squared[:, None] * b_excess)
            wave = wave * damping[:, self._element_of]
        factor = occupancy[self._site_of]
        real = crystal.form_factor.T * wave * factor
        imaginary = crystal.f_second * wave * factor
        f_real, f_imaginary = real.sum(axis=1), imaginary.sum(axis=1)
        value = np.abs(f_real) ** 2 + np.abs(f_imaginary) ** 2
        if not derivatives:
            empty = np.zeros((len(value), 0))
            return SquaredFactors(value, empty, empty, empty)

        def twice_real(by_real: ComplexArray, by_imag: ComplexArray) -> FloatArray:
            product = np.conj(f_real)[:, None] * by_real + np.conj(f_imaginary)[:, None] * by_imag
            return np.asarray(2.0 * product.real)

        by_real = np.zeros((len(value), len(shifts)), dtype=complex)
        by_imag = np.zeros_like(by_real)
        for axis in range(3):
            along = 2j * np.pi * crystal.hkl[:, axis, None]
            by_real += along * (real @ crystal.displacements[:, axis])
            by_imag += along * (imaginary @ crystal.displacements[:, axis])
        in_element = np.eye(len(self.elements))[self._element_of]
        in_site = np.eye(len(self.sites))[self._site_of]
        by_element = twice_real(real @ in_element, imaginary @ in_element)
        by_site = twice_real(real @ in_site, imaginary @ in_site)
        return SquaredFactors(
            value,
            twice_real(by_real, by_imag),
            -self._s_squared[:, None] * by_element,
            by_site / np.maximum(occupancy, 1e-6),
        )
