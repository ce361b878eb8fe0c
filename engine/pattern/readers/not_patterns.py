"""Files that are recognised and hold no pattern that can be read: refused with their name."""

from __future__ import annotations

from engine.errors import BadInputError
from engine.pattern.readers.archive import ZIP, damaged
from engine.pattern.readers.registry import LIKELY, NO, Format, Reader
from engine.pattern.readers.scan import Scan, Source

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"GIF8", "GIF picture"),
    (b"%PDF", "PDF document"),
    (b"\xd0\xcf\x11\xe0", "old Excel or Word document"),
    (b"7z\xbc\xaf", "7z archive"),
    (b"Rar!", "RAR archive"),
    (b"\xfd7zXZ", "xz archive"),
)
_MEMBERS = (
    ("xl/workbook", "Excel workbook"),
    ("word/document", "Word document"),
    ("content.xml", "OpenDocument file"),
)


def _kind(source: Source) -> str | None:
    if source.head.startswith(ZIP):
        joined = "\n".join(source.member_names)
        return next((kind for part, kind in _MEMBERS if part in joined), "zip archive")
    for signature, name in _SIGNATURES:
        if source.head.startswith(signature):
            return name
    return None


def _vote(source: Source) -> int:
    # Readers of zipped formats are certain of theirs.
    return LIKELY + 30 if _kind(source) else NO


def _read(source: Source) -> Scan:
    if source.head.startswith(ZIP) and not source.member_names:
        raise damaged(source.name)
    raise BadInputError(
        f"'{source.name}' is a file of the format {_kind(source)}, which this version cannot read; "
        "export it as two columns (.xy) or as .xrdml."
    )


READER = Reader(
    "recognised, not read",
    _vote,
    _read,
    Format(signature="begin as a picture, a document or an archive does"),
)
