import json
import sys
import types

import numpy as np
import pytest

import engine.batch.run
from engine.batch.cluster import run_on_cluster
from engine.batch.manifest import Entry
from engine.batch.run import run_batch
from engine.batch.task import Options, solve_entry
from engine.errors import BadInputError


@pytest.fixture
def entries(tmp_path, a_pattern):
    path = tmp_path / "good.xy"
    np.savetxt(path, np.column_stack([a_pattern.two_theta, a_pattern.counts]))
    return [
        Entry("good", str(path), "Ti O", wavelength="1.54056 1.54439"),
        Entry("missing", str(tmp_path / "missing.xy"), "Ti O"),
        Entry("alien", str(path), "Ti Qq"),
        Entry("broken", str(path), "Ti O", formula="Ti3O"),
    ]


@pytest.fixture
def asked(monkeypatch, make_solution):
    """A solver in this process that remembers what it was asked, and fails for Ti3O."""
    problems = []

    def solve(problem, progress=None):
        problems.append(problem)
        if problem.formula == "Ti3O":
            raise ZeroDivisionError("our mistake")
        return make_solution(1)

    module = types.ModuleType("engine.solve.solver")
    module.solve = solve
    monkeypatch.setitem(sys.modules, "engine.solve.solver", module)

    def run_here(todo, work, workers, scheduler):
        for entry in todo:
            yield entry, work(entry)

    monkeypatch.setattr(engine.batch.run, "_run", run_here)
    return problems


def read_lines(out):
    return [json.loads(row) for row in (out / "results.jsonl").read_text().splitlines()]


def test_a_line_for_each_pattern_whatever_happens_to_it(tmp_path, entries, asked):
    said = []
    count = run_batch(entries, tmp_path / "out", Options(top=3), tell=said.append)
    lines = {line["id"]: line for line in read_lines(tmp_path / "out")}
    assert set(lines) == {"good", "missing", "alien", "broken"}
    assert lines["good"]["verdict"] == "solved"
    assert lines["good"]["formula"] == "TiO2"
    assert (tmp_path / "out" / "good" / "solution.json").is_file()
    assert set(lines["missing"]) == {"id", "error"}
    assert "missing.xy" in lines["missing"]["error"]
    assert "Qq" in lines["alien"]["error"]
    assert "internal error: ZeroDivisionError" in lines["broken"]["error"]
    assert (count.solved, count.failed, count.kept) == (1, 3, 0)
    assert len(said) == 4
    assert asked[0].top == 3
    assert asked[0].pattern.radiation.wavelengths == (1.54056, 1.54439)


def test_a_second_run_keeps_what_was_solved_and_tries_the_rest_again(tmp_path, entries, asked):
    out = tmp_path / "out"
    run_batch(entries, out, Options())
    with (out / "results.jsonl").open("a") as file:
        file.write('{"id": "cut sho')
    asked.clear()
    count = run_batch(entries, out, Options())
    assert count.kept == 1
    assert count.failed == 3
    assert [problem.formula for problem in asked] == ["Ti3O"]
    assert sorted(line["id"] for line in read_lines(out)) == ["alien", "broken", "good", "missing"]


def test_another_question_is_not_answered_from_before(tmp_path, entries, asked):
    out = tmp_path / "out"
    run_batch(entries[:1], out, Options())
    assert run_batch(entries[:1], out, Options(max_atoms=10)).kept == 0
    assert run_batch(entries[:1], out, Options(max_atoms=10)).kept == 1
    (out / "good" / "solution.json").unlink()
    assert run_batch(entries[:1], out, Options(max_atoms=10)).kept == 0
    assert len(read_lines(out)) == 1


def test_no_scheduler_at_the_address(entries):
    pytest.importorskip("distributed")
    with pytest.raises(BadInputError, match="scheduler"):
        next(run_on_cluster(entries, solve_entry, "nonsense"))


def test_without_distributed_the_sentence_says_how_to_get_it(monkeypatch, entries):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadInputError, match="pip install"):
        next(run_on_cluster(entries, solve_entry, "tcp://127.0.0.1:1"))


def test_a_cluster_answers_entry_by_entry(entries):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        found = dict(run_on_cluster(entries[:2], _id_or_crash, cluster.scheduler_address))
    assert found[entries[0]] == {"id": "good"}
    assert set(found[entries[1]]) == {"id", "error"}


def _id_or_crash(entry):
    if entry.id == "missing":
        raise RuntimeError("lost")
    return {"id": entry.id}
