from __future__ import annotations

import threading
import time

import pytest

from app.jobs.runner import Handlers, JobRunner
from engine.errors import BadInputError, CancelledError


@pytest.fixture
def runner(qapp):
    made = JobRunner()
    yield made
    assert made.shutdown(5.0)


class Log:
    """Keeps what the handlers were told."""

    def __init__(self):
        self.said = []

    def handlers(self):
        return Handlers(
            result=lambda value: self.said.append(("result", value)),
            refused=lambda text: self.said.append(("refused", text)),
            failed=lambda: self.said.append(("failed", None)),
            cancelled=lambda: self.said.append(("cancelled", None)),
            progress=lambda fraction, text: self.said.append(("progress", fraction, text)),
            partial=lambda value: self.said.append(("partial", value)),
        )


def until_stopped(progress):
    while True:
        progress.report(0.5, "going on")
        time.sleep(0.005)


def test_result_arrives_on_the_ui_thread(runner, qtbot):
    log, threads = Log(), []
    here = threading.current_thread()

    def work(progress):
        threads.append(threading.current_thread())
        progress.report(0.25, "a quarter")
        progress.partial("first")
        return 42

    runner.start("x", work, log.handlers())
    assert runner.busy
    qtbot.waitUntil(lambda: not runner.busy)
    assert log.said == [("progress", 0.25, "a quarter"), ("partial", "first"), ("result", 42)]
    assert threads[0] is not here


def test_bad_input_is_one_sentence_and_a_bug_is_a_report(runner, qtbot):
    log, crashes = Log(), []
    runner.crashed.connect(lambda kind, trace: crashes.append((kind, trace)))

    def refuse(_progress):
        raise BadInputError("This cannot be used.")

    def crash(_progress):
        raise RuntimeError("a bug")

    runner.start("x", refuse, log.handlers())
    qtbot.waitUntil(lambda: not runner.busy)
    assert log.said == [("refused", "This cannot be used.")]
    assert not crashes
    runner.start("y", crash, log.handlers())
    qtbot.waitUntil(lambda: bool(crashes))
    assert log.said[-1] == ("failed", None)
    assert crashes[0][0] == "y"
    assert "RuntimeError: a bug" in crashes[0][1]


def test_cancel_is_heard_at_once_and_ends_the_thread(runner, qtbot):
    log = Log()
    job = runner.start("x", until_stopped, log.handlers())
    qtbot.waitUntil(lambda: bool(log.said))
    assert runner.cancel("x")
    assert log.said[-1] == ("cancelled", None)
    assert not runner.busy
    job.thread.join(2.0)
    assert not job.thread.is_alive()
    assert not runner.cancel("x")


def test_a_late_result_is_dropped(runner, qtbot):
    log, gate = Log(), threading.Event()

    def slow(_progress):
        gate.wait(5.0)
        return "old"

    old = runner.start("x", slow, log.handlers())
    runner.start("x", lambda _progress: "new", log.handlers())
    gate.set()
    old.thread.join(2.0)
    qtbot.waitUntil(lambda: not runner.busy)
    qtbot.wait(50)
    assert log.said == [("result", "new")]


def test_a_result_already_on_its_way_is_dropped_too(runner, qtbot):
    log = Log()
    job = runner.start("x", lambda _progress: "old", log.handlers())
    job.thread.join(2.0)  # it has been posted, and not yet been heard
    runner.cancel("x")
    qtbot.wait(50)
    assert log.said == [("cancelled", None)]


def test_work_may_cancel_itself(runner, qtbot):
    log = Log()

    def give_up(_progress):
        raise CancelledError

    runner.start("x", give_up, log.handlers())
    qtbot.waitUntil(lambda: not runner.busy)
    assert log.said == [("cancelled", None)]


def test_progress_is_thinned(runner, qtbot):
    log = Log()

    def chatter(progress):
        for step in range(20_000):
            progress.report(step / 20_000)

    runner.start("x", chatter, log.handlers())
    qtbot.waitUntil(lambda: not runner.busy)
    assert len(log.said) < 200


def test_shutdown_stops_everything(qapp):
    runner, log = JobRunner(), Log()
    jobs = [runner.start(kind, until_stopped, log.handlers()) for kind in "abc"]
    assert runner.shutdown(5.0)
    assert not any(job.thread.is_alive() for job in jobs)
    assert not runner.busy
