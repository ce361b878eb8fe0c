import os
import signal
import sys

import pytest

from engine.batch.cluster import run_on_cluster
from engine.batch.manifest import Entry
from engine.batch.task import Options
from engine.errors import BadInputError


@pytest.fixture
def entries(tmp_path):
    found = []
    for name in ("a", "poisoned", "b", "lost", "c", "d"):
        path = tmp_path / f"{name}.xy"
        path.write_bytes(name.encode())
        found.append(Entry(name, str(path), "Ti O"))
    return found


def test_no_scheduler_at_the_address(entries, tmp_path):
    pytest.importorskip("distributed")
    with pytest.raises(BadInputError, match="scheduler"):
        next(run_on_cluster(entries, tmp_path, Options(), "nonsense"))


def test_without_distributed_the_sentence_says_how_to_get_it(monkeypatch, entries, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadInputError, match="pip install"):
        next(run_on_cluster(entries, tmp_path, Options(), "tcp://127.0.0.1:1"))


def work(entry, data, options):
    if entry.id == "poisoned":
        os.kill(os.getpid(), signal.SIGKILL)
    if entry.id == "lost":
        raise RuntimeError("our mistake")
    return {"id": entry.id}, {"solution.json": data + str(options.top).encode()}


def test_bytes_go_out_files_come_back_and_a_dead_worker_costs_one_line(entries, tmp_path):
    distributed = pytest.importorskip("distributed")
    gone = Entry("gone", str(tmp_path / "gone.xy"), "Ti O")
    out = tmp_path / "out"
    stale = out / "a" / "candidate_09.cif"
    stale.parent.mkdir(parents=True)
    stale.touch()
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        before = cluster.scheduler.allowed_failures
        answers = list(run_on_cluster([*entries, gone], out, Options(top=3), address, work))
        assert cluster.scheduler.allowed_failures == before
    lines = {entry.id: line for entry, line in answers}
    assert len(answers) == len(lines) == 7
    for name in "abcd":
        assert lines[name] == {"id": name}
        assert (out / name / "solution.json").read_text() == f"{name}3"
    assert not stale.exists()
    assert "again alone" in lines["poisoned"]["error"]
    assert "our mistake" in lines["lost"]["error"]
    assert "gone.xy" in lines["gone"]["error"]
