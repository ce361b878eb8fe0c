"""VASP POSCAR (and CONTCAR) files, version 4 and 5."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import atomic_number
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError

FloatArray = NDArray[np.float64]


def looks_like_poscar(text: str) -> bool:
    """Whether lines 2 to 5 hold a scale and three lattice vectors."""
    lines = text.splitlines()
    if len(lines) < 8:
        return False
    return _floats(lines[1], 1) is not None and all(
        _floats(line, 3) is not None for line in lines[2:5]
    )


def parse_poscar(text: str, name: str, file_name: str) -> CrystalStructure:
    """The structure of a POSCAR's text.

    Raises
    ------
    BadInputError
        If a line is not what the format asks for.
    """
    lines = text.splitlines()
    lattice, scale = _lattice(lines, file_name)
    symbols, counts, at = _species(lines, file_name)
    if at < len(lines) and lines[at].strip()[:1].upper() == "S":
        at += 1
    if at >= len(lines):
        raise BadInputError(f"'{file_name}' ends before the coordinates of its atoms.")
    cartesian = lines[at].strip()[:1].upper() in ("C", "K")
    total = sum(counts)
    rows = [_floats(line, 3) for line in lines[at + 1 : at + 1 + total]]
    found = [row for row in rows if row is not None]
    if total == 0 or len(found) != total:
        raise BadInputError(
            f"'{file_name}' should list {total} atoms but has coordinates of {len(found)}."
        )
    coords = np.array(found)
    if cartesian:
        coords = np.linalg.solve(lattice.T, scale * coords.T).T
    numbers = np.repeat(np.array(symbols, dtype=np.int64), counts)
    return CrystalStructure(lattice, numbers, coords, name=name)


def _lattice(lines: list[str], file_name: str) -> tuple[FloatArray, float]:
    head = _floats(lines[1], 1)
    rows = [_floats(line, 3) for line in lines[2:5]]
    good = [row for row in rows if row is not None]
    if head is None or head[0] == 0.0 or len(good) != 3:
        raise BadInputError(f"Lines 2 to 5 of '{file_name}' are no scale and lattice vectors.")
    lattice = np.array(good)
    volume = abs(float(np.linalg.det(lattice)))
    if volume < 1e-6:
        raise BadInputError(f"The lattice vectors in '{file_name}' span no cell.")
    # A negative scale is the wanted volume of the cell.
    scale = head[0] if head[0] > 0 else float((-head[0] / volume) ** (1.0 / 3.0))
    return scale * lattice, scale


def _species(lines: list[str], file_name: str) -> tuple[list[int], list[int], int]:
    """Atomic numbers, counts, and the index of the line after them."""
    if re.fullmatch(r"[\d\s]+", lines[5].strip()):  # version 4: symbols only in the title
        words, at = lines[0].split(), 5
    else:
        words, at = lines[5].split(), 6
    try:
        counts = [int(word) for word in lines[at].split()]
    except ValueError:
        raise BadInputError(f"Line {at + 1} of '{file_name}' should count the atoms.") from None
    symbols = [re.split(r"[/_]", word)[0] for word in words][: len(counts)]
    if len(symbols) != len(counts) or min(counts, default=0) < 0:
        raise BadInputError(
            f"'{file_name}' does not name the element of each of its {len(counts)} counts of atoms."
        )
    return [atomic_number(symbol) for symbol in symbols], counts, at + 1


def _floats(line: str, count: int) -> list[float] | None:
    words = line.split()[:count]
    try:
        values = [float(word) for word in words]
    except ValueError:
        return None
    return values if len(values) == count and np.isfinite(values).all() else None
