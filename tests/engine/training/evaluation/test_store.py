"""Scores on disk survive being cut off."""

from pathlib import Path

from engine.training.evaluation.store import JsonLines


def test_rows_come_back_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    store = JsonLines(tmp_path / "new" / "rows.jsonl")
    assert store.add({"line": 5, "pair": (1, 2)}) == {"line": 5, "pair": [1, 2]}
    store.add({"line": 2, "pair": (3, 4)})
    again = JsonLines(store.path)
    assert 5 in again
    assert 7 not in again
    assert [row["line"] for row in again.among([2, 7, 5])] == [2, 5]
    again.add({"line": 5, "pair": (0, 0)})
    assert JsonLines(store.path)[5]["pair"] == [0, 0]


def test_a_line_that_was_cut_off_is_dropped_and_written_again(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"line": 1}\n{"line": 2, "sco')
    store = JsonLines(path)
    assert 1 in store
    assert 2 not in store
    store.add({"line": 2})
    assert path.read_text() == '{"line": 1}\n{"line": 2}\n'
