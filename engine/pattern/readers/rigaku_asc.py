"""Rigaku ASC (also .dat): lines ``*KEY = value``, and counts after ``*COUNT`` in each group."""

from __future__ import annotations

import re

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.binary import checked_grid
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.rigaku_scan import RigakuHeader, rigaku_scan
from engine.pattern.readers.scan import FloatArray, Scan, Source, one_at_least
from engine.pattern.readers.xml_tree import as_number

_KIND = "Rigaku ASC"
_SIGNATURE = re.compile(r"\A\s*\*TYPE\s*=")
_KEY = re.compile(r"\*([A-Za-z0-9_]+)\s*=\s*(.*)$")


def _vote(source: Source) -> int:
    return CERTAIN if not source.is_binary and _SIGNATURE.match(source.head_text) else NO


def _header(keys: dict[str, str]) -> RigakuHeader:
    return RigakuHeader(
        kind=_KIND,
        axis=keys.get("SCAN_AXIS", ""),
        unit=keys.get("YUNIT", "counts"),
        step=keys.get("STEP", ""),
        speed=keys.get("SPEED", ""),
        speed_unit=keys.get("SPEED_DIM", ""),
        alpha_1=keys.get("WAVE_LENGTH1", ""),
        alpha_2=keys.get("WAVE_LENGTH2", ""),
        anode=keys.get("TARGET", ""),
        sample=keys.get("SAMPLE", ""),
        instrument=keys.get("GONIO", ""),
        date=keys.get("DATE", ""),
        n_points=keys.get("COUNT", ""),
    )


def _scan(source: Source, keys: dict[str, str], rows: list[str]) -> Scan | None:
    try:
        y: FloatArray = np.array([float(t) for row in rows for t in row.replace(",", " ").split()])
    except ValueError as error:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file with something among its counts that is no "
            "number; export it again."
        ) from error
    start, step = as_number(keys.get("START")), as_number(keys.get("STEP"))
    if start is None or step is None:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file without *START and *STEP; export it again."
        )
    x = checked_grid(source, start, step, len(y))
    return rigaku_scan(np.column_stack([x, y, np.ones_like(y)]), _header(keys))


def _read(source: Source) -> list[Scan]:
    scans: list[Scan] = []
    common: dict[str, str] = {}
    keys = common
    rows: list[str] = []

    def finish() -> None:
        nonlocal rows
        if rows:
            scan = _scan(source, keys, rows)
            if scan is not None:
                scans.append(scan)
        rows = []

    for line in source.text.splitlines():
        text = line.strip()
        if text.upper().startswith(("*BEGIN", "*END", "*EOF")):
            finish()
            keys = dict(common) if text.upper().startswith("*BEGIN") else keys
            continue
        match = _KEY.match(text)
        if match is not None:
            keys[match.group(1).upper()] = match.group(2).strip().strip('"').strip()
        elif text and text[0] in "0123456789.+-":
            rows.append(text)
    finish()
    return one_at_least(scans, source, _KIND)


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".asc .dat",
        signature="begin with *TYPE =",
        reads="groups over 2theta, anode, wavelengths, counting time, sample, date; counts per "
        "second are turned back into counts",
    ),
)
