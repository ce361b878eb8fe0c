"""Siemens and Bruker RAW version 1 (signature ``RAW`` and a blank).

Each range has a header of 156 bytes, its first four the signature (early programs left it out of
all but the first); byte offsets as listed in the notes of DIFFRAC-AT and used by xylib.
"""

from __future__ import annotations

import struct

from engine.pattern.readers.binary import (
    checked_grid,
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

SIGNATURE = b"RAW "
_KIND = "Bruker RAW version 1"
_HEADER = 156
# Offsets within a range, counted from its signature; little-endian.
_POINTS, _SECONDS, _STEP, _START = 4, 8, 12, 24
_SAMPLE, _ALPHA_1, _FOLLOWING = 40, 72, 152
_MAX_RANGES = 1000


def _vote(source: Source) -> int:
    return CERTAIN if source.head.startswith(SIGNATURE) else NO


def _range(source: Source, offset: int) -> tuple[Scan, int, int]:
    """The scan whose signature is at `offset`, where it ends, and how many ranges follow."""
    data = source.data
    try:
        (n_points,) = struct.unpack_from("<I", data, offset + _POINTS)
        seconds, step = struct.unpack_from("<2f", data, offset + _SECONDS)
        (start,) = struct.unpack_from("<f", data, offset + _START)
        first, second = struct.unpack_from("<2f", data, offset + _ALPHA_1)
        (following,) = struct.unpack_from("<I", data, offset + _FOLLOWING)
    except struct.error as error:
        raise truncated(source, _KIND) from error
    if n_points == 0:
        raise damaged_header(source, _KIND)
    counts = counts_at(source, offset + _HEADER, n_points, _KIND)
    scan = Scan(
        # The header holds 32-bit numbers: 0.02 arrives as 0.0199999996.
        checked_grid(source, round(finite(start), 6), round(finite(step), 7), len(counts)),
        counts,
        format=_KIND,
        radiation=from_lines(round(finite(first), 7), round(finite(second), 7), None),
        title=text_field(data, offset + _SAMPLE, 32),
        seconds=seconds_or_none(round(finite(seconds), 6)),
        promised_points=n_points,
    )
    return scan, offset + _HEADER + 4 * n_points, following


def _read(source: Source) -> list[Scan]:
    scans: list[Scan] = []
    offset = 0
    while len(scans) < _MAX_RANGES:
        scan, end, following = _range(source, offset)
        scans.append(scan)
        if following == 0 or end >= len(source.data):
            break
        offset = end if source.data[end : end + 4] == SIGNATURE else end - 4
    return scans


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".raw",
        signature="begin with 'RAW '",
        reads="ranges, wavelengths, counting time, sample",
        checked="one measured file",
    ),
)
