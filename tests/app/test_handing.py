"""Files of a second start reach the running program, if that is wished, and only then."""

from __future__ import annotations

import json
import stat
import sys
from multiprocessing.connection import Client
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QFileOpenEvent

from app import handing
from app.receiving import Receiver
from app.settings import Settings


@pytest.fixture
def settings(tmp_path) -> Settings:
    settings = Settings(tmp_path / "window.json")
    settings.set(handing.WISH, True)
    return settings


@pytest.fixture
def receiver(qapp, settings):
    receiver = Receiver(settings)
    receiver.follow_wish()
    yield receiver
    receiver.stop()


def test_files_arrive_with_their_whole_paths(receiver, settings, qtbot, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with qtbot.waitSignal(receiver.arrived, timeout=5000) as arrived:
        assert handing.hand_over(["a b.xy", "/data/c.raw"], settings)
    assert arrived.args == [[str(tmp_path / "a b.xy"), "/data/c.raw"]]


def test_nothing_is_handed_over_without_the_wish(receiver, settings, qtbot):
    settings.set(handing.WISH, False)
    with qtbot.assertNotEmitted(receiver.arrived, wait=100):
        assert not handing.hand_over(["a.xy"], settings)


def test_the_wish_can_be_taken_back(receiver, settings):
    assert receiver.listens
    settings.set(handing.WISH, False)
    receiver.follow_wish()
    assert not receiver.listens
    assert not handing.place_file(settings).exists()


def test_a_program_that_was_killed_takes_nothing(settings):
    handing.write_place(settings, handing.Place("/nowhere/listener", b"key"))
    assert not handing.hand_over(["a.xy"], settings)


@pytest.mark.parametrize("text", ["", "[]", '{"address": 1}', '{"address": "a", "key": "xyz"}'])
def test_a_spoilt_note_counts_as_none(settings, text):
    handing.place_file(settings).write_text(text, encoding="utf-8")
    assert handing.read_place(settings) is None
    assert not handing.hand_over(["a.xy"], settings)


def test_the_second_program_that_listens_leaves_the_first_in_its_place(receiver, settings, qapp):
    place = handing.read_place(settings)
    other = Receiver(settings)
    other.follow_wish()
    assert not other.listens
    assert handing.read_place(settings) == place
    receiver.stop()
    other.follow_wish()
    assert other.listens
    other.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files")
def test_the_key_is_the_users_alone(receiver, settings):
    assert stat.S_IMODE(handing.place_file(settings).stat().st_mode) == 0o600


def test_a_caller_without_the_key_is_refused_and_the_next_is_heard(receiver, settings, qtbot):
    place = handing.read_place(settings)
    assert not handing.send(handing.Place(place.address, b"guessed"), ["evil.xy"])
    with qtbot.waitSignal(receiver.arrived, timeout=5000):
        assert handing.hand_over(["a.xy"], settings)


@pytest.mark.parametrize("words", [b"no json", b"{}", json.dumps([1, 2]).encode(), b""])
def test_what_is_no_list_of_files_is_dropped(receiver, settings, qtbot, words):
    place = handing.read_place(settings)
    with qtbot.assertNotEmitted(receiver.arrived, wait=100):
        connection = Client(place.address, authkey=place.key)
        connection.send_bytes(words)
        connection.close()
    assert handing.hand_over([], settings)


def test_the_finder_sends_events(qapp, settings, qtbot, tmp_path):
    receiver, watched = Receiver(settings), QObject()
    with qtbot.waitSignal(receiver.arrived, timeout=1000) as arrived:
        assert receiver.eventFilter(watched, QFileOpenEvent(str(tmp_path / "a.xy")))
    assert [Path(name) for name in arrived.args[0]] == [tmp_path / "a.xy"]
