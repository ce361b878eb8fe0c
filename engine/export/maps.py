"""Electron density as a map that other programs read: .ccp4, .cube, .xsf, .npz."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.crystal.lattice import cell_from_matrix, lattice_system
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.export.atomic import replacing

FloatArray = NDArray[np.float64]

BOHR = 0.529177210903  # angstrom (CODATA 2018)


def write_map(
    path: str | Path,
    density: ArrayLike,
    lattice: ArrayLike,
    structure: CrystalStructure | None = None,
) -> None:
    """Write one density; the suffix of the path decides the format.

    ``.ccp4`` and ``.cube`` hold the periodic grid; ``.xsf`` holds a general grid, which repeats
    its far faces. ``.cube`` is in atomic units by its definition (bohr, electrons per cubic
    bohr); the others are in angstrom and e/A^3. ``.npz`` has density (1, n, n, n), cell
    (1, 3, 3), crystal_system (1,) of the lattice, and weights (1,).

    Parameters
    ----------
    path : str or Path
        Replaced at once when it exists.
    density : (n1, n2, n3) array
        e/A^3 at (i/n1, j/n2, k/n3), the far faces not repeated.
    lattice : (3, 3) array
        Rows a, b, c in angstrom.
    structure : CrystalStructure, optional
        In the same cell; its atoms are listed in ``.cube`` and ``.xsf``.

    Raises
    ------
    BadInputError
        If the suffix is none of these, the density is not three-dimensional, or the file
        cannot be written.
    """
    target = Path(path)
    values = np.ascontiguousarray(density, dtype=np.float64)
    cell = np.asarray(lattice, dtype=np.float64)
    if values.ndim != 3 or values.size == 0 or cell.shape != (3, 3):
        raise BadInputError(
            "A map needs a density of three dimensions and a 3x3 lattice; got shapes "
            f"{values.shape} and {cell.shape}."
        )
    suffix = target.suffix.lower()
    if suffix not in (".ccp4", ".cube", ".xsf", ".npz"):
        raise BadInputError(f"'{target.name}' names no map format; use .ccp4, .cube, .xsf or .npz.")
    with replacing(target) as temporary:
        if suffix == ".ccp4":
            _write_ccp4(temporary, values, cell)
        elif suffix == ".npz":
            _write_npz(temporary, values, cell)
        else:
            with temporary.open("w", encoding="ascii") as file:
                write = _write_cube if suffix == ".cube" else _write_xsf
                write(file, values, cell, structure)


def _write_ccp4(path: Path, density: FloatArray, lattice: FloatArray) -> None:
    import gemmi

    grid = gemmi.FloatGrid(density.astype(np.float32))
    grid.set_unit_cell(gemmi.UnitCell(*cell_from_matrix(lattice)))
    grid.spacegroup = gemmi.SpaceGroup("P 1")
    ccp4 = gemmi.Ccp4Map()
    ccp4.grid = grid
    ccp4.update_ccp4_header(2, True)  # mode 2: 32-bit floats
    ccp4.write_ccp4_map(str(path))


def _write_npz(path: Path, density: FloatArray, lattice: FloatArray) -> None:
    np.savez_compressed(
        path,
        density=density[None],
        cell=lattice[None],
        crystal_system=np.array([lattice_system(lattice)], dtype=np.str_),
        weights=np.ones(1),
    )


def _write_cube(
    file: TextIO, density: FloatArray, lattice: FloatArray, structure: CrystalStructure | None
) -> None:
    """Gaussian's cube format: z runs fastest; each row of z starts a line."""
    count = 0 if structure is None else len(structure)
    file.write("Densight electron density\n")
    file.write("lengths in bohr, values in electrons per cubic bohr\n")
    file.write(f"{count:5d}{0.0:14.8f}{0.0:14.8f}{0.0:14.8f}\n")
    for points, vector in zip(density.shape, lattice, strict=True):
        step = vector / points / BOHR
        file.write(f"{points:5d}" + "".join(f"{x:14.8f}" for x in step) + "\n")
    if structure is not None:
        positions = structure.frac_coords @ lattice / BOHR
        for number, place in zip(structure.numbers, positions, strict=True):
            xyz = "".join(f"{x:14.8f}" for x in place)
            file.write(f"{int(number):5d}{float(number):14.8f}{xyz}\n")
    for row in (density * BOHR**3).reshape(-1, density.shape[2]):
        _write_numbers(file, row)


def _write_xsf(
    file: TextIO, density: FloatArray, lattice: FloatArray, structure: CrystalStructure | None
) -> None:
    """XCrySDen's format: x runs fastest, and the last plane equals the first."""
    vectors = "".join("".join(f"{x:16.9f}" for x in row) + "\n" for row in lattice)
    file.write("# Densight electron density, angstrom and electrons per cubic angstrom\n")
    file.write(f"CRYSTAL\nPRIMVEC\n{vectors}")
    if structure is not None:
        file.write(f"PRIMCOORD\n{len(structure)} 1\n")
        for number, place in zip(structure.numbers, structure.frac_coords @ lattice, strict=True):
            file.write(f"{int(number):4d}" + "".join(f"{x:16.9f}" for x in place) + "\n")
    general = np.pad(density, (0, 1), mode="wrap")
    sizes = " ".join(str(size) for size in general.shape)
    file.write("BEGIN_BLOCK_DATAGRID_3D\nelectron_density\nBEGIN_DATAGRID_3D_density\n")
    file.write(f"{sizes}\n0.0 0.0 0.0\n{vectors}")
    _write_numbers(file, general.ravel(order="F"))
    file.write("END_DATAGRID_3D\nEND_BLOCK_DATAGRID_3D\n")


def _write_numbers(file: TextIO, values: FloatArray) -> None:
    """Six numbers a line."""
    texts = [f"{x:13.6e}" for x in values.tolist()]
    for start in range(0, len(texts), 6):
        file.write(" ".join(texts[start : start + 6]) + "\n")
