"""A batch from its manifest to its results, resumable."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.batch.lock import FolderLock
from engine.batch.manifest import ASKED, Entry, Manifest, write_manifest
from engine.batch.results import RESULTS, Journal, keep_lines, read_lines, request_digest
from engine.batch.task import Line, Options, request
from engine.batch.watch import BatchWatch

RECORD = "solution.json"


@dataclass
class Count:
    """How many entries came to which end."""

    solved: int = 0
    tentative: int = 0
    unsolved: int = 0
    failed: int = 0
    kept: int = 0

    def add(self, line: Line) -> None:
        """Count one line."""
        if "error" in line:
            self.failed += 1
        elif line["verdict"] == "solved":
            self.solved += 1
        elif line["verdict"] == "tentative":
            self.tentative += 1
        else:
            self.unsolved += 1


def run_batch(
    entries: Manifest | Sequence[Entry],
    out: Path,
    options: Options,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    tell: Callable[[str], None] = lambda text: None,
    watch: BatchWatch | None = None,
    projects: bool = False,
) -> Count:
    """Solve all entries into ``out/<id>``, a line each in ``out/results.jsonl`` as it is done.

    Entries that an earlier run in the same folder solved under the same conditions are kept;
    those that failed then are tried again. The entries are gone through several times and never
    gathered, so that a `Manifest` of a million rows needs little memory; what they are is
    written into ``out/entries.csv``, with which another run can go on.

    Parameters
    ----------
    entries : Manifest or sequence of Entry
    out : Path
    options : Options
    workers : int or None
        Local processes; one a core by default.
    scheduler : str or None
        Address of a Dask scheduler to use instead.
    tell : callable
        Gets one sentence for each entry that is done.
    watch : BatchWatch, optional
        Hears what becomes of each entry, and may stop the batch; a cluster's entries are not
        told when they are begun.
    projects : bool
        Whether local workers also write ``session.densight``, which the window opens.

    Raises
    ------
    BadInputError
        If the folder cannot be written to, another batch writes into it (see
        `engine.batch.lock.FolderLock`), or the scheduler does not answer.
    """
    watch = watch or BatchWatch()
    with FolderLock(out):
        return _run_held(entries, out, options, workers, scheduler, tell, watch, projects)


def _run_held(
    entries: Manifest | Sequence[Entry],
    out: Path,
    options: Options,
    workers: int | None,
    scheduler: str | None,
    tell: Callable[[str], None],
    watch: BatchWatch,
    projects: bool,
) -> Count:
    """What `run_batch` does in a folder that is its own for the time."""
    write_manifest(out / ASKED, entries)
    kept = _keep_earlier(entries, out, options)
    if kept:
        for line in read_lines(out / RESULTS):
            watch.kept(line)
    total = len(entries) - len(kept)
    todo = (e for e in entries if request_digest(request(e, options)) not in kept)
    count = Count(kept=len(kept))
    with Journal(out / RESULTS) as journal:
        answers = _run(todo, total, out.absolute(), options, workers, scheduler, watch, projects)
        for done, (entry, line) in enumerate(answers, start=1):
            count.add(line)
            kept_request = {} if "error" in line else {"request": request(entry, options)}
            written = journal.append({**line, **kept_request})
            watch.done(entry, line)
            end = "" if written else " (the disk is full: its line waits)"
            tell(f"[{done}/{total}] {entry.id}: {line.get('error') or line['verdict']}{end}")
    return count


def _run(
    entries: Iterable[Entry],
    total: int,
    out: Path,
    options: Options,
    workers: int | None,
    scheduler: str | None,
    watch: BatchWatch,
    projects: bool,
) -> Iterator[tuple[Entry, Line]]:
    if not total:
        return
    if scheduler is not None:
        from engine.batch.cluster import run_on_cluster

        yield from run_on_cluster(entries, out, options, scheduler)
        return
    from functools import partial

    from engine.batch.pool import run_locally
    from engine.batch.task import solve_into

    work = partial(solve_into, out=str(out), options=options, project=projects)
    processes = min(workers or os.cpu_count() or 1, total)
    yield from run_locally(entries, work, processes, watch=watch)


def _keep_earlier(entries: Iterable[Entry], out: Path, options: Options) -> set[int]:
    """Reduce the results to the lines that still hold, and say which requests they answer."""
    if not (out / RESULTS).exists():
        return set()
    digests = array("Q", (request_digest(request(entry, options)) for entry in entries))
    asked = np.sort(np.frombuffer(digests, dtype=np.uint64))

    def holds(line: Line) -> bool:
        key = np.uint64(request_digest(line["request"]))
        place = int(np.searchsorted(asked, key))
        if place == len(asked) or asked[place] != key:
            return False
        return (out / str(line.get("id")) / RECORD).is_file()

    return keep_lines(out / RESULTS, holds)
