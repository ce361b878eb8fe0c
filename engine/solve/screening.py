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
from scipy.ndimage import gaussian_filter1d

from engine.crystal.anomalous import dispersion
from engine.crystal.metric import quadratic_form, vector_to_metric
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.diffraction.scattering import form_factors
from engine.library.charges import can_be_neutral
from engine.library.types import StructureType
from engine.library.volumes import expected_volume
from engine.refine.prepared import PreparedPattern

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BIN = 0.0012
BLUR = 0.0016
LARGEST_D_STAR = 1.05
B_VALUES = (0.2, 1.0, 2.2)
REFINED_COLOURINGS = 6
# Even the right structure misses measured intensities by this much: texture, B, blurred cell.
MODEL_ERROR = 0.08
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
        self._wavelength = prepared.radiation.primary
        self._radiation = prepared.radiation
        self.elements = elements
        first, _ = dispersion(elements, self._wavelength)
        self._f_prime = first * prepared.dispersion
        theta = np.radians(prepared.two_theta / 2.0)
        d_star = 2.0 * np.sin(theta) / self._wavelength
        end = min(LARGEST_D_STAR, float(d_star[-1]))
        self._start = float(d_star[0])
        self._size = int((end - self._start) / BIN)
        # To the nearest bin: lines are drawn with bin k centred on start + k * BIN.
        place = np.rint((d_star - self._start) / BIN).astype(np.int64)
        inside = place < self._size
        step = np.gradient(prepared.two_theta)
        net = (prepared.observed - prepared.background) * step
        binned = np.bincount(place[inside], net[inside], self._size)
        variance = np.bincount(place[inside], ((prepared.sigma * step) ** 2)[inside], self._size)
        blur = BLUR / BIN
        self._observed = gaussian_filter1d(binned, blur)
        noise = gaussian_filter1d(variance, blur) / (2.0 * np.sqrt(np.pi) * blur)
        floor = (MODEL_ERROR * np.maximum(self._observed, 0.0)) ** 2
        self._weight = 1.0 / (noise + floor + (0.01 * self._observed.max()) ** 2)
        self._power = float(self._weight @ self._observed**2)
        width = np.median(prepared.peaks.fwhm * np.cos(np.radians(prepared.peaks.two_theta / 2.0)))
        own = np.radians(width) / self._wavelength / 2.355
        self._blur_calculated = float(np.hypot(blur, own / BIN))

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
        counts = np.bincount(structure_type.species).astype(float)
        amounts = np.zeros((len(assignments), len(self.elements)))
        np.put_along_axis(amounts, assignments, counts[None, :].repeat(len(assignments), 0), axis=1)
        volume = np.linalg.det(vector_to_metric(metric)) ** -0.5
        log_ratio = np.log(volume / expected_volume(self.elements, amounts)) - VOLUME_CENTRE
        possible = np.abs(log_ratio) < VOLUME_LIMIT
        if not np.any(possible):
            return []
        residual = self._residuals(structure_type, metric, assignments[possible])
        # A Student-like tail: molecular and van der Waals solids are far from additive.
        log_prior = -1.5 * np.log1p((log_ratio[possible] / VOLUME_SPREAD) ** 2 / 2.0)
        neutral = can_be_neutral(self.elements, amounts[possible])
        log_prior -= CHARGE_PENALTY * ~neutral
        return [
            Colouring(self.elements[assignment], float(r), float(p))
            for assignment, r, p in zip(assignments[possible], residual, log_prior, strict=True)
        ]

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
        end = self._size
        if np.isfinite(structure_type.log_end):
            volume = np.linalg.det(vector_to_metric(metric)) ** -0.5 / len(structure_type.species)
            last = np.exp(structure_type.log_end) / volume ** (1.0 / 3.0)
            end = max(min(end, int((0.99 * last - self._start) / BIN)), 0)
        power = float(self._weight[:end] @ self._observed[:end] ** 2)
        if end < 30 or power < 0.2 * self._power:
            return np.ones(len(assignments))
        middle = B_VALUES[len(B_VALUES) // 2]
        residual = self._compare(q, strength, middle, end)
        # Other B only for the best: they refine a residual, they do not rescue one.
        best = np.argsort(residual)[:REFINED_COLOURINGS]
        for b_iso in B_VALUES:
            if b_iso != middle:
                other = self._compare(q, strength[best], b_iso, end)
                residual[best] = np.minimum(residual[best], other)
        return residual

    def _compare(self, q: FloatArray, strength: FloatArray, b_iso: float, end: int) -> FloatArray:
        """Residual of each row of line strengths on the first `end` bins, at its best scale."""
        drawn = self._draw(np.sqrt(q), strength * np.exp(-0.5 * b_iso * q))[:, :end]
        weight, observed = self._weight[:end], self._observed[:end]
        cross = drawn @ (weight * observed)
        own = (drawn**2) @ weight
        explained = np.maximum(cross, 0.0) ** 2 / np.maximum(own, 1e-300)
        return np.asarray(np.sqrt(np.maximum(1.0 - explained / (weight @ observed**2), 0.0)))

    def _draw(self, d_star: FloatArray, intensity: FloatArray) -> FloatArray:
        """Lines (rows of `intensity`) in the bins, both lines of a doublet, blurred."""
        out = np.zeros((len(intensity), self._size + 1))
        weights = self._radiation.weights
        for wavelength, weight in zip(self._radiation.wavelengths, weights, strict=True):
            # A line of another wavelength stands where the primary one would have this 1/d.
            place = (d_star * wavelength / self._wavelength - self._start) / BIN
            left = np.floor(place).astype(np.int64)
            share = place - left
            for bins, part in ((left, 1.0 - share), (left + 1, share)):
                good = (bins >= 0) & (bins < self._size)
                matrix = np.zeros((int(good.sum()), self._size + 1))
                matrix[np.arange(len(matrix)), bins[good]] = part[good] * weight
                out += intensity[:, good] @ matrix
        return np.asarray(
            gaussian_filter1d(out[:, : self._size], self._blur_calculated, axis=1, truncate=3.0)
        )


def all_assignments(n_species: int, n_elements: int) -> IntArray:
    """(p, k) every way to give the species different elements, all elements used."""
    if n_species != n_elements:
        raise ValueError("A type needs as many species as there are elements.")
    return np.array(list(permutations(range(n_elements))), dtype=np.int64)
