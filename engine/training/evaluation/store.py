"""Scores on disk, a line an entry, so that a stopped evaluation goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class JsonLines:
    """Rows of a JSON-lines file by their key, written as soon as they are known.

    Parameters
    ----------
    path : Path
        Made with the first row; a last line that was cut off is dropped.
    key : str
        The field that tells rows apart; of two with the same the later one counts.
    """

    def __init__(self, path: Path, key: str = "line") -> None:
        self.path, self.key = path, key
        self.rows: dict[Any, Row] = {}
        if not path.is_file():
            return
        text = path.read_text(encoding="utf-8")
        for line in text.splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            self.rows[row[key]] = row
        if text and not text.endswith("\n"):
            whole = text[: text.rfind("\n") + 1]
            path.write_text(whole, encoding="utf-8")

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def __getitem__(self, key: Any) -> Row:
        return self.rows[key]

    def add(self, row: Row) -> Row:
        """Keep a row, in memory as it would be read back."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(row)
        with self.path.open("a", encoding="utf-8") as lines:
            lines.write(text + "\n")
        kept: Row = json.loads(text)
        self.rows[kept[self.key]] = kept
        return kept

    def among(self, keys: Iterable[Any]) -> list[Row]:
        """The rows of those of `keys` that are there, in the order of `keys`."""
        return [self.rows[key] for key in keys if key in self.rows]
