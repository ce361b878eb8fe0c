"""Whether a cell is the right one: that of the truth, or what its visible lines show of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.crystal.niggli import niggli_reduce
from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import primitive_cell
from engine.solve.indexing.relatives import matching_basis

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Lines above this share of the strongest are taken for visible.
VISIBLE = 0.01
# Of lengths, and degrees: what makes an indexed cell the right one, and a candidate's.
INDEXED, REFINED = (0.003, 0.3), (0.01, 1.0)
B_ISO = 1.0
LINE_APART = 1e-5  # relative, of 1/d


@dataclass(frozen=True, eq=False)
class TrueCell:
    """The lattice of a truth, and the one that its visible lines generate.

    Attributes
    ----------
    lattice, visible : (3, 3) array
        Niggli-reduced primitive cells, rows in angstrom. They are the same where the pattern can
        decide; else `visible` is a part of the true cell.
    decidable : bool
        Whether the visible lines generate the whole lattice.
    """

    lattice: FloatArray
    visible: FloatArray
    decidable: bool

    def judge(self, lattices: Iterable[FloatArray], tolerance: tuple[float, float]) -> str:
        """ "lattice" if one is right, "sublattice" if one is what the visible lines show, else "".

        Parameters
        ----------
        lattices : iterable of (3, 3) arrays
            Reduced.
        tolerance : (float, float)
            Relative, of lengths, and degrees.
        """
        part = False
        for lattice in lattices:
            if same_lattice(lattice, self.lattice, tolerance):
                return "lattice"
            part = part or same_lattice(lattice, self.visible, tolerance)
        return "sublattice" if part else ""


def same_lattice(one: FloatArray, other: FloatArray, tolerance: tuple[float, float]) -> bool:
    """Whether two reduced cells are of one lattice, within a share of lengths and degrees."""
    ratio = abs(np.linalg.det(one) / np.linalg.det(other))
    if not 0.8 < ratio < 1.25:
        return False
    basis = matching_basis(one, other, *tolerance)
    return basis is not None and round(abs(float(np.linalg.det(basis)))) == 1


def reduced_lattice(structure: CrystalStructure) -> FloatArray:
    """(3, 3) Niggli-reduced primitive cell."""
    return niggli_reduce(primitive_cell(structure).lattice)[0]


def true_cell(
    structure: CrystalStructure, wavelength: float, window: tuple[float, float]
) -> TrueCell:
    """The cell of a truth as a pattern can show it.

    Parameters
    ----------
    structure : CrystalStructure
    wavelength : float
        Angstrom.
    window : (float, float)
        First and last 2theta, degrees.
    """
    primitive = primitive_cell(structure)
    reduced, basis = niggli_reduce(primitive.lattice)
    coords = primitive.frac_coords @ np.linalg.inv(basis)
    hkl = _visible_hkl(reduced, primitive.numbers, coords, wavelength, window)
    generated = generated_lattice(hkl)
    if generated is None:
        return TrueCell(reduced, reduced, False)
    index = round(abs(float(np.linalg.det(generated))))
    if index == 1:
        return TrueCell(reduced, reduced, True)
    direct = np.linalg.inv(generated).T @ reduced
    return TrueCell(reduced, niggli_reduce(direct)[0], False)


def _visible_hkl(
    lattice: FloatArray,
    numbers: IntArray,
    coords: FloatArray,
    wavelength: float,
    window: tuple[float, float],
) -> IntArray:
    """(n, 3) indices of the reflections behind the visible lines."""
    from engine.diffraction.reflections import group_by_spacing, hkl_within
    from engine.diffraction.scattering import form_factors

    low, high = (np.sin(np.radians(t / 2.0)) / wavelength for t in window)
    hkl, s = hkl_within(lattice, high, low)
    factors = form_factors(numbers, s**2) * np.exp(-B_ISO * s**2)
    amplitude = np.abs((factors * np.exp(2j * np.pi * coords @ hkl.T)).sum(axis=0))
    theta = np.arcsin(np.minimum(wavelength * s, 0.9999))
    lorentz = (1.0 + np.cos(2.0 * theta) ** 2) / (np.sin(theta) ** 2 * np.cos(theta))
    power = amplitude**2 * lorentz
    which = group_by_spacing(s, LINE_APART)[0]
    total = np.bincount(which, weights=power)
    usual = total / np.bincount(which)
    visible = (total >= VISIBLE * total.max(initial=0.0)) & (total > 0.0)
    return np.asarray(hkl[visible[which] & (power >= VISIBLE * usual[which])])


def generated_lattice(vectors: IntArray) -> IntArray | None:
    """(3, 3) basis of the lattice that integer vectors (n, 3) generate; None if it is flat.

    By Euclid's algorithm on columns: the rows of the Hermite normal form.
    """
    rows = [np.array(v, dtype=np.int64) for v in np.unique(vectors, axis=0)]
    basis: list[IntArray] = []
    for column in range(3):
        while True:
            nonzero = [row for row in rows if row[column] != 0]
            if len(nonzero) <= 1:
                break
            pivot = min(nonzero, key=lambda row: abs(int(row[column])))
            rows = [
                row if row is pivot else row - (row[column] // pivot[column]) * pivot
                for row in rows
            ]
            rows = [row for row in rows if row.any()]
        if not nonzero:
            return None
        basis.append(nonzero[0])
        rows = [row for row in rows if row is not nonzero[0]]
    return np.array(basis)
