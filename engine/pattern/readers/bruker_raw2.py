"""Bruker (Siemens) RAW version 2 (signature ``RAW2``)."""

from __future__ import annotations

import struct

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.binary import checked_grid, counts_at, truncated
from engine.pattern.readers.header import from_lines
from engine.pattern.readers.registry import CERTAIN, NO, Reader
from engine.pattern.readers.scan import Scan, Source

# Byte offsets, little-endian.
_HEADER = 256
_TITLE = 8
_ANODE = 186


def _vote(source: Source) -> int:
    return CERTAIN if source.head.startswith(b"RAW2") else NO


def _read(source: Source) -> Scan:
    data = source.data
    try:
        (n_ranges,) = struct.unpack_from("<H", data, 4)
        first, second, ratio = struct.unpack_from("<3f", data, _ANODE + 2)
        header_length, n_points = struct.unpack_from("<2H", data, _HEADER)
        step, two_theta_start = struct.unpack_from("<2f", data, _HEADER + 12)
    except struct.error as error:
        raise truncated(source, "Bruker RAW version 2") from error
    if n_points == 0 or header_length < 48:
        raise BadInputError(
            f"'{source.name}' is a Bruker RAW version 2 file with a damaged header; "
            "copy it again from the instrument."
        )
    counts = counts_at(source, _HEADER + header_length, n_points, "Bruker RAW version 2")
    numbers = np.nan_to_num([first, second, ratio]).astype(float).round(7)
    warnings: tuple[str, ...] = ()
    if n_ranges > 1:
        warnings = (f"The file holds {n_ranges} ranges; the first was read.",)
    return Scan(
        # The header holds 32-bit numbers: 0.02 arrives as 0.0199999996.
        checked_grid(source, round(two_theta_start, 6), round(step, 7), len(counts)),
        counts,
        format="Bruker RAW version 2",
        radiation=from_lines(
            float(numbers[0]),
            float(numbers[1]),
            float(numbers[2]),
            data[_ANODE : _ANODE + 2].decode("latin-1").strip().capitalize() or None,
        ),
        title=data[_TITLE : _TITLE + 32].split(b"\x00")[0].decode("latin-1").strip(),
        promised_points=n_points,
        warnings=warnings,
    )


READER = Reader("Bruker RAW version 2", _vote, _read)
