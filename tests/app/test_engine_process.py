"""The engine's process, with small functions in place of the engine's."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.jobs import engine_process
from app.jobs.engine_process import EngineDiedError, EngineFailedError, EngineProcess
from app.jobs.engine_worker import _Server
from engine.errors import BadInputError, CancelledError
from engine.progress import Progress

ROOT = Path(__file__).resolve().parent.parent.parent


def _count(n, progress):
    for step in range(n):
        progress.report(step / n, f"step {step}")
        time.sleep(0.01)
    progress.partial("almost")
    return n


def _forever(progress):
    while True:
        progress.report(0.5, "going on")
        time.sleep(0.005)


def _deaf(_progress):
    time.sleep(60.0)


def _refuse(_progress):
    raise BadInputError("This cannot be used.")


def _fail(_progress):
    raise ValueError("a bug over there")


def _unwritable(_progress):
    raise PermissionError(13, "Permission denied")


def _die(_progress):
    os.kill(os.getpid(), signal.SIGKILL)


FUNCTIONS = {
    "count": _count,
    "forever": _forever,
    "deaf": _deaf,
    "refuse": _refuse,
    "fail": _fail,
    "unwritable": _unwritable,
    "die": _die,
    "number": lambda _progress: os.getpid(),
}


def serve(pipe):
    """What stands in for the engine's process."""
    server = _Server(pipe, FUNCTIONS)
    server.tell_ready("CPU (test)")
    server.serve([])


def serve_slowly(pipe):
    """As `serve`, with something to load first."""
    server = _Server(pipe, FUNCTIONS)
    time.sleep(0.5)
    waiting = server.serve_early(("number",))
    time.sleep(0.5)
    server.tell_ready("CPU (test)")
    server.serve(waiting)


class Log(Progress):
    """Keeps what was reported, and can ask to stop."""

    def __init__(self):
        self.said, self.parts, self.stop = [], [], False

    def report(self, fraction, message=""):
        if self.stop:
            raise CancelledError
        self.said.append((fraction, message))

    def partial(self, result):
        self.parts.append(result)


@pytest.fixture
def process():
    made = EngineProcess(serve)
    yield made
    made.close()
    assert made.pid is None


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_call_runs_elsewhere_and_brings_back_reports_and_result(process):
    log = Log()
    assert process.call("count", 30, progress=log) == 30
    assert log.parts == ["almost"]
    assert any(message.startswith("step") for _, message in log.said)
    first = process.call("number")
    assert first == process.pid != os.getpid()
    assert process.call("number") == first  # what it has loaded is kept for the next call
    assert process.wait_until_ready(Progress()) == "CPU (test)"


def test_errors_arrive_as_what_they_were(process):
    with pytest.raises(BadInputError, match=r"This cannot be used\."):
        process.call("refuse")
    with pytest.raises(OSError, match="Permission denied"):
        process.call("unwritable")
    with pytest.raises(EngineFailedError, match="a bug over there"):
        process.call("fail")


def test_cancel_is_heard_there_and_does_not_wait(process):
    log = Log()
    threading.Timer(0.3, lambda: setattr(log, "stop", True)).start()
    with pytest.raises(CancelledError):
        process.call("forever", progress=log)
    before = process.pid
    # The other side has ended it as well; it was not killed for that.
    wait_for(lambda: process._life is None or not process._life.calls)
    assert process.call("number") == before


def test_two_calls_at_once_do_not_wait_for_each_other(process):
    log = Log()

    def work():
        with contextlib.suppress(CancelledError):
            process.call("forever", progress=log)

    thread = threading.Thread(target=work)
    thread.start()
    wait_for(lambda: bool(log.said))
    assert process.call("count", 3) == 3
    log.stop = True
    thread.join(5.0)
    assert not thread.is_alive()


def test_death_is_one_sentence_and_the_next_call_finds_another_process(process):
    first = process.call("number")
    with pytest.raises(EngineDiedError, match=r"ended unexpectedly \(signal 9.*start the step"):
        process.call("die")
    assert process.call("number") != first


def test_one_that_dies_while_idle_is_replaced(process):
    first = process.call("number")
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: process.pid not in (None, first))
    assert process.call("number") == process.pid


def test_a_process_that_does_not_heed_is_ended(process, monkeypatch):
    monkeypatch.setattr(engine_process, "HEED_SECONDS", 0.2)
    log, first = Log(), process.call("number")
    threading.Timer(0.2, lambda: setattr(log, "stop", True)).start()
    with pytest.raises(CancelledError):
        process.call("deaf", progress=log)
    wait_for(lambda: process.pid not in (None, first))
    assert process.call("number") != first


def test_closing_ends_the_process_and_whoever_waits(process):
    errors = []

    def work():
        try:
            process.call("deaf")
        except BadInputError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    wait_for(lambda: process._life is not None and process._life.calls)
    number = process.pid
    process.close()
    thread.join(5.0)
    assert errors
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    with pytest.raises(CancelledError):
        process.call("number")


def test_light_calls_are_answered_before_everything_is_loaded():
    process = EngineProcess(serve_slowly)
    log = Log()
    threads = [
        threading.Thread(target=lambda: process.call("number")),
        threading.Thread(target=lambda: process.call("count", 2, progress=log)),
    ]
    for thread in threads:
        thread.start()
    threads[0].join(10.0)
    assert not process._life.is_ready
    threads[1].join(10.0)
    assert log.said[0] == (0.0, "Loading the engine")
    process.close()


def test_the_process_goes_when_its_owner_is_killed():
    code = (
        "import time; from app.jobs.engine_process import EngineProcess; "
        "from tests.app.test_engine_process import serve; "
        "p = EngineProcess(serve); print(p.call('number'), flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    number = int(owner.stdout.readline())
    owner.kill()
    owner.wait(10)
    owner.stdout.close()

    def gone():
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        status = Path(f"/proc/{number}/status")
        return status.exists() and "Z (zombie)" in status.read_text()

    wait_for(gone)


def test_the_process_knows_nothing_of_the_window():
    code = (
        "import sys; import app.jobs.engine_worker, app.services; "
        "app.services.import_engine(); print([n for n in sys.modules if 'PySide6' in n])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    assert done.stdout.strip() == "[]", done.stderr
