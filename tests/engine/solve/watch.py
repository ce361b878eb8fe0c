"""A progress that remembers, and can ask to stop."""

from __future__ import annotations

import time
from typing import Any

from engine.errors import CancelledError
from engine.progress import Progress


class Watch(Progress):
    """Remember all reports; raise `CancelledError` once `stop_at` is reached."""

    def __init__(self, stop_at: float = 2.0) -> None:
        self.stop_at = stop_at
        self.fractions: list[float] = []
        self.messages: list[str] = []
        self.times: list[float] = []
        self.partials: list[Any] = []

    def report(self, fraction: float, message: str = "") -> None:
        self.fractions.append(fraction)
        self.messages.append(message)
        self.times.append(time.perf_counter())
        if fraction >= self.stop_at:
            raise CancelledError

    def partial(self, result: Any) -> None:
        self.partials.append(result)
