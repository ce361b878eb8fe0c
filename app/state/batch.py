"""Many patterns to be solved one after the other: the list, what holds for all, what came out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from psygnal import Signal

from app.language import noop, tr
from app.state.elements import ElementsState, parse_composition
from app.state.running import RunState
from engine.batch.manifest import Entry
from engine.errors import BadInputError
from engine.pattern.radiation import parse_wavelength

RowStatus = Literal["waiting", "running", "done", "failed"]
Line = dict[str, Any]
LARGEST = 10_000  # rows that a person can still look through, and a table sort at once
OUT_OF_REACH = noop(
    "The list holds {0} patterns at most: solve more with 'densight batch' in a terminal."
)
NO_PATTERNS = noop("There is no pattern yet: drop a folder or files here.")
NO_ELEMENTS = noop(
    "No element is ticked, and '{0}' has none of its own: tick what is in the samples."
)
NO_FOLDER = noop("Choose the folder that the results go into.")
# How rows are counted in the summary, in this order.
VERDICTS = ("solved", "tentative", "no-solution", "failed")


@dataclass(frozen=True)
class BatchRow:
    """One pattern of the list.

    Attributes
    ----------
    entry : Entry
        As it was given: without elements, those for all hold.
    status : {"waiting", "running", "done", "failed"}
    line : dict
        The engine's line of results; empty while there is none.
    since : float
        When a worker began with it, by `time.monotonic`.
    """

    entry: Entry
    status: RowStatus = "waiting"
    line: Line = field(default_factory=dict)
    since: float = 0.0

    @property
    def verdict(self) -> str:
        """What came out: one of `VERDICTS`, or nothing yet."""
        return "failed" if self.status == "failed" else str(self.line.get("verdict", ""))


def with_line(row: BatchRow, line: Line) -> BatchRow:
    """A row that has been answered."""
    return replace(row, status="failed" if "error" in line else "done", line=line)


class BatchState(RunState):
    """The queue of a batch, what is known of all its samples, where it goes, and its results.

    `rows_changed` says that there are other rows, `row_changed(index)` that one of them is
    another now, `settings_changed` that workers, folder or wavelength are others. The elements for
    all are a model of their own, `elements`.
    """

    rows_changed = Signal()
    row_changed = Signal(int)
    settings_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.elements = ElementsState()
        self.rows: list[BatchRow] = []
        self.left_out: tuple[str, ...] = ()
        self.wavelength = ""
        self.workers = max((os.cpu_count() or 2) - 1, 1)
        self.out: Path | None = None
        self._places: dict[str, int] = {}
        self.elements.changed.connect(self.settings_changed.emit)

    @property
    def running(self) -> bool:
        """Whether a batch is under way or is being stopped."""
        return self.status == "running"

    # -- the list ----------------------------------------------------------------------------

    def add(self, entries: Iterable[Entry], left_out: Sequence[str] = ()) -> int:
        """Put patterns at the end of the list; how many were new to it.

        Raises
        ------
        BadInputError
            If the list would become longer than `LARGEST`.
        """
        known = {row.entry.file for row in self.rows}
        new = [BatchRow(entry) for entry in entries if entry.file not in known]
        if len(self.rows) + len(new) > LARGEST:
            raise BadInputError(tr(OUT_OF_REACH, f"{LARGEST:,}"))
        self.left_out = (*self.left_out, *left_out)
        self._set([*self.rows, *new])
        return len(new)

    def recall(self, entries: Iterable[Entry], lines: dict[str, Line], out: Path) -> None:
        """Show an earlier batch: its patterns, and what of them has been answered.

        Raises
        ------
        BadInputError
            If it is longer than `LARGEST`.
        """
        rows = [BatchRow(entry) for entry in entries]
        if len(rows) > LARGEST:
            raise BadInputError(tr(OUT_OF_REACH, f"{LARGEST:,}"))
        self.left_out = ()
        self._set([with_line(r, lines[r.entry.id]) if r.entry.id in lines else r for r in rows])
        self.set_out(out)

    def remove(self, indices: Iterable[int]) -> None:
        """Take patterns from the list; results in the output folder stay."""
        gone = set(indices)
        self._set([row for index, row in enumerate(self.rows) if index not in gone])

    def clear(self) -> None:
        """An empty list."""
        self.left_out = ()
        self._set([])

    def _set(self, rows: list[BatchRow]) -> None:
        self.rows = rows
        self._places = {row.entry.id: index for index, row in enumerate(rows)}
        self.rows_changed.emit()

    # -- what is known of the samples --------------------------------------------------------

    def set_wavelength(self, text: str) -> None:
        """The wavelength of all patterns that have none of their own; empty for what they say.

        Raises
        ------
        BadInputError
            If the text is no wavelength.
        """
        text = text.strip()
        if text:
            parse_wavelength(text)
        if text != self.wavelength:
            self.wavelength = text
            self.settings_changed.emit()

    def set_elements_of(self, index: int, text: str) -> None:
        """Elements or formula of one pattern; empty for those of all.

        Raises
        ------
        BadInputError
            If the text is neither.
        """
        elements, formula = parse_composition(text)
        row = self.rows[index]
        entry = replace(row.entry, elements=" ".join(elements), formula=formula)
        if entry != row.entry:
            # Another question: what was answered before holds no longer.
            self.rows[index] = BatchRow(entry)
            self.row_changed.emit(index)

    def elements_of(self, row: BatchRow) -> str:
        """What will be, or was, searched for: the formula, else the elements."""
        entry = row.entry
        return entry.formula or entry.elements or self.elements.text

    def entries(self) -> list[Entry]:
        """What the engine is asked, with that which holds for all filled in.

        Raises
        ------
        BadInputError
            If there is nothing to ask, or elements or output folder are missing.
        """
        if not self.rows:
            raise BadInputError(tr(NO_PATTERNS))
        asked = [self._asked(row.entry) for row in self.rows]
        for entry in asked:
            if not entry.elements:
                raise BadInputError(tr(NO_ELEMENTS, Path(entry.file).name))
        if self.out is None:
            raise BadInputError(tr(NO_FOLDER))
        return asked

    def _asked(self, entry: Entry) -> Entry:
        common = self.elements
        if not entry.elements:
            entry = replace(
                entry,
                elements=" ".join(common.selected),
                formula=common.formula,
                others_possible=common.others_possible,
            )
        return replace(entry, wavelength=entry.wavelength or self.wavelength or None)

    # -- how it runs -------------------------------------------------------------------------

    def set_workers(self, number: int) -> None:
        """How many patterns are worked on at once."""
        if number != self.workers and number >= 1:
            self.workers = number
            self.settings_changed.emit()

    def set_out(self, folder: Path | None) -> None:
        """Where the results go."""
        if folder != self.out:
            self.out = folder
            self.settings_changed.emit()

    # -- what comes out ----------------------------------------------------------------------

    def begin(self) -> None:
        """A run starts: every row waits, until it is known which answers are kept."""
        self._set([BatchRow(row.entry) for row in self.rows])
        self.set_status("running", 0.0, tr("Starting"))

    def set_begun(self, key: str, now: float) -> None:
        """A worker has been given the pattern called `key`."""
        self._change(key, lambda row: replace(row, status="running", since=now))

    def set_line(self, key: str, line: Line) -> None:
        """The pattern called `key` has been answered."""
        self._change(key, lambda row: with_line(row, line))

    def end(self) -> None:
        """Nothing runs any more: what was begun waits again."""
        for index, row in enumerate(self.rows):
            if row.status == "running":
                self.rows[index] = BatchRow(row.entry)
                self.row_changed.emit(index)

    def _change(self, key: str, change: Any) -> None:
        index = self._places.get(key)
        if index is not None:
            self.rows[index] = change(self.rows[index])
            self.row_changed.emit(index)

    @property
    def n_answered(self) -> int:
        """How many patterns have been solved, given up or refused."""
        return sum(1 for row in self.rows if row.status in ("done", "failed"))

    def counts(self) -> dict[str, int]:
        """How many patterns came to which end, by `VERDICTS`."""
        found = dict.fromkeys(VERDICTS, 0)
        for row in self.rows:
            if row.verdict in found:
                found[row.verdict] += 1
        return found
