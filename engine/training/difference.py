"""What a predicted density says beyond a structure: their difference, in the structure's setting.

A predicted map lies anywhere: its origin, hand and basis are free. It is first put where it is most
like the structure's own CMED (`engine.training.metrics.Truth`), so that the difference shows what
one of them has and the other has not, and nothing of the gauge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.cmed import density_on_grid, niggli_primitive
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.training.metrics import Truth, in_basis, matching_basis

FloatArray = NDArray[np.float64]
_SPLINE = 3


@dataclass(frozen=True, eq=False)
class MapDifference:
    """Predicted minus own density, on the structure's Niggli-reduced primitive cell.

    Attributes
    ----------
    values : (n, n, n) array
        e/A^3 at (i, j, k)/n.
    structure : CrystalStructure
        In that cell.
    correlation : float
        Pearson correlation of the two maps in this setting (gfCC).
    electrons : float
        What the predicted map holds in a primitive cell beyond the structure's electrons.
    """

    values: FloatArray
    structure: CrystalStructure
    correlation: float
    electrons: float

    def on_cell(self, structure: CrystalStructure, n: int) -> FloatArray:
        """The same difference over another cell of the same crystal, in the same Cartesian frame.

        Parameters
        ----------
        structure : CrystalStructure
            That was compared; for example its conventional cell.
        n : int
            Points along each axis.

        Returns
        -------
        (n, n, n) array
            By cubic splines between the points of `values`.
        """
        from scipy.ndimage import map_coordinates

        change = structure.lattice @ np.linalg.inv(self.structure.lattice)
        axis = np.arange(n) / n
        grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
        places = np.moveaxis(grid @ change, -1, 0) * len(self.values)
        found: FloatArray = map_coordinates(self.values, places, order=_SPLINE, mode="grid-wrap")
        return found


def density_difference(
    predicted: NDArray[np.floating[Any]], cell: FloatArray, structure: CrystalStructure
) -> MapDifference:
    """Predicted minus own density of a structure.

    Parameters
    ----------
    predicted : (n, n, n) array
        e/A^3 at (i, j, k)/n of `cell`.
    cell : (3, 3) array
        Rows a, b, c in angstrom of a Niggli-reduced cell.
    structure : CrystalStructure
        In any cell.

    Raises
    ------
    BadInputError
        If the two cells are not of one lattice (lengths apart by more than 5 %, or scalar
        products by more than a tenth of them): a difference would then mean nothing.
    """
    reduced = niggli_primitive(structure)
    basis = matching_basis(np.asarray(cell, dtype=float), reduced.lattice)
    if basis is None:
        volumes = abs(np.linalg.det(cell)), abs(np.linalg.det(reduced.lattice))
        raise BadInputError(
            f"The predicted cell ({volumes[0]:.1f} Å³) is not that of the structure "
            f"({volumes[1]:.1f} Å³ in a primitive cell): their densities cannot be subtracted. "
            "Look at another sample, or at both side by side."
        )
    n = len(predicted)
    own = density_on_grid(reduced, n)
    found = Truth(own, reduced.lattice).align(in_basis(predicted, basis))
    values = np.asarray(found.aligned, dtype=np.float64) - own
    electrons = float(values.mean() * abs(np.linalg.det(reduced.lattice)))
    return MapDifference(values, reduced, found.correlation, electrons)
