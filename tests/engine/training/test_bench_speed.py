"""Tables of times: written, read again, refused, and shown on the page of benchmarks."""

from __future__ import annotations

import json

import pytest

from engine.errors import BadInputError
from engine.training.bench_collection import Collection
from engine.training.bench_report import page
from engine.training.bench_results import code_checksum
from engine.training.bench_speed import SpeedTable, read_table, write_table

TABLE = SpeedTable(
    "Folding", "Maps of 64 points.", "python -m fold", ("what", "time"), (("one", "3 ms"),)
)


@pytest.fixture
def kept(tmp_path):
    path = tmp_path / "Zeiten µs.json"
    write_table(path, TABLE)
    return path


def test_a_table_is_read_as_it_was_written(kept):
    assert read_table(kept) == TABLE
    assert TABLE.code == code_checksum()
    assert "cores" in TABLE.machine


def test_the_page_shows_it(kept):
    text = page(Collection([]), "a machine", speed=[read_table(kept)])
    assert "## Time and memory" in text
    assert "### Folding\n\nMaps of 64 points. `python -m fold`, on " in text
    assert "| what | time |\n| --- | --- |\n| one | 3 ms |\n" in text
    assert "Time and memory" not in page(Collection([]), "a machine")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("format", "other", "no table of a benchmark"),
        ("rows", [["one"]], "another number of cells"),
        ("rows", 5, "no table of a benchmark"),
        ("surplus", 1, "no table of a benchmark"),
    ],
)
def test_what_is_no_table_is_refused(kept, key, value, words):
    found = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps({**found, key: value}), encoding="utf-8")
    with pytest.raises(BadInputError, match=words):
        read_table(kept)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="make one with --out"):
        read_table(tmp_path / "nothing.json")
