"""A description of lattices that needs no choice of basis and hardly changes under distortion.

A lattice has an obtuse superbase: three basis vectors and the negative of their sum, no two of
which make an acute angle (Selling, J. Reine Angew. Math. 77 (1874) 143). The squared lengths of its
seven Voronoi vectors (the four, and the three sums of two) do not depend on which superbase was
found (Conway and Sloane, Proc. R. Soc. Lond. A 436 (1992) 55).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_MOST_STEPS = 200
_ACUTE = 1e-9
_PAIRS = tuple(combinations(range(4), 2))


def vonorms(lattices: FloatArray) -> FloatArray:
    """Squared lengths of the Voronoi vectors of many lattices.

    Parameters
    ----------
    lattices : (n, 3, 3) array
        Rows are basis vectors.

    Returns
    -------
    (n, 7) array
        Increasing, in the square of the lattices' unit.
    """
    base = np.concatenate([lattices, -lattices.sum(axis=1, keepdims=True)], axis=1)
    scale = (base**2).sum(axis=(1, 2))
    for _ in range(_MOST_STEPS):
        products = np.stack([(base[:, i] * base[:, j]).sum(axis=1) for i, j in _PAIRS], axis=1)
        worst = products.argmax(axis=1)
        acute = products[np.arange(len(base)), worst] > _ACUTE * scale
        if not acute.any():
            break
        for number, (i, j) in enumerate(_PAIRS):
            chosen = acute & (worst == number)
            if chosen.any():
                base[chosen] = _turned(base[chosen], i, j)
    norms = [(base[:, i] ** 2).sum(axis=1) for i in range(4)]
    norms += [((base[:, 0] + base[:, i]) ** 2).sum(axis=1) for i in (1, 2, 3)]
    return np.asarray(np.sort(np.stack(norms, axis=1), axis=1))


def _turned(base: FloatArray, i: int, j: int) -> FloatArray:
    """The superbases after the acute angle between vectors i and j is made obtuse."""
    k, m = (x for x in range(4) if x not in (i, j))
    out = base.copy()
    out[:, i] = -base[:, i]
    out[:, k] = base[:, k] + base[:, i]
    out[:, m] = base[:, m] + base[:, i]
    return out
