"""Local worker processes, watched: one that dies costs its own entry and no other."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from engine.batch.manifest import Entry
from engine.batch.task import Line, failure
from engine.batch.watch import TICK_SECONDS, BatchWatch

# (entry) -> line; must be importable by name in a fresh process.
Work = Callable[[Entry], Line]

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_LEAVE_SECONDS = 5.0
_ORPHANED = 3  # exit code of a worker whose owner is gone
_starting = threading.Lock()  # the environment is the whole process's
# A pattern takes seconds; one that takes this long will never end.
PATIENCE_SECONDS = 1800.0


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    entry: Entry | None = None
    since: float = 0.0


def run_locally(
    entries: Iterable[Entry],
    work: Work,
    workers: int,
    patience: float = PATIENCE_SECONDS,
    watch: BatchWatch | None = None,
) -> Iterator[tuple[Entry, Line]]:
    """Yield each entry with its line, as they are done.

    Each worker is a fresh process with one computing thread. If one dies or does not answer,
    another takes its place, and the entry is tried once more when all others are done, with no
    other worker beside it: it may have died of the memory that they used.

    Parameters
    ----------
    entries : iterable of Entry
        Taken one by one, as workers become free.
    work : callable
    workers : int
        Number of processes.
    patience : float
        Seconds after which a worker that does not answer is ended.
    watch : BatchWatch, optional
        Hears of every entry that is begun. What it raises ends the workers and is passed on.
    """
    watch = watch or BatchWatch()
    suspects: list[Entry] = []
    for entry, line in _pass(entries, work, workers, patience, watch):
        if "death" in line:
            suspects.append(entry)
        else:
            yield entry, line
    for suspect in suspects:
        for entry, line in _pass([suspect], work, 1, patience, watch):
            how = line.get("death")
            yield entry, line if how is None else failure(entry, f"{how} and did so again alone")


def _pass(
    entries: Iterable[Entry], work: Work, workers: int, patience: float, watch: BatchWatch
) -> Iterator[tuple[Entry, Line]]:
    """Each entry with its line, or with ``{death}`` where its worker died."""
    waiting = iter(entries)
    pool: list[_Worker] = []
    try:
        for entry in waiting:
            pool.append(_start(work))
            _give(pool[-1], entry, watch)
            if len(pool) == workers:
                break
        while busy := [worker for worker in pool if worker.entry is not None]:
            oldest = min(worker.since for worker in busy)
            left = max(oldest + patience - time.monotonic(), 0.0)
            ready = wait([worker.pipe for worker in busy], min(left, TICK_SECONDS))
            watch.tick()
            for index, worker in enumerate(pool):
                current = worker.entry
                if current is None:
                    continue
                late = time.monotonic() - worker.since > patience
                if worker.pipe not in ready and not late:
                    continue
                line = _answer(worker) if worker.pipe in ready else _given_up(worker, patience)
                worker.entry = None
                yield current, line
                following = next(waiting, None)
                if following is not None:
                    pool[index] = _alive(worker, work)
                    _give(pool[index], following, watch)
    finally:
        _dismiss(pool)


def _start(work: Work) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    with _starting, _one_thread_each():
        process.start()
    theirs.close()  # so that the worker's death closes the last other end
    return _Worker(process, ours)


def _serve(pipe: Connection, work: Work) -> None:
    """What a worker does: take an entry, give a line, until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the owner's to handle
    threading.Thread(target=_leave_with_the_owner, daemon=True).start()
    while True:
        try:
            entry = pipe.recv()
        except EOFError:
            return
        if entry is None:
            return
        pipe.send(work(entry))


def _leave_with_the_owner() -> None:
    """End this process when its owner is gone, killed for example: nobody waits for its answer.

    Files are replaced at once, so that none is left half written.
    """
    owner = multiprocessing.parent_process()
    if owner is not None:
        owner.join()
        os._exit(_ORPHANED)


def _give(worker: _Worker, entry: Entry, watch: BatchWatch) -> None:
    worker.entry, worker.since = entry, time.monotonic()
    watch.begun(entry)
    # If it dies at this moment, the next wait finds its pipe closed and reports the entry.
    with suppress(OSError):
        worker.pipe.send(entry)


def _alive(worker: _Worker, work: Work) -> _Worker:
    """The worker, or its successor if it has died."""
    if worker.process.is_alive():
        return worker
    worker.pipe.close()
    return _start(work)


def _answer(worker: _Worker) -> Line:
    try:
        line: Line = worker.pipe.recv()
    except (EOFError, OSError):
        return {"death": _obituary(worker)}
    return line


def _obituary(worker: _Worker) -> str:
    worker.process.join(_LEAVE_SECONDS)
    code = worker.process.exitcode
    how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
    return f"the worker process ended {how} while it was working on this pattern"


def _given_up(worker: _Worker, patience: float) -> Line:
    worker.process.kill()
    worker.process.join()
    return {"death": f"the worker process did not answer for {patience:.0f} s, was ended"}


def _dismiss(pool: list[_Worker]) -> None:
    """End all workers: the idle ones by asking, the busy ones (after an interrupt) by force."""
    for worker in pool:
        if worker.entry is not None:
            worker.process.terminate()
        elif worker.process.is_alive():
            with suppress(OSError):
                worker.pipe.send(None)
    for worker in pool:
        worker.process.join(_LEAVE_SECONDS)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.pipe.close()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes started meanwhile use one thread: they share the cores among them."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
