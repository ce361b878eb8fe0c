"""Bruker RAW version 4 (signature ``RAW4.00``).

A header of 61 bytes; then segments, each with its type and length in its first eight bytes, up to
the first of type 0 or 160: the 160-byte header of a range, which is followed by the range's own
segments and its counts. The offsets are those that xylib's notes give, checked against files
whose content is known from their BRML.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from engine.errors import BadInputError
from engine.pattern.radiation import Radiation
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

SIGNATURE = b"RAW4.00"
_KIND = "Bruker RAW version 4"
_HEADER = 61
_DATE, _TIME = 12, 24
_RANGE_TYPES = (0, 160)
_NAMED_TEXT, _TUBE = 10, 30
_RANGE_HEADER = 160
_MAX_SEGMENTS = 10_000
_COUPLED = ("locked coupled", "unlocked coupled")
_DETECTOR_SCANS = ("psd fixed scan", "detector scan", "2theta", "twotheta")


@dataclass
class _Head:
    texts: dict[str, str] = field(default_factory=dict)
    radiation: Radiation | None = None


def _vote(source: Source) -> int:
    return CERTAIN if source.head.startswith(SIGNATURE) else NO


def _segments(source: Source) -> tuple[_Head, int]:
    """What the segments before the first range say, and where that range begins."""
    data, offset, head = source.data, _HEADER, _Head()
    for _ in range(_MAX_SEGMENTS):
        kind, length = struct.unpack_from("<2I", data, offset)
        if kind in _RANGE_TYPES:
            return head, offset
        if length < 8:
            raise damaged_header(source, _KIND)
        if kind == _NAMED_TEXT and length >= 36:
            value = text_field(data, offset + 36, min(length - 36, 500))
            head.texts[text_field(data, offset + 12, 24)] = value
        elif kind == _TUBE and length >= 120:
            first, second = struct.unpack_from("<2d", data, offset + 80)
            (ratio,) = struct.unpack_from("<d", data, offset + 104)
            anode = text_field(data, offset + 116, 4).capitalize() or None
            head.radiation = from_lines(finite(first), finite(second), finite(ratio), anode)
        offset += length
    raise damaged_header(source, _KIND)


def _range(source: Source, offset: int, head: _Head) -> tuple[Scan | None, int]:
    """The scan whose header is at `offset` (None if it is none over 2theta), and its end."""
    data = source.data
    scan_type = text_field(data, offset + 32, 24)
    start, step = struct.unpack_from("<2d", data, offset + 72)
    n_points, seconds = struct.unpack_from("<If", data, offset + 88)
    datum, extra = struct.unpack_from("<2I", data, offset + 136)
    if n_points == 0 or datum == 0 or extra > len(data):
        raise damaged_header(source, _KIND)
    start_of_counts = offset + _RANGE_HEADER + extra
    end = start_of_counts + datum * n_points
    if datum != 4 or scan_type.lower() not in (*_COUPLED, *_DETECTOR_SCANS):
        return None, end
    counts = counts_at(source, start_of_counts, n_points, _KIND)
    scan = Scan(
        checked_grid(source, start, step, len(counts)),
        counts,
        format=_KIND,
        radiation=head.radiation,
        title=head.texts.get("SAMPLEID", ""),
        instrument=head.texts.get("SITE", ""),
        date=f"{text_field(data, _DATE, 12)} {text_field(data, _TIME, 10)}".strip(),
        seconds=seconds_or_none(round(finite(seconds), 4)),
        promised_points=n_points,
    )
    return scan, end


def _read(source: Source) -> list[Scan]:
    scans: list[Scan] = []
    left_out = 0
    try:
        head, offset = _segments(source)
        while offset + 8 <= len(source.data):
            (kind,) = struct.unpack_from("<I", source.data, offset)
            if kind not in _RANGE_TYPES:
                break
            scan, offset = _range(source, offset, head)
            if scan is None:
                left_out += 1
            else:
                scans.append(scan)
    except struct.error as error:
        if not scans:
            raise truncated(source, _KIND) from error
    if not scans:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file without a scan over 2theta ({left_out} others); "
            "it cannot be used as a pattern."
        )
    return scans


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".raw",
        signature="begin with 'RAW4.00'",
        reads="ranges over 2theta, anode, wavelengths, K-alpha ratio, counting time, sample, date",
        checked="three measured files, one of them also as BRML",
    ),
)
