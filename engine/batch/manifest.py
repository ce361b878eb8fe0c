"""The list of patterns that a batch works through."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadInputError

REQUIRED = ("file", "elements")
OPTIONAL = ("wavelength", "formula", "id", "others_possible")

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
    """

    id: str
    file: str
    elements: str
    wavelength: str | None = None
    formula: str | None = None
    others_possible: bool = False


@dataclass(frozen=True)
class Manifest:
    """The rows of a manifest, and what its reader had to remark."""

    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()


def read_manifest(path: Path) -> Manifest:
    """Read a manifest in CSV.

    The header names ``file`` and ``elements`` and optionally ``wavelength``, ``formula``, ``id``
    and ``others_possible``. Paths are relative to the manifest or absolute; ``id`` is the file's
    stem by default. What a row says of its sample is checked when its turn comes.

    Raises
    ------
    BadInputError
        If a column is missing, a row names no file, an id cannot name a folder, or two ids are
        equal.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInputError(f"The manifest '{path}' is no text in UTF-8.") from None
    except OSError as error:
        raise BadInputError(f"'{path}' cannot be opened: {error.strerror or error}.") from None
    first = text.split("\n", 1)[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = columns
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise BadInputError(
            f"The manifest '{path}' has no column '{missing[0]}': its first row must name "
            "file,elements."
        )
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise BadInputError(f"The manifest '{path}' is no CSV: {error}.") from None
    entries = [
        _entry(row, f"'{path}', line {line}", path.absolute().parent)
        for line, row in rows
        if any(isinstance(value, str) and value.strip() for value in row.values())
    ]
    _check_ids(entries, path)
    unknown = [name for name in columns if name and name not in REQUIRED + OPTIONAL]
    warnings = tuple(f"The manifest's column '{name}' is not used." for name in unknown)
    return Manifest(tuple(entries), warnings)


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
    )


def _check_ids(entries: list[Entry], path: Path) -> None:
    if not entries:
        raise BadInputError(f"The manifest '{path}' lists no pattern.")
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise BadInputError(
                f"The manifest '{path}' has two entries '{entry.id}': give each its own id."
            )
        seen.add(entry.id)
