"""A batch's results in one place: a table for a spreadsheet, and the best CIF of each pattern."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.batch.manifest import Entry
from engine.batch.task import Line
from engine.errors import BadInputError
from engine.export.atomic import make_folder, replacing
from engine.progress import Progress

TABLE = "results.csv"
BEST = "candidate_01.cif"
CELL = ("a", "b", "c", "alpha", "beta", "gamma")
COLUMNS = (
    "id", "file", "elements", "verdict", "formula", "space_group", "space_group_number", *CELL,
    "n_atoms", "source", "rwp", "probability", "seconds", "message", "cif",
)  # fmt: skip
Rows = Iterable[tuple[Entry, Line]]


def write_results(
    rows: Rows, out: Path, folder: Path, progress: Progress | None = None
) -> tuple[int, int]:
    """Write ``results.csv`` and, for every pattern with a candidate, the first one's CIF.

    Parameters
    ----------
    rows : iterable of (Entry, dict)
        Each entry with its line; an empty one where there is none yet.
    out : Path
        The batch's output folder.
    folder : Path
        Where to write; it is made where there is none. The CIFs are called by the entries' ids.
    progress : Progress, optional

    Returns
    -------
    rows, cifs : int
        How many were written.

    Raises
    ------
    BadInputError
        If something cannot be read or written.
    """
    progress = progress or Progress()
    make_folder(folder)
    table: list[dict[str, Any]] = []
    copied = 0
    try:
        for entry, line in rows:
            progress.report(0.0, entry.id)
            source, name = out / entry.id / BEST, ""
            if "formula" in line and source.is_file():
                name = f"{entry.id}.cif"
                with replacing(folder / name) as temporary:
                    shutil.copyfile(source, temporary)
                copied += 1
            table.append({**table_row(entry, line), "cif": name})
        with (
            replacing(folder / TABLE) as temporary,
            temporary.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(table)
    except OSError as error:
        place = error.filename or folder
        raise BadInputError(f"'{place}' could not be used: {error.strerror or error}.") from None
    return len(table), copied


def table_row(entry: Entry, line: Line) -> dict[str, Any]:
    """One row of the table; R_wp and probability as fractions, the cell in angstrom and degrees."""
    cell = line.get("cell") or ("",) * len(CELL)
    kept = {name: line.get(name, "") for name in COLUMNS if name not in ("id", "file", *CELL)}
    return {
        **kept,
        "id": entry.id,
        "file": entry.file,
        "elements": entry.formula or entry.elements,
        **dict(zip(CELL, cell, strict=True)),
        "verdict": "failed" if "error" in line else line.get("verdict", ""),
        "probability": line.get("score", ""),
        "message": message_of(line),
    }


def message_of(line: Line) -> str:
    """What there is to say of a pattern: why it failed, or what its reader had to remark."""
    return str(line.get("error") or " ".join(line.get("warnings") or ()))
