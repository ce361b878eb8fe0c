"""What symmetry leaves free in a structure, and its intensities with their derivatives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.crystal.anomalous import dispersion
from engine.crystal.metric import (
    invariant_metric_basis,
    metric_to_vector,
    quadratic_form,
    vector_to_metric,
)
from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import Standardised, standardise
from engine.diffraction.reflections import independent_reflections
from engine.diffraction.scattering import form_factors

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_SAME_PLACE = 2e-3


@dataclass(frozen=True, eq=False)
class CrystalModel:
    """A structure prepared for refinement in its conventional cell.

    Attributes
    ----------
    standardised : Standardised
    hkl : (r, 3) int array
        Independent reflections, systematic absences left out.
    multiplicity : (r,) int array
    metric_forms : (r, k) array
        1/d^2 = metric_forms @ (free metric coefficients).
    metric_basis : (6, k) array
        Free directions of the reciprocal metric.
    metric : (k,) array
        Its coefficients now.
    displacements : (n, 3, p) array
        Fractional displacement of every atom for each free coordinate; a unit of a free
        coordinate moves its atoms by one angstrom, root mean square.
    form_factor : (n, r) array
        f0 + f' of each atom at each reflection, occupancy included, electrons.
    f_second : (n,) array
        f'' of each atom, occupancy included.
    """

    standardised: Standardised
    hkl: IntArray
    multiplicity: IntArray
    metric_forms: FloatArray
    metric_basis: FloatArray
    metric: FloatArray
    displacements: FloatArray
    form_factor: FloatArray
    f_second: FloatArray

    @classmethod
    def prepare(
        cls,
        structure: CrystalStructure,
        wavelength: float,
        d_min: float,
        d_max: float = np.inf,
        symprec: float = 0.02,
        anomalous: bool = True,
    ) -> CrystalModel:
        """Standardise a structure and list what can be refined.

        Parameters
        ----------
        structure : CrystalStructure
        wavelength : float
            Angstrom, for the dispersion corrections.
        d_min, d_max : float
            Range of d-spacings (angstrom) of the reflections.
        symprec : float
            Tolerance (angstrom) of the symmetry search.
        anomalous : bool
            Whether to add f' and f''.

        Raises
        ------
        BadInputError
            If no symmetry can be found.
        """
        standardised = standardise(structure, symprec)
        cell = standardised.conventional
        listed = independent_reflections(
            cell.lattice,
            0.5 / d_min,
            standardised.rotations,
            standardised.translations,
            s_min=0.5 / d_max if np.isfinite(d_max) else 0.0,
        )
        basis = invariant_metric_basis(np.unique(standardised.rotations, axis=0))
        reciprocal = metric_to_vector(np.linalg.inv(cell.lattice @ cell.lattice.T))
        first, second = _dispersion(cell, wavelength, anomalous)
        zs, inverse = np.unique(cell.numbers, return_inverse=True)
        f0 = form_factors(zs, listed.s**2)[inverse]
        return cls(
            standardised=standardised,
            hkl=listed.hkl,
            multiplicity=listed.multiplicity,
            metric_forms=quadratic_form(listed.hkl) @ basis,
            metric_basis=basis,
            metric=basis.T @ reciprocal,
            displacements=free_displacements(standardised),
            form_factor=(f0 + first[:, None]) * cell.occupancies[:, None],
            f_second=second * cell.occupancies,
        )

    def with_dispersion(self, wavelength: float, anomalous: bool) -> CrystalModel:
        """The same crystal with or without f' and f'', whichever it had.

        Parameters
        ----------
        wavelength : float
            Angstrom.
        anomalous : bool
        """
        cell = self.standardised.conventional
        if anomalous == bool(np.any(self.f_second)):
            return self
        first, second = _dispersion(cell, wavelength, True)
        change = (first if anomalous else -first) * cell.occupancies
        return replace(
            self,
            form_factor=self.form_factor + change[:, None],
            f_second=second * cell.occupancies * anomalous,
        )

    def holding(self, atomic_number: int) -> CrystalModel:
        """The same crystal with the coordinates of one element held where they are.

        Parameters
        ----------
        atomic_number : int
        """
        held = self.standardised.conventional.numbers == atomic_number
        if not held.any() or self.n_coordinates == 0:
            return self
        columns = self.displacements[held].reshape(-1, self.n_coordinates)
        # Where an origin floats, columns move atoms of several elements against each other.
        _, values, right = np.linalg.svd(columns, full_matrices=True)
        moving = int((values > 1e-6).sum())
        displacements = self.displacements @ right[moving:].T
        lattice = self.standardised.conventional.lattice
        return replace(self, displacements=_scaled(displacements, lattice))

    @property
    def n_coordinates(self) -> int:
        """How many coordinates symmetry leaves free."""
        return int(self.displacements.shape[2])

    def lattice(self, metric: FloatArray) -> FloatArray:
        """(3, 3) rows a, b, c in the standard orientation, for metric coefficients.

        Raises
        ------
        numpy.linalg.LinAlgError
            If the metric is not that of a lattice.
        """
        from engine.crystal.lattice import cell_from_matrix, matrix_from_cell

        direct = np.linalg.inv(vector_to_metric(self.metric_basis @ metric))
        return matrix_from_cell(*cell_from_matrix(np.linalg.cholesky(direct)))

    def coordinates(self, shifts: FloatArray) -> FloatArray:
        """(n, 3) fractional coordinates with the free coordinates moved by `shifts` angstrom."""
        return self.standardised.conventional.frac_coords + self.displacements @ shifts

    @cached_property
    def lighter(self) -> IntArray:
        """Atomic numbers of all elements but the one that scatters most."""
        numbers = self.standardised.conventional.numbers
        zs, counts = np.unique(numbers, return_counts=True)
        return np.asarray(np.delete(zs, np.argmax(counts * zs.astype(float) ** 2)))

    @cached_property
    def _of_lighter(self) -> FloatArray:
        """(n, e) which atoms are of each of the `lighter` elements."""
        numbers = self.standardised.conventional.numbers
        return np.asarray(numbers[:, None] == self.lighter[None, :], dtype=np.float64)

    def f_squared(
        self, shifts: FloatArray, derivatives: bool, b_lighter: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Mean |F|^2 of Friedel pairs, without the overall displacement factor, and derivatives.

        Parameters
        ----------
        shifts : (p,) array
            Of the free coordinates, angstrom.
        derivatives : bool
        b_lighter : (e,) array, optional
            How much larger B is for each of the `lighter` elements than overall, square angstrom.

        Returns
        -------
        f_squared : (r,) array
            Electrons squared per conventional cell.
        gradient : (r, p) or (r, p + e) array
            By each free coordinate (per angstrom), then by each of `b_lighter` where these are
            given; no columns without `derivatives`.
        """
        atoms, repeats, centric = self._sampled
        phase = (2.0 * np.pi * self.hkl) @ self.coordinates(shifts)[atoms].T
        damping = repeats
        if b_lighter is not None:
            # Of the cell as it was when the reflections were listed: B forgives that.
            s_squared = 0.25 * (self.metric_forms @ self.metric)
            damping = repeats * np.exp(-np.outer(s_squared, self._of_lighter[atoms] @ b_lighter))
        cosine = damping * np.cos(phase)
        sine = damping * np.sin(phase) if derivatives or not centric else cosine
        squared = np.zeros(len(self.hkl))
        columns = self.n_coordinates + (0 if b_lighter is None else len(b_lighter))
        gradient = np.zeros((len(self.hkl), columns if derivatives else 0))
        # Real and imaginary part of F, of what scatters in phase and of what absorbs.
        for factor in (self.form_factor.T[:, atoms], self.f_second[atoms]):
            if not factor.any():
                continue
            parts = [(factor * cosine, factor * sine, -1.0)]
            if not centric:
                parts.append((factor * sine, factor * cosine, 1.0))
            for part, turned, sign in parts:
                total = part.sum(axis=1)
                squared += total**2
                if derivatives:
                    by = [sign * self._by_coordinates(turned, atoms)]
                    if b_lighter is not None:
                        by.append(-s_squared[:, None] * (part @ self._of_lighter[atoms]))
                    gradient += 2.0 * total[:, None] * np.hstack(by)
        return squared, gradient

    def _by_coordinates(self, wave: FloatArray, atoms: IntArray) -> FloatArray:
        """(r, p) sum over atoms of 2 pi h.(dx/dp) times a wave (r, n): one product an axis."""
        total = np.zeros((len(wave), self.n_coordinates))
        if self.n_coordinates:
            for axis in range(3):
                along = 2.0 * np.pi * self.hkl[:, axis, None]
                total += along * (wave @ self.displacements[atoms, axis])
        return total

    @cached_property
    def _sampled(self) -> tuple[IntArray, FloatArray, bool]:
        """Atoms that stand for those which centring and a centre at the origin make of them.

        Returns
        -------
        atoms : (m,) int array
        repeats : (m,) array
            How many atoms each stands for.
        centric : bool
            Whether the origin is a centre of symmetry, so that F is real but for absorption.
        """
        found = self.standardised
        cell = found.conventional
        trace = np.trace(found.rotations, axis1=1, axis2=2)
        at_origin = np.abs(found.translations - np.rint(found.translations)).max(axis=1) < 1e-6
        centric = bool((at_origin & (trace == -3)).any())
        used = (trace == 3) | ((trace == -3) & centric)
        standing = np.arange(len(cell))
        for rotation, translation in zip(
            found.rotations[used], found.translations[used], strict=True
        ):
            images = cell.frac_coords @ rotation.T + translation
            apart = images[:, None] - cell.frac_coords[None]
            apart -= np.rint(apart)
            length = ((apart @ cell.lattice) ** 2).sum(axis=2)
            length[found.orbits[:, None] != found.orbits[None]] = np.inf
            standing = np.minimum(standing, length.argmin(axis=1))
        atoms, repeats = np.unique(standing, return_counts=True)
        return atoms, repeats.astype(np.float64), centric


