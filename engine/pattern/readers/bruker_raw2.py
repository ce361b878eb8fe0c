"""Bruker (Siemens) RAW version 2 (signature ``RAW2``)."""

from __future__ import annotations

import struct

import numpy as np

from engine.pattern.readers.binary import (
    checked_grid,
    consecutive_ranges,
    counts_at,
    damaged_header,
    finite,
    seconds_or_none,
    text_field,
    truncated,
)
from engine.pattern.readers.header import from_lines
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.scan import Scan, Source

_KIND = "Bruker RAW version 2"
# Byte offsets, little-endian.
_HEADER = 256
_TITLE = 8
_DATE = 168
_ANODE = 186


def _vote(source: Source) -> int:
    return CERTAIN if source.head.startswith(b"RAW2") else NO


def _range(source: Source, offset: int) -> tuple[Scan, int]:
    """The scan whose header is at `offset`, and where it ends."""
    data = source.data
    try:
        first, second, ratio = struct.unpack_from("<3f", data, _ANODE + 2)
        header_length, n_points = struct.unpack_from("<2H", data, offset)
        seconds, step, start = struct.unpack_from("<3f", data, offset + 8)
    except struct.error as error:
        raise truncated(source, _KIND) from error
    if n_points == 0 or header_length < 48:
        raise damaged_header(source, _KIND)
    counts = counts_at(source, offset + header_length, n_points, _KIND)
    numbers = np.nan_to_num([first, second, ratio]).astype(float).round(7)
    scan = Scan(
        # The header holds 32-bit numbers: 0.02 arrives as 0.0199999996.
        checked_grid(source, round(finite(start), 6), round(finite(step), 7), len(counts)),
        counts,
        format=_KIND,
        radiation=from_lines(
            float(numbers[0]),
            float(numbers[1]),
            float(numbers[2]),
            text_field(data, _ANODE, 2).capitalize() or None,
        ),
        title=text_field(data, _TITLE, 32),
        date=text_field(data, _DATE, 18),
        seconds=seconds_or_none(round(finite(seconds), 6)),
        promised_points=n_points,
    )
    return scan, offset + header_length + 4 * n_points


def _read(source: Source) -> list[Scan]:
    n_ranges = struct.unpack_from("<H", source.data, 4)[0] if len(source.data) >= 6 else 1
    return consecutive_ranges(source, n_ranges, _HEADER, _range)


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".raw",
        signature="begin with 'RAW2'",
        reads="ranges, anode, wavelengths, K-alpha ratio, counting time, sample, date",
        checked="one measured file",
    ),
)
