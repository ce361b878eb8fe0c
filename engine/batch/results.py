"""``results.jsonl``: one line a pattern, whole lines only, and what of it still holds."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.batch.manifest import digest
from engine.batch.task import Line
from engine.errors import BadInputError
from engine.export.atomic import finite, replacing

RESULTS = "results.jsonl"
# Lines that wait for room on the disk; beyond it the batch has to stop.
MOST_WAITING = 1000


def request_digest(request: dict[str, Any]) -> int:
    """64 bits that stand for what was asked of one pattern."""
    return digest(json.dumps(request, sort_keys=True))


def keep_lines(path: Path, holds: Callable[[Line], bool]) -> set[int]:
    """Reduce the results of earlier runs to the lines that still hold.

    Parameters
    ----------
    path : Path
        Need not exist.
    holds : callable
        Whether a line with a ``request`` answers what is asked now.

    Returns
    -------
    set of int
        The digests of the requests that are answered; each has one line.

    Raises
    ------
    BadInputError
        If the file cannot be read or written.
    """
    kept: set[int] = set()
    if not path.exists():
        return kept
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for line in read_lines(path):
            request = line.get("request")
            if not isinstance(request, dict) or "error" in line or not holds(line):
                continue
            key = request_digest(request)
            if key not in kept:
                kept.add(key)
                file.write(_as_text(line))
    return kept


class Journal:
    """Appends lines to the results; a full disk delays a line but never leaves half of one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: deque[bytes] = deque()
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise BadInputError(f"'{path}' cannot be written: {error.strerror or error}.") from None

    def __enter__(self) -> Journal:
        """Nothing more to do than to open it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what waits, and close.

        Raises
        ------
        BadInputError
            If lines could not be written.
        """
        try:
            self._flush()
        finally:
            os.close(self._file)
        if self._waiting and kind is None:
            raise self._complaint()

    def append(self, line: Line) -> bool:
        """Write a line; False where the disk has no room and it waits for the next one.

        Raises
        ------
        BadInputError
            If too many lines wait already.
        """
        self._waiting.append(_as_text(line).encode("utf-8", "surrogatepass"))
        self._flush()
        if len(self._waiting) > MOST_WAITING:
            raise self._complaint()
        return not self._waiting

    def _flush(self) -> None:
        while self._waiting:
            size = os.fstat(self._file).st_size
            try:
                written = os.write(self._file, self._waiting[0])
            except OSError:
                written = 0
            if written < len(self._waiting[0]):
                os.ftruncate(self._file, size)
                return
            self._waiting.popleft()

    def _complaint(self) -> BadInputError:
        return BadInputError(
            f"{len(self._waiting)} lines could not be written to '{self._path}': the disk is full; "
            "make room and start the batch again, which goes on where it was."
        )


def read_lines(path: Path) -> Iterator[Line]:
    """The whole lines of an earlier run; its last one may have been cut short.

    Raises
    ------
    BadInputError
        If the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for row in file:
                try:
                    line = json.loads(row)
                except (ValueError, RecursionError):
                    continue
                if isinstance(line, dict):
                    yield line
    except OSError as error:
        raise BadInputError(f"'{path}' cannot be read: {error.strerror or error}.") from None


def _as_text(line: Line) -> str:
    return json.dumps(finite(line), ensure_ascii=False) + "\n"
