"""Stoe RAW (signature ``RAW_1.0``, WinXPOW), files of one range.

Blocks of 512 bytes: a header, among others with the number of blocks that the counts take; the
block before the counts holds the range's angles and its smallest and largest count, which must
agree with what is read. Offsets as described for the Chemotion converter (R. Dockhorn).
"""

from __future__ import annotations

import struct

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.binary import checked_grid, counts_at, finite, text_field, truncated
from engine.pattern.readers.header import from_lines
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.scan import FloatArray, Scan, Source

SIGNATURE = b"RAW_1.0"
_KIND = "Stoe RAW"
_BLOCK = 512
_DATE, _SAMPLE, _ALPHA_1, _BLOCKS = 0x10, 0x20, 0x142, 0x1DA
# Counted back from the first byte of the counts.
_N_POINTS, _RANGE, _EXTREMES = 0x1DE, 0x1D4, 0x188
_MAX_BLOCKS = 4_000
_MONOCHROMATOR = (
    "Stoe files list both K-alpha lines also where a germanium monochromator takes the second "
    "away: give the first line's wavelength then, for example CuKa1."
)


def _vote(source: Source) -> int:
    return CERTAIN if source.head.startswith(SIGNATURE) and source.is_binary else NO


def _at(source: Source, offset: int) -> tuple[FloatArray, FloatArray] | None:
    """Angles and counts if the counts begin at `offset`; None where the range there denies it."""
    data = source.data
    if offset < _BLOCK or offset >= len(data):
        return None
    (n,) = struct.unpack_from("<H", data, offset - _N_POINTS)
    start, _, stop, _, step, _ = (
        finite(value) for value in struct.unpack_from("<6f", data, offset - _RANGE)
    )
    if n < 2 or offset + 4 * n > len(data) or not 0.0 < step <= 10.0 or stop <= start:
        return None
    if abs((stop - start) / step + 1.0 - n) > 1.0:
        return None
    counts = counts_at(source, offset, n, _KIND, "<u4")
    least, most = struct.unpack_from("<2I", data, offset - _EXTREMES)
    if most and (counts.min() != least or counts.max() != most):
        return None
    first, last = round(start, 5), round(stop, 5)
    return checked_grid(source, first, (last - first) / (n - 1), n), counts


def _read(source: Source) -> Scan:
    data = source.data
    try:
        taken, blocks = struct.unpack_from("<2H", data, _BLOCKS)
        first, second = struct.unpack_from("<2f", data, _ALPHA_1)
    except struct.error as error:
        raise truncated(source, _KIND) from error
    every = range(_BLOCK, min(len(data), _MAX_BLOCKS * _BLOCK), _BLOCK)
    for offset in ((blocks - taken) * _BLOCK, *every):
        found = _at(source, offset)
        if found is not None:
            break
    else:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file of a layout that is not known (several ranges, "
            "for example), or damaged; export it as .xy."
        )
    radiation = from_lines(
        round(finite(first), 6), round(finite(second), 6) if np.isfinite(second) else None, None
    )
    doubled = radiation is not None and len(radiation.wavelengths) > 1
    return Scan(
        *found,
        format=_KIND,
        radiation=radiation,
        title=text_field(data, _SAMPLE, 64),
        date=text_field(data, _DATE, 16),
        promised_points=len(found[1]),
        warnings=(_MONOCHROMATOR,) if doubled else (),
    )


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".raw",
        signature="begin with 'RAW_1.0'",
        reads="one range, wavelengths, sample, date",
    ),
)
