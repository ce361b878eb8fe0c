"""Start, step and end in one line, then nothing but counts: FullProf, DBWS, LHPM and PSI's DMC."""

from __future__ import annotations

import re

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.header import find_radiation
from engine.pattern.readers.registry import LIKELY, NO, Reader
from engine.pattern.readers.scan import FloatArray, Scan, Source

_MAX_HEADER_LINES = 8
_NUMBER = r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?"
_RANGE = re.compile(rf"\s*({_NUMBER})[\s,]+({_NUMBER})[\s,]+({_NUMBER})(?![0-9])(.*)$")
_MANY = 4
_TABLE_WIDTHS = (2, 3)


def _numbers(line: str) -> list[float] | None:
    try:
        return [float(token) for token in line.replace(",", " ").split()]
    except ValueError:
        return None


def _range_line(lines: list[str]) -> tuple[int, float, float, float] | None:
    """Index of the line with start, step and end, and the three; None where there is none."""
    for i, line in enumerate(lines[:_MAX_HEADER_LINES]):
        found = _RANGE.match(line)
        if found is None:
            continue
        start, step, end = (float(found.group(k)) for k in (1, 2, 3))
        points = (end - start) / step if step > 0.0 else 0.0
        if not (0.0 < step <= 2.0 and -10.0 <= start < end <= 180.0 and 19.0 <= points < 1e6):
            continue
        following = [_numbers(text) for text in lines[i + 1 : i + 4] if text.strip()]
        if len(following) < 2 or any(numbers is None for numbers in following):
            continue
        widths = {len(numbers) for numbers in following if numbers is not None}
        if min(widths) >= _MANY or widths == {1}:
            return i, start, step, end
    return None


def _vote(source: Source) -> int:
    if source.is_binary:
        return NO
    found = _range_line(source.head_text.splitlines()[: _MAX_HEADER_LINES + 5])
    return LIKELY + 10 if found is not None else NO


def _counts(lines: list[str]) -> FloatArray:
    values: list[float] = []
    for line in lines:
        numbers = _numbers(line)
        if numbers is None:
            break
        values.extend(numbers)
    return np.array(values, dtype=np.float64)


def _read(source: Source) -> Scan:
    lines = source.text.splitlines()
    found = _range_line(lines)
    if found is None:
        raise BadInputError(
            f"'{source.name}' gives no start, step and end that its counts could follow."
        )
    i, start, step, end = found
    promised = round((end - start) / step) + 1
    values = _counts(lines[i + 1 :])
    sigma = None
    if len(values) >= 2 * promised and len(values) < 2 * promised + 10:
        # DMC and D1A write the uncertainties after the counts.
        sigma = values[promised : 2 * promised]
    n = min(promised, len(values))
    header = "\n".join(lines[: i + 1])
    return Scan(
        np.asarray(start + step * np.arange(n), dtype=np.float64),
        values[:n],
        sigma,
        format="FullProf/LHPM start step end",
        radiation=find_radiation(header),
        title=lines[0].strip()[:80],
        promised_points=promised,
    )


READER = Reader("start, step, end and counts", _vote, _read)
