"""What readers of binary formats have in common."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.scan import FloatArray, Scan, Source

MAX_POINTS = 5_000_000


def truncated(source: Source, kind: str) -> BadInputError:
    """The error for a file that ends within its header."""
    return BadInputError(
        f"'{source.name}' is a {kind} file that is cut short; copy it again from the instrument."
    )


def damaged_header(source: Source, kind: str) -> BadInputError:
    """The error for a file whose header contradicts itself."""
    return BadInputError(
        f"'{source.name}' is a {kind} file with a damaged header; copy it again from the "
        "instrument."
    )


def counts_at(
    source: Source, offset: int, n_points: int, kind: str, dtype: str = "<f4"
) -> FloatArray:
    """Up to `n_points` numbers from byte `offset` on.

    Parameters
    ----------
    source : Source
    offset, n_points : int
    kind : str
        The format's name, for messages.
    dtype : str
        How numpy calls one number; little-endian 32-bit floats unless told.

    Raises
    ------
    BadInputError
        If not one number is there.
    """
    available = max(0, (len(source.data) - offset) // np.dtype(dtype).itemsize)
    n = min(n_points, available, MAX_POINTS)
    if n <= 0 or offset < 0:
        raise truncated(source, kind)
    with np.errstate(invalid="ignore"):  # a damaged file may hold signalling NaNs
        return np.frombuffer(source.data, dtype=dtype, count=n, offset=offset).astype(np.float64)


def text_field(data: bytes, offset: int, length: int) -> str:
    """A text of at most `length` bytes that ends at its first zero byte."""
    raw = data[offset : offset + length].split(b"\x00")[0]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def finite(value: float) -> float:
    """The value, or 0 where it is no number."""
    return value if math.isfinite(value) else 0.0


def seconds_or_none(value: float | None) -> float | None:
    """A counting time in seconds, None where it cannot be one."""
    if value is None or not math.isfinite(value) or not 0.0 < value < 1e7:
        return None
    return float(value)


def checked_grid(source: Source, start: float, step: float, n_points: int) -> FloatArray:
    """Equidistant angles; refuses what is no angle at all.

    Raises
    ------
    BadInputError
        If start or step cannot be an angle in degrees.
    """
    sensible = math.isfinite(start) and math.isfinite(step) and abs(start) <= 360.0
    if not sensible or not 0.0 < step <= 10.0:
        raise BadInputError(
            f"The header of '{source.name}' gives a start or step that is no angle in degrees; "
            "copy the file again from the instrument."
        )
    return np.asarray(start + step * np.arange(n_points), dtype=np.float64)


def consecutive_ranges(
    source: Source,
    n_ranges: int,
    offset: int,
    read: Callable[[Source, int], tuple[Scan, int]],
) -> list[Scan]:
    """The ranges of a file one after the other, as many as it has of those it announces.

    Parameters
    ----------
    source : Source
    n_ranges : int
        What the header announces; the first is read in any case.
    offset : int
        Where the first begins.
    read : callable
        Reads the range at an offset; returns it and where the next one begins.
    """
    scans: list[Scan] = []
    while len(scans) < max(1, n_ranges) and (not scans or offset < len(source.data)):
        scan, offset = read(source, offset)
        scans.append(scan)
    return scans
