"""Batches behind the window: gathering patterns, solving them all, exporting what came out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.jobs.runner import Handlers, JobRunner
from app.language import noop, tr
from app.settings import Settings
from app.state.batch import BatchState
from engine.batch.lock import refuse_if_held
from engine.batch.manifest import Entry
from engine.batch.watch import BatchWatch
from engine.errors import BadInputError, CancelledError
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.batch.gather import Gathered
    from engine.batch.task import Line

# (entries, output folder, workers, watch): solves all into the folder.
RunBatch = Callable[[list[Entry], Path, int, BatchWatch], object]
BUSY = noop("Stop the batch first: the list cannot change while it runs.")


class Batching(QObject):
    """Keeps `state` and runs what it says, in threads of `jobs` and processes of the engine.

    Signals
    -------
    results_wanted(paths)
        Windows are to be opened on these files.
    """

    results_wanted = Signal(list)

    def __init__(
        self, run: RunBatch, jobs: JobRunner, settings: Settings, parent: QObject | None = None
    ) -> None:
        """Solve by `run`; number of workers and folder of last time are in `settings`."""
        super().__init__(parent)
        self._run = run
        self._jobs = jobs
        self._settings = settings
        self._stop = threading.Event()
        self.state = BatchState()
        workers = settings.get("batch_workers")
        if isinstance(workers, int):
            self.state.set_workers(workers)

    @property
    def folder(self) -> str:
        """Where dialogs for files begin."""
        return self._settings.folder()

    # -- the list ----------------------------------------------------------------------------

    def add(self, paths: Sequence[str | Path]) -> bool:
        """Put files, what lies in folders, or an earlier batch on the list; False if it is busy."""
        state = self.state
        if state.running or self._jobs.running("batch-gather"):
            state.tell(tr(BUSY))
            return False
        places = [Path(path) for path in paths]
        taken = [row.entry.id for row in state.rows]

        def look(progress: Progress) -> Gathered:
            from engine.batch.gather import gather

            return gather(places, taken, progress)

        state.tell(tr("Looking for patterns"))
        self._jobs.start(
            "batch-gather",
            look,
            Handlers(
                result=lambda found: self._take(found, places),
                refused=state.tell,
                failed=lambda: state.tell(tr("Stopped by an error")),
                cancelled=lambda: state.tell(tr("Stopped")),
                progress=lambda _fraction, words: state.tell(words),
            ),
        )
        return True

    def _take(self, found: Gathered, places: list[Path]) -> None:
        state = self.state
        try:
            if found.out is not None:
                state.recall(found.entries, found.lines, found.out)
                waiting = len(state.rows) - state.n_answered
                state.tell(
                    tr("An earlier batch: {0} of {1} are still to do.", waiting, len(state.rows))
                )
                return
            new = state.add(found.entries, found.left_out)
        except BadInputError as error:
            state.tell(str(error))
            return
        if state.out is None and places:
            folder = places[0] if places[0].is_dir() else places[0].parent
            state.set_out(free_folder(folder.parent / f"{folder.name} solved"))
        state.tell(_found_in_words(new, len(found.entries), len(found.left_out)))

    # -- solving -----------------------------------------------------------------------------

    def start(self) -> bool:
        """Solve what is on the list; False if something is missing or in the way."""
        state = self.state
        if state.running:
            return False
        try:
            entries = state.entries()
            out = state.out
            assert out is not None  # entries() has seen to it
            refuse_if_held(out)  # before the table is emptied for what will not come
        except BadInputError as error:
            state.set_status("failed", 0.0, str(error))
            return False
        self._settings.set("batch_workers", state.workers)
        self._stop = threading.Event()
        workers, stop, total = state.workers, self._stop, len(entries)
        state.begin()
        self._jobs.start(
            "batch",
            lambda progress: self._run(entries, out, workers, _Watch(progress, stop, total)),
            Handlers(
                result=lambda _count: self._ended("done", _done_in_words(state)),
                refused=lambda why: self._ended("failed", why),
                failed=lambda: self._ended("failed", tr("Stopped by an error")),
                cancelled=lambda: self._ended("cancelled", _stopped_in_words(state)),
                progress=lambda _fraction, words: self._report(words),
                partial=self._hear,
            ),
        )
        return True

    def stop(self) -> None:
        """Have the workers ended; what is done is done, and another start goes on from there."""
        if self.state.running and not self._stop.is_set():
            self._stop.set()
            self._report(tr("Stopping"))

    def _hear(self, said: tuple[str, str, Line]) -> None:
        what, key, line = said
        if what == "begun":
            self.state.set_begun(key, time.monotonic())
        else:
            self.state.set_line(key, line)

    def _report(self, words: str) -> None:
        state = self.state
        fraction = state.n_answered / max(len(state.rows), 1)
        state.set_status("running", fraction, tr("Stopping") if self._stop.is_set() else words)

    def _ended(self, status: Any, words: str) -> None:
        self.state.end()
        self.state.set_status(status, 1.0 if status == "done" else 0.0, words)

    def close(self) -> None:
        """Stop, and forget the job; its workers end within a moment."""
        self._stop.set()
        for kind in ("batch", "batch-gather", "batch-export"):
            self._jobs.abandon(kind)
        if self.state.running:
            self._ended("cancelled", _stopped_in_words(self.state))

    # -- what came out -----------------------------------------------------------------------

    def open_results(self, indices: Sequence[int]) -> None:
        """Open results in windows of their own; the pattern alone where there is no project."""
        from engine.batch.task import PROJECT

        state = self.state
        if state.out is None:
            return
        found: list[str] = []
        for index in indices:
            entry = state.rows[index].entry
            project = state.out / entry.id / PROJECT
            if project.is_file():
                found.append(str(project))
            else:
                found.append(entry.file)
                state.tell(
                    tr("Nothing to open was kept of '{0}': its pattern was opened.", entry.id)
                )
        if found:
            self.results_wanted.emit(found)

    def export(self, folder: str | Path) -> None:
        """Write the table and the best CIFs of all answered patterns into `folder`."""
        state, target = self.state, Path(folder)
        out = state.out
        if out is None or not state.n_answered:
            state.tell(tr("There is nothing to export yet."))
            return
        rows = [
            (self._with_elements(row.entry, row.line), row.line)
            for row in state.rows
            if row.status in ("done", "failed")
        ]

        def write(progress: Progress) -> tuple[int, int]:
            from engine.batch.collected import write_results

            return write_results(rows, out, target, progress)

        def done(written: tuple[int, int]) -> None:
            state.tell(
                tr(
                    "Wrote results.csv ({0} rows) and {1} CIFs to {2}.",
                    written[0],
                    written[1],
                    target,
                )
            )

        self._jobs.start("batch-export", write, Handlers(result=done, refused=state.tell))

    def _with_elements(self, entry: Entry, line: Line) -> Entry:
        """An entry as it was asked, for the table: its own line knows best."""
        from dataclasses import replace

        asked = line.get("request") or {}
        elements = asked.get("elements") or entry.elements or self.state.elements.text
        return replace(entry, elements=elements, formula=asked.get("formula") or entry.formula)


class _Watch(BatchWatch):
    """Brings what the engine says to the UI thread, and the wish to stop to the engine."""

    def __init__(self, progress: Progress, stop: threading.Event, total: int) -> None:
        self._progress = progress
        self._stop = stop
        self._total = total
        self._answered = 0
        self._started = time.monotonic()
        self._new = 0

    def kept(self, line: Line) -> None:
        """An answer of an earlier run."""
        self._answered += 1
        self._progress.partial(("kept", str(line["id"]), line))

    def begun(self, entry: Entry) -> None:
        """A row more that runs."""
        self.tick()
        self._progress.partial(("begun", entry.id, {}))

    def done(self, entry: Entry, line: Line) -> None:
        """A verdict."""
        self._answered += 1
        self._new += 1
        self._progress.partial(("done", entry.id, line))
        self.tick()

    def tick(self) -> None:
        """Leave if the user wishes; else say how far it is."""
        if self._stop.is_set():
            raise CancelledError
        self._progress.report(self._answered / max(self._total, 1), self._words())

    def _words(self) -> str:
        words = f"{self._answered} of {self._total}"
        left = self._total - self._answered
        if self._new and left:
            seconds = (time.monotonic() - self._started) / self._new * left
            words += tr(", about {0} left", in_words(seconds))
        return words


def in_words(seconds: float) -> str:
    """A span of time, roughly."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def free_folder(folder: Path) -> Path:
    """`folder`, or with a number behind it where there is one of that name."""
    found, number = folder, 2
    while found.exists():
        found = folder.with_name(f"{folder.name} {number}")
        number += 1
    return found


def _found_in_words(new: int, found: int, left_out: int) -> str:
    words = f"{new} pattern{'s' if new != 1 else ''} added"
    if found > new:
        words += tr(", {0} on the list already", found - new)
    if left_out:
        words += tr(", {0} other file{1} left out", left_out, "s" if left_out != 1 else "")
    return f"{words}."


def _done_in_words(state: BatchState) -> str:
    counts = state.counts()
    return tr(
        "Done: {0} solved, {1} tentative, {2} without a solution, {3} failed.",
        counts["solved"],
        counts["tentative"],
        counts["no-solution"],
        counts["failed"],
    )


def _stopped_in_words(state: BatchState) -> str:
    return tr(
        "Stopped after {0} of {1}; Start goes on from there.", state.n_answered, len(state.rows)
    )
