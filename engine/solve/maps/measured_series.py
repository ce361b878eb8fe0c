"""A map with the network's phases and the measured amplitudes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.crystal.cmed import SMEARING
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.diffraction.reflections import group_by_spacing, hkl_within
from engine.solve.binned_pattern import BinnedPattern

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ComplexArray = NDArray[np.complex128]

SHARING_ROUNDS = 12
# Share of the mean |F|^2 that a reflection has at least when intensity is shared out.
FAINTEST = 0.02
_SAME = 1e-5


@dataclass(frozen=True, eq=False)
class Series:
    """Fourier coefficients of a density, F(h) = integral of rho exp(2 pi i h.x).

    Attributes
    ----------
    lattice : (3, 3) array
    hkl : (m, 3) int array
        One of each Friedel pair, without 000.
    f : (m,) complex array
    """

    lattice: FloatArray
    hkl: IntArray
    f: ComplexArray

    def cube(self) -> tuple[ComplexArray, int]:
        """All coefficients in an array that is indexed by h + L, and L."""
        limit = int(np.abs(self.hkl).max())
        out = np.zeros((2 * limit + 1,) * 3, dtype=np.complex128)
        out[tuple((self.hkl + limit).T)] = self.f
        out[tuple((limit - self.hkl).T)] = np.conj(self.f)
        return out, limit

    def grid(self, shape: tuple[int, int, int]) -> FloatArray:
        """Density without its mean on the grid (i/n1, j/n2, k/n3), in electrons per A^3."""
        folded = np.zeros(shape, dtype=np.complex128)
        for sign, values in ((1, self.f), (-1, np.conj(self.f))):
            np.add.at(folded, tuple((sign * self.hkl % np.array(shape)).T), values)
        volume = abs(float(np.linalg.det(self.lattice)))
        return np.asarray(np.fft.fftn(folded).real / volume)


def share_out(
    intensity: FloatArray, profiles: FloatArray, pattern: BinnedPattern, rounds: int
) -> FloatArray:
    """Line intensities that explain the measured pattern, from first values (Le Bail).

    Parameters
    ----------
    intensity : (k,) array
        First intensities, on any scale.
    profiles : (k, size) array
        From `BinnedPattern.profiles`.
    pattern : BinnedPattern
    rounds : int
    """
    observed = np.maximum(pattern.observed, 0.0)
    own = profiles.sum(axis=1)
    drawn = intensity @ profiles
    intensity = intensity * observed.sum() / max(float(drawn.sum()), 1e-300)
    for _ in range(rounds):
        drawn = intensity @ profiles
        ratio = observed / np.maximum(drawn, 1e-6 * drawn.max() + 1e-300)
        intensity = intensity * (profiles @ ratio) / np.maximum(own, 1e-12)
    return intensity


def measured_series(
    hkl: IntArray, coefficients: ComplexArray, lattice: FloatArray, pattern: BinnedPattern
) -> Series:
    """Give a predicted density the amplitudes that were measured.

    Parameters
    ----------
    hkl : (m, 3) int array
        One of each Friedel pair.
    coefficients : (m,) complex array
        Of the CMED in electrons per cubic angstrom.
    lattice : (3, 3) array
        On the measured lines.
    pattern : BinnedPattern

    Returns
    -------
    Series
        Of the measured reflections among `hkl`, those below the range as predicted; freed of
        the CMED's smearing.
    """
    volume = abs(float(np.linalg.det(lattice)))
    last = pattern.start + (pattern.size - 1) * pattern.width
    listed, s = hkl_within(lattice, 0.5 * last)
    limit = int(max(np.abs(hkl).max(), np.abs(listed).max()))
    cube = np.zeros((2 * limit + 1,) * 3, dtype=np.complex128)
    cube[tuple((hkl + limit).T)] = coefficients
    cube[tuple((limit - hkl).T)] = np.conj(coefficients)
    predicted = cube[tuple((listed + limit).T)] * volume * np.exp(SMEARING * s**2)
    known = np.abs(predicted) > 0.0
    strength = np.abs(predicted) ** 2
    strength = np.where(known, strength, 0.0) + FAINTEST * strength[known].mean()
    line, middle, _ = group_by_spacing(s, _SAME)
    factor = lorentz_polarisation((pattern.wavelength * middle) ** 2, pattern.radiation)
    first = np.bincount(line, strength) * factor
    inside = 2.0 * middle > pattern.start
    found = first.copy()
    found[inside] = share_out(
        first[inside], pattern.profiles(2.0 * middle[inside]), pattern, SHARING_ROUNDS
    )
    ratio = found / np.maximum(first, 1e-300)
    # Lines below the range keep what was predicted, on the scale of the others.
    ratio[inside] *= first[inside].sum() / max(float(found[inside].sum()), 1e-300)
    phase = predicted / np.maximum(np.abs(predicted), 1e-300)
    return Series(lattice, listed[known], (phase * np.sqrt(strength * ratio[line]))[known])
