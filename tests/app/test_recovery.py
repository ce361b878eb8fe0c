from __future__ import annotations

import json
import os
from datetime import datetime

import pytest

from app import recovery
from app.controller import Controller
from app.documents import Documents
from app.jobs.runner import JobRunner
from app.recovery import Recovery, find_orphans
from app.state.session import Session
from engine.export.project import read_project
from engine.solve.result import Problem
from tests.app.fake_engine import FakeEngine, make_pattern, make_solution


@pytest.fixture
def world(qapp, tmp_path, monkeypatch):
    monkeypatch.setattr(recovery, "RESULT_SECONDS", 0.01)
    monkeypatch.setattr(recovery, "SETTLE_SECONDS", 0.05)
    jobs = JobRunner()
    controller = Controller(Session(), FakeEngine().services(), jobs)
    documents = Documents(controller, jobs, controller)
    made = Recovery(documents, controller.session, jobs, tmp_path / "kept")
    yield controller.session, documents, made, jobs
    assert jobs.shutdown(5.0)
    made.close()


def fill(session):
    pattern = make_pattern()
    session.pattern.set_pattern(pattern)
    session.elements.select(("Na", "Cl"))
    session.solution.set_solution(make_solution(Problem(pattern, ("Na", "Cl"))))


def kept(made):
    return made.slot.with_suffix(".densight")


def test_inputs_alone_are_not_worth_keeping(world, qtbot):
    session, _documents, made, _jobs = world
    session.pattern.set_pattern(make_pattern())
    session.elements.select(("Na",))
    qtbot.wait(100)
    assert not made.folder.exists()


def test_results_are_kept_soon_and_changes_follow(world, qtbot):
    session, _documents, made, jobs = world
    fill(session)
    qtbot.waitUntil(lambda: kept(made).exists() and not jobs.busy)
    assert len(read_project(kept(made)).solution.candidates) == 3
    assert json.loads(made.slot.with_suffix(".json").read_text())["name"] == "halite"
    written = kept(made).stat().st_mtime_ns
    session.solution.annotate(session.solution.candidates[1], "twinned?")
    qtbot.waitUntil(lambda: kept(made).stat().st_mtime_ns != written)
    qtbot.waitUntil(lambda: not jobs.busy)
    notes = [mark.note for mark in read_project(kept(made)).marks.values()]
    assert notes == ["twinned?"]


def test_saving_empties_the_slot(world, qtbot, tmp_path):
    session, documents, made, jobs = world
    fill(session)
    qtbot.waitUntil(lambda: kept(made).exists() and not jobs.busy)
    assert session.unsaved
    documents.save(tmp_path / "work.densight")
    qtbot.waitUntil(lambda: not jobs.busy)
    qtbot.wait(100)
    assert not session.unsaved
    assert not kept(made).exists()


def test_a_live_slot_is_no_orphan_and_a_dead_one_is(world, qtbot):
    session, _documents, made, jobs = world
    fill(session)
    qtbot.waitUntil(lambda: kept(made).exists() and not jobs.busy)
    assert find_orphans(made.folder) == []
    orphan = made.folder / "1-1.densight"
    orphan.write_bytes(kept(made).read_bytes())
    found = find_orphans(made.folder)
    assert [item.project for item in found] == [orphan]
    assert found[0].name == "a session"  # its description was lost
    assert abs((datetime.now().astimezone() - found[0].kept).total_seconds()) < 60.0


def test_what_was_being_written_when_its_process_died_is_no_orphan(world, tmp_path):
    _session, _documents, made, _jobs = world
    made.folder.mkdir()
    fresh, old = made.folder / ".writing-1-a.densight", made.folder / ".writing-2-b.densight"
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert find_orphans(made.folder) == []
    assert fresh.exists()
    assert not old.exists()


def test_restoring_brings_everything_back_unsaved_and_moves_it_to_this_slot(world, qtbot, tmp_path):
    session, _documents, made, jobs = world
    fill(session)
    session.document = tmp_path / "salt.densight"
    qtbot.waitUntil(lambda: kept(made).exists() and not jobs.busy)
    orphan = made.folder / "1-1"
    for suffix in (".densight", ".json"):
        orphan.with_suffix(suffix).write_bytes(made.slot.with_suffix(suffix).read_bytes())
    session.document = None
    session.clear_results()
    session.pattern.set_pattern(None)
    session.elements.clear()
    qtbot.waitUntil(lambda: not kept(made).exists())
    made.offer()
    message = session.messages.messages[0]
    assert "'salt'" in message.text or "'halite'" in message.text
    message.offers[0].do()
    qtbot.waitUntil(lambda: session.solution.solution is not None)
    qtbot.waitUntil(lambda: not orphan.with_suffix(".densight").exists())
    assert kept(made).exists()
    assert session.unsaved
    assert session.document in (None, tmp_path / "salt.densight")
    assert find_orphans(made.folder) == []


def test_discarding_an_orphan_deletes_it(world):
    session, _documents, made, _jobs = world
    made.folder.mkdir()
    orphan = made.folder / "1-1.densight"
    orphan.write_bytes(b"PK damaged")
    made.offer()
    session.messages.messages[0].offers[1].do()
    assert not orphan.exists()


def test_a_damaged_orphan_is_refused_and_stays(world, qtbot):
    session, _documents, made, jobs = world
    made.folder.mkdir()
    orphan = made.folder / "1-1.densight"
    orphan.write_bytes(b"PK damaged")
    made.offer()
    session.messages.messages[0].offers[0].do()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert "no Densight project" in session.messages.messages[-1].text
    assert orphan.exists()


def test_a_folder_that_cannot_be_written_does_not_disturb(world, qtbot, tmp_path):
    session, _documents, made, jobs = world
    made.folder.write_text("a file is in the way")
    fill(session)
    qtbot.wait(150)
    assert not jobs.busy
    assert session.messages.messages == ()
