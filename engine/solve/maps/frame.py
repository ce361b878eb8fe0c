"""A cell with a space group in its standard setting, and the reflections to compare in it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.metric import invariant_metric_basis, metric_to_vector, vector_to_metric
from engine.crystal.symmetry import Standardised
from engine.crystal.symmetry_search import symmetry_dataset
from engine.solve.maps.map_symmetry import MapGroup

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Pairs of points, one of which will be far from all special positions wherever the origin is.
_GENERAL = np.array(
    [
        [[0.1373, 0.2911, 0.4137], [0.3117, 0.0719, 0.2293]],
        [[0.0861, 0.3349, 0.1627], [0.2243, 0.4519, 0.3761]],
        [[0.4051, 0.1193, 0.3083], [0.1789, 0.2657, 0.0457]],
    ]
)
SPECIAL_STEPS = 24


@dataclass(frozen=True, eq=False)
class Frame:
    """A conventional cell and its space group.

    Attributes
    ----------
    lattice : (3, 3) array
        Conventional, rows in angstrom.
    number, hall_number : int
    rotations, translations : (g, 3, 3) int and (g, 3) float arrays
        All operations of the conventional cell, centring included.
    centring : int
        Lattice points in the cell.
    """

    lattice: FloatArray
    number: int
    hall_number: int
    rotations: IntArray
    translations: FloatArray

    @classmethod
    def of(cls, standardised: Standardised, lattice: FloatArray) -> Frame:
        """The frame of a structure in its standard setting.

        Parameters
        ----------
        standardised : Standardised
        lattice : (3, 3) array
            Its conventional cell, or what a refinement made of that.
        """
        return cls(
            lattice,
            standardised.number,
            standardised.hall_number,
            standardised.rotations,
            standardised.translations,
        )

    @property
    def centring(self) -> int:
        """Lattice points in the cell."""
        return int(np.all(self.rotations == np.eye(3, dtype=np.int64), axis=(1, 2)).sum())

    @property
    def centring_letter(self) -> str:
        """P, A, C, I, F or R."""
        return letter_of(self.hall_number)

    @property
    def volume(self) -> float:
        """Cubic angstrom."""
        return float(abs(np.linalg.det(self.lattice)))

    def images(self, point: FloatArray) -> FloatArray:
        """(g, 3) what the operations make of a point, within the cell."""
        return np.asarray((self.rotations @ point + self.translations) % 1.0)


@functools.lru_cache(maxsize=256)
def letter_of(hall_number: int) -> str:
    """Centring of a setting, as in its Hermann-Mauguin symbol."""
    import spglib

    found: Any = spglib.get_spacegroup_type(hall_number)
    return str(found.international_short[0])


@functools.lru_cache(maxsize=256)
def operations_of(hall_number: int) -> tuple[IntArray, FloatArray]:
    """All operations of a setting, centring included."""
    import spglib

    found: Any = spglib.get_symmetry_from_database(hall_number)
    return (
        np.asarray(found["rotations"], dtype=np.int64),
        np.asarray(found["translations"], dtype=np.float64),
    )


def standard_frame(
    group: MapGroup, lattice: FloatArray
) -> tuple[Frame, FloatArray, FloatArray] | None:
    """The standard setting of a group found in a reduced cell.

    Returns
    -------
    frame : Frame
    transformation, shift : (3, 3) and (3,) arrays
        x_standard = transformation @ x + shift.
    """
    basis = invariant_metric_basis(group.rotations)
    reciprocal = metric_to_vector(np.linalg.inv(lattice @ lattice.T))
    symmetric = np.linalg.cholesky(np.linalg.inv(vector_to_metric(basis @ (basis.T @ reciprocal))))
    found: Any = None
    for pair in _GENERAL:
        points = np.concatenate([group.rotations @ x + group.translations for x in pair]) % 1.0
        dataset = symmetry_dataset(symmetric, points, np.repeat([1, 2], len(group)), 1e-3)
        if dataset is not None and len(dataset.rotations) == len(group):
            found = dataset
            break
    if found is None:
        return None
    rotations, translations = operations_of(int(found.hall_number))
    frame = Frame(
        np.asarray(found.std_lattice, dtype=np.float64),
        int(found.number),
        int(found.hall_number),
        rotations,
        translations,
    )
    return frame, np.asarray(found.transformation_matrix), np.asarray(found.origin_shift)


@functools.lru_cache(maxsize=256)
def invariant_points(hall_number: int) -> FloatArray:
    """Points that symmetry fixes in all three coordinates, one of each orbit, (p, 3)."""
    rotations, translations = operations_of(hall_number)
    steps = np.arange(SPECIAL_STEPS)
    whole = np.rint(translations * SPECIAL_STEPS).astype(np.int64)
    points = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    total = np.zeros((len(points), 3, 3))
    count = np.zeros(len(points))
    least = np.full(len(points), SPECIAL_STEPS**3)
    weights = np.array([SPECIAL_STEPS**2, SPECIAL_STEPS, 1])
    for w, t in zip(rotations, whole, strict=True):
        moved = (points @ w.T + t) % SPECIAL_STEPS
        same = (moved == points).all(axis=1)
        total[same] += w
        count += same
        least = np.minimum(least, moved @ weights)
    # The mean of the site symmetry projects on what it leaves free.
    free = np.abs(np.trace(total, axis1=1, axis2=2) / np.maximum(count, 1))
    first = least == points @ weights
    return np.asarray(points[(free < 1e-6) & first] / SPECIAL_STEPS)
