"""The documentation's table of formats, made of what the readers declare of themselves.

``python -m engine.pattern.readers.table docs/formats.md`` writes it between its two marks.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from engine.pattern.readers.registry import NEVER_TRIED, readers

BEGIN = "<!-- table of formats: made by python -m engine.pattern.readers.table docs/formats.md -->"
END = "<!-- end of the table of formats -->"


def formats_table() -> str:
    """The table in Markdown: a line for each built-in format that is read."""
    lines = ["| format | usual names | what is read | checked on |", "| --- | --- | --- | --- |"]
    described = [(r.name, r.format) for r in readers() if r.format and r.format.suffixes]
    for name, known in sorted(described, key=lambda pair: pair[0].lower()):
        suffixes = f"`{known.suffixes}`"
        lines.append(f"| {name} | {suffixes} | {known.reads} | {known.checked or NEVER_TRIED} |")
    return "\n".join(lines)


def with_table(text: str) -> str:
    """A document with the present table between its marks.

    Raises
    ------
    ValueError
        If it has no marks.
    """
    head, rest = text.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    return f"{head}{BEGIN}\n\n{formats_table()}\n\n{END}{tail}"


def main(arguments: Sequence[str]) -> int:
    """Renew the table in each of the documents named, or print it."""
    if not arguments:
        print(formats_table())
    for name in arguments:
        path = Path(name)
        path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
