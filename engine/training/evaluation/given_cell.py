"""A cell as a user might give it: right in kind, a little off in its lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.crystal.niggli import niggli_reduce
from engine.crystal.symmetry import Standardised

FloatArray = NDArray[np.float64]
# Which lengths of the conventional cell each crystal system ties together.
_TIED = {
    "triclinic": (0, 1, 2),
    "monoclinic": (0, 1, 2),
    "orthorhombic": (0, 1, 2),
    "tetragonal": (0, 0, 1),
    "trigonal": (0, 0, 1),
    "hexagonal": (0, 0, 1),
    "cubic": (0, 0, 0),
}


@dataclass(frozen=True, eq=False)
class ToldCell:
    """A primitive cell that is told, and the true one along the same axes.

    Attributes
    ----------
    lattice, true : (3, 3) arrays
        Rows in angstrom; `lattice` is Niggli-reduced, `true` nearly so.
    """

    lattice: FloatArray
    true: FloatArray


def inexact_cell(found: Standardised, error: float, rng: np.random.Generator) -> ToldCell:
    """The reduced primitive cell after each free length of the conventional one was changed.

    Parameters
    ----------
    found : Standardised
        Trigonal crystals in hexagonal axes.
    error : float
        Largest relative change of a length; the changes are uniform to both sides, and lengths
        that the crystal system ties together change together. Angles stay.
    rng : Generator
    """
    conventional, primitive = found.conventional.lattice, found.primitive.lattice
    factors = (1.0 + rng.uniform(-error, error, 3))[list(_TIED[found.crystal_system])]
    # Within rounding a matrix of halves and thirds.
    centring = np.round(6.0 * primitive @ np.linalg.inv(conventional)) / 6.0
    reduced, change = niggli_reduce(centring @ (factors[:, None] * conventional))
    return ToldCell(reduced, np.asarray(change @ centring @ conventional))
