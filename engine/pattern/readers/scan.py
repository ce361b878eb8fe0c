"""What goes into a reader (a file's bytes) and what comes out (a scan as the file has it)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.pattern.radiation import Radiation
from engine.pattern.readers.archive import member_names

FloatArray = NDArray[np.float64]
Axis = Literal["two_theta", "two_theta_radian", "q_inverse_angstrom", "q_inverse_nm", "d_angstrom"]
HEAD_BYTES = 8192


@dataclass(frozen=True)
class Source:
    """A file already in memory.

    Attributes
    ----------
    path : Path
        Where it came from; readers use it only to name things in messages.
    data : bytes
    """

    path: Path
    data: bytes

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.path.name

    @property
    def head(self) -> bytes:
        """The first bytes, on which readers vote."""
        return self.data[:HEAD_BYTES]

    @cached_property
    def text(self) -> str:
        """The content as text: by its byte order mark, else UTF-8, else Latin-1."""
        return decode(self.data)

    @cached_property
    def head_text(self) -> str:
        """The first bytes as text."""
        return decode(self.head)

    @cached_property
    def is_binary(self) -> bool:
        """Whether the first bytes hold control characters that no text has."""
        if self.head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return False
        allowed = set(b"\t\n\r\x0b\x0c\x1a\x1b")
        odd = sum(1 for byte in self.head if byte < 32 and byte not in allowed)
        # A stray control character occurs in titles of real text files; a zero byte does not.
        return b"\x00" in self.head or odd > 0.02 * max(len(self.head), 1)

    @cached_property
    def member_names(self) -> tuple[str, ...]:
        """The names of a zip archive's members; none where it is no archive, or a damaged one."""
        return member_names(self.data)


def decode(data: bytes) -> str:
    """Bytes to text without ever failing."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


@dataclass(frozen=True, eq=False)
class Scan:
    """Points exactly as a file gives them; `engine.pattern.assemble` makes a pattern of them.

    Attributes
    ----------
    x, y : (n,) arrays
        Positions in the unit of `axis`, and intensities; NaN where the file has none.
    sigma : (n,) array or None
        Standard uncertainties where the file gives them.
    format : str
        Name of the format, for people.
    axis : str
        What the positions are.
    radiation : Radiation or None
        What the file says of the radiation.
    title : str
        The sample's name in the file, empty where there is none.
    instrument, date : str
        The diffractometer and when it measured, in the file's own spelling.
    seconds : float or None
        Counting time of a point.
    promised_points : int or None
        The number of points that the file's header announces.
    raw_counts : bool or None
        Whether the intensities are raw counts; None where the file does not say.
    warnings : tuple of str
        One sentence each.
    excluded : tuple of (float, float)
        Regions of 2theta (degrees) whose points the file leaves out.
    """

    x: FloatArray
    y: FloatArray
    sigma: FloatArray | None = None
    format: str = "text"
    axis: Axis = "two_theta"
    radiation: Radiation | None = None
    title: str = ""
    instrument: str = ""
    date: str = ""
    seconds: float | None = None
    promised_points: int | None = None
    raw_counts: bool | None = None
    warnings: tuple[str, ...] = field(default=())
    excluded: tuple[tuple[float, float], ...] = field(default=())


def one_at_least(scans: list[Scan], source: Source, kind: str) -> list[Scan]:
    """The scans over 2theta that were found in a file of a format.

    Raises
    ------
    BadInputError
        If there is none.
    """
    if not scans:
        raise BadInputError(
            f"'{source.name}' is a {kind} file without a scan over 2theta; it cannot be used as "
            "a pattern."
        )
    return scans
