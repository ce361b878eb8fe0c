"""Predicted and calculated densities as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.export.atomic import make_folder, replacing

if TYPE_CHECKING:
    from engine.model.prediction import DensityPrediction

FloatArray = NDArray[np.floating[Any]]

SUFFIXES = (".npz", ".ccp4", ".cube", ".xsf")


def check_map_path(path: Path) -> None:
    """Make sure that a density can be written under this name.

    Raises
    ------
    BadInputError
        If the suffix names no map format.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise BadInputError(
            f"'{path}' names no map format: end it with one of {', '.join(SUFFIXES)}."
        )


def write_prediction(prediction: DensityPrediction, path: Path) -> None:
    """Write all samples to an ``.npz``, or the first one to a map format.

    The ``.npz`` holds density (samples, n, n, n) in e/A^3, cell (samples, 3, 3) with rows a, b, c
    in angstrom, crystal_system and weights (samples,).

    Raises
    ------
    BadInputError
        If the suffix names no map format or the file cannot be written.
    """
    _write(
        path,
        np.asarray(prediction.density),
        np.asarray(prediction.cell),
        tuple(prediction.crystal_system),
        np.asarray(prediction.weights),
    )


def write_structure_density(structure: CrystalStructure, path: Path, grid: int = 50) -> None:
    """Write the CMED of a structure in the same form, as one sample of weight 1.

    The basis is the Niggli-reduced primitive cell.
    """
    from engine.crystal.cmed import density_on_grid, niggli_primitive
    from engine.crystal.symmetry import standardise

    reduced = niggli_primitive(structure)
    _write(
        path,
        density_on_grid(reduced, grid)[None],
        reduced.lattice[None],
        (standardise(structure).crystal_system,),
        np.ones(1),
        reduced,
    )


def _write(
    path: Path,
    density: FloatArray,
    cell: FloatArray,
    crystal_system: tuple[str, ...],
    weights: FloatArray,
    structure: CrystalStructure | None = None,
) -> None:
    check_map_path(path)
    make_folder(path.absolute().parent)
    if path.suffix.lower() != ".npz":
        from engine.export.maps import write_map

        write_map(path, density[0], cell[0], structure)
        return
    with replacing(path) as temporary:
        np.savez_compressed(
            temporary,
            density=density,
            cell=cell,
            crystal_system=np.array(crystal_system, dtype=np.str_),
            weights=weights,
        )
