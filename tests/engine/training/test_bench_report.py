"""The arithmetic of benchmark tables, the aims, and the files that results are kept in."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from engine.errors import BadInputError
from engine.training import bench_tables
from engine.training.bench_aims import aims
from engine.training.bench_collection import LIBRARY, NO_LIBRARY, Collection, Result
from engine.training.bench_figures import Rate
from engine.training.bench_report import page
from engine.training.bench_results import ResultFile, read_results, read_rows
from engine.training.bench_tables import summary

SOURCES = {"library": True, "network": True, "phasing": True}
PROGRAM = {"version": "1", "code": "c", "weights": "w", "types": "t"}


def row(name: str, rank: int | None, **changes: Any) -> dict[str, Any]:
    right = rank == 1
    made = {
        "name": name,
        "phase": name,
        "elements": ["O", "Ti"],
        "formula": "TiO2",
        "space_group": 136,
        "system": "tetragonal",
        "seen_formula": False,
        "verdict": "solved" if right else "tentative",
        "rank": rank,
        "tied": right,
        "top": {"loose": right, "strict": right, "crystallographic": right, "rms": None},
        "with_hydrogen": right,
        "seconds": 10.0,
        "cpu_seconds": 8.0,
        "first_candidate": 3.0,
        "first_candidate_cpu": 2.0,
        "type_known": True,
        "best": {
            "formula": "TiO2",
            "source": "library",
            "space_group": 136,
            "cell": [4.6, 4.6, 2.96, 90.0, 90.0, 90.0],
            "rwp": 0.08,
            "rwp_background_subtracted": 0.1,
            "rwp_lebail": 0.07,
            "score": 0.9,
            "ties": [],
            "features": [0.1, 0.1, 5.0, 0.0],
        },
    }
    return made | changes


def error(name: str) -> dict[str, Any]:
    return {"name": name, "phase": name, "error": "BadInputError: no lines"}


def run(name: str = "val", sources: dict[str, bool] | None = None, **conditions: Any) -> dict:
    return {
        "kind": "measured" if name == "measured" else "simulated",
        "set": name,
        "conditions": conditions,
        "sources": sources or SOURCES,
        "program": PROGRAM,
    }


def shares(table: str) -> dict[str, tuple[int, int]]:
    found = re.findall(r"^\| ([^|]+) \| (\d+)/(\d+) = ", table, flags=re.MULTILINE)
    return {name: (int(hits), int(of)) for name, hits, of in found}


def test_the_table_counts_what_it_says() -> None:
    rows = [
        row("a", 1),
        row("b", 1, seen_formula=True, seconds=4.0),
        row("c", 3, seconds=20.0, tied=True),
        row("d", None, verdict="solved", type_known=False),
        row("e", 1, top={"loose": True, "strict": False, "crystallographic": False, "rms": 0.1}),
        error("f"),
    ]
    found = shares(summary(rows))
    assert found["top-1, loose"] == (3, 6)
    assert found["top-1, loose, ties of rank 1 counted"] == (4, 6)
    assert found["top-20, loose"] == (4, 6)
    assert found["top-1, strict"] == (2, 6)
    assert found["top-1, crystallographic"] == (2, 6)
    assert found["top-1, loose, hydrogen included"] == (3, 6)
    assert found["top-1, loose, formula not in training"] == (2, 4)
    assert found["top-20, loose, type in the library"] == (4, 4)
    assert found["top-20, loose, type absent"] == (0, 1)
    assert found["called solved"] == (4, 6)
    assert found["right among those called solved"] == (3, 4)
    assert found["called solved among the right at rank 1"] == (3, 3)
    assert "| top-1, loose | 3/6 = 50.0 % | 19 to 81 % |" in summary(rows)
    assert "10.0 s (8.0 s of processor)" in summary(rows)
    assert "20.0 s at most" in summary(rows)


def test_patterns_of_one_phase_are_averaged() -> None:
    rows = [row(n, rank, phase=p) for n, rank, p in (("a", 1, "x"), ("b", 2, "x"), ("c", 1, "y"))]
    assert "| mean over 2 phases, top-1 loose | 75.0 % |" in summary(rows)
    assert "mean over" not in summary([row("a", 1), row("b", 1)])


def test_a_table_of_errors_alone_can_be_made() -> None:
    assert shares(summary([error("f")]))["top-1, loose"] == (0, 1)


def test_rates_show_tenths_where_they_matter() -> None:
    assert Rate(0, 40).interval_in_words == "0 to 8.8 %"
    assert Rate(40, 40).interval_in_words == "91 to 100 %"
    assert Rate(1.5, 2).in_words == "1.5/2 = 75.0 %"


def test_failures_are_sorted_by_cause() -> None:
    rows = [
        row("a", 1),
        row("b", 2, cause="ranking", tied=True, truth_rwp=0.05),
        row("c", None, cause="cell"),
        error("d"),
        row("e", None, cause="type absent", best=None),
    ]
    assert bench_tables.causes(rows) == "4 of 5: cell 1, type absent 1, ranking 1, error 1."
    listed = bench_tables.failures(rows).splitlines()[2:]
    assert [line.split(" | ")[1] for line in listed] == ["c", "e", "b", "d"]
    assert "ranking: rank 2, tied" in listed[2]
    assert "5.0 %" in listed[2]
    assert bench_tables.failures(rows[:1]) == "None."


def test_cells_are_counted_where_the_lines_decide() -> None:
    rows = [
        row("a", 1, cells={"decidable": True, "five": "lattice"}),
        row("b", 1, cells={"decidable": True, "five": ""}),
        row("c", 1, cells={"decidable": False, "five": "sublattice"}),
        row("d", 1),
    ]
    assert (bench_tables.right_cell(rows).hits, bench_tables.right_cell(rows).n) == (1, 2)
    assert (bench_tables.visible_part(rows).hits, bench_tables.visible_part(rows).n) == (1, 1)
    assert "| tetragonal | 4/4 = 100.0 % |" in bench_tables.by_system(rows)


def collection(*pairs: tuple[dict, list]) -> Collection:
    return Collection([Result(*pair) for pair in pairs])


def by_name(found: Collection) -> dict[tuple[str, str], Any]:
    return {(aim.on, aim.aim): aim for aim in aims(found)}


def test_aims_are_told_from_what_falls_short_and_what_was_not_measured() -> None:
    found = by_name(
        collection(
            (run(), [row("a", 1), row("b", 1), row("c", 2)]),
            (run(dispersion=True), [row("a", 1), row("c", 1)]),
            (run(automatic_slits=True), [row("a", 2), row("b", 1)]),
            (run(control="hump"), [row(str(i), None, verdict="no-solution") for i in range(400)]),
            (run(control="permuted"), [row("a", None, verdict="solved")]),
        )
    )
    top = found["`val`", "top-1 >= 90 %"]
    assert (top.n, top.met) == (3, False)
    better = found["`val`, anomalous dispersion", "top-1 at most 2 points lower"]
    assert (better.n, better.met) == (2, True)
    assert "standard: 1/2" in better.figure
    assert not found["`val`, automatic slits", "top-1 at most 2 points lower"].met
    limit = '"solved" at the upper limit <= 1 %'
    assert found["amorphous hump", limit].met
    assert not found["permuted intensities", limit].met
    assert found["`val_large`", "top-1 >= 70 %"].n == 0


def test_the_unticked_element_is_scored_twice() -> None:
    rows = [
        row(n, rank, unticked={"element": "O", "distance": 1, "near": near})
        for n, rank, near in (("a", 1, True), ("b", 1, False), ("c", None, False))
    ]
    table = [aim for aim in aims(collection((run(unticked=True), rows))) if aim.n == 3]
    assert [aim.figure for aim in table] == ["2/3 = 66.7 %", "1/3 = 33.3 %"]


def test_sources_are_told_apart() -> None:
    alone = {"library": True, "network": False, "phasing": False}
    without = {"library": False, "network": True, "phasing": True}
    found = collection((run(sources=alone), [row("a", 1)]), (run(sources=without), [row("b", 1)]))
    assert [r["name"] for r in found.rows("val", LIBRARY)] == ["a"]
    assert [r["name"] for r in found.rows("val", NO_LIBRARY)] == ["b"]
    assert found.rows("val") == []
    assert found.sources("val") == [NO_LIBRARY, LIBRARY]


def test_every_choice_of_sources_has_its_own_rows_and_words() -> None:
    network_off = {"library": True, "network": False, "phasing": True}
    found = collection((run(), [row("a", 1)]), (run(sources=network_off), [row("a", 2)]))
    assert found.sources("val") == ["all sources", "all but the network"]
    text = page(found, "a machine")
    assert "| all but the network | 0/1 = 0.0 % |" in text
    assert "| 1/1 = 100.0 % |" in text


def test_another_program_stands_beside_ours_on_the_same_patterns() -> None:
    theirs = run() | {
        "kind": "rival",
        "sources": {},
        "program": {"name": "FOX", "version": "v"},
        "effort": "2 runs",
    }
    rival = [
        {"name": name, "loose": loose, "strict": loose, "cpu_seconds": 30.0}
        for name, loose in (("a", True), ("b", False), ("c", True))
    ]
    both = collection((run(), [row("a", 1), row("b", 1)]), (theirs, rival))
    assert [r["name"] for r in both.rows("val")] == ["a", "b"]
    text = page(both, "a machine")
    assert "## Beside FOX" in text
    assert "Right with both: 1; with FOX alone: 0; with Densight alone: 1." in text
    aim = next(aim for aim in aims(both) if aim.aim == "side by side")
    assert (aim.n, aim.met) == (2, None)
    assert "FOX 1/2" in aim.figure
    assert "Densight 2/2" in aim.figure
    assert "version v" not in text.split("## The aims")[0]


def test_the_page_holds_what_was_measured_and_nothing_else() -> None:
    measured = [row("m1", 1), row("m2", None, best=None, verdict="no-solution"), error("m3")]
    text = page(
        collection(
            (run(), [row("s", 1), row("z", 2, cause="ranking")]),
            (run("measured"), measured),
            (run(control="elements"), [row("w", None, verdict="solved", isotype=True)]),
        ),
        "a machine",
        "| stated | n | right |",
        "## Earlier\n\nas it was",
    )
    assert "| stated | n | right |" in text
    assert all(f"| {name} |" in text for name in ("m1", "m2", "m3"))
    assert "ranking: rank 2" in text
    assert "(isotype of the truth)" in text
    assert "code c, weights w" in text
    assert text.endswith("as it was\n")
    assert "## `val_large`" not in text
    assert "permuted, `val`" not in text


def test_results_go_on_where_they_were_stopped(tmp_path) -> None:
    path = tmp_path / "results.jsonl"
    first = ResultFile(path, run())
    first.add(row("a", 1))
    again = ResultFile(path, run())
    assert "a" in again
    assert "b" not in again
    again.add(row("b", 2))
    assert [r["name"] for r in read_rows(path)] == ["a", "b"]
    assert read_results(path)[0] == run()


@pytest.mark.parametrize("other", [run(dispersion=True), run() | {"program": {"code": "new"}}])
def test_results_of_other_options_or_programs_are_not_mixed(tmp_path, other) -> None:
    path = tmp_path / "results.jsonl"
    ResultFile(path, run())
    with pytest.raises(BadInputError, match="choose another --out"):
        ResultFile(path, other)


def test_results_that_do_not_say_what_they_are_of_are_refused(tmp_path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(json.dumps(row("a", 1)) + "\n")
    with pytest.raises(BadInputError, match="does not say what it is of"):
        read_results(path)
    with pytest.raises(BadInputError, match="does not say what it is of"):
        ResultFile(path, run())


def test_calibrating_from_nothing_is_refused(tmp_path) -> None:
    from engine.training.calibration import read_examples

    path = tmp_path / "empty.jsonl"
    path.write_text("")
    with pytest.raises(BadInputError):
        read_examples([path])
