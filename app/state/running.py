"""How far something is that runs on the chosen candidate."""

from __future__ import annotations

from typing import Literal

from psygnal import Signal

Status = Literal["idle", "running", "done", "cancelled", "failed"]


class RunState:
    """Status, share done, and a sentence; `status_changed` says that one of them is another."""

    status_changed = Signal()

    def __init__(self) -> None:
        self.status: Status = "idle"
        self.fraction = 0.0
        self.message = ""

    def set_status(self, status: Status, fraction: float = 0.0, message: str = "") -> None:
        """It began, went on or ended."""
        self.status, self.fraction, self.message = status, fraction, message
        self.status_changed.emit()

    def tell(self, message: str) -> None:
        """Say something without another status."""
        self.set_status(self.status, self.fraction, message)
