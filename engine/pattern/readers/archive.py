"""Compressed files and zip archives, unpacked in memory and never beyond set limits."""

from __future__ import annotations

import bz2
import io
import struct
import zipfile
import zlib

from engine.errors import BadInputError

ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"
BZIP2 = b"BZh"

MAX_UNPACKED = 64_000_000
MAX_MEMBERS = 2_000
MAX_DIRECTORY = 1_000_000
# XML packs to a thirtieth; what packs to a hundredth of itself is no measurement.
MAX_RATIO = 200
_RATIO_FROM = 2_000_000
_CHUNK = 1 << 20
_END_OF_DIRECTORY = b"PK\x05\x06"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def decompressed(name: str, data: bytes) -> bytes:
    """The content of a gzip or bzip2 file; other data as they are.

    Raises
    ------
    BadInputError
        If the file is damaged or unpacks to more than 64 MB.
    """
    if data.startswith(GZIP):
        # 16 more than the window's bits: with gzip's own header.
        return _stream(name, data, lambda: zlib.decompressobj(16 + zlib.MAX_WBITS), "gzip")
    if data.startswith(BZIP2) and data[4:10] == b"1AY&SY":
        return _stream(name, data, bz2.BZ2Decompressor, "bzip2")
    return data


def _stream(name: str, data: bytes, start: object, kind: str) -> bytes:
    """Unpack one stream after another, a piece at a time."""
    assert callable(start)
    unpacked = bytearray()
    rest = data
    try:
        while rest:
            unpacker = start()
            while not unpacker.eof:
                piece = unpacker.decompress(rest, _CHUNK)
                rest = unpacker.unconsumed_tail if kind == "gzip" else b""
                unpacked += piece
                _check_size(name, len(unpacked), len(data))
                needs_more = unpacker.needs_input if kind == "bzip2" else not rest
                if not piece and needs_more and not unpacker.eof:
                    raise EOFError
            rest = unpacker.unused_data
            if not rest.startswith(GZIP if kind == "gzip" else BZIP2):
                break  # padding after the last stream
    except BadInputError:  # it is a ValueError too
        raise
    except (zlib.error, OSError, EOFError, ValueError) as error:
        raise BadInputError(
            f"'{name}' is a {kind} file that is cut short or damaged; copy it again."
        ) from error
    return bytes(unpacked)


def _check_size(name: str, unpacked: int, packed: int) -> None:
    too_dense = unpacked > _RATIO_FROM and unpacked > MAX_RATIO * packed
    if unpacked > MAX_UNPACKED or too_dense:
        raise BadInputError(
            f"'{name}' unpacks to far more than a pattern has; unpack it yourself and give the "
            "file in it that holds the pattern."
        )


def member_names(data: bytes) -> tuple[str, ...]:
    """Names of the members of a zip archive, empty where it is none or cannot be opened."""
    if not data.startswith(ZIP):
        return ()
    try:
        with _open("", data) as archive:
            return tuple(archive.namelist())
    except BadInputError:
        return ()


def read_member(name: str, data: bytes, member: str) -> bytes:
    """The content of one member of the zip archive `data`.

    Parameters
    ----------
    name : str
        The archive's file name, for messages.
    data : bytes
    member : str

    Raises
    ------
    BadInputError
        If the archive or the member is damaged, encrypted or larger than the limits.
    """
    with _open(name, data) as archive:
        try:
            info = archive.getinfo(member)
            if info.compress_type not in _METHODS:
                raise BadInputError(
                    f"'{name}' is an archive packed in an unusual way; unpack and zip it again."
                )
            unpacked = bytearray()
            with archive.open(info) as stream:
                while piece := stream.read(_CHUNK):
                    unpacked += piece
                    _check_size(name, len(unpacked), max(info.compress_size, 1))
        except BadInputError:
            raise
        except KeyError as error:
            raise BadInputError(f"'{name}' is an archive without '{member}' in it.") from error
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            ValueError,
            RuntimeError,
            NotImplementedError,
            struct.error,
        ) as error:
            raise damaged(name) from error
    return bytes(unpacked)


def damaged(name: str) -> BadInputError:
    """The error for an archive that cannot be opened."""
    return BadInputError(
        f"'{name}' is an archive (zip, as .brml and .rasx are) that is cut short or "
        "damaged; copy it again from the instrument."
    )


def _open(name: str, data: bytes) -> zipfile.ZipFile:
    """An archive whose directory is within the limits, which are checked before it is read."""
    end = data.rfind(_END_OF_DIRECTORY, max(0, len(data) - 66_000))
    if end < 0 or len(data) < end + 22:
        raise damaged(name)
    members, size = struct.unpack_from("<HI", data, end + 10)
    if members > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise BadInputError(f"'{name}' is an archive of more than {MAX_MEMBERS} files.")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise damaged(name) from error
