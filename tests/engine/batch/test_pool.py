import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.batch.manifest import Entry
from engine.batch.pool import run_locally
from engine.batch.watch import BatchWatch
from engine.errors import CancelledError

# Worker processes import their work by name, so it lives in a module of its own.
WORK = """
import os, signal, time

def work(entry):
    if entry.id.startswith("fragile") and not os.path.exists(entry.file):
        open(entry.file, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    if entry.id == "slow":
        time.sleep(60)
    if entry.id.startswith("crash"):
        os.kill(os.getpid(), signal.SIGKILL)
    if entry.id.startswith("exit"):
        os._exit(3)
    return {"id": entry.id, "process": os.getpid(), "threads": os.environ["OMP_NUM_THREADS"]}
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    (tmp_path / "batch_work_for_tests.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)
    import batch_work_for_tests

    yield batch_work_for_tests.work
    del sys.modules["batch_work_for_tests"]


def entries(*names):
    return [Entry(name, f"{name}.xy", "Na") for name in names]


def test_a_dead_worker_costs_its_own_entry_only(work, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    names = ["a", "crash", "b", "exit", "c"]
    lines = {entry.id: line for entry, line in run_locally(entries(*names), work, workers=2)}
    assert set(lines) == set(names)
    for name in "abc":
        assert lines[name]["process"] != os.getpid()
        assert lines[name]["threads"] == "1"
    assert f"signal {int(signal.SIGKILL)}" in lines["crash"]["error"]
    assert "exit code 3" in lines["exit"]["error"]
    assert "OMP_NUM_THREADS" not in os.environ


def test_a_crash_of_the_only_worker_does_not_strand_the_rest(work):
    names = ["crash 1", "crash 2", "a"]
    lines = {entry.id: line for entry, line in run_locally(entries(*names), work, workers=1)}
    assert "error" in lines["crash 1"]
    assert "error" in lines["crash 2"]
    assert lines["a"]["id"] == "a"


def test_leaving_early_ends_the_workers(work):
    running = run_locally(entries("a", "b", "c", "d"), work, workers=1)
    _, line = next(running)
    running.close()
    with pytest.raises(ProcessLookupError):
        os.kill(line["process"], 0)


def test_a_pattern_that_survives_alone_is_answered(work, tmp_path):
    fragile = Entry("fragile", str(tmp_path / "tried"), "Na")
    found = [e.id for e, line in run_locally([fragile, *entries("a", "b")], work, 2) if line]
    assert found == ["a", "b", "fragile"] or found == ["b", "a", "fragile"]


def test_a_second_death_is_told(work):
    ((_, line),) = run_locally(entries("crash"), work, workers=1)
    assert "again alone" in line["error"]


def test_a_worker_that_does_not_answer_is_ended(work):
    lines = {e.id: line for e, line in run_locally(entries("slow", "a"), work, 1, patience=4.0)}
    assert "did not answer" in lines["slow"]["error"]
    assert lines["a"]["id"] == "a"


def test_entries_are_taken_as_workers_become_free(work):
    taken = []

    def endless():
        for number in range(1000):
            taken.append(number)
            yield Entry(str(number), "x.xy", "Na")

    running = run_locally(endless(), work, workers=1)
    next(running)
    next(running)
    running.close()
    assert len(taken) <= 4


class Stopping(BatchWatch):
    """Says who was begun, and stops everything once it is told to."""

    def __init__(self):
        self.names = []
        self.ticks_left = 10**9

    def begun(self, entry):
        self.names.append(entry.id)
        if entry.id == "slow":
            self.ticks_left = 3

    def tick(self):
        self.ticks_left -= 1
        if self.ticks_left < 0:
            raise CancelledError


def test_a_watch_hears_who_is_begun_and_may_stop_them(work):
    watch = Stopping()
    running = run_locally(entries("a", "slow", "b"), work, 1, watch=watch)
    entry, line = next(running)
    assert entry.id == "a"
    start = time.monotonic()
    with pytest.raises(CancelledError):
        next(running)
    assert watch.names == ["a", "slow"]
    assert time.monotonic() - start < 30.0  # the slow one alone takes a minute
    with pytest.raises(ProcessLookupError):
        os.kill(line["process"], 0)


OWNER = """
import sys
import time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from batch_work_for_tests import work
from engine.batch.manifest import Entry
from engine.batch.pool import run_locally
from engine.batch.watch import BatchWatch
from engine.errors import CancelledError

if __name__ == "__main__":
    entries = [Entry(name, name, "Na") for name in ("a", "slow")]
    for entry, line in run_locally(entries, work, 1):
        print(line["process"], flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="no kill -9")
def test_workers_leave_when_their_owner_is_killed(work, tmp_path):
    script = tmp_path / "owner.py"
    script.write_text(OWNER)
    root = Path(__file__).resolve().parents[3]
    owner = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    with owner:
        worker = int(owner.stdout.readline())
        owner.kill()
    end = time.monotonic() + 10.0
    while Path(f"/proc/{worker}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
