"""One batch at a time in an output folder, whichever program it is in."""

import os
import signal
import subprocess
import sys

import pytest

from engine.batch.lock import LOCK, FolderLock, refuse_if_held
from engine.batch.manifest import Entry
from engine.batch.run import run_batch
from engine.batch.task import Options
from engine.errors import BadInputError

HOLD = """
import sys, time
from pathlib import Path
from engine.batch.lock import FolderLock
with FolderLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the folder ``out``."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "out")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_folder_is_free_again_and_keeps_nothing_of_the_lock(tmp_path):
    for _ in range(2):
        with FolderLock(tmp_path / "out"):
            assert (tmp_path / "out" / LOCK).exists()
        assert not list((tmp_path / "out").iterdir())


def test_an_error_inside_lets_the_folder_go(tmp_path):
    with pytest.raises(ZeroDivisionError), FolderLock(tmp_path):
        raise ZeroDivisionError
    refuse_if_held(tmp_path)


def test_a_second_holder_in_the_same_program_is_refused(tmp_path):
    with FolderLock(tmp_path):
        with pytest.raises(BadInputError, match="Another batch of this program, begun"):
            refuse_if_held(tmp_path)
        # A refusal takes nothing from the holder.
        with pytest.raises(BadInputError):
            refuse_if_held(tmp_path)
    refuse_if_held(tmp_path)


def test_another_process_is_named_and_its_death_frees_the_folder(tmp_path, other):
    out = tmp_path / "out"
    with pytest.raises(BadInputError, match=rf"\(process {other.pid} on .*choose another folder"):
        refuse_if_held(out)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert (out / LOCK).exists()  # left behind, and in nobody's way
    refuse_if_held(out)
    assert not (out / LOCK).exists()


def test_a_batch_does_not_touch_a_folder_that_another_writes_into(tmp_path, other):
    out = tmp_path / "out"
    with pytest.raises(BadInputError, match="Another batch"):
        run_batch([Entry("a", str(tmp_path / "a.xy"), "Ti O")], out, Options(), workers=1)
    assert [path.name for path in out.iterdir()] == [LOCK]


@pytest.mark.parametrize("content", [b"", b"\n[1]", b"\n{", b"\n" + b"x" * 3000])
def test_a_note_that_cannot_be_read_is_done_without(tmp_path, content):
    with FolderLock(tmp_path):
        (tmp_path / LOCK).write_bytes(content)
        with pytest.raises(BadInputError, match=r"^Another batch is writing into"):
            refuse_if_held(tmp_path)


def test_a_place_that_is_no_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(BadInputError, match="cannot be made"):
        refuse_if_held(tmp_path / "out")
