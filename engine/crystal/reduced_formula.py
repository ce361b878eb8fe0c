"""Formulas of atoms, as chemists write them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import SYMBOLS


def reduced_formula(numbers: NDArray[np.int64]) -> str:
    """Reduced formula as chemists write it, cations first.

    Parameters
    ----------
    numbers : (n,) int array
        Atomic number of every atom.
    """
    from pymatgen.core.composition import Composition

    zs, counts = np.unique(numbers, return_counts=True)
    contents = {SYMBOLS[int(z)]: int(c) for z, c in zip(zs, counts, strict=True)}
    return str(Composition(contents).reduced_formula)
