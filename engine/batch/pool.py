"""Local worker processes, watched: one that dies costs its own entry and no other."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from engine.batch.manifest import Entry
from engine.batch.task import Line, failure

# (entry) -> line; must be importable by name in a fresh process.
Work = Callable[[Entry], Line]

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_LEAVE_SECONDS = 5.0


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    entry: Entry | None = None


def run_locally(entries: Sequence[Entry], work: Work, workers: int) -> Iterator[tuple[Entry, Line]]:
    """Yield each entry with its line, as they are done.

    Each worker is a fresh process with one computing thread. If one dies, the entry that it was
    working on gets an error line and another worker takes its place.

    Parameters
    ----------
    entries : sequence of Entry
    work : callable
    workers : int
        Number of processes, no more than there are entries.
    """
    waiting = list(reversed(entries))
    pool: list[_Worker] = []
    try:
        with _one_thread_each():
            for _ in range(min(workers, len(entries))):
                pool.append(_start(work))
            for index in range(len(pool)):
                _hand_over(pool, index, waiting, work)
            while any(worker.entry is not None for worker in pool):
                ready = wait([worker.pipe for worker in pool if worker.entry is not None])
                for index, worker in enumerate(pool):
                    if worker.pipe not in ready or worker.entry is None:
                        continue
                    entry, worker.entry = worker.entry, None
                    try:
                        line = worker.pipe.recv()
                    except (EOFError, OSError):
                        line = failure(entry, _obituary(worker))
                    yield entry, line
                    _hand_over(pool, index, waiting, work)
    finally:
        _dismiss(pool)


def _start(work: Work) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    process.start()
    theirs.close()  # so that the worker's death closes the last other end
    return _Worker(process, ours)


def _serve(pipe: Connection, work: Work) -> None:
    """What a worker does: take an entry, give a line, until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the owner's to handle
    while True:
        try:
            entry = pipe.recv()
        except EOFError:
            return
        if entry is None:
            return
        pipe.send(work(entry))


def _hand_over(pool: list[_Worker], index: int, waiting: list[Entry], work: Work) -> None:
    """Give the next entry to one worker, or to its successor if it has died."""
    if not waiting:
        return
    if not pool[index].process.is_alive():
        pool[index].pipe.close()
        pool[index] = _start(work)
    worker = pool[index]
    worker.entry = waiting.pop()
    # If it dies at this moment, the next wait finds its pipe closed and reports the entry.
    with suppress(OSError):
        worker.pipe.send(worker.entry)


def _obituary(worker: _Worker) -> str:
    worker.process.join(_LEAVE_SECONDS)
    code = worker.process.exitcode
    how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
    return f"the worker process ended {how} while it was working on this pattern"


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
