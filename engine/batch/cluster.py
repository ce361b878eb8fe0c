"""A batch on a Dask cluster whose workers have Densight, and need not see the files.

The client reads every file when its turn comes, ships its bytes, and writes all results itself. At
most two tasks a worker are under way: one that computes and one that waits for it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from engine.batch.manifest import Entry
from engine.batch.task import Files, Line, Options, failure, solve_shipped, unwritable
from engine.errors import BadInputError
from engine.export.atomic import make_folder, replacing
from engine.pattern.io import MAX_BYTES

_CONNECT_SECONDS = 15
_FINISHED = "finished"
_KILLED = "KilledWorker"
TASKS_PER_WORKER = 2
CANDIDATES = "candidate_*.cif"


def run_on_cluster(
    entries: Iterable[Entry],
    out: Path,
    options: Options,
    address: str,
    work: Any = solve_shipped,
) -> Iterator[tuple[Entry, Line]]:
    """Yield each entry with its line, as they are done on the cluster and written here.

    An entry whose worker died is tried once more when all others are done, with nothing else
    under way.

    Parameters
    ----------
    entries : iterable of Entry
        Taken one by one, as workers become free.
    out : Path
    options : Options
    address : str
        Of the scheduler.
    work : callable
        What the workers do; see `engine.batch.task.solve_shipped`.

    Raises
    ------
    BadInputError
        If the optional package ``distributed`` is not installed, or nobody answers at the address.
    """
    distributed = _distributed()
    with _client(distributed, address) as client, _one_failure_is_enough(client):
        suspects: list[Entry] = []
        for entry, line in _pass(distributed, client, entries, out, options, work):
            if "death" in line:
                suspects.append(entry)
            else:
                yield entry, line
        for suspect in suspects:
            for entry, line in _pass(distributed, client, [suspect], out, options, work):
                if "death" in line:
                    line = failure(entry, f"{line['death']} and did so again alone")
                yield entry, line


def _pass(
    distributed: Any,
    client: Any,
    entries: Iterable[Entry],
    out: Path,
    options: Options,
    work: Any,
) -> Iterator[tuple[Entry, Line]]:
    """Each entry with its line, or with ``{death}`` where its worker died."""
    waiting = iter(entries)
    running: dict[Any, Entry] = {}
    while True:
        for entry in _up_to(waiting, _room(client) - len(running)):
            data = _bytes_of(entry)
            if isinstance(data, str):
                yield entry, failure(entry, data)
                continue
            running[client.submit(work, entry, data, options, pure=False)] = entry
        if not running:
            return
        distributed.wait(list(running), return_when="FIRST_COMPLETED")
        for future in [future for future in running if future.done()]:
            entry = running.pop(future)
            yield entry, _written(entry, future, out)
            future.release()


def _up_to(entries: Iterator[Entry], number: int) -> Iterator[Entry]:
    for _ in range(number):
        entry = next(entries, None)
        if entry is None:
            return
        yield entry


def _room(client: Any) -> int:
    """How many tasks may be under way: workers come and go."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    return TASKS_PER_WORKER * max(len(workers), 1)


def _bytes_of(entry: Entry) -> bytes | str:
    """What the entry's file holds, or why it cannot be read."""
    path = Path(entry.file)
    try:
        if path.stat().st_size > MAX_BYTES:
            return f"'{path}' is larger than {MAX_BYTES / 1e6:.0f} MB."
        return path.read_bytes()
    except (OSError, ValueError) as error:
        return f"'{path}' cannot be read: {getattr(error, 'strerror', None) or error}."


def _written(entry: Entry, future: Any, out: Path) -> Line:
    """The line of a finished task, its files written here."""
    if future.status != _FINISHED:
        error = future.exception()
        if type(error).__name__ == _KILLED:
            return {"death": "its worker died while it was working on this pattern"}
        return failure(entry, f"lost on the cluster: {type(error).__name__}: {error}")
    line: Line
    files: Files
    line, files = future.result()
    folder = out / entry.id
    try:
        if files:
            make_folder(folder)
        for old in folder.glob(CANDIDATES):
            if old.name not in files:
                old.unlink()
        for name, data in files.items():
            with replacing(folder / Path(name).name) as temporary:
                temporary.write_bytes(data)
    except BadInputError as error:
        return failure(entry, str(error))
    except OSError as error:
        return failure(entry, unwritable(error, folder))
    return line


def _distributed() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError:
        raise BadInputError(
            "A Dask scheduler needs the package 'distributed': pip install 'densight[cluster]'."
        ) from None


@contextmanager
def _client(distributed: Any, address: str) -> Iterator[Any]:
    try:
        client = distributed.Client(address, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise BadInputError(f"No Dask scheduler answers at '{address}': {reason}.") from None
    with client:
        yield client


@contextmanager
def _one_failure_is_enough(client: Any) -> Iterator[None]:
    """Have the scheduler give a task back as soon as its worker has died once.

    By default it tries four workers and may kill each. Which of two tasks on a dead worker was to
    blame it cannot know either; both are tried again alone, here.
    """
    before = client.run_on_scheduler(_set_allowed_failures, allowed=0)
    try:
        yield
    finally:
        with suppress(Exception):  # the scheduler may have gone
            client.run_on_scheduler(_set_allowed_failures, allowed=before)


def _set_allowed_failures(allowed: int, dask_scheduler: Any = None) -> int:
    before = int(dask_scheduler.allowed_failures)
    dask_scheduler.allowed_failures = allowed
    return before
