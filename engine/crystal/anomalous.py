"""Anomalous dispersion of free atoms (Cromer and Liberman's method, as computed by gemmi)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
HC = 12398.419843320026  # h c in eV angstrom (CODATA 2018, exact)


@lru_cache(maxsize=4096)
def _one(number: int, wavelength: float) -> tuple[float, float]:
    import gemmi

    real, imaginary = gemmi.cromer_liberman(z=number, energy=HC / wavelength)
    if not np.isfinite(real) or not np.isfinite(imaginary):
        return 0.0, 0.0
    return float(real), float(imaginary)


def dispersion(numbers: ArrayLike, wavelength: float) -> tuple[FloatArray, FloatArray]:
    """f' and f'' of each atom.

    Parameters
    ----------
    numbers : (n,) int array
        Atomic numbers. Where the theory has no value (H, He, beyond U) both terms are 0.
    wavelength : float
        Angstrom.

    Returns
    -------
    f_prime, f_double_prime : (n,) arrays
        Electrons.
    """
    z = np.asarray(numbers, dtype=np.int64)
    pairs = np.array([_one(int(number), float(wavelength)) for number in z.ravel()]).reshape(-1, 2)
    return pairs[:, 0].reshape(z.shape), pairs[:, 1].reshape(z.shape)
