"""JSON and arrays in one zip file, written at once and read with limits; nothing is pickled."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.export.atomic import replacing

RECORD = "project.json"
LARGEST_FILE = 1 << 31
LARGEST_RECORD = 64 << 20
LARGEST_CONTENT = 1 << 31
MOST_MEMBERS = 5000
_MEMBER = re.compile(r"project\.json|arrays/\d{1,5}\.npy")
_LETTERS = "fiub"


def write_archive(path: Path, record: dict[str, Any], arrays: list[NDArray[Any]]) -> None:
    """Write ``project.json`` and ``arrays/N.npy``, replacing `path` only when all is written.

    Raises
    ------
    BadInputError
        If the file cannot be written.
    """
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    with (
        replacing(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive,
    ):
        archive.writestr(RECORD, text)
        for number, array in enumerate(arrays):
            with archive.open(f"arrays/{number}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)


def read_archive(path: Path) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Read what `write_archive` wrote.

    Raises
    ------
    BadInputError
        If the file cannot be read, is something else, is cut off or damaged, or unpacks to more
        than two gigabytes.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInputError(f"'{path}' is too large for a project.")
        with zipfile.ZipFile(path) as archive:
            return _read(archive, path)
    except OSError as error:
        raise BadInputError(f"'{path}' cannot be read: {error.strerror or error}.") from None
    except BadInputError:
        raise
    except (
        zipfile.BadZipFile, ValueError, EOFError, RecursionError, MemoryError, NotImplementedError,
        RuntimeError, KeyError, zipfile.zlib.error,  # type: ignore[attr-defined]
    ) as error:  # fmt: skip
        raise BadInputError(
            f"'{path}' is no Densight project, or it is damaged ({error})."
        ) from None


def _read(archive: zipfile.ZipFile, path: Path) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    members = archive.infolist()
    names = [member.filename for member in members]
    if RECORD not in names:
        raise BadInputError(f"'{path}' is no Densight project: it has no {RECORD}.")
    strange = [name for name in names if not _MEMBER.fullmatch(name)]
    if strange or len(set(names)) != len(names) or len(names) > MOST_MEMBERS:
        raise BadInputError(f"'{path}' holds files that do not belong in a project; it is refused.")
    if sum(member.file_size for member in members) > LARGEST_CONTENT:
        raise BadInputError(f"'{path}' unpacks to more than two gigabytes; it is refused.")
    if archive.getinfo(RECORD).file_size > LARGEST_RECORD:
        raise BadInputError(f"'{path}' has too long a {RECORD}; it is refused.")
    record = json.loads(archive.read(RECORD))
    if not isinstance(record, dict):
        raise BadInputError(f"'{path}' is no Densight project: {RECORD} is no object.")
    arrays = [_array(archive.read(f"arrays/{number}.npy")) for number in range(len(names) - 1)]
    return record, arrays


def _array(content: bytes) -> NDArray[Any]:
    """An array whose header is believed only as far as there are bytes for it."""
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise ValueError("an array of an unknown version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    rest = content[stream.tell() :]
    size = dtype.itemsize
    for length in shape:
        size *= length
    if dtype.kind not in _LETTERS or fortran or size != len(rest):
        raise ValueError("an array that is cut off or of a strange kind")
    return np.frombuffer(rest, dtype=dtype).reshape(shape).copy()
