"""Start, step and end in one line, then nothing but counts.

FullProf (formats 0, 5, 6 and 8 of its manual), DBWS, LHPM, RIET7, ILL's D1A and D2B, PSI's DMC and
HRPT. Counts may be followed by as many uncertainties, or each be preceded by the number of counters
that it is the mean of, in two columns of an eight-column field.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np

from engine.errors import BadInputError
from engine.pattern.radiation import Radiation
from engine.pattern.readers.header import find_radiation, from_lines
from engine.pattern.readers.registry import LIKELY, NO, Format, Reader
from engine.pattern.readers.scan import FloatArray, Scan, Source

_MAX_HEADER_LINES = 8
_NUMBER = r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?"
_RANGE = re.compile(rf"\s*({_NUMBER})[\s,]+({_NUMBER})[\s,]+({_NUMBER})(?![0-9])(.*)$")
_MANY = 4
_FIELD = 8
_COUNTER_FIELD = re.compile(r"([ 0-9][0-9])([ ]{0,5}[0-9]{1,6}|[ ]{0,4}[0-9]{1,5}\.?)")
_END_MARK = -1000.0
_MONOCHROMATOR = re.compile(r"monochromator\s*used\W+y", re.IGNORECASE)
GRAPHITE = 3.354  # d of 002, angstrom
_ANGSTROM = re.compile(r"(?:^|[\s:])([0-9]\.[0-9]{2,6})\s*A\b")


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
        if _END_MARK in numbers:  # ILL's programs end a list with -1000 and -10000
            return np.array(values[: values.index(_END_MARK)], dtype=np.float64)
    return np.array(values, dtype=np.float64)


def _with_counters(lines: list[str]) -> tuple[FloatArray, FloatArray] | None:
    """Counts and numbers of counters from fields of (I2, I6); None where lines are no such ones."""
    counts: list[float] = []
    counters: list[float] = []
    for line in lines:
        line = line.rstrip()
        for i in range(0, len(line), _FIELD):
            field = line[i : i + _FIELD]
            found = _COUNTER_FIELD.fullmatch(field)
            if found is None:
                ended = field.strip().startswith("-1000")
                return _counter_arrays(counts, counters) if ended else None
            counters.append(float(found.group(1)))
            counts.append(float(found.group(2)))
    return _counter_arrays(counts, counters)


def _counter_arrays(
    counts: list[float], counters: list[float]
) -> tuple[FloatArray, FloatArray] | None:
    if not counts or min(counters) < 1.0:
        return None
    return np.array(counts), np.array(counters)


def _read(source: Source) -> Scan:
    lines = source.text.splitlines()
    found = _range_line(lines)
    if found is None:
        raise BadInputError(
            f"'{source.name}' gives no start, step and end that its counts could follow."
        )
    i, start, step, end = found
    promised = round((end - start) / step) + 1
    averaged = _with_counters(lines[i + 1 :])
    sigma = None
    if averaged is not None:
        values, counters = averaged
        sigma = np.sqrt(np.maximum(values, 1.0) / counters)
    else:
        values = _counts(lines[i + 1 :])
        if 2 * promised <= len(values) < 2 * promised + 10:
            # DMC and D1A write the uncertainties after the counts.
            sigma = values[promised : 2 * promised]
    n = min(promised, len(values))
    header = "\n".join(lines[: i + 1])
    radiation, warnings = _with_monochromator(
        find_radiation(header) or _leading_wavelength(lines[:i]), header
    )
    return Scan(
        np.asarray(start + step * np.arange(n), dtype=np.float64),
        values[:n],
        None if sigma is None else sigma[:n],
        format="FullProf/LHPM start step end",
        radiation=radiation,
        title=lines[0].strip()[:80] if i > 0 else _trailing_title(lines[0]),
        promised_points=promised,
        warnings=warnings,
    )


def _with_monochromator(
    radiation: Radiation | None, header: str
) -> tuple[Radiation | None, tuple[str, ...]]:
    """LHPM's headers say that a monochromator was used, and not which: graphite 002 is taken."""
    if radiation is None or _MONOCHROMATOR.search(header) is None:
        return radiation, ()
    angle = 2.0 * math.degrees(math.asin(radiation.primary / (2.0 * GRAPHITE)))
    used = replace(radiation, monochromator_two_theta=angle, optics_provenance="file")
    return used, (
        "The file says that a monochromator was used, and not which: graphite was taken "
        f"(2theta {angle:.1f} deg); state another if it was one.",
    )


def _trailing_title(line: str) -> str:
    """What follows start, step and end in their line."""
    match = _RANGE.match(line)
    return match.group(4).strip()[:80] if match else ""


def _leading_wavelength(lines: list[str]) -> Radiation | None:
    """The wavelength that titles of ILL's files begin with: ``1.9114 A  LaNi2Mn3Dx``."""
    for line in lines:
        match = _ANGSTROM.search(line)
        if match is not None:
            return from_lines(float(match.group(1)), None, None)
    return None


READER = Reader(
    "start, step, end and counts",
    _vote,
    _read,
    Format(
        suffixes=".dat",
        signature="give start, step and end in one of its first eight lines, and then counts",
        reads="FullProf, DBWS, LHPM, RIET7, DMC, HRPT, D1A and D2B: counts, their uncertainties "
        "or numbers of counters, anode, wavelengths and K-alpha ratio where the header has them",
        checked="nine measured files (LHPM, DBWS, HRPT); D1A and D2B on none",
    ),
)
