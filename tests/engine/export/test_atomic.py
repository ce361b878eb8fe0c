import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.export.atomic import replacing, write_json


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "record.json"
    write_json(path, {"good": 1})

    def interrupted_write():
        with replacing(path) as temporary:
            temporary.write_text("half of it")
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError):
        interrupted_write()
    assert json.loads(path.read_text()) == {"good": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_numbers_without_a_word_in_json_become_null(tmp_path):
    write_json(tmp_path / "a.json", {"nan": float("nan"), "list": [np.float64("inf"), np.int64(3)]})
    assert json.loads((tmp_path / "a.json").read_text()) == {"nan": None, "list": [None, 3]}


def test_a_missing_folder_is_bad_input(tmp_path):
    with pytest.raises(BadInputError, match="cannot be written"):
        write_json(tmp_path / "nowhere" / "a.json", {})


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_is_bad_input_and_leaves_nothing(tmp_path, number):
    def fill_the_disk():
        with replacing(tmp_path / "a.json") as temporary:
            temporary.write_text("half of it")
            raise OSError(number, os.strerror(number))

    with pytest.raises(BadInputError, match=os.strerror(number)):
        fill_the_disk()
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_read_meanwhile_is_no_fault_of_the_output(tmp_path):
    def copy_nothing():
        with replacing(tmp_path / "a.json") as temporary:
            temporary.write_bytes((tmp_path / "missing").read_bytes())

    with pytest.raises(FileNotFoundError):
        copy_nothing()
    assert not list(tmp_path.iterdir())


def test_a_folder_and_a_device_are_not_written_to(tmp_path):
    with pytest.raises(BadInputError, match="is a folder"):
        write_json(tmp_path, {})
    with pytest.raises(BadInputError, match="no regular file"):
        write_json(Path(os.devnull), {})


def test_a_link_stays_and_its_file_is_replaced(tmp_path):
    path, link = tmp_path / "a.json", tmp_path / "link.json"
    link.symlink_to(path)
    for content in ({"first": 1}, {"second": 2}):
        write_json(link, content)
        assert json.loads(path.read_text()) == content
    assert link.is_symlink()
