"""The patterns that the program brings along, from ``resources/examples/index.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from engine import resources

INDEX = "examples/index.json"


@dataclass(frozen=True)
class Example:
    """One bundled pattern.

    Attributes
    ----------
    path : Path
    name : str
        For the menu.
    elements : tuple of str
        What is in the sample.
    note : str
        Where the pattern comes from.
    """

    path: Path
    name: str
    elements: tuple[str, ...]
    note: str = ""


def load_examples() -> tuple[Example, ...]:
    """All bundled examples; none where the program was installed without them."""
    try:
        index = resources.path(INDEX)
    except FileNotFoundError:
        return ()
    entries = json.loads(index.read_text(encoding="utf-8"))
    return tuple(
        Example(
            path=index.parent / entry["file"],
            name=entry["name"],
            elements=tuple(entry["elements"]),
            note=entry.get("note", ""),
        )
        for entry in entries
    )


def find_example(path: str | Path) -> Example | None:
    """The example whose file is `path`, if it is one."""
    wanted = Path(path).resolve()
    return next((item for item in load_examples() if item.path.resolve() == wanted), None)
