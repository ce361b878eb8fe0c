"""Progress of a long subcommand, as one line on a terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from engine.progress import Progress

_WIDTH = 30
_INTERVAL = 0.1


class TerminalProgress(Progress):
    """Draws a bar on stderr if that is a terminal, and nothing otherwise."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._shown = False
        self._next = 0.0

    def report(self, fraction: float, message: str = "") -> None:
        """Draw the bar anew, at most ten times a second."""
        now = time.monotonic()
        if not self._stream.isatty() or now < self._next:
            return
        self._next = now + _INTERVAL
        done = round(_WIDTH * min(max(fraction, 0.0), 1.0))
        bar = "#" * done + "." * (_WIDTH - done)
        self._stream.write(f"\r\033[K[{bar}] {message}")
        self._stream.flush()
        self._shown = True

    def close(self) -> None:
        """Take the bar away."""
        if self._shown:
            self._stream.write("\r\033[K")
            self._stream.flush()
            self._shown = False
