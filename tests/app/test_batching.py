"""The list of a batch and what is done with it, without a window."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import engine.batch.run
from app.batching import Batching, free_folder, in_words
from app.jobs.runner import JobRunner
from app.services import Services
from app.settings import Settings
from app.state.batch import LARGEST, BatchState
from engine.batch.manifest import Entry
from engine.batch.task import PROJECT
from engine.errors import BadInputError
from tests.app.fake_batch import FakeWorkers, write_folder


@pytest.fixture
def workers(monkeypatch):
    made = FakeWorkers()
    monkeypatch.setattr(engine.batch.run, "_run", made)
    return made


@pytest.fixture
def batching(qapp, tmp_path, workers):
    jobs = JobRunner()
    made = Batching(Services().solve_all, jobs, Settings(tmp_path / "settings" / "window.json"))
    yield made
    workers.gate.set()
    made.close()
    assert jobs.shutdown(5.0)


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "measured")


def settle(batching, qtbot):
    qtbot.waitUntil(lambda: not batching._jobs.busy, timeout=20_000)


def gathered(batching, qtbot, *paths):
    assert batching.add([str(path) for path in paths])
    settle(batching, qtbot)


def entries(*names):
    return [Entry(name, f"/data/{name}.xy", "") for name in names]


# -- the state alone -----------------------------------------------------------------------------


def test_what_holds_for_all_is_filled_in_where_a_row_says_nothing():
    state = BatchState()
    state.set_out(Path("/out"))
    assert state.add([*entries("a", "b"), Entry("c", "/data/c.xy", "K Br", "CoKa")]) == 3
    assert state.add(entries("a")) == 0
    state.elements.set_text("NaCl")
    state.elements.set_others_possible(True)
    state.set_wavelength("MoKa")
    state.set_elements_of(1, "Ti O")
    a, b, c = state.entries()
    assert (a.elements, a.formula, a.others_possible, a.wavelength) == (
        "Na Cl",
        "NaCl",
        True,
        "MoKa",
    )
    assert (b.elements, b.formula, b.others_possible) == ("Ti O", None, False)
    assert (c.elements, c.wavelength) == ("K Br", "CoKa")
    assert [state.elements_of(row) for row in state.rows] == ["NaCl", "Ti O", "K Br"]


def test_what_is_missing_is_said():
    state = BatchState()
    with pytest.raises(BadInputError, match="no pattern"):
        state.entries()
    state.add(entries("a"))
    with pytest.raises(BadInputError, match=r"a\.xy' has none of its own"):
        state.entries()
    state.elements.set_text("Na Cl")
    with pytest.raises(BadInputError, match="folder"):
        state.entries()
    with pytest.raises(BadInputError):
        state.set_wavelength("blue")
    assert state.wavelength == ""
    with pytest.raises(BadInputError):
        state.set_elements_of(0, "Qq")


def test_a_list_that_nobody_can_look_through_is_refused():
    state = BatchState()
    with pytest.raises(BadInputError, match="densight batch"):
        state.add(Entry(str(i), f"/{i}", "") for i in range(LARGEST + 1))
    assert not state.rows


def test_rows_follow_what_is_said_of_them():
    state, told = BatchState(), []
    state.add(entries("a", "b", "c"))
    state.row_changed.connect(told.append)
    state.set_begun("b", 5.0)
    state.set_line("a", {"id": "a", "verdict": "tentative"})
    state.set_line("c", {"id": "c", "error": "gone"})
    state.set_line("unknown", {"id": "unknown", "verdict": "solved"})
    assert told == [1, 0, 2]
    assert [row.status for row in state.rows] == ["done", "running", "failed"]
    assert state.counts() == {"solved": 0, "tentative": 1, "no-solution": 0, "failed": 1}
    state.end()
    assert state.rows[1].status == "waiting"
    assert state.n_answered == 2
    state.set_elements_of(0, "Na")  # another question
    assert state.rows[0].status == "waiting"
    state.remove([0, 2])
    assert [row.entry.id for row in state.rows] == ["b"]


# -- with the engine's runner behind it ----------------------------------------------------------


def test_a_folder_is_solved_and_exported(batching, workers, folder, tmp_path, qtbot):
    state = batching.state
    gathered(batching, qtbot, folder)
    assert [row.entry.id for row in state.rows] == ["a", "b", "broken", "odd"]
    assert "4 patterns added, 1 other file left out" in state.message
    assert state.out == tmp_path / "measured solved"
    state.elements.set_text("Na Cl")
    state.set_workers(3)
    assert batching.start()
    assert not batching.start()
    settle(batching, qtbot)
    assert state.status == "done"
    assert state.counts() == {"solved": 2, "tentative": 0, "no-solution": 1, "failed": 1}
    assert workers.workers == 3
    assert {entry.elements for entry in workers.asked} == {"Na Cl"}
    assert "2 solved" in state.message

    batching.export(tmp_path / "export")
    settle(batching, qtbot)
    with (tmp_path / "export" / "results.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["verdict"] for row in table] == ["solved", "solved", "failed", "no-solution"]
    assert {row["elements"] for row in table} == {"Na Cl"}
    assert sorted(path.name for path in (tmp_path / "export").glob("*.cif")) == ["a.cif", "b.cif"]

    wanted = []
    batching.results_wanted.connect(wanted.append)
    batching.open_results([0, 3])
    assert wanted == [[str(state.out / "a" / PROJECT), str(folder / "odd.xy")]]


def test_a_stopped_batch_goes_on_where_it_was(batching, workers, folder, qtbot):
    state = batching.state
    gathered(batching, qtbot, folder)
    state.elements.set_text("Na Cl")
    workers.hold_at = "b"
    assert batching.start()
    qtbot.waitUntil(lambda: state.rows[1].status == "running" and state.n_answered == 1)
    qtbot.waitUntil(lambda: "1 of 4" in state.message)
    batching.stop()
    settle(batching, qtbot)
    assert state.status == "cancelled"
    assert [row.status for row in state.rows] == ["done", "waiting", "waiting", "waiting"]
    assert "1 of 4" in state.message
    assert workers.solved == ["a"]

    other = Batching(Services().solve_all, batching._jobs, batching._settings)
    gathered(other, qtbot, state.out)  # the output folder alone says everything
    assert [row.status for row in other.state.rows] == ["done", "waiting", "waiting", "waiting"]
    assert "3 of 4 are still to do" in other.state.message
    workers.gate.set()
    assert other.start()
    settle(other, qtbot)
    assert workers.solved == ["a", "b", "broken", "odd"]
    lines = [json.loads(row) for row in (state.out / "results.jsonl").read_text().splitlines()]
    assert sorted(line["id"] for line in lines) == ["a", "b", "broken", "odd"]


def test_two_batches_never_write_into_one_folder(batching, workers, folder, qtbot):
    gathered(batching, qtbot, folder)
    batching.state.elements.set_text("Na Cl")
    workers.gate.clear()
    assert batching.start()
    qtbot.waitUntil(lambda: batching.state.rows[0].status == "running")  # holds the folder by now
    jobs = JobRunner()
    other = Batching(Services().solve_all, jobs, batching._settings)
    other.state.add(entries("x"))
    other.state.elements.set_text("Na Cl")
    other.state.set_out(batching.state.out)
    assert not other.start()
    assert "Another batch" in other.state.message
    batching.stop()
    settle(batching, qtbot)
    workers.gate.set()
    assert other.start()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert jobs.shutdown()


def test_closing_drops_what_comes_late(batching, workers, folder, qtbot):
    state = batching.state
    gathered(batching, qtbot, folder)
    state.elements.set_text("Na Cl")
    workers.gate.clear()
    assert batching.start()
    qtbot.waitUntil(lambda: state.rows[0].status == "running")
    batching.close()
    assert state.status == "cancelled"
    workers.gate.set()
    qtbot.wait(100)
    assert state.n_answered == 0
    assert state.rows[0].status == "waiting"


def test_the_list_cannot_change_while_it_runs(batching, workers, folder, qtbot):
    gathered(batching, qtbot, folder)
    batching.state.elements.set_text("Na Cl")
    workers.gate.clear()
    batching.start()
    assert not batching.add([folder])
    assert len(batching.state.rows) == 4


def test_a_manifest_that_is_not_in_order_is_refused(batching, folder, qtbot):
    bad = folder / "list.csv"
    bad.write_text("file,elements\na.xy,Na,Cl\n")
    gathered(batching, qtbot, bad)
    assert "more fields" in batching.state.message
    assert not batching.state.rows
    bad.write_text("file,elements,id\na.xy,Na Cl,first\nb.xy,NaCl,second\n")
    gathered(batching, qtbot, bad)
    assert [row.entry.elements for row in batching.state.rows] == ["Na Cl", "NaCl"]


def test_small_things(tmp_path):
    assert [in_words(s) for s in (0.2, 60, 600, 7200)] == ["1 s", "60 s", "10 min", "2.0 h"]
    (tmp_path / "x").mkdir()
    (tmp_path / "x 2").mkdir()
    assert free_folder(tmp_path / "x") == tmp_path / "x 3"
