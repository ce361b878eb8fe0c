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


class Part(Progress):
    """Reports of one stage, as a part of the whole.

    Parameters
    ----------
    whole : Progress
    low, high : float
        Where the stage begins and ends in the whole, 0 to 1.
    """

    def __init__(self, whole: Progress, low: float, high: float) -> None:
        self._whole, self._low, self._high = whole, low, high

    def report(self, fraction: float, message: str = "") -> None:
        """Report to the whole."""
        self._whole.report(self._low + (self._high - self._low) * fraction, message)

    def partial(self, result: Any) -> None:
        """Hand on to the whole."""
        self._whole.partial(result)
