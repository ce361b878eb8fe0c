"""Philips and PANalytical UDF: lines ``Key, value,/``, then counts after ``RawScan``."""

from __future__ import annotations

import re

import numpy as np

from engine.errors import BadInputError
from engine.pattern.radiation import Radiation
from engine.pattern.readers.binary import checked_grid, seconds_or_none
from engine.pattern.readers.header import from_lines
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.scan import FloatArray, Scan, Source
from engine.pattern.readers.xml_tree import as_number

_KIND = "Philips UDF"
_SIGNATURE = re.compile(
    r"\ASampleIdent,.*\n(?:.*\n)*?(?:RawScan|DataAngleRange,|DiffrType,)", re.MULTILINE
)


def _vote(source: Source) -> int:
    if source.is_binary:
        return NO
    return CERTAIN if _SIGNATURE.match(source.head_text.replace("\r\n", "\n")) else NO


def _header(lines: list[str]) -> dict[str, str]:
    header = {}
    for line in lines:
        key, comma, value = line.partition(",")
        if comma:
            header[key.strip().lower()] = value.strip().removesuffix("/").strip().strip(",").strip()
    return header


def _radiation(header: dict[str, str]) -> Radiation | None:
    first = as_number(header.get("labdaalpha1", header.get("lambdaalpha1")))
    if first is None:
        return None
    return from_lines(
        first,
        as_number(header.get("labdaalpha2", header.get("lambdaalpha2"))),
        as_number(header.get("ratioalpha21")),
        header.get("anode", "").capitalize() or None,
    )


def _counts(source: Source, text: str) -> FloatArray:
    tokens = text.partition("/")[0].replace(",", " ").split()
    try:
        return np.array([float(token) for token in tokens], dtype=np.float64)
    except ValueError as error:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file with something among its counts that is no "
            "number; export it again."
        ) from error


def _read(source: Source) -> Scan:
    head, found, body = source.text.partition("RawScan")
    if not found:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file without counts after RawScan; copy it again from "
            "the instrument."
        )
    header = _header(head.splitlines())
    limits = [as_number(text.strip()) for text in header.get("dataanglerange", "").split(",")]
    start = limits[0]
    step = as_number(header.get("scanstepsize"))
    if start is None or step is None:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file without DataAngleRange and ScanStepSize; export "
            "it again."
        )
    counts = _counts(source, body)
    stop = limits[1] if len(limits) > 1 else None
    planned = None
    if stop is not None and step > 0.0 and 0.0 < (stop - start) / step < 1e7:
        planned = round((stop - start) / step) + 1
    return Scan(
        checked_grid(source, start, step, len(counts)),
        counts,
        format=_KIND,
        radiation=_radiation(header),
        title=header.get("sampleident", ""),
        instrument=header.get("diffrtype", ""),
        date=header.get("filedatetime", ""),
        seconds=seconds_or_none(as_number(header.get("scansteptime"))),
        promised_points=planned,
    )


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".udf",
        signature="begin with SampleIdent",
        reads="anode, wavelengths, K-alpha ratio, counting time, sample, instrument, date",
        checked="one measured file, also as XRDML, and an artificial one",
    ),
)
