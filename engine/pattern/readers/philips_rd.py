"""Philips RD and SD raw scans, versions 3 and 5 (PC-APD).

Counts are packed into 16 bits as ten times their square root. Offsets as in xylib's notes.
"""

from __future__ import annotations

import re
import struct

import numpy as np

from engine.pattern.radiation import Radiation, preset
from engine.pattern.readers.binary import (
    checked_grid,
    counts_at,
    damaged_header,
    finite,
    text_field,
    truncated,
)
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.scan import Scan, Source

_SIGNATURE = re.compile(rb"V([35])(RD|SD)")
_MAKES = ("PW1800", "PW1710", "PW1840", "PW3710", "", "X'Pert MPD")
_ANODES = ("Cu", "Mo", "Fe", "Cr")
_MAKE, _ANODE, _SAMPLE, _RANGE = 84, 85, 146, 214
_COUNTS = {b"3": 250, b"5": 810}
_KIND = "Philips RD"


def _vote(source: Source) -> int:
    return CERTAIN if _SIGNATURE.match(source.head) and source.is_binary else NO


def _radiation(index: int) -> Radiation | None:
    """The tube's K-alpha lines: the file names the anode, not the wavelengths."""
    return preset(f"{_ANODES[index]}Ka", "file") if index < len(_ANODES) else None


def _read(source: Source) -> Scan:
    data = source.data
    found = _SIGNATURE.match(data)
    assert found is not None
    try:
        make, anode = data[_MAKE], data[_ANODE]
        step, start, stop = struct.unpack_from("<3d", data, _RANGE)
    except (struct.error, IndexError) as error:
        raise truncated(source, _KIND) from error
    planned = (finite(stop) - finite(start)) / step if finite(step) > 0.0 else 0.0
    if not 1.0 <= planned < 1e6:
        raise damaged_header(source, _KIND)
    n = round(planned) + 1
    packed = counts_at(source, _COUNTS[found.group(1)], n, _KIND, "<u2")
    return Scan(
        checked_grid(source, start, step, len(packed)),
        np.round(packed**2 / 100.0),
        format=f"Philips {found.group(2).decode()} version {found.group(1).decode()}",
        radiation=_radiation(anode),
        title=text_field(data, _SAMPLE, 20),
        instrument=_MAKES[make] if make < len(_MAKES) else "",
        promised_points=n,
    )


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".rd .sd",
        signature="begin with V3RD, V5RD, V3SD or V5SD",
        reads="anode (its tabulated wavelengths), sample, instrument",
    ),
)
