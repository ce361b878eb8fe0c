"""What several samples of the density agree on: their mean, and how far they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.training.metrics import Truth, in_basis, matching_basis

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Samples of one lattice, put into one setting.

    Attributes
    ----------
    mean, deviation : (n, n, n) arrays
        Weighted mean and standard deviation at every point, e/A^3, on the reference's cell.
    members : tuple of int
        Which samples they are of.
    correlation : float
        Mean correlation of the other members with the reference.
    """

    mean: FloatArray
    deviation: FloatArray
    members: tuple[int, ...]
    correlation: float


def ensemble(
    densities: NDArray[np.floating[Any]],
    cells: FloatArray,
    weights: FloatArray,
    reference: int = 0,
) -> Ensemble:
    """Mean and standard deviation of the samples that share the reference's lattice.

    Origin, hand and basis of a sample are free (a powder pattern says nothing of them): each is
    first put where it is most like the reference. Without that a mean would be a blur, and the
    deviation would show nothing but the choice of origin.

    Parameters
    ----------
    densities : (samples, n, n, n) array
        e/A^3.
    cells : (samples, 3, 3) array
        Rows a, b, c in angstrom of Niggli-reduced cells.
    weights : (samples,) array
        Not negative.
    reference : int

    Raises
    ------
    BadInputError
        If no other sample has the reference's lattice (lengths within 5 %, scalar products within
        a tenth of them).
    """
    cell = np.asarray(cells[reference], dtype=np.float64)
    truth = Truth(densities[reference], cell)
    settled, members, correlations = [truth.density], [reference], []
    for number, (density, other) in enumerate(zip(densities, cells, strict=True)):
        basis = None if number == reference else matching_basis(np.asarray(other, float), cell)
        if basis is None:
            continue
        found = truth.align(in_basis(density, basis))
        settled.append(np.asarray(found.aligned, dtype=np.float64))
        members.append(number)
        correlations.append(found.correlation)
    if len(members) < 2:
        raise BadInputError(
            f"No other sample has the cell of sample {reference + 1}: there is nothing to average. "
            "Look at another sample."
        )
    share = np.maximum(np.asarray(weights, dtype=np.float64)[members], 0.0)
    share = share / share.sum() if share.sum() > 0.0 else np.full(len(members), 1 / len(members))
    stack = np.stack(settled)
    mean = np.tensordot(share, stack, axes=1)
    deviation = np.sqrt(np.tensordot(share, (stack - mean) ** 2, axes=1))
    order = np.argsort(members)
    return Ensemble(mean, deviation, tuple(members[i] for i in order), float(np.mean(correlations)))
