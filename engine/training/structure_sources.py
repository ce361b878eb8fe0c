"""Crystal structures to train on, from a folder of CIFs or from JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import HIGHEST_SCATTERING_Z, atomic_number
from engine.errors import BadInputError
from engine.training.data import read_records

ORDERED = 0.999  # occupancy from which a site counts as full
NEAREST = 0.5  # angstrom; atoms that are closer are an error of the file
MOST_ATOMS = 200  # in the cell as it is given


@dataclass(frozen=True, eq=False)
class SourceCrystal:
    """A structure as it was found.

    Attributes
    ----------
    where : str
        File, or file and line.
    line : int
        Number of the structure in its source, from 0.
    lattice : (3, 3) array
        Rows a, b, c in angstrom.
    numbers : (n,) int array
    frac_coords : (n, 3) array
    space_group : int
        Number; 0 where the source does not say.
    """

    where: str
    line: int
    lattice: NDArray[np.float64]
    numbers: NDArray[np.int64]
    frac_coords: NDArray[np.float64]
    space_group: int


@dataclass(frozen=True)
class LeftOut:
    """A structure that is not trained on, and why."""

    where: str
    reason: str


def crystals_of(source: Path) -> Iterator[SourceCrystal | LeftOut]:
    """Every structure of a folder of CIFs (with its subfolders) or of a file of JSON lines.

    A line is an object with ``lattice`` (3 x 3, rows a, b, c in angstrom), ``species`` (symbols)
    and ``frac_coords`` (n x 3); ``space_group`` (number) is optional, the rest is passed over.

    Raises
    ------
    BadInputError
        If `source` is neither, or has no structures at all.
    """
    if source.is_dir():
        files = sorted(p for p in source.rglob("*") if p.suffix.lower() == ".cif" and p.is_file())
        if not files:
            raise BadInputError(f"There is no file *.cif in {source} or its subfolders.")
        for line, path in enumerate(files):
            yield _from_cif(path, str(path.relative_to(source)), line)
    elif source.name.endswith((".jsonl", ".jsonl.gz")):
        for line, record in enumerate(read_records(source)):
            yield _from_record(record, f"{source.name} line {line + 1}", line)
    else:
        raise BadInputError(
            f"{source} is no data to train on: give a folder of CIFs, a .jsonl or a .jsonl.gz file."
        )


def _from_cif(path: Path, where: str, line: int) -> SourceCrystal | LeftOut:
    from engine.crystal.cif_reader import parse_cif

    try:
        found = parse_cif(path.read_text(encoding="utf-8", errors="replace"), path.stem, path.name)
    except (BadInputError, OSError) as error:
        return LeftOut(where, str(error))
    if np.any(found.occupancies < ORDERED):
        return LeftOut(where, "disordered: a site is not fully occupied by one element")
    crystal = SourceCrystal(where, line, found.lattice, found.numbers, found.frac_coords, 0)
    return _checked(crystal)


def _from_record(record: dict[str, Any], where: str, line: int) -> SourceCrystal | LeftOut:
    missing = [name for name in ("lattice", "species", "frac_coords") if name not in record]
    if missing:
        return LeftOut(where, f"no '{missing[0]}'")
    try:
        numbers = np.array([atomic_number(symbol) for symbol in record["species"]], dtype=np.int64)
        lattice = np.array(record["lattice"], dtype=np.float64)
        coords = np.array(record["frac_coords"], dtype=np.float64)
        group = int(record.get("space_group") or 0)
    except (BadInputError, TypeError, ValueError, AttributeError) as error:
        return LeftOut(where, str(error))
    return _checked(SourceCrystal(where, line, lattice, numbers, coords, group))


def _checked(crystal: SourceCrystal) -> SourceCrystal | LeftOut:
    n, where = len(crystal.numbers), crystal.where
    if crystal.lattice.shape != (3, 3) or crystal.frac_coords.shape != (n, 3) or n == 0:
        return LeftOut(where, "lattice, species and frac_coords do not fit together")
    if not (np.isfinite(crystal.lattice).all() and np.isfinite(crystal.frac_coords).all()):
        return LeftOut(where, "a number is not finite")
    if abs(np.linalg.det(crystal.lattice)) < 1.0:
        return LeftOut(where, "the cell has no volume")
    if n > MOST_ATOMS:
        return LeftOut(where, f"{n} atoms in the cell, more than {MOST_ATOMS}")
    if crystal.numbers.max() > HIGHEST_SCATTERING_Z:
        return LeftOut(where, "an element without a scattering factor")
    if not 0 <= crystal.space_group <= 230:
        return LeftOut(where, f"there is no space group {crystal.space_group}")
    if _nearest(crystal) < NEAREST:
        return LeftOut(where, f"disordered or wrong: atoms closer than {NEAREST} A")
    return crystal


def _nearest(crystal: SourceCrystal) -> float:
    """Shortest distance between two atoms, over the nearest images in fractional coordinates."""
    if len(crystal.numbers) < 2:
        return np.inf
    apart = crystal.frac_coords[:, None] - crystal.frac_coords[None]
    apart = (apart - np.round(apart)) @ crystal.lattice
    lengths = np.linalg.norm(apart, axis=-1)
    np.fill_diagonal(lengths, np.inf)
    return float(lengths.min())


def read_formulas(path: Path) -> list[str]:
    """Formulas of a list of held-out phases.

    Parameters
    ----------
    path : Path
        A formula a line, or JSON lines (perhaps compressed) with ``formula`` or ``species``.

    Raises
    ------
    BadInputError
        If it cannot be read, or a line has no formula.
    """
    if path.name.endswith((".jsonl", ".jsonl.gz")):
        formulas = []
        for record in read_records(path):
            species = record.get("species")
            formulas.append("".join(species) if species else str(record.get("formula") or ""))
        if not all(formulas):
            raise BadInputError(f"A line of {path} has neither 'formula' nor 'species'.")
        return formulas
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"The held-out list {path} cannot be read: {error}.") from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
