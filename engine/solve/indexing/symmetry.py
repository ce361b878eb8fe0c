"""Bravais lattices that a primitive cell may have within the uncertainty of its metric."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.lattice import metric, reciprocal
from engine.crystal.symmetry_search import symmetry_dataset
from engine.solve.indexing.bravais import BravaisKind, kind_of

FloatArray = NDArray[np.float64]

# A lattice of single points has one of fourteen symmorphic groups.
_SYMBOL_OF_GROUP = {
    2: "aP",
    10: "mP",
    12: "mC",
    47: "oP",
    65: "oC",
    69: "oF",
    71: "oI",
    123: "tP",
    139: "tI",
    166: "hR",
    191: "hP",
    221: "cP",
    225: "cF",
    229: "cI",
}
# Relative to the length of the cell's edges: how far lattice points may be moved.
TOLERANCES = (0.002, 0.006, 0.015, 0.03)


def lattice_kinds(
    primitive: FloatArray, tolerances: tuple[float, ...] = TOLERANCES
) -> list[tuple[BravaisKind, FloatArray]]:
    """Bravais lattices near a primitive cell, the least symmetric first.

    Parameters
    ----------
    primitive : (3, 3) array
        Rows in angstrom.
    tolerances : tuple of float
        Relative to the cube root of the volume.

    Returns
    -------
    list of (kind, parameters)
        Parameters of the idealised metric; always with the triclinic lattice itself.
    """
    size = abs(float(np.linalg.det(primitive))) ** (1.0 / 3.0)
    triclinic = kind_of("aP")
    found = {triclinic: triclinic.parameters_of(metric(reciprocal(primitive)))}
    for tolerance in tolerances:
        dataset = symmetry_dataset(primitive, [[0.0, 0.0, 0.0]], [1], tolerance * size)
        if dataset is None or int(dataset.number) not in _SYMBOL_OF_GROUP:
            continue
        kind = kind_of(_SYMBOL_OF_GROUP[int(dataset.number)])
        if kind not in found:
            standard = np.asarray(dataset.std_lattice, dtype=np.float64)
            found[kind] = kind.parameters_of(metric(reciprocal(standard)))
    return list(found.items())