def free_displacements(standardised: Standardised) -> FloatArray:
    """Displacements that keep the space group, without moves of the whole crystal.

    An atom may move along what its site symmetry leaves unchanged; its equivalents follow by
    the operations that make them. Origins that float along polar axes are held fixed.

    Returns
    -------
    (n, 3, p) array
        Fractional; each column scaled to 1 angstrom r.m.s. over the atoms that it moves.
    """
    cell = standardised.conventional
    rotations = np.asarray(standardised.rotations, dtype=np.float64)
    columns: list[FloatArray] = []
    for atom in standardised.asymmetric_unit():
        members = np.flatnonzero(standardised.orbits == standardised.orbits[atom])
        images = rotations @ cell.frac_coords[atom] + standardised.translations
        apart = images[:, None, :] - cell.frac_coords[None, members, :]
        apart -= np.rint(apart)
        distance = np.linalg.norm(apart @ cell.lattice, axis=2)
        target = distance.argmin(axis=1)
        site = rotations[members[target] == atom]
        left, values, _ = np.linalg.svd(site.mean(axis=0))
        for direction in left[:, values > 1e-6].T:
            column = np.zeros((len(cell), 3))
            for place, member in enumerate(members):
                column[member] = rotations[target == place].mean(axis=0) @ direction
            columns.append(column)
    if not columns:
        return np.zeros((len(cell), 3, 0))
    stacked = np.stack(columns, axis=-1)
    return _scaled(_without_translations(stacked, rotations), cell.lattice)


