"""Columns of numbers in text: two or three of them, in every habit that programs write."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.header import find_radiation
from engine.pattern.readers.registry import NO, POSSIBLE, Format, Reader
from engine.pattern.readers.scan import Axis, FloatArray, Scan, Source

_COMMENT = "#!;%/*'\"[<&"
_STARTS_LIKE_NUMBER = re.compile(r"\s*[\"']?[-+]?[.,]?[0-9]")
_DECIMAL_COMMA = re.compile(r"[0-9],[0-9]")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_MISSING = {"nan", "na", "n/a", "#n/a", "-", "--", "null", "none", "inf", "-inf", "+inf", "1.#qnan"}
_MAX_HEADER_LINES = 400
_TO_DOT = str.maketrans({",": " ", ";": " ", "\t": " "})
_TO_COMMA = str.maketrans({",": ".", ";": " ", "\t": " "})

_TWO_THETA = re.compile(
    r"2[\s_*·-]*(?:th|θ|ϴ|Θ)|two[\s_-]*theta|^\W*t?th(?:eta)?\b|^\W*angle|deg", re.IGNORECASE
)
_Q = re.compile(r"^\W*(?:q(?![a-z])|scattering vector|momentum transfer)", re.IGNORECASE)
_D = re.compile(r"^\W*d(?:[\s_-]*spac|\s*$|[\s_]*[\[(/]|_)", re.IGNORECASE)
_NANOMETRE = re.compile(r"nm|nano", re.IGNORECASE)
_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("sigma", re.compile(r"e\.?s\.?d|sig|err|uncert|std|^\W*s\.?u\b|^\W*σ", re.IGNORECASE)),
    ("weight", re.compile(r"weight|^\W*wt?\W*$", re.IGNORECASE)),
    ("other", re.compile(r"calc|backg|bkg|diff|resid|^\W*fit|time|temp", re.IGNORECASE)),
    ("intensity", re.compile(r"int|count|cps|^\W*i\b|^\W*y|obs|meas", re.IGNORECASE)),
)


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers of a text with what stood before them.

    Attributes
    ----------
    values : (n, c) array
        NaN where a number is missing.
    header : str
        The text before the numbers.
    names : tuple of str
        Names of the columns; empty where the header names none.
    warnings : tuple of str
    """

    values: FloatArray
    header: str
    names: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def axis_of(name: str) -> Axis | None:
    """What positions a column of that name holds, None where the name does not say."""
    if _Q.search(name):
        return "q_inverse_nm" if _NANOMETRE.search(name) else "q_inverse_angstrom"
    if _D.search(name):
        return "d_angstrom"
    if _TWO_THETA.search(name):
        return "two_theta_radian" if re.search(r"(?:\b|_)rad", name, re.IGNORECASE) else "two_theta"
    return None


def has_decimal_comma(lines: list[str]) -> bool:
    """Whether commas in these lines of numbers are decimal points rather than separators."""
    text = "\n".join(lines)
    if "," not in text or re.search(r"[0-9]\.[0-9]", text):
        return False
    for line in lines:
        fields = [field for field in re.split(r"[;\t\s]+", line.strip()) if field]
        if len(fields) < 2 or any(field.count(",") > 1 for field in fields):
            return False
        if any("," in field and not _DECIMAL_COMMA.search(field) for field in fields):
            return False
    return True


def _number(token: str) -> float | None:
    try:
        # Python reads 1_000 as a number; no pattern file means that.
        return None if "_" in token else float(token)
    except ValueError:
        pass
    if token.lower() in _MISSING:
        return float("nan")
    try:  # Fortran's exponent
        return float(re.sub(r"[dD]", "e", token)) if token[:1] in "+-.0123456789" else None
    except ValueError:
        return None


def _row(line: str, translation: dict[int, str]) -> list[float] | None:
    """The numbers of one line, None where it is no line of numbers."""
    if "," in line:  # a missing value between two separators
        line = re.sub(r",(?=\s*(?:,|$))", ", nan", line) if translation is _TO_DOT else line
    numbers = [_number(token) for token in line.translate(translation).split()]
    if len(numbers) < 2 or any(number is None for number in numbers):
        return None
    return [number for number in numbers if number is not None]


def _unquote(line: str) -> str:
    return _QUOTED.sub(
        lambda m: (m.group(1) or m.group(2) or "").replace(",", ".").replace(" ", ""), line
    )


