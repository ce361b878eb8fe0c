"""Rigaku RAS: headers of ``*KEY "value"`` and lists of angle, intensity and attenuation."""

from __future__ import annotations

import re

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.rigaku_scan import RigakuHeader, rigaku_scan
from engine.pattern.readers.scan import FloatArray, Scan, Source

_KIND = "Rigaku RAS"
_SIGNATURE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*\*(?:RAS_DATA_START|RAS_HEADER_START)")
_KEY = re.compile(rb'^\*(\S+)[ \t]+"([^"\r\n]*)"', re.MULTILINE)
_SECTION = re.compile(rb"\*RAS_INT_START(.*?)(?:\*RAS_INT_END|\*RAS_DATA_END|\Z)", re.DOTALL)


def _vote(source: Source) -> int:
    return CERTAIN if _SIGNATURE.match(source.head) else NO


def _text(value: bytes) -> str:
    # Japanese programs write Shift-JIS, others UTF-8.
    for encoding in ("utf-8", "cp932"):
        try:
            return value.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
    return value.decode("latin-1").strip()


def _table(source: Source, body: bytes) -> FloatArray:
    rows = []
    try:
        for line in body.splitlines():
            numbers = [float(token) for token in line.split()]
            if len(numbers) >= 2:
                rows.append((*numbers[:2], numbers[2] if len(numbers) > 2 else 1.0))
    except ValueError as error:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file with something among its points that is no "
            "number; export it again."
        ) from error
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def _header(keys: dict[str, str]) -> RigakuHeader:
    return RigakuHeader(
        kind=_KIND,
        axis=keys.get("MEAS_SCAN_AXIS_X_INTERNAL", keys.get("MEAS_SCAN_AXIS_X", "")),
        unit=keys.get("MEAS_SCAN_UNIT_Y", "counts"),
        step=keys.get("MEAS_SCAN_STEP", ""),
        speed=keys.get("MEAS_SCAN_SPEED", ""),
        speed_unit=keys.get("MEAS_SCAN_SPEED_UNIT", ""),
        alpha_1=keys.get("HW_XG_WAVE_LENGTH_ALPHA1", ""),
        alpha_2=keys.get("HW_XG_WAVE_LENGTH_ALPHA2", ""),
        beta=keys.get("HW_XG_WAVE_LENGTH_BETA", ""),
        wave_type=keys.get("MEAS_COND_XG_WAVE_TYPE", ""),
        anode=keys.get("HW_XG_TARGET_NAME", ""),
        sample=keys.get("FILE_SAMPLE", ""),
        instrument=keys.get("FILE_SYSTEM_NAME", "") or keys.get("HW_GONIOMETER_NAME-0", ""),
        date=keys.get("MEAS_SCAN_START_TIME", ""),
        n_points=keys.get("MEAS_DATA_COUNT", ""),
    )


def _read(source: Source) -> list[Scan]:
    scans = []
    keys: dict[str, str] = {}
    end = 0
    for section in _SECTION.finditer(source.data):
        for key, value in _KEY.findall(source.data, end, section.start()):
            keys[key.decode("latin-1").upper()] = _text(value)
        end = section.end()
        scan = rigaku_scan(_table(source, section.group(1)), _header(keys))
        if scan is not None:
            scans.append(scan)
    if not scans:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file without a scan over 2theta; it cannot be used as "
            "a pattern, or it is cut short."
        )
    return scans


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".ras",
        signature="begin with *RAS_DATA_START",
        reads="scans over 2theta, anode, wavelengths, attenuation, counting time, sample, date; "
        "counts per second are turned back into counts",
        checked="three measured files; several scans and attenuators on none",
    ),
)
