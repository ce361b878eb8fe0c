"""Which elements belong on which sites: all colourings of a type compared with the pattern.

The measured net intensity is gathered into bins of 1/d, and so are the calculated lines of every
colouring, both a little blurred so that a cell that is still off by a part in a thousand does
not matter. The structure factors of each species with unit scatterers are computed once; a
colouring is then one contraction with the form factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.anomalous import dispersion
from engine.crystal.metric import quadratic_form, vector_to_metric
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.diffraction.scattering import form_factors
from engine.library.charges import can_be_neutral
from engine.library.types import StructureType
from engine.library.volumes import expected_volume
from engine.refine.prepared import PreparedPattern
from engine.solve.binned_pattern import BinnedPattern, PlacedLines

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

B_VALUES = (0.2, 1.0, 2.2)
REFINED_COLOURINGS = 6
# Robust spread of ln(V / expected) of the volume model, and how far off it may be at most.
VOLUME_SPREAD = 0.12
VOLUME_CENTRE = -0.04
VOLUME_LIMIT = 0.75
# ln of how much rarer compositions that cannot be neutral are among known oxides and halides
# than among their wrong colourings (12 % against 73 %, where the others have 88 % and 27 %).
CHARGE_PENALTY = 3.0


@dataclass(frozen=True, eq=False)
class Colouring:
    """One assignment of elements to the species of a type.

    Attributes
    ----------
    numbers : (k,) int array
        Atomic number of each species.
    residual : float
        Weighted residual on the blurred pattern, 0 to about 1.
    log_prior : float
        Of the cell volume with these atoms, and of their charges.
    """

    numbers: IntArray
    residual: float
    log_prior: float


class ScreeningPattern:
    """The measured pattern in bins of 1/d, and the comparison with colourings."""

    def __init__(self, prepared: PreparedPattern, elements: IntArray) -> None:
        self._pattern = BinnedPattern(prepared)
        self._wavelength = prepared.radiation.primary
        self._radiation = prepared.radiation
        self.elements = elements
        first, _ = dispersion(elements, self._wavelength)
        self._f_prime = first * prepared.dispersion
        self._power = self._pattern.power
        # Of all contents that were met: types of one formula are many.
        self._contents: dict[tuple[bytes, bytes], Contents] = {}

    def colourings(
        self,
        structure_type: StructureType,
        metric: FloatArray,
        assignments: IntArray,
    ) -> list[Colouring]:
        """Compare all given assignments.

        Parameters
        ----------
        structure_type : StructureType
        metric : (6,) array
            Reciprocal metric of its cell, 1/angstrom^2.
        assignments : (p, k) int array
            Index into `elements` for each species.
        """
        volume = np.linalg.det(vector_to_metric(metric)) ** -0.5
        log_prior = self._contents_of(structure_type, assignments).prior(volume)
        possible = np.isfinite(log_prior)
        if not np.any(possible):
            return []
        residual = self._residuals(structure_type, metric, assignments[possible])
        return [
            Colouring(self.elements[assignment], float(r), float(p))
            for assignment, r, p in zip(
                assignments[possible], residual, log_prior[possible], strict=True
            )
        ]

    def _contents_of(self, structure_type: StructureType, assignments: IntArray) -> Contents:
        counts = np.bincount(structure_type.species)
        key = (counts.tobytes(), assignments.tobytes())
        if key not in self._contents:
            amounts = np.zeros((len(assignments), len(self.elements)))
            each = counts.astype(float)[None, :].repeat(len(assignments), 0)
            np.put_along_axis(amounts, assignments, each, axis=1)
            self._contents[key] = Contents.of(self.elements, amounts)
        return self._contents[key]

    def _residuals(
        self, structure_type: StructureType, metric: FloatArray, assignments: IntArray
    ) -> FloatArray:
        q = quadratic_form(structure_type.hkl) @ metric
        seen = (q > 1e-6) & (q < (2.0 / self._wavelength) ** 2 * 0.99)
        q, hkl = q[seen], structure_type.hkl[seen]
        waves = np.exp(2j * np.pi * (hkl @ structure_type.coords.T))
        k = assignments.shape[1]
        species = structure_type.species
        unit = np.stack([waves[:, species == label].sum(axis=1) for label in range(k)])
        f = form_factors(self.elements, q / 4.0) + self._f_prime[:, None]
        total = np.einsum("kh,pkh->ph", unit, f[assignments])
        factor = structure_type.multiplicity[seen] * lorentz_polarisation(
            0.25 * self._wavelength**2 * q, self._radiation
        )
        strength = np.abs(total) ** 2 * factor
        # Beyond the last line kept of a large cell there is nothing to compare.
        end = self._pattern.size
        if np.isfinite(structure_type.log_end):
            volume = np.linalg.det(vector_to_metric(metric)) ** -0.5 / len(structure_type.species)
            last = np.exp(structure_type.log_end) / volume ** (1.0 / 3.0)
            end = max(min(end, int((0.99 * last - self._pattern.start) / self._pattern.width)), 0)
        power = float(self._pattern.weight[:end] @ self._pattern.observed[:end] ** 2)
        if end < 30 or power < 0.2 * self._power:
            return np.ones(len(assignments))
        placed = self._pattern.on_bins(np.sqrt(q))
        middle = B_VALUES[len(B_VALUES) // 2]
        residual = self._compare(q, placed, strength, middle, end)
        # Other B only for the best: they refine a residual, they do not rescue one.
        best = np.argsort(residual)[:REFINED_COLOURINGS]
        for b_iso in B_VALUES:
            if b_iso != middle:
                other = self._compare(q, placed, strength[best], b_iso, end)
                residual[best] = np.minimum(residual[best], other)
        return residual

    def _compare(
        self, q: FloatArray, placed: PlacedLines, strength: FloatArray, b_iso: float, end: int
    ) -> FloatArray:
        """Residual of each row of line strengths on the first `end` bins, at its best scale."""
        drawn = self._pattern.draw(placed, strength * np.exp(-0.5 * b_iso * q))[:, :end]
        weight, observed = self._pattern.weight[:end], self._pattern.observed[:end]
        cross = drawn @ (weight * observed)
        own = (drawn**2) @ weight
        explained = np.maximum(cross, 0.0) ** 2 / np.maximum(own, 1e-300)
        return np.asarray(np.sqrt(np.maximum(1.0 - explained / (weight @ observed**2), 0.0)))


@dataclass(frozen=True, eq=False)
class Contents:
    """What contents of a cell say of it.

    Attributes
    ----------
    volume : (...,) array
        That is expected of the cell, cubic angstrom.
    neutral : (...,) bool array
        Whether the charges can balance.
    """

    volume: FloatArray
    neutral: NDArray[np.bool_]

    @classmethod
    def of(cls, elements: IntArray, amounts: FloatArray) -> Contents:
        """Of some elements, (e,), with (..., e) atoms of each in the cell."""
        return cls(expected_volume(elements, amounts), can_be_neutral(elements, amounts))

    def prior(self, volume: float) -> FloatArray:
        """Ln of how likely cells of these contents have this volume, and can be neutral.

        Returns
        -------
        (...,) array
            Minus infinity where the volume is out of the question.
        """
        log_ratio = np.log(volume / self.volume) - VOLUME_CENTRE
        # A Student-like tail: molecular and van der Waals solids are far from additive.
        log_prior = -1.5 * np.log1p((log_ratio / VOLUME_SPREAD) ** 2 / 2.0)
        log_prior -= CHARGE_PENALTY * ~self.neutral
        return np.where(np.abs(log_ratio) < VOLUME_LIMIT, log_prior, -np.inf)


def all_assignments(n_species: int, n_elements: int) -> IntArray:
    """(p, k) every way to give the species different elements, all elements used."""
    if n_species != n_elements:
        raise ValueError("A type needs as many species as there are elements.")
    return np.array(list(permutations(range(n_elements))), dtype=np.int64)
