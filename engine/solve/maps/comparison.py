"""Many structures of one cell compared with the pattern by correlated integrated intensities.

The blurred pattern is linear in the intensities of the reflections, so its residual is a quadratic
form in them whose matrix is the same for all structures of a cell (David, J. Appl. Cryst. 37, 621
(2004)): no profile has to be drawn for any of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.anomalous import dispersion
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.diffraction.reflections import independent_reflections
from engine.diffraction.scattering import form_factors
from engine.solve.binned_pattern import BinnedPattern
from engine.solve.maps.frame import Frame
from engine.solve.maps.sites import Site

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ComplexArray = NDArray[np.complex128]

MOST_REFLECTIONS = 140
TYPICAL_B = 0.8


class Comparison:
    """The pattern as seen by the reflections of one frame.

    Parameters
    ----------
    frame : Frame
    pattern : BinnedPattern
    elements : (e,) int array
        Atomic numbers.
    anomalous : bool
        Whether f' is added.
    """

    def __init__(
        self, frame: Frame, pattern: BinnedPattern, elements: IntArray, anomalous: bool
    ) -> None:
        self.frame = frame
        self.elements = elements
        s_max = 0.5 * (pattern.start + (pattern.size - 1) * pattern.width)
        listed = independent_reflections(
            frame.lattice, s_max, frame.rotations, frame.translations, 0.5 * pattern.start
        )
        few = slice(0, MOST_REFLECTIONS)
        self.hkl, s = listed.hkl[few], listed.s[few]
        d_star = 2.0 * s
        end = pattern.size
        if len(listed) > MOST_REFLECTIONS:
            end = int((d_star[-1] - pattern.start) / pattern.width)
        weight, observed = pattern.weight[:end], pattern.observed[:end]
        profiles = pattern.profiles(d_star)[:, :end]
        factor = lorentz_polarisation((pattern.wavelength * s) ** 2, pattern.radiation)
        factor = factor * listed.multiplicity[few] * np.exp(-2.0 * TYPICAL_B * s**2)
        profiles = profiles * factor[:, None]
        self._matrix = ((profiles * weight) @ profiles.T).astype(np.float32)
        self._vector = (profiles @ (weight * observed)).astype(np.float32)
        self._power = float(weight @ observed**2)
        first, _ = dispersion(elements, pattern.wavelength)
        self._f = form_factors(elements, s**2) + (first * anomalous)[:, None]

    @property
    def usable(self) -> bool:
        """Whether there is anything to compare."""
        return len(self.hkl) > 3 and self._power > 0.0

    def waves(self, site: Site) -> ComplexArray:
        """(r,) sum of exp(2 pi i h.x) over the positions of a site."""
        return np.asarray(np.exp(2j * np.pi * (self.hkl @ site.images.T)).sum(axis=1))

    def residuals(self, waves: ComplexArray, labels: IntArray) -> FloatArray:
        """Residual of each decoration, 0 to 1.

        Parameters
        ----------
        waves : (o, r) complex array
            Of all sites.
        labels : (n, o) int array
            For each decoration and site an index into the elements, or -1 for a vacant one.
        """
        total = np.zeros((len(labels), waves.shape[1]), dtype=np.complex64)
        light = waves.astype(np.complex64)
        for e in range(len(self.elements)):
            total += ((labels == e).astype(np.float32) @ light) * self._f[e].astype(np.float32)
        strength = total.real**2 + total.imag**2
        cross = strength @ self._vector
        own = np.einsum("nr,nr->n", strength @ self._matrix, strength)
        explained = np.maximum(cross, 0.0) ** 2 / np.maximum(own, 1e-20)
        return np.asarray(np.sqrt(np.maximum(1.0 - explained.astype(float) / self._power, 1e-6)))
