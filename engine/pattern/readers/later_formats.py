"""Formats that are recognised but not read yet: refused with their name."""

from __future__ import annotations

import io
import re
import zipfile

from engine.errors import BadInputError
from engine.pattern.readers.registry import CERTAIN, NO, Reader
from engine.pattern.readers.scan import Scan, Source

_BINARY_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"RAW4.00", "Bruker RAW version 4"),
    (b"RAW ", "Bruker RAW version 1"),
    (b"RAW_1.0", "Stoe RAW"),
    (b"FI", "Rigaku RAW"),
    (b"V3RD", "Philips RD"),
    (b"V5RD", "Philips RD"),
    (b"V3SD", "Philips SD"),
    (b"\x89HDF", "HDF5 or NeXus"),
    (b"\x89PNG", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"%PDF", "PDF document"),
    (b"\xd0\xcf\x11\xe0", "old Excel or Word document"),
    (b"\x1f\x8b", "gzip archive"),
)
_TEXT_SIGNATURES: tuple[tuple[str, str], ...] = (
    (r"\A\s*\*RAS_DATA_START", "Rigaku RAS"),
    (r"\A\s*\*TYPE\s*=", "Rigaku ASC"),
    (r"^_2THETA(?:COUNTS|CPS)|^_FILEVERSION\s*=", "Bruker UXD"),
    (r"\ASampleIdent,.*\n(?:.*\n)*?(?:RawScan|DataAngleRange,|DiffrType,)", "Philips UDF"),
    (r"\ASIETRONICS XRD SCAN", "Sietronics CPI"),
)
_TEXT_PATTERNS = tuple((re.compile(p, re.MULTILINE), name) for p, name in _TEXT_SIGNATURES)
_ZIP = b"PK\x03\x04"


def _zip_kind(source: Source) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BadInputError(
            f"'{source.name}' is an archive (zip, as .brml and .rasx are) that is cut short or "
            "damaged; copy it again from the instrument."
        ) from error
    joined = "\n".join(names)
    if "RawData" in joined or "MeasurementContainer" in joined:
        return "Bruker BRML"
    if "Profile0" in joined:
        return "Rigaku RASX"
    if "xl/workbook" in joined:
        return "Excel workbook"
    return "zip archive"


def _kind(source: Source) -> str | None:
    if source.head.startswith(_ZIP):
        return _zip_kind(source)
    if source.is_binary or source.head.startswith((b"%PDF", b"RAW4.00")):
        for signature, name in _BINARY_SIGNATURES:
            if source.head.startswith(signature):
                return name
        return None
    for pattern, name in _TEXT_PATTERNS:
        if pattern.search(source.head_text.replace("\r\n", "\n")):
            return name
    return None


def _vote(source: Source) -> int:
    try:
        return CERTAIN if _kind(source) else NO
    except BadInputError:
        return CERTAIN


def _read(source: Source) -> Scan:
    raise BadInputError(
        f"'{source.name}' is a file of the format {_kind(source)}, which this version cannot read; "
        "export it as two columns (.xy) or as .xrdml."
    )


READER = Reader("recognised, not read", _vote, _read)
