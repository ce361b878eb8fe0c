"""Bruker RAW version 3 (signature ``RAW1.01``)."""

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

SIGNATURE = b"RAW1.01"
_KIND = "Bruker RAW version 3"
# Byte offsets, little-endian, worked out from files whose content is known otherwise.
_HEADER = 712
_DATE, _TIME = 16, 26
_SAMPLE = 326
_ANODE = 608
_ALPHA_1 = 624
_RATIO = 648
# Within the header of a range.
_START, _STEP, _SECONDS, _EXTRA = 16, 176, 192, 256


def _vote(source: Source) -> int:
    return CERTAIN if source.head.startswith(SIGNATURE) else NO


def _range(source: Source, offset: int) -> tuple[Scan, int]:
    """The scan whose header is at `offset`, and where it ends."""
    data = source.data
    try:
        first, second = struct.unpack_from("<2d", data, _ALPHA_1)
        (ratio,) = struct.unpack_from("<d", data, _RATIO)
        header_length, n_points = struct.unpack_from("<2i", data, offset)
        (two_theta_start,) = struct.unpack_from("<d", data, offset + _START)
        (step,) = struct.unpack_from("<d", data, offset + _STEP)
        (seconds,) = struct.unpack_from("<f", data, offset + _SECONDS)
        (extra,) = struct.unpack_from("<i", data, offset + _EXTRA)
    except struct.error as error:
        raise truncated(source, _KIND) from error
    if not (0 < header_length <= 100_000 and 0 <= extra <= 10_000_000 and n_points > 0):
        raise damaged_header(source, _KIND)
    start_of_counts = offset + header_length + extra
    counts = counts_at(source, start_of_counts, n_points, _KIND)
    numbers = np.nan_to_num([first, second, ratio])
    scan = Scan(
        checked_grid(source, two_theta_start, step, len(counts)),
        counts,
        format=_KIND,
        radiation=from_lines(
            float(numbers[0]),
            float(numbers[1]),
            float(numbers[2]),
            text_field(data, _ANODE, 4).capitalize() or None,
        ),
        title=text_field(data, _SAMPLE, 60),
        date=f"{text_field(data, _DATE, 10)} {text_field(data, _TIME, 10)}".strip(),
        seconds=seconds_or_none(round(finite(seconds), 6)),
        promised_points=n_points,
    )
    return scan, start_of_counts + 4 * n_points


def _read(source: Source) -> list[Scan]:
    n_ranges = struct.unpack_from("<i", source.data, 12)[0] if len(source.data) >= 16 else 1
    return consecutive_ranges(source, n_ranges, _HEADER, _range)


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".raw",
        signature="begin with 'RAW1.01'",
        reads="ranges, anode, wavelengths, K-alpha ratio, counting time, sample, date",
        checked="six measured files, one of them also as UXD, one as text",
    ),
)
