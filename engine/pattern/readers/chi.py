"""Fit2D CHI: four header lines (title, x axis, y axis, number of points), then x and y."""

from __future__ import annotations

import re

from engine.pattern.readers.header import find_radiation
from engine.pattern.readers.registry import LIKELY, NO, Format, Reader
from engine.pattern.readers.scan import Scan, Source
from engine.pattern.readers.text_columns import axis_of, parse_table

_COUNT = re.compile(r"\s*([0-9]{1,9})(?:\s+[0-9]+)?\s*$")


def _vote(source: Source) -> int:
    if source.is_binary:
        return NO
    lines = source.head_text.splitlines()
    if len(lines) < 6 or _COUNT.match(lines[3]) is None:
        return NO
    named = axis_of(lines[1]) is not None
    return LIKELY + 20 if named else NO


def _read(source: Source) -> Scan:
    lines = source.text.splitlines()
    found = _COUNT.match(lines[3])
    table = parse_table(source, "\n".join(lines[4:]))
    return Scan(
        table.values[:, 0],
        table.values[:, 1],
        format="Fit2D CHI",
        axis=axis_of(lines[1]) or "two_theta",
        radiation=find_radiation("\n".join(lines[:3])),
        title="",
        promised_points=int(found.group(1)) if found else None,
        warnings=table.warnings,
    )


READER = Reader(
    "Fit2D CHI",
    _vote,
    _read,
    Format(
        suffixes=".chi",
        signature="name an axis in its second line and a number of points in its fourth",
        reads="2theta or Q",
        checked="Fit2D and Dioptas (one file)",
    ),
)
