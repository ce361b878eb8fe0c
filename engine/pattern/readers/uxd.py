"""Bruker (Siemens) UXD: lines ``_KEY=value``, then the points of a range, and so on.

``_COUNTS`` and ``_CPS`` are followed by intensities alone, ``_2THETACOUNTS`` and ``_2THETACPS``
by pairs, ``..TIME`` by a counting time with each.
"""

from __future__ import annotations

import re

import numpy as np

from engine.errors import BadInputError
from engine.pattern.radiation import Radiation
from engine.pattern.readers.binary import checked_grid, seconds_or_none
from engine.pattern.readers.header import from_lines, in_angstrom
from engine.pattern.readers.rates import counts_from_rate
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.scan import FloatArray, Scan, Source, one_at_least

_KIND = "Bruker UXD"
_SIGN = re.compile(r"^_(?:2THETA)?(?:COUNTS|CPS)|^_FILEVERSION\s*=", re.MULTILINE)
_DATA = re.compile(r"_(2THETA)?(COUNTS|CPS)(TIME)?\s*$")
_NEW_RANGE = re.compile(r";\s*\(?\s*Data for Range", re.IGNORECASE)
_DRIVES = ("coupled", "2theta", "lock", "detector", "unlock")


def _vote(source: Source) -> int:
    if source.is_binary:
        return NO
    return CERTAIN if _SIGN.search(source.head_text.replace("\r", "\n")) else NO


def _number(header: dict[str, str], key: str) -> float | None:
    try:
        value = float(header.get(key, "").replace(",", "."))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _radiation(header: dict[str, str]) -> Radiation | None:
    unit = header.get("WL_UNIT", "A")
    first, second = _number(header, "WL1"), _number(header, "WL2")
    if first is None:
        return None
    return from_lines(
        in_angstrom(first, unit),
        None if second is None else in_angstrom(second, unit),
        _number(header, "WLRATIO"),
        header.get("ANODE", "").capitalize() or None,
    )


def _positions(
    source: Source, header: dict[str, str], listed: FloatArray | None, n: int
) -> FloatArray:
    """2theta from start and step; from the list where that says something else.

    Lists are rounded to two or three digits; a step of 0.0156 degrees would be lost in them.
    """
    start, step = _number(header, "START"), _number(header, "STEPSIZE")
    if start is None:
        start = _number(header, "2THETA")
    if start is None or step is None:
        if listed is None:
            raise BadInputError(
                f"'{source.name}' is a {_KIND} file without _START and _STEPSIZE; export it again."
            )
        return listed
    if listed is None:
        return checked_grid(source, start, step, n)
    grid: FloatArray = np.asarray(start + step * np.arange(n), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        near = np.abs(grid - listed) < 0.0051
    return grid if step > 0.0 and np.all(near) else listed


def _scan(
    source: Source, header: dict[str, str], kind: re.Match[str], rows: list[str]
) -> Scan | None:
    if not any(word in header.get("DRIVE", "coupled").lower() for word in _DRIVES):
        return None
    width = 1 + bool(kind.group(1)) + bool(kind.group(3))
    try:
        numbers = np.array([float(token) for row in rows for token in row.split()])
    except ValueError as error:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file with something among its points that is no "
            "number; export it again."
        ) from error
    table = numbers[: len(numbers) // width * width].reshape(-1, width)
    listed = table[:, 0] if kind.group(1) else None
    y: FloatArray = table[:, 1 if kind.group(1) else 0]
    seconds = seconds_or_none(_number(header, "STEPTIME"))
    raw: bool | None = None
    if kind.group(2) == "CPS":
        y, raw = counts_from_rate(y, seconds)
    promised = _number(header, "STEPCOUNT")
    return Scan(
        _positions(source, header, listed, len(y)),
        y,
        format=_KIND,
        radiation=_radiation(header),
        title=header.get("SAMPLE", ""),
        instrument=header.get("SITE", ""),
        date=header.get("DATEMEASURED", ""),
        seconds=seconds,
        promised_points=int(promised) if promised is not None and 0 < promised < 1e9 else None,
        raw_counts=raw,
    )


def _read(source: Source) -> list[Scan]:
    scans: list[Scan] = []
    common: dict[str, str] = {}
    header = common
    kind: re.Match[str] | None = None
    rows: list[str] = []

    def finish() -> None:
        nonlocal kind, rows
        if kind is not None and rows:
            scan = _scan(source, header, kind, rows)
            if scan is not None:
                scans.append(scan)
        kind, rows = None, []

    for line in source.text.splitlines():
        text = line.strip()
        if text.startswith("_"):
            finish()
            kind = _DATA.match(text)
            if kind is None and "=" in text:
                key, value = text[1:].split("=", 1)
                header[key.strip().upper()] = value.strip().strip("'").strip()
        elif _NEW_RANGE.match(text):
            finish()
            header = dict(common)
        elif text and not text.startswith(";") and kind is not None:
            rows.append(text.replace(",", " "))
    finish()
    return one_at_least(scans, source, _KIND)


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".uxd",
        signature="have lines such as _FILEVERSION= or _2THETACOUNTS",
        reads="ranges, anode, wavelengths, K-alpha ratio, counting time, sample, date; counts per "
        "second are turned back into counts",
        checked="one measured file, also as RAW 3; _COUNTS, _CPS and several ranges on none",
    ),
)
