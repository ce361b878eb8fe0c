"""The list of patterns that a batch works through, read row by row: it may have a million."""

from __future__ import annotations

import csv
import hashlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from engine.errors import BadInputError
from engine.export.atomic import replacing

LONGEST_HEADER = 10_000  # characters; a file of another sort may have no second line
# In the output folder: what was asked for there, so that another run can go on.
ASKED = "entries.csv"
REQUIRED = ("file", "elements")
OPTIONAL = ("wavelength", "formula", "id", "others_possible", "range")

_TRUE = {"1", "true", "yes", "y"}
_FALSE = {"", "0", "false", "no", "n"}


@dataclass(frozen=True)
class Entry:
    """One row: a pattern, and what is known of its sample, still as it was typed.

    Attributes
    ----------
    id : str
        Name of the entry's folder in the output.
    file : str
        Absolute path of the pattern.
    elements : str
    wavelength, formula : str or None
    others_possible : bool
    range : str or None
        Which range of a file of several: a number, ``merge`` or ``sum``.
    """

    id: str
    file: str
    elements: str
    wavelength: str | None = None
    formula: str | None = None
    others_possible: bool = False
    range: str | None = None


@dataclass(frozen=True)
class Manifest:
    """A manifest that was read through once and found in order.

    Iterating reads it again, row by row, so that a long one never lies in memory.

    Attributes
    ----------
    path : Path
    length : int
        Number of entries.
    warnings : tuple of str
        What its reader had to remark.
    """

    path: Path
    length: int
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of entries."""
        return self.length

    def __iter__(self) -> Iterator[Entry]:
        """Read the entries, in the order of the file."""
        return _entries(self.path)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest in CSV through, and check it.

    The header names ``file`` and ``elements`` and optionally ``wavelength``, ``formula``, ``id``,
    ``others_possible`` and ``range``. Paths are relative to the manifest or absolute; ``id`` is
    the file's stem by default. What a row says of its sample is checked when its turn comes.

    Raises
    ------
    BadInputError
        If a column is missing, a row names no file, an id cannot name a folder, or two ids are
        equal.
    """
    digests = array("Q", (digest(entry.id) for entry in _entries(path)))
    if not digests:
        raise BadInputError(f"The manifest '{path}' lists no pattern.")
    if len(np.unique(np.frombuffer(digests, dtype=np.uint64))) < len(digests):
        _name_the_double(path)
    unknown = [name for name in _columns(path) if name and name not in REQUIRED + OPTIONAL]
    warnings = tuple(f"The manifest's column '{name}' is not used." for name in unknown)
    return Manifest(path, len(digests), warnings)


def write_manifest(path: Path, entries: Iterable[Entry]) -> None:
    """Write entries as a manifest that reads back as the same ones, their paths absolute.

    A manifest that is in its place already stays as it is.

    Raises
    ------
    BadInputError
        If the file cannot be written.
    """
    if isinstance(entries, Manifest) and path.exists() and path.samefile(entries.path):
        return
    columns = (*REQUIRED, *OPTIONAL)
    with (
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(columns)
        for entry in entries:
            fields = {**asdict(entry), "others_possible": "yes" * entry.others_possible}
            writer.writerow([fields[name] or "" for name in columns])


def is_manifest(path: Path) -> bool:
    """Whether a file's first line names the columns that a manifest must have."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            columns = _reader(file.readline(LONGEST_HEADER), iter(()))[1]
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    return all(name in columns for name in REQUIRED)


def digest(text: str) -> int:
    """64 bits that stand for a text: eight bytes each keep a million ids in 8 MB."""
    found = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(found, "big")


def _name_the_double(path: Path) -> None:
    seen: set[str] = set()
    for entry in _entries(path):
        if entry.id in seen:
            raise BadInputError(
                f"The manifest '{path}' has two entries '{entry.id}': give each its own id."
            )
        seen.add(entry.id)


def _columns(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return _reader(file.readline(), iter(()))[1]


def _reader(header: str, rows: Iterator[str]) -> tuple[csv.DictReader[str], list[str]]:
    """A reader of rows under a header line, and the header's names."""
    delimiter = ";" if ";" in header and "," not in header else ","
    names = next(csv.reader([header], delimiter=delimiter), [])
    columns = [name.strip().lower() for name in names]
    return csv.DictReader(rows, columns, delimiter=delimiter, restval=""), columns


def _entries(path: Path) -> Iterator[Entry]:
    """The entries of a manifest, one after the other."""
    folder = path.absolute().parent
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader, columns = _reader(file.readline(), iter(file))
            for name in REQUIRED:
                if name not in columns:
                    raise BadInputError(
                        f"The manifest '{path}' has no column '{name}': its first row must name "
                        "file,elements."
                    )
            for row in reader:
                if any(isinstance(value, str) and value.strip() for value in row.values()):
                    yield _entry(row, f"'{path}', line {reader.line_num + 1}", folder)
    except UnicodeDecodeError:
        raise BadInputError(f"The manifest '{path}' is no text in UTF-8.") from None
    except OSError as error:
        raise BadInputError(f"'{path}' cannot be opened: {error.strerror or error}.") from None
    except csv.Error as error:
        raise BadInputError(f"The manifest '{path}' is no CSV: {error}.") from None


def _entry(row: dict[str, str], where: str, folder: Path) -> Entry:
    if None in row:  # csv puts the fields beyond the header under this key
        raise BadInputError(f"{where} has more fields than the header: quote fields with commas.")
    cell = {name: (value or "").strip() for name, value in row.items()}
    if not cell["file"]:
        raise BadInputError(f"{where} names no file.")
    others = cell.get("others_possible", "").lower()
    if others not in _TRUE | _FALSE:
        raise BadInputError(f"{where}: others_possible is '{others}'; it must be yes or no.")
    file = folder / cell["file"]
    name = cell.get("id") or file.stem
    if name.startswith(".") or any(c in name for c in "/\\\0") or len(name) > 200:
        raise BadInputError(f"{where}: the id '{name}' cannot name a folder.")
    return Entry(
        id=name,
        file=str(file),
        elements=cell["elements"],
        wavelength=cell.get("wavelength") or None,
        formula=cell.get("formula") or None,
        others_possible=others in _TRUE,
        range=cell.get("range") or None,
    )
