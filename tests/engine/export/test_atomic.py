import json

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
