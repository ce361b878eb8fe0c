import json

import numpy as np
import pytest

from engine.cli import main
from tests import made_instrument_files as made


@pytest.fixture
def two_ranges(tmp_path):
    rng = np.random.default_rng(3)
    path = tmp_path / "two.raw"
    path.write_bytes(made.raw3([(20.0, rng.poisson(300, 60)), (40.0, rng.poisson(300, 80))]))
    return str(path)


def test_a_range_is_chosen(two_ranges, capsys):
    assert main(["info", two_ranges, "--json", "--range", "2"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["n_points"], facts["two_theta_min"]) == (80, 40.0)
    assert main(["info", two_ranges, "--json", "--range", "merge"]) == 0
    assert json.loads(capsys.readouterr().out)["n_points"] == 140


@pytest.mark.parametrize("choice", ["3", "sum", "every"])
def test_a_wrong_choice_is_bad_input(two_ranges, choice, capsys):
    assert main(["info", two_ranges, "--range", choice]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1


def test_ranges_and_what_the_header_says_are_listed(two_ranges, capsys):
    assert main(["info", two_ranges]) == 0
    out, err = capsys.readouterr()
    assert "range 1     20.0000 to 21.1800" in out
    assert "range 2     40.0000 to 41.5800" in out
    assert f"sample      {made.SAMPLE}" in out
    assert "counted     2 s a point" in out
    assert "2 ranges" in err


def test_what_was_tried_is_shown(tmp_path, capsys):
    path = tmp_path / "words.txt"
    path.write_text("nothing but words\n" * 5)
    assert main(["info", str(path)]) == 2
    out, err = capsys.readouterr()
    assert len(err.splitlines()) == 1
    lines = out.splitlines()
    assert lines[0] == "what was tried:"
    assert lines[1].startswith("  columns of numbers")
    assert "Bruker RAW version 4" in out
    assert "begin with 'RAW4.00'" in out


def test_what_was_tried_as_json(tmp_path, capsys):
    path = tmp_path / "cut.raw"
    path.write_bytes(b"RAW4.00" + bytes(100))
    assert main(["info", str(path), "--json"]) == 2
    facts = json.loads(capsys.readouterr().out)
    asked = [attempt for attempt in facts["attempts"] if attempt["asked"]]
    assert [attempt["reader"] for attempt in asked] == ["Bruker RAW version 4"]
    assert asked[0]["reason"] == facts["error"]