def _without_translations(columns: FloatArray, rotations: FloatArray) -> FloatArray:
    """Combine columns so that none is, even in part, a shift of the whole crystal."""
    left, values, _ = np.linalg.svd(rotations.mean(axis=0))
    polar = left[:, values > 1e-6]
    if polar.shape[1] == 0:
        return columns
    flat = columns.reshape(-1, columns.shape[-1])
    shifts = np.tile(polar, (columns.shape[0], 1))
    # The combinations of columns that make a pure shift, and what is orthogonal to them.
    making, *_ = np.linalg.lstsq(flat, shifts, rcond=None)
    full, _ = np.linalg.qr(making, mode="complete")
    return np.asarray(columns @ full[:, polar.shape[1] :])


def _scaled(columns: FloatArray, lattice: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(np.einsum("nip,ij->njp", columns, lattice), axis=1)
    moved = np.maximum((lengths > 1e-9).sum(axis=0), 1)
    return np.asarray(columns / np.sqrt((lengths**2).sum(axis=0) / moved))


def _dispersion(
    cell: CrystalStructure, wavelength: float, anomalous: bool
) -> tuple[FloatArray, FloatArray]:
    """f' and f'' of every atom, electrons; none where they are not asked for."""
    if anomalous:
        return dispersion(cell.numbers, wavelength)
    return np.zeros(len(cell)), np.zeros(len(cell))
