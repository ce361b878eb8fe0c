"""Bruker RAW version 3 (signature ``RAW1.01``)."""

from __future__ import annotations

import struct

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.binary import checked_grid, counts_at, truncated
from engine.pattern.readers.header import from_lines
from engine.pattern.readers.registry import CERTAIN, NO, Reader
from engine.pattern.readers.scan import Scan, Source

SIGNATURE = b"RAW1.01"
# Byte offsets, little-endian, worked out from files whose content is known otherwise.
_HEADER = 712
_SAMPLE = 326
_ANODE = 608
_ALPHA_1 = 624
_RATIO = 648
_RANGE_FIXED = 304


def _vote(source: Source) -> int:
    return CERTAIN if source.head.startswith(SIGNATURE) else NO


def _read(source: Source) -> Scan:
    data = source.data
    try:
        (n_ranges,) = struct.unpack_from("<i", data, 12)
        first, second = struct.unpack_from("<2d", data, _ALPHA_1)
        (ratio,) = struct.unpack_from("<d", data, _RATIO)
        header_length, n_points = struct.unpack_from("<2i", data, _HEADER)
        (two_theta_start,) = struct.unpack_from("<d", data, _HEADER + 16)
        (step,) = struct.unpack_from("<d", data, _HEADER + 176)
        (extra,) = struct.unpack_from("<i", data, _HEADER + 256)
    except struct.error as error:
        raise truncated(source, "Bruker RAW version 3") from error
    if not (0 < header_length <= 100_000 and 0 <= extra <= 10_000_000 and n_points > 0):
        raise BadInputError(
            f"'{source.name}' is a Bruker RAW version 3 file with a damaged header; "
            "copy it again from the instrument."
        )
    counts = counts_at(source, _HEADER + header_length + extra, n_points, "Bruker RAW version 3")
    anode = data[_ANODE : _ANODE + 4].split(b"\x00")[0].decode("latin-1").strip().capitalize()
    numbers = np.nan_to_num([first, second, ratio])
    warnings: tuple[str, ...] = ()
    if n_ranges > 1:
        warnings = (f"The file holds {n_ranges} ranges; the first was read.",)
    return Scan(
        checked_grid(source, two_theta_start, step, len(counts)),
        counts,
        format="Bruker RAW version 3",
        radiation=from_lines(
            float(numbers[0]), float(numbers[1]), float(numbers[2]), anode or None
        ),
        title=data[_SAMPLE : _SAMPLE + 60].split(b"\x00")[0].decode("latin-1").strip(),
        promised_points=n_points,
        warnings=warnings,
    )


READER = Reader("Bruker RAW version 3", _vote, _read)
