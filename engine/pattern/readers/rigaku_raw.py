"""Rigaku binary RAW (signature ``FI``), in the two layouts that have been described.

Newer files are chains of blocks with two-letter names: ``PI`` with the conditions of a scan,
``DA`` with its counts; older ones have fixed places. The offsets are those of xylib's notes, the
newer ones confirmed by a second description. A header whose start, end, step and number of
points do not agree is refused rather than guessed at.
"""

from __future__ import annotations

import struct

from engine.errors import BadInputError
from engine.pattern.readers.binary import checked_grid, counts_at, finite, truncated
from engine.pattern.readers.header import from_lines
from engine.pattern.readers.registry import CERTAIN, LIKELY, NO, Format, Reader
from engine.pattern.readers.scan import Scan, Source

SIGNATURE = b"FI"
_KIND = "Rigaku RAW"
_BLOCKS_FROM = 216  # the fifth byte of files that are chains of blocks
_ALPHA_BLOCKS, _ALPHA_FIXED = 1212, 984
_CONDITIONS, _COUNTS = b"PI\x00\x00", b"DA\x00\x00"
# Within a block, from its name.
_RANGE_IN_BLOCK, _N_IN_BLOCK, _COUNTS_IN_BLOCK = 826, 16, 20
_RANGE_FIXED, _COUNTS_FIXED = 3004, 3058
_MAX_SCANS = 200


def _vote(source: Source) -> int:
    head = source.head
    if not head.startswith(SIGNATURE) or not source.is_binary or len(source.data) < 1300:
        return NO
    return CERTAIN if head[2:4] == b"\x00\x00" else LIKELY


def _scan(
    source: Source, limits: tuple[float, float, float], n: int | None, offset: int, alpha: int
) -> Scan:
    start, stop, step = (round(finite(value), 6) for value in limits)
    planned = round((stop - start) / step) + 1 if step > 0.0 else 0
    agrees = n is None or abs(planned - n) <= 1
    if not 2 <= planned <= 1_000_000 or not agrees:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file of a layout that is not known; export it as .ras, "
            ".asc or two columns."
        )
    counts = counts_at(source, offset, n or planned, _KIND)
    first, second = struct.unpack_from("<2d", source.data, alpha)
    return Scan(
        checked_grid(source, start, step, len(counts)),
        counts,
        format=_KIND,
        radiation=from_lines(round(finite(first), 6), round(finite(second), 6), None),
        promised_points=n or planned,
    )


def _blocks(source: Source) -> list[Scan]:
    data = source.data
    scans: list[Scan] = []
    conditions = data.find(_CONDITIONS)
    while conditions >= 0 and len(scans) < _MAX_SCANS:
        points = data.find(_COUNTS, conditions + _RANGE_IN_BLOCK + 12)
        if points < 0:
            break
        limits = struct.unpack_from("<3f", data, conditions + _RANGE_IN_BLOCK)
        (n,) = struct.unpack_from("<I", data, points + _N_IN_BLOCK)
        scans.append(_scan(source, limits, n, points + _COUNTS_IN_BLOCK, _ALPHA_BLOCKS))
        conditions = data.find(_CONDITIONS, points + _COUNTS_IN_BLOCK + 4 * n)
    return scans


def _read(source: Source) -> list[Scan]:
    try:
        if source.data[4] == _BLOCKS_FROM:
            scans = _blocks(source)
        else:
            limits = struct.unpack_from("<3f", source.data, _RANGE_FIXED)
            scans = [_scan(source, limits, None, _COUNTS_FIXED, _ALPHA_FIXED)]
    except struct.error as error:
        raise truncated(source, _KIND) from error
    if not scans:
        raise truncated(source, _KIND)
    return scans


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(suffixes=".raw", signature="begin with 'FI'", reads="scans, wavelengths"),
)
