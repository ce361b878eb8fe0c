import json
import sys
import tracemalloc
import types

import numpy as np
import pytest

import engine.batch.run
from engine.batch.gather import gather
from engine.batch.manifest import Entry, read_manifest
from engine.batch.run import run_batch
from engine.batch.task import PROJECT, Options, solve_into
from engine.batch.watch import BatchWatch
from engine.errors import CancelledError
from engine.export.project import read_project


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

    def run_here(todo, total, out, options, workers, scheduler, watch, projects):
        for entry in todo:
            watch.begun(entry)
            yield entry, solve_into(entry, str(out), options, projects)

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


def test_equal_questions_keep_one_line(tmp_path, entries, asked):
    out = tmp_path / "out"
    run_batch(entries[:1], out, Options())
    results = out / "results.jsonl"
    results.write_text(results.read_text() * 2)
    assert run_batch(entries[:1], out, Options()).kept == 1
    assert len(read_lines(out)) == 1


def test_a_folder_that_cannot_be_written_costs_its_pattern_only(tmp_path, entries, asked):
    out = tmp_path / "out"
    out.mkdir()
    (out / "good").write_text("in the way")
    count = run_batch(entries[:2], out, Options())
    assert count.failed == 2
    assert "good" in read_lines(out)[0]["error"]


def test_a_long_manifest_is_never_gathered(tmp_path, asked, monkeypatch):
    # pathlib interns every part of a path: the interpreter's table of them doubles now and then,
    # to megabytes, whatever the batch keeps.
    monkeypatch.setattr(sys, "intern", str)

    def peak(rows):
        """The most memory that a batch of so many unreadable patterns takes."""
        path = tmp_path / f"{rows}.csv"
        with path.open("w") as file:
            file.write("file,elements\n")
            file.writelines(f"pattern_{i:07d}_of_a_series.xy,Ti O\n" for i in range(rows))
        tracemalloc.start()
        try:
            manifest = read_manifest(path)
            assert len(manifest) == rows
            assert run_batch(manifest, tmp_path / f"out {rows}", Options()).failed == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)  # what is imported on the way
    # An entry alone takes some 500 bytes.
    assert peak(10_000) - peak(1_000) < 9_000 * 60


class Heard(BatchWatch):
    def __init__(self, stop_after=10**9):
        self.said = []
        self.stop_after = stop_after

    def kept(self, line):
        self.said.append(("kept", line["id"]))

    def begun(self, entry):
        self.said.append(("begun", entry.id))

    def done(self, entry, line):
        self.said.append(("done", entry.id))
        if len(self.said) >= self.stop_after:
            raise CancelledError


def test_a_stopped_batch_has_its_lines_and_goes_on(tmp_path, entries, asked):
    out = tmp_path / "out"
    with pytest.raises(CancelledError):
        run_batch(entries, out, Options(), watch=Heard(stop_after=2))
    assert [line["id"] for line in read_lines(out)] == ["good"]
    found = gather([out])
    assert list(found.entries) == entries
    assert set(found.lines) == {"good"}
    watch = Heard()
    assert run_batch(found.entries, out, Options(), watch=watch).kept == 1
    assert watch.said[0] == ("kept", "good")
    assert [name for what, name in watch.said if what == "done"] == ["missing", "alien", "broken"]


def test_a_project_for_the_window_if_it_is_wanted(tmp_path, entries, asked):
    out = tmp_path / "out"
    run_batch(entries[:1], out, Options())
    assert not (out / "good" / PROJECT).exists()
    (out / "results.jsonl").unlink()
    run_batch(entries[:1], out, Options(), projects=True)
    project = read_project(out / "good" / PROJECT)
    assert project.solution.candidates[0].formula == "TiO2"
    assert project.pattern is not None
