"""Sietronics Sieray CPI: nine lines of header, ``SCANDATA``, a count a line."""

from __future__ import annotations

import re

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.binary import checked_grid
from engine.pattern.readers.header import from_lines, named_line
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.scan import FloatArray, Scan, Source
from engine.pattern.readers.xml_tree import as_number

_KIND = "Sietronics CPI"
_SIGNATURE = re.compile(r"\A\s*SIETRONICS XRD SCAN", re.IGNORECASE)
_START, _STOP, _STEP, _ANODE, _WAVELENGTH, _DATE, _COMMENT = 1, 2, 3, 4, 5, 6, 8
_MAX_HEADER = 40


def _vote(source: Source) -> int:
    return CERTAIN if not source.is_binary and _SIGNATURE.match(source.head_text) else NO


def _number(text: str) -> float | None:
    return as_number(text.strip().replace(",", "."))


def _counts(source: Source, lines: list[str]) -> FloatArray:
    filled = [line.strip().rstrip(",") for line in lines if line.strip()]
    values = [_number(line) for line in filled]
    if any(value is None for value in values):
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file with something among its counts that is no "
            "number; export it again."
        )
    return np.array([value for value in values if value is not None], dtype=np.float64)


def _read(source: Source) -> Scan:
    lines = source.text.splitlines()
    marks = [i for i, line in enumerate(lines[:_MAX_HEADER]) if line.strip().upper() == "SCANDATA"]
    start, stop, step = None, None, None
    if marks and marks[0] > _WAVELENGTH:
        start, stop, step = (_number(lines[i]) for i in (_START, _STOP, _STEP))
    if not marks or start is None or step is None:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file that is cut short or damaged; copy it again from "
            "the instrument."
        )
    counts = _counts(source, lines[marks[0] + 1 :])
    anode = lines[_ANODE].strip().capitalize()
    wavelength = _number(lines[_WAVELENGTH])
    radiation = from_lines(wavelength, None, None, anode or None) if wavelength else None
    if radiation is not None and len(radiation.wavelengths) == 1:
        # A tube without a monochromator gives both lines, and the format has room for one.
        radiation = named_line(f"{anode} K-alpha") or radiation
    planned = round((stop - start) / step) + 1 if stop is not None and step > 0.0 else None
    return Scan(
        checked_grid(source, start, step, len(counts)),
        counts,
        format=_KIND,
        radiation=radiation,
        title=lines[_COMMENT].strip()[:80] if marks[0] > _COMMENT else "",
        date=lines[_DATE].strip()[:40] if marks[0] > _DATE else "",
        promised_points=planned if planned is not None and 0 < planned < 1e7 else None,
    )


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".cpi",
        signature="begin with SIETRONICS XRD SCAN",
        reads="anode, wavelength (the tube's doublet is taken for its first line), sample, date",
    ),
)
