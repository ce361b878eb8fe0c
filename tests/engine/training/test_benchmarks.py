"""The arithmetic of benchmark tables, and the sets that are scored."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from engine.crystal.structure_io import to_pymatgen
from engine.errors import BadInputError
from engine.training import bench_sets, bench_solve
from engine.training.bench_report import page, read_rows, summary
from tests.made_library import record_of
from tests.made_structures import BY_NAME


def row(name: str, rank: int | None, **changes: Any) -> dict[str, Any]:
    right = rank == 1
    made = {
        "name": name,
        "phase": name,
        "elements": ["O", "Ti"],
        "space_group": 136,
        "seen_formula": False,
        "verdict": "solved" if right else "tentative",
        "rank": rank,
        "top": {"loose": right, "strict": right, "crystallographic": right, "rms": None},
        "with_hydrogen": right,
        "seconds": 10.0,
        "first_candidate": 3.0,
        "best": {
            "formula": "TiO2",
            "space_group": 136,
            "cell": [4.6, 4.6, 2.96, 90.0, 90.0, 90.0],
            "rwp": 0.08,
            "rwp_background_subtracted": 0.1,
            "rwp_lebail": 0.07,
            "score": 0.9,
            "features": [0.1, 0.1, 5.0, 0.0],
        },
    }
    return made | changes


def shares(table: str) -> dict[str, tuple[int, int]]:
    found = re.findall(r"^\| ([^|]+) \| (\d+)/(\d+) = ", table, flags=re.MULTILINE)
    return {name: (int(hits), int(of)) for name, hits, of in found}


def test_the_table_counts_what_it_says() -> None:
    rows = [
        row("a", 1),
        row("b", 1, seen_formula=True, seconds=4.0),
        row("c", 3, seconds=20.0),
        row("d", None, verdict="solved"),
        row("e", 1, top={"loose": True, "strict": False, "crystallographic": False, "rms": 0.1}),
        {"name": "f", "phase": "f", "error": "BadInputError: no lines"},
    ]
    found = shares(summary(rows))
    assert found["top-1, loose"] == (3, 6)
    assert found["top-20, loose"] == (4, 6)
    assert found["top-1, strict"] == (2, 6)
    assert found["top-1, crystallographic"] == (2, 6)
    assert found["top-1, loose, hydrogen included"] == (3, 6)
    assert found["top-1, loose, formula not in training"] == (2, 4)
    assert found["called solved"] == (4, 6)
    assert found["right among those called solved"] == (3, 4)
    assert "| top-1, loose | 3/6 = 50.0 % | 19 to 81 % |" in summary(rows)
    assert "10.0 s" in summary(rows)
    assert "20.0 s at most" in summary(rows)


def test_patterns_of_one_phase_are_averaged() -> None:
    rows = [row(n, rank, phase=p) for n, rank, p in (("a", 1, "x"), ("b", 2, "x"), ("c", 1, "y"))]
    assert "| mean over 2 phases, top-1 loose | 75.0 % | |" in summary(rows)
    assert "mean over" not in summary([row("a", 1), row("b", 1)])


def test_a_table_of_errors_alone_can_be_made() -> None:
    table = summary([{"name": "f", "phase": "f", "error": "BadInputError: x"}])
    assert shares(table)["top-1, loose"] == (0, 1)


def test_the_page_lists_every_measured_pattern(tmp_path) -> None:
    measured = [
        row("m1", 1),
        row("m2", None, best=None, verdict="no-solution"),
        {"name": "m3", "phase": "m3", "error": "BadInputError: x"},
    ]
    path = tmp_path / "results.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in measured))
    text = page(
        {
            "simulated": [row("s", 1)],
            "measured": read_rows(path),
            "wrong": [row("w", None), row("v", None, verdict="no-solution")],
        },
        "a machine",
        "| stated | n | right |",
    )
    assert "| stated | n | right |" in text
    assert all(f"| {name} |" in text for name in ("m1", "m2", "m3"))
    assert "| tentative | 1 of 2 |" in text
    assert "| no-solution | 1 of 2 |" in text


def test_a_bad_job_becomes_a_row_with_its_error() -> None:
    found = bench_solve.solve_one(("measured", "no such file"))
    assert "error" in found
    assert set(found) == {"name", "phase", "error"}
    assert "no such file" in found["name"]


def test_a_standard_task_holds_its_truth_and_its_pattern_is_repeatable() -> None:
    structure = BY_NAME["rutile"].structure
    record = record_of(structure) | {"space_group": 136, "formula": "TiO2"}
    task, again = (
        bench_sets.standard_task("val", 7, record, frozenset({"TiO2"})) for _ in range(2)
    )
    np.testing.assert_array_equal(task.pattern.counts, again.pattern.counts)
    assert task.elements == ("O", "Ti")
    assert task.seen_formula
    assert task.space_group == 136
    assert task.truth.matches(to_pymatgen(structure))
    assert task.pattern.two_theta[0] == pytest.approx(5.0)
    assert task.pattern.two_theta[-1] == pytest.approx(90.0)
    other = bench_sets.standard_task("val", 8, record, frozenset())
    assert not other.seen_formula
    assert not np.array_equal(other.pattern.counts, task.pattern.counts)


def test_wrong_elements_are_as_many_and_all_wrong() -> None:
    record = record_of(BY_NAME["rutile"].structure) | {"space_group": 136, "formula": "TiO2"}
    tasks = [bench_sets.standard_task("val", n, record, frozenset(), wrong=True) for n in (1, 1, 2)]
    for task in tasks:
        assert len(set(task.elements)) == 2
        assert not {"O", "Ti"} & set(task.elements)
    assert tasks[0].elements == tasks[1].elements


def test_chosen_lines_are_a_seeded_choice(data_root) -> None:
    lines = bench_sets.chosen_lines("val", 20)
    assert len(set(lines)) == 20
    assert lines[:5] == bench_sets.chosen_lines("val", 5)


def test_measured_patterns_can_be_chosen_by_name(data_root) -> None:
    names = bench_sets.measured_files()
    assert len(names) > 5
    assert bench_sets.measured_files((names[1],)) == [names[1]]
    task = bench_sets.measured_task(names[0])
    assert task.elements
    assert len(task.pattern) > 100
    assert bench_sets.measured_files(("none such",)) == []


def test_calibrating_from_nothing_is_refused(tmp_path) -> None:
    from engine.training.calibration import read_examples

    path = tmp_path / "empty.jsonl"
    path.write_text("")
    with pytest.raises(BadInputError):
        read_examples([path])
