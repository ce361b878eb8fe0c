"""A second start of the program, as a process of its own, and where its files are opened."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.handing import place_file
from app.launch import make_receiver
from app.settings import Settings
from app.windows import all_windows
from tests.gui.steps import opened

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 60


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Where a second start of this user looks for them, too."""
    return Settings(tmp_path / "densight" / "window.json")


@pytest.fixture
def receiver(window, qapp):
    receiver = make_receiver(qapp, window.settings)
    yield receiver
    receiver.stop()
    all_windows(qapp).taking_changed.disconnect(receiver.follow_wish)
    receiver.deleteLater()


def second_start(tmp_path: Path, *files: Path) -> subprocess.Popen[str]:
    home = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(tmp_path))
    return subprocess.Popen(
        [sys.executable, "-m", "app", *map(str, files)], cwd=ROOT, env={**os.environ, **home},
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_second_start_is_taken_only_after_the_menu_says_so(
    window, receiver, qapp, qtbot, file, tmp_path
):
    assert not receiver.listens
    assert not window.actions_.take_files.isChecked()
    window.actions_.take_files.trigger()
    assert receiver.listens
    assert window.settings.get("take_files") is True
    second = second_start(tmp_path, file)
    qtbot.waitUntil(lambda: window.session.pattern.pattern is not None, timeout=1000 * SECONDS)
    assert second.wait(SECONDS) == 0, second.stderr.read()
    assert all_windows(qapp).open == [window]
    window.actions_.take_files.trigger()
    assert not receiver.listens
    assert not place_file(window.settings).exists()


def test_a_window_with_work_in_it_is_left_alone(window, receiver, qapp, qtbot, file, tmp_path):
    opened(window, qtbot, file)
    before = window.session.pattern.pattern
    other = shutil.copy(file, tmp_path / "other.xy")
    receiver.arrived.emit([str(other)])
    (made,) = (one for one in all_windows(qapp).open if one is not window)
    try:
        qtbot.waitUntil(lambda: made.session.pattern.pattern is not None, timeout=20_000)
        assert made.session.pattern.pattern.name == "other"
        assert window.session.pattern.pattern is before
        assert made.actions_.take_files.isChecked() == window.actions_.take_files.isChecked()
        qtbot.waitUntil(lambda: not made.jobs.busy, timeout=20_000)
    finally:
        made.discard_and_close()
