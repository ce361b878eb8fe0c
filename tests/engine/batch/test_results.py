import errno
import os

import pytest

from engine.batch.results import Journal, keep_lines
from engine.errors import BadInputError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "results.jsonl"


@pytest.fixture
def full_disk(monkeypatch):
    """A disk that takes some bytes of a line and then no more, while `full` is set."""
    state = {"full": True}
    really = os.write

    def write(file, data):
        if not state["full"]:
            return really(file, data)
        if state.get("partly"):
            return really(file, data[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    return state


@pytest.mark.parametrize("partly", [False, True])
def test_lines_wait_for_room_and_are_never_halved(path, full_disk, partly):
    full_disk["partly"] = partly
    with Journal(path) as journal:
        assert not journal.append({"id": "a"})
        assert path.read_bytes() == b""
        full_disk["full"] = False
        assert journal.append({"id": "b", "value": float("nan")})
    assert path.read_text() == '{"id": "a"}\n{"id": "b", "value": null}\n'


def test_a_disk_that_stays_full_is_told(path, full_disk):
    with pytest.raises(BadInputError, match="disk is full"), Journal(path) as journal:
        journal.append({"id": "a"})


def test_an_interrupt_is_not_hidden_by_a_full_disk(path, full_disk):
    journal = Journal(path)
    journal.append({"id": "a"})
    journal.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert path.read_bytes() == b""


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(BadInputError, match="cannot be written"):
        Journal(tmp_path)


def test_what_still_holds_is_kept_once(path):
    rows = [
        '{"id": "a", "request": {"id": "a"}}',
        '{"id": "a", "request": {"id": "a"}}',
        '{"id": "b", "request": {"id": "b"}, "error": "lost"}',
        '{"id": "c"}',
        "[1]",
        '{"id": "gone", "request": {"id": "gone"}}',
        '{"id": "cut sho',
    ]
    path.write_text("\n".join(rows))
    kept = keep_lines(path, lambda line: line["id"] != "gone")
    assert len(kept) == 1
    assert path.read_text() == rows[0] + "\n"
    assert keep_lines(path.with_name("none.jsonl"), bool) == set()
