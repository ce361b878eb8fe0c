"""Where the data are, and the plain arrays that training reads."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError


def data_root() -> Path:
    """Folder of the data sets: ``$DENSIGHT_DATA``, else ``../shared/data`` beside the checkout.

    The folder need not exist; those who need it say so themselves.
    """
    named = os.environ.get("DENSIGHT_DATA")
    if named:
        return Path(named)
    return Path(__file__).resolve().parents[2].parent / "shared" / "data"


def cache_root() -> Path:
    """Folder for prepared arrays: ``$DENSIGHT_RUNS``, else ``runs`` in the checkout."""
    named = os.environ.get("DENSIGHT_RUNS")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "runs"


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """The structures of a ``.jsonl`` or ``.jsonl.gz`` file, one dictionary a line.

    Raises
    ------
    BadInputError
        If the file is not there, is not compressed as its name says, or has a line that is no
        JSON object.
    """
    if not path.is_file():
        raise BadInputError(f"There is no data file {path}: set DENSIGHT_DATA to its folder.")
    opened = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise ValueError("it is no JSON object")
                yield record
    except (gzip.BadGzipFile, EOFError, ValueError) as error:
        raise BadInputError(f"Line {number} of {path} cannot be read: {error}.") from error


@dataclass(frozen=True, eq=False)
class CellSet:
    """Niggli-reduced primitive cells as plain arrays, the atoms one after the other.

    Attributes
    ----------
    lattice : (m, 3, 3) float32
        Rows a, b, c in angstrom.
    offsets : (m + 1,) int64
        Atoms of cell i are ``offsets[i]:offsets[i + 1]``.
    numbers : (atoms,) int16
    frac_coords : (atoms, 3) float32
    space_group : (m,) int16
    line : (m,) int64
        Number of the line in the source file, from 0.
    """

    lattice: NDArray[np.float32]
    offsets: NDArray[np.int64]
    numbers: NDArray[np.int16]
    frac_coords: NDArray[np.float32]
    space_group: NDArray[np.int16]
    line: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lattice)

    def atoms(self, index: int) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
        """Atomic numbers (n,) and fractional coordinates (n, 3) of one cell."""
        part = slice(int(self.offsets[index]), int(self.offsets[index + 1]))
        return self.numbers[part], self.frac_coords[part]

    def part(self, first: int, last: int) -> CellSet:
        """Cells `first` to `last - 1`."""
        atoms = slice(int(self.offsets[first]), int(self.offsets[last]))
        return CellSet(
            lattice=self.lattice[first:last],
            offsets=self.offsets[first : last + 1] - self.offsets[first],
            numbers=self.numbers[atoms],
            frac_coords=self.frac_coords[atoms],
            space_group=self.space_group[first:last],
            line=self.line[first:last],
        )

    def rows(self, chosen: NDArray[np.int64]) -> CellSet:
        """The cells `chosen` (m,), in their order."""
        return CellSet.concatenate([self.part(int(row), int(row) + 1) for row in chosen])

    @classmethod
    def concatenate(cls, parts: list[CellSet]) -> CellSet:
        """Several sets as one."""
        counts = np.concatenate([np.diff(part.offsets) for part in parts])
        arrays = {
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(cls)
            if field.name != "offsets"
        }
        return cls(offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **arrays)

    def save(self, path: Path) -> None:
        """Write the arrays as a compressed ``.npz``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> CellSet:
        """Read what `save` wrote.

        Raises
        ------
        BadInputError
            If the file is not there.
        """
        if not path.is_file():
            raise BadInputError(
                f"There are no prepared cells at {path}: run 'densight train --prepare' first."
            )
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    @classmethod
    def join(
        cls,
        cells: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any], int, int]],
    ) -> CellSet:
        """Build from (lattice, numbers, frac_coords, space group, line) of each cell."""
        counts = [len(cell[1]) for cell in cells]
        numbers = [np.zeros(0), *(cell[1] for cell in cells)]
        positions = [np.zeros((0, 3)), *(cell[2] for cell in cells)]
        return cls(
            lattice=np.array([cell[0] for cell in cells], dtype=np.float32).reshape(-1, 3, 3),
            offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            numbers=np.concatenate(numbers).astype(np.int16),
            frac_coords=np.concatenate(positions).astype(np.float32),
            space_group=np.array([cell[3] for cell in cells], dtype=np.int16),
            line=np.array([cell[4] for cell in cells], dtype=np.int64),
        )


def crystal_system_index(space_group: NDArray[Any]) -> NDArray[np.int64]:
    """0 (triclinic) to 6 (cubic) for each space-group number.

    The order is that of `engine.model.encoding.CRYSTAL_SYSTEMS`.
    """
    last = np.array([2, 15, 74, 142, 167, 194])
    return np.searchsorted(last, np.asarray(space_group), side="left").astype(np.int64)