def _first_data_line(lines: list[str], translation: dict[int, str]) -> int | None:
    """Index of the first line of a run of three lines with equal columns."""
    width = run = first = 0
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        row = _row(line, translation) if _STARTS_LIKE_NUMBER.match(line) else None
        if row is None:
            width = run = 0
        elif len(row) == width:
            run += 1
            if run >= 3:
                return first
        else:
            width, run, first = len(row), 1, i
    return None


def _body(lines: list[str], translation: dict[int, str]) -> tuple[FloatArray, int]:
    """Rows of the commonest width, and the number of lines that are none."""
    text = "\n".join(lines).translate(translation)
    filled = [line for line in text.split("\n") if line and not line.isspace()]
    width = len(filled[0].split()) if filled else 0
    if "_" not in text and width >= 2:
        try:
            numbers = np.array(list(map(float, text.split())), dtype=np.float64)
        except ValueError:
            numbers = np.empty(0)
        same_width = all(
            len(line.split()) == width for line in filled[:: max(1, len(filled) // 97)]
        )
        if same_width and len(numbers) == width * len(filled):
            return numbers.reshape(-1, width), 0
    return _body_line_by_line(lines, translation)


def _body_line_by_line(lines: list[str], translation: dict[int, str]) -> tuple[FloatArray, int]:
    rows, odd = [], 0
    for line in lines:
        stripped = line.strip()
        if not stripped:
            continue
        row = _row(stripped, translation)
        if row is None:
            odd += stripped[0] not in _COMMENT
        else:
            rows.append(row)
    if not rows:
        return np.empty((0, 2)), odd
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    kept = [row[:width] for row in rows if len(row) >= width]
    return np.array(kept, dtype=np.float64), odd + len(rows) - len(kept)


def _split_names(line: str) -> tuple[str, ...]:
    line = line.strip().lstrip("#!;%*/").strip()
    for separator in (",", ";", "\t", r"\s{2,}", r"\s+"):
        parts = [part.strip().strip("\"'") for part in re.split(separator, line)]
        if len(parts) >= 2:
            return tuple(parts)
    return (line,)


def _names(header: list[str], width: int) -> tuple[str, ...]:
    """Names of the columns: from the last filled line of the header, if it has as many."""
    for line in reversed(header):
        if not line.strip().strip("#!;%*/-= \t"):
            continue
        names = _split_names(line)
        if len(names) != width:
            # A unit in brackets belongs to the name before it.
            joined = re.sub(r"\s+(?=[(\[])", "", line.strip().lstrip("#!;%*/").strip())
            names = tuple(re.split(r"\s+", joined))
        is_numeric = all(_number(name) is not None for name in names)
        return names if len(names) == width and not is_numeric else ()
    return ()


def parse_table(source: Source, text: str) -> Table:
    """Find the numbers in a text.

    Raises
    ------
    BadInputError
        If there are no three lines of at least two numbers each.
    """
    lines = text.splitlines()
    if any(line.lstrip()[:1] in "\"'" and line.strip() for line in lines[-50:]):
        lines = [_unquote(line) for line in lines]
    sample = [line for line in lines if _STARTS_LIKE_NUMBER.match(line)][-60:]
    translation = _TO_COMMA if has_decimal_comma(sample) else _TO_DOT
    start = _first_data_line(lines, translation)
    if start is None:
        raise BadInputError(
            f"'{source.name}' holds no columns of numbers; give lines of 2theta and counts."
        )
    values, odd = _body(lines[start:], translation)
    header = lines[:start][-_MAX_HEADER_LINES:]
    warnings: tuple[str, ...] = ()
    if odd:
        warnings = (f"{odd} lines among the numbers could not be read and were left out.",)
    return Table(values, "\n".join(header), _names(header, values.shape[1]), warnings)


def _role(name: str) -> str:
    for role, pattern in _ROLES:
        if pattern.search(name):
            return role
    return ""


def _mostly_increasing(x: FloatArray) -> bool:
    steps = np.diff(x[np.isfinite(x)])
    return len(steps) > 0 and bool(np.mean(steps > 0) > 0.98)


def _is_sigma(y: FloatArray, third: FloatArray) -> bool:
    """Whether an unnamed third column looks like uncertainties of the second."""
    valid = np.isfinite(y) & np.isfinite(third)
    if not valid.any() or np.mean(third[valid] > 0.0) < 0.5 or np.any(third[valid] < 0.0):
        return False
    level, size = float(np.median(np.abs(y[valid]))), float(np.median(third[valid]))
    # A calculated profile or a second measurement is as large as the counts themselves.
    if level > 10.0 and size > 0.8 * level:
        return False
    return bool(np.ptp(third[valid]) > 0.0 or size < 0.5 * level)


@dataclass(frozen=True)
class Columns:
    """Which column of a table is what; columns are counted from 0.

    Attributes
    ----------
    x, y : int
        Positions and intensities.
    sigma : int or None
        Standard uncertainties.
    weight : int or None
        Least-squares weights, one over the variance.
    axis : str
        What the positions are.
    """

    x: int
    y: int
    sigma: int | None = None
    weight: int | None = None
    axis: Axis = "two_theta"


def choose_columns(table: Table) -> Columns:
    """What the columns of a table are, by their names, else by what they hold."""
    values, names = table.values, table.names
    width = values.shape[1]
    axes = [axis_of(name) for name in names]
    roles = [_role(name) for name in names]
    named_axes = [i for i, axis in enumerate(axes) if axis is not None and not roles[i]]
    x = next((i for i in named_axes if (axes[i] or "").startswith("two_theta")), None)
    if x is None:
        x = named_axes[0] if named_axes else 0
        swapped = not named_axes and _mostly_increasing(values[:, 1])
        if swapped and not _mostly_increasing(values[:, 0]):
            x = 1
    others = [i for i in range(width) if i != x]
    y = next((i for i in others if names and roles[i] == "intensity"), None)
    if y is None:
        plain = [i for i in others if not names or roles[i] not in ("sigma", "weight", "other")]
        y = plain[0] if plain else others[0]
    sigma = next((i for i in others if names and roles[i] == "sigma"), None)
    weight = next((i for i in others if names and roles[i] == "weight"), None)
    if sigma is None and weight is None and width == 3:
        rest = next(i for i in others if i != y)
        unnamed = not names or not roles[rest]
        sigma = rest if unnamed and _is_sigma(values[:, y], values[:, rest]) else None
    axis: Axis = (axes[x] if axes else None) or "two_theta"
    return Columns(x, y, sigma, weight, axis)


def _vote(source: Source) -> int:
    return NO if source.is_binary else POSSIBLE


def _read(source: Source) -> Scan:
    table = parse_table(source, source.text)
    return _scan(table, choose_columns(table))


def read_columns(source: Source, columns: Columns) -> Scan:
    """The scan in the columns that somebody named.

    Parameters
    ----------
    source : Source
    columns : Columns

    Raises
    ------
    BadInputError
        If the file has no columns of numbers, or not those.
    """
    table = parse_table(source, source.text)
    width = table.values.shape[1]
    named = [columns.x, columns.y, columns.sigma, columns.weight]
    if any(i is not None and not 0 <= i < width for i in named):
        raise BadInputError(f"'{source.name}' has {width} columns of numbers; choose among them.")
    return _scan(table, columns)


def _scan(table: Table, columns: Columns) -> Scan:
    sigma = None
    if columns.sigma is not None:
        sigma = table.values[:, columns.sigma]
    elif columns.weight is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            sigma = 1.0 / np.sqrt(table.values[:, columns.weight])
    return Scan(
        table.values[:, columns.x],
        table.values[:, columns.y],
        sigma,
        format=f"text, {table.values.shape[1]} columns",
        axis=columns.axis,
        radiation=find_radiation(table.header),
        title=_title(table.header),
        raw_counts=False if re.search(r"\bcps\b", table.header, re.IGNORECASE) else None,
        warnings=table.warnings,
    )


def _title(header: str) -> str:
    found = re.search(
        r"^\W*(?:names?|sample(?: *name| *id)?|title)\s*[=:,]\s*(.+)$",
        header,
        re.IGNORECASE | re.MULTILINE,
    )
    return found.group(1).strip()[:80] if found else ""


READER = Reader(
    "columns of numbers",
    _vote,
    _read,
    Format(
        suffixes=".xy .xye .csv .txt .dat .asc .prn",
        signature="hold three lines of text with as many numbers each",
        reads="position, intensity, uncertainty or weight; comments, headers, separators of all "
        "kinds, decimal commas; 2theta, d or Q, and the wavelength, where a header says so",
        checked="126 measured files",
    ),
)
