"""How whoever started a batch hears what becomes of it, and stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.batch.manifest import Entry
    from engine.batch.task import Line

TICK_SECONDS = 0.2


class BatchWatch:
    """Hears of every entry; the default one does nothing.

    All methods are called in the thread that runs the batch. Whatever one of them raises
    (`engine.errors.CancelledError` for an orderly stop) ends the workers and leaves `run_batch`;
    lines of entries that were done by then are in the results, and another run goes on there.
    """

    def kept(self, line: Line) -> None:
        """An earlier run has answered this; called before anything is begun."""

    def begun(self, entry: Entry) -> None:
        """A worker has been given `entry`; a second time where the first worker died."""

    def done(self, entry: Entry, line: Line) -> None:
        """The line of `entry` is in the results."""

    def tick(self) -> None:
        """Called every `TICK_SECONDS` or more often while local workers compute."""
