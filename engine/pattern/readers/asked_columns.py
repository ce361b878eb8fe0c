"""Text that no reader understands, read as somebody who looked at it says.

Lines are cut into fields wherever a separator can be, names and times among the numbers are
fields too, and a line counts where the chosen fields are numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from engine.errors import BadInputError
from engine.pattern.assemble import assemble
from engine.pattern.pattern import MINIMUM_POINTS, PowderPattern
from engine.pattern.radiation import parse_wavelength
from engine.pattern.readers.header import find_radiation
from engine.pattern.readers.registry import UnreadableFileError, choose_reader
from engine.pattern.readers.scan import Axis, Scan, Source
from engine.pattern.readers.text_columns import READER as TEXT_READER
from engine.pattern.readers.text_columns import Columns, axis_of, has_decimal_comma

DecimalMark = Literal[".", ","]
SHOWN_LINES = 200
_SEPARATOR = {
    ".": re.compile(r"\s*[,;|]\s*|\t|[ \r\f\v]+"),
    ",": re.compile(r"\s*[;|]\s*|\t|[ \r\f\v]+"),
}
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eEdD][-+]?[0-9]+)?")
_RUN = 3  # so many lines with the same numbers begin the table
_MOST_FIELDS = 64


@dataclass(frozen=True)
class TextLayout:
    """How the columns of a text are to be read.

    Attributes
    ----------
    columns : Columns
        Fields of a line, counted from 0, and what the positions are.
    skip : int
        Lines before the table.
    decimal : {".", ","}
        With a decimal comma, commas separate nothing.
    wavelength : str
        As one types it ("CuKa", "1.5406"); empty for what the header says, else Cu K-alpha.
    """

    columns: Columns
    skip: int = 0
    decimal: DecimalMark = "."
    wavelength: str = ""


@dataclass(frozen=True)
class ColumnsQuestion:
    """A text that needs somebody to say what its columns are.

    Attributes
    ----------
    path : Path
    why : str
        Why it could not be read, one sentence.
    lines : tuple of str
        Its first lines.
    layout : TextLayout
        What seems likeliest.
    kind : str
        The same for files of the same layout: ending, separators, header and number of fields.
    """

    path: Path
    why: str
    lines: tuple[str, ...]
    layout: TextLayout
    kind: str


def fields_of(line: str, decimal: DecimalMark = ".") -> list[str]:
    """A line cut at blanks, tabs, semicolons, bars and, without a decimal comma, commas."""
    return _SEPARATOR[decimal].split(line.strip())[:_MOST_FIELDS]


def number_of(field: str, decimal: DecimalMark = ".") -> float:
    """The number in a field, its quotes and unit left out; NaN where it is none."""
    text = field.strip("\"'()[]{}<>")
    if decimal == ",":
        text = text.replace(",", ".")
    found = _NUMBER.match(text)
    if found is None or re.match(r"[0-9:/.-]", text[found.end() :]):
        return float("nan")  # a name, a date or a time
    return float(re.sub("[dD]", "e", found.group()))


def layout_of(record: dict[str, Any]) -> TextLayout | None:
    """The layout that was kept as plain data (``dataclasses.asdict``); None if it is damaged."""
    try:
        columns = Columns(**record["columns"])
        layout = TextLayout(**{**record, "columns": columns})
        numbers = (columns.x, columns.y, columns.sigma or 0, columns.weight or 0, layout.skip)
        whole = all(isinstance(n, int) and n >= 0 for n in numbers)
    except (KeyError, TypeError):
        return None
    known = layout.decimal in _SEPARATOR and columns.axis in get_args(Axis)
    return layout if whole and known and isinstance(layout.wavelength, str) else None


def question_of(source: Source, why: str) -> ColumnsQuestion | None:
    """What to ask about a file that could not be read.

    Parameters
    ----------
    source : Source
    why : str
        The sentence with which it was refused.

    Returns
    -------
    ColumnsQuestion or None
        None where asking is of no use: a binary file, one of a format that refuses it for a
        reason of its own, or a text without two columns of numbers.
    """
    if source.is_binary:
        return None
    try:
        if choose_reader(source) is not TEXT_READER:
            return None
    except UnreadableFileError:
        pass
    return ask(source, why)


def ask(source: Source, why: str = "") -> ColumnsQuestion | None:
    """The question about any text with two columns of numbers, None for other files."""
    if source.is_binary:
        return None
    lines = source.text.splitlines()
    layout = _likeliest(lines)
    if layout is None:
        return None
    return ColumnsQuestion(
        source.path, why, tuple(lines[:SHOWN_LINES]), layout, _kind(source, lines, layout)
    )


def read_layout(source: Source, layout: TextLayout) -> PowderPattern:
    """The pattern in the columns that somebody chose.

    Parameters
    ----------
    source : Source
    layout : TextLayout

    Raises
    ------
    BadInputError
        If the wavelength is none, or the chosen columns are no usable pattern.
    """
    radiation = parse_wavelength(layout.wavelength) if layout.wavelength.strip() else None
    return assemble(_scan(source, layout), source.path, radiation)


def _scan(source: Source, layout: TextLayout) -> Scan:
    columns, decimal = layout.columns, layout.decimal
    lines = source.text.splitlines()
    extra = columns.sigma if columns.sigma is not None else columns.weight
    wanted = [columns.x, columns.y] + ([] if extra is None else [extra])
    rows = np.array(_rows(lines[layout.skip :], wanted, decimal), dtype=np.float64)
    if len(rows) == 0:
        raise BadInputError(
            f"'{source.name}' has no line after line {layout.skip} with numbers in columns "
            f"{columns.x + 1} and {columns.y + 1}; choose others."
        )
    sigma = None
    if columns.sigma is not None:
        sigma = rows[:, 2]
    elif columns.weight is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            sigma = 1.0 / np.sqrt(rows[:, 2])
    return Scan(
        rows[:, 0],
        rows[:, 1],
        sigma,
        format="text, columns chosen by hand",
        axis=columns.axis,
        radiation=find_radiation("\n".join(lines[: layout.skip])),
    )


def _rows(lines: Sequence[str], wanted: list[int], decimal: DecimalMark) -> list[list[float]]:
    """The numbers of the wanted fields, for each line where the first two of them are numbers."""
    rows = []
    for line in lines:
        fields = fields_of(line, decimal)
        if len(fields) <= max(wanted[:2]):
            continue
        row = [number_of(fields[i], decimal) if i < len(fields) else np.nan for i in wanted]
        if row[0] == row[0] and row[1] == row[1]:
            rows.append(row)
    return rows


def _likeliest(lines: list[str]) -> TextLayout | None:
    """Where the table seems to begin, and which of its columns are positions and intensities."""
    sample = [line for line in lines if re.search("[0-9]", line)][-60:]
    decimal: DecimalMark = "," if has_decimal_comma(sample) else "."
    start = _first_line(lines, decimal)
    if start is None:
        return None
    cut = [fields_of(line, decimal) for line in lines[start:]]
    width = max(len(fields) for fields in cut[:_RUN])
    table = np.array(
        [[number_of(field, decimal) for field in row[:width]] for row in cut if len(row) >= width]
    )
    numeric = [i for i in range(width) if np.isfinite(table[:, i]).sum() >= MINIMUM_POINTS]
    if len(numeric) < 2:
        return None
    names = fields_of(lines[start - 1], decimal) if start else []
    axes = {i: axis_of(names[i]) for i in numeric if i < len(names)}
    named = next((i for i, axis in axes.items() if axis is not None), None)
    rising = [i for i in numeric if _rises(table[:, i])]
    fractional = [i for i in rising if np.any(table[:, i] % 1.0)]
    x = named if named is not None else (*fractional, *rising, numeric[0])[0]
    y = next((i for i in numeric if i > x), None)
    if y is None:
        y = next(i for i in numeric if i != x)
    return TextLayout(Columns(x, y, axis=axes.get(x) or "two_theta"), start, decimal)


def _first_line(lines: list[str], decimal: DecimalMark) -> int | None:
    """Index of the first of several lines with numbers in the same two fields or more."""
    run, before = 0, frozenset[int]()
    for i, line in enumerate(lines):
        fields = fields_of(line, decimal)
        numbers = [number_of(field, decimal) for field in fields]
        here = frozenset(k for k, number in enumerate(numbers) if number == number)
        run = run + 1 if len(here) >= 2 and here == before else 1
        before = here
        if run == _RUN and len(here) >= 2:
            return i - _RUN + 1
    return None


def _rises(column: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    steps = np.diff(column[np.isfinite(column)])
    return len(steps) > 0 and bool(np.mean(steps > 0) > 0.98)


def _kind(source: Source, lines: list[str], layout: TextLayout) -> str:
    """What files of one program have in common: ending, first words and width of the table."""
    header = next((line for line in lines[: layout.skip] if line.strip()), "")
    words = re.sub(r"[^A-Za-z]+", " ", header).strip().lower()[:40]
    width = len(fields_of(lines[layout.skip], layout.decimal))
    return f"{source.path.suffix.lower()} {width}{layout.decimal} {words}".strip()
