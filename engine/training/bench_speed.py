"""Times, ratios and memory on the page of benchmarks: one table of each measuring script."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from engine.errors import BadInputError
from engine.export.atomic import write_text
from engine.training.bench_results import code_checksum

FORMAT = "densight-speed-1"
_SECTION = """
## Time and memory

Of scripts in `tests/benchmarks`, each with its command. Ratios are taken in one process and hardly
depend on the machine; seconds do.

{tables}
"""
_CPU = Path("/proc/cpuinfo")


def _machine() -> str:
    """Processor, cores, system and versions, in words."""
    names = []
    if _CPU.exists():
        text = _CPU.read_text(encoding="utf-8", errors="replace")
        names = [
            line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line
        ]
    processor = names[0] if names else platform.processor() or platform.machine()
    return (
        f"{os.cpu_count()} cores of {processor}, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


@dataclass(frozen=True)
class SpeedTable:
    """What one script has measured.

    Attributes
    ----------
    title : str
    words : str
        What was measured and how.
    command : str
        What makes it again.
    columns : tuple of str
    rows : tuple of tuples of str
        As they are shown, units included; as many cells as there are columns.
    machine : str
        Processor, cores, system and versions.
    code : str
        Checksum of the solver's source files (`engine.training.bench_results.code_checksum`).
    """

    title: str
    words: str
    command: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    machine: str = field(default_factory=_machine)
    code: str = field(default_factory=code_checksum)

    def __str__(self) -> str:
        """As Markdown."""
        lines = [self.columns, tuple("---" for _ in self.columns), *self.rows]
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        return (
            f"### {self.title}\n\n{self.words} `{self.command}`, on {self.machine}; "
            f"code {self.code}.\n\n{table}"
        )


def write_table(path: Path, table: SpeedTable) -> None:
    """Keep a table for the page."""
    text = json.dumps({"format": FORMAT, **asdict(table)}, indent=1, ensure_ascii=False)
    write_text(path, text + "\n")


def read_table(path: Path) -> SpeedTable:
    """Read a table that `write_table` has written.

    Raises
    ------
    BadInputError
        If the file is none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.pop("format") != FORMAT:
            raise ValueError("another format")
        found["columns"] = tuple(found["columns"])
        found["rows"] = tuple(tuple(str(cell) for cell in row) for row in found["rows"])
        table = SpeedTable(**found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInputError(
            f"{path} is no table of a benchmark ({error}); make one with --out."
        ) from error
    if any(len(row) != len(table.columns) for row in table.rows):
        raise BadInputError(f"{path}: a row has another number of cells than there are columns.")
    return table


def section(tables: Sequence[SpeedTable]) -> Iterable[str]:
    """The section of the page; nothing without tables."""
    if tables:
        yield _SECTION.format(tables="\n\n".join(str(table) for table in tables))
