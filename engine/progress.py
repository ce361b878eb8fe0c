"""How long computations report where they are, and how they are told to stop."""

from __future__ import annotations

from typing import Any


class Progress:
    """Receiver of progress reports; the default one ignores them.

    Long computations call `report` often (at least every 0.2 s where they can). An owner who
    wants to cancel lets `report` raise `engine.errors.CancelledError`.
    """

    def report(self, fraction: float, message: str = "") -> None:
        """Say that `fraction` (0 to 1) of the work is done, and in words what is being done."""

    def partial(self, result: Any) -> None:
        """Hand over a result that is already worth showing, for example a first candidate."""
