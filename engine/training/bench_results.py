"""Result files of benchmarks: one JSON line a pattern, and first what the run was."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from engine.errors import BadInputError
from engine.training.evaluation.store import JsonLines

Row = dict[str, Any]
Run = dict[str, Any]
HEADER = "#run"
# What a search runs through: its code decides, with the shipped files, what is found.
_SOLVER = ("crystal", "diffraction", "library", "model", "pattern", "refine", "solve")


def code_checksum() -> str:
    """Of the source files that a search runs through: twelve digits of a SHA-256."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for package in _SOLVER:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def state_of_program() -> dict[str, str]:
    """Version, and checksums of the code, the weights and the structure types."""
    import engine
    from engine.resources import STRUCTURE_TYPES, WEIGHTS, checksum

    return {
        "version": engine.__version__,
        "code": code_checksum(),
        "weights": checksum(*WEIGHTS)[:12],
        "types": checksum(*STRUCTURE_TYPES)[:12],
    }


class ResultFile:
    """Rows of one benchmark, which goes on where it was stopped.

    Parameters
    ----------
    path : Path
    run : dict
        What the benchmark is: ``kind`` ("simulated" or "measured"), ``set``, ``conditions``,
        ``sources`` and ``program`` (see `state_of_program`).

    Raises
    ------
    BadInputError
        If the file holds results of other options, or of another program.
    """

    def __init__(self, path: Path, run: Run) -> None:
        self._lines = JsonLines(path, "name")
        if HEADER not in self._lines:
            if self._lines.rows:
                raise BadInputError(f"{path} does not say what it is of; choose another --out.")
            self._lines.add({"name": HEADER, "run": run})
        elif self._lines[HEADER]["run"] != json.loads(json.dumps(run)):
            raise BadInputError(
                f"{path} holds results of other options or of another state of the program; "
                "choose another --out."
            )

    def __contains__(self, name: object) -> bool:
        return name in self._lines

    def add(self, row: Row) -> Row:
        """Keep a row."""
        return self._lines.add(row)

    def among(self, names: list[str]) -> list[Row]:
        """The rows of those of `names` that are there."""
        return self._lines.among(names)


def read_rows(path: Path) -> list[Row]:
    """The rows of a results file, without what says what it is of."""
    return _read(path)[1]


def read_results(path: Path) -> tuple[Run, list[Row]]:
    """What a results file is of, and its rows.

    Raises
    ------
    BadInputError
        If it is no results file, or does not say what it is of.
    """
    run, rows = _read(path)
    if run is None:
        raise BadInputError(f"{path} does not say what it is of; make it anew with densight bench.")
    return run, rows


def _read(path: Path) -> tuple[Run | None, list[Row]]:
    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    except (OSError, ValueError) as error:
        raise BadInputError(f"{path} is no results file of densight bench ({error}).") from error
    run = next((row["run"] for row in found if row["name"] == HEADER), None)
    return run, [row for row in found if row["name"] != HEADER]
