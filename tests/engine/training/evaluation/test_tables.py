"""Tables of an evaluation, from rows made by hand."""

from pathlib import Path
from typing import Any

import pytest

from engine.training.evaluation import paper_tables, reliability, tables
from engine.training.evaluation.results import About, Results, by_answer
from engine.training.evaluation.run import summary

CONTENTS = (
    {"extinction_rank": 0, "amounts_off": 0.1, "equal_off": 0.2},
    {"extinction_rank": 2, "amounts_off": 0.3, "equal_off": 0.2},
)


def row(line: int, *gfcc: float, expected: float = 0.6, **more: Any) -> dict[str, Any]:
    return {
        "line": line,
        "gfcc": list(gfcc),
        "ssim": [0.4, 0.6],
        "paper_ssim": 0.55,
        "paper_psnr": 25.0,
        "recall": {"light": [1, 4], "middle": [0, 0], "heavy": [3, 4]},
        "expected": [expected] * len(gfcc),
        "cell_right": [False, True],
        "system_right": [True, False],
        "atoms_right": [False, True],
        **more,
    }


@pytest.fixture
def results() -> Results:
    entries = [
        About(1, 0, "NaCl", "cubic", True),
        About(2, 1, "KCl", "cubic", False),
        About(3, 0, "H3BO3", "triclinic", True),
    ]
    return Results(
        "val",
        "abc",
        entries,
        {
            "indexed": [
                row(1, 0.9, 0.8, extinction_rank=0, amounts_off=0.1, equal_off=0.2),
                row(3, 0.3, 0.5, extinction_rank=2, amounts_off=0.3, equal_off=0.2),
            ],
            "cell": [row(1, 0.9, 0.95, expected=0.9), row(2, 0.8, 0.8), row(3, 0.4, 0.6)],
            "no-pattern": [row(1, 0.5, 0.5), row(2, 0.5, 0.6), row(3, 0.2, 0.3)],
        },
        {
            "zero-phase map": [row(1, 0.8), row(2, 0.7), row(3, 0.3)],
            "another crystal": [row(1, 0.2), row(2, 0.3), row(3, 0.1)],
        },
        library=[row(1, 1.0, 0.5)],
        paper_terms=[row(1, 0.7, 0.6), row(3, 0.2, 0.3)],
    )


def test_scores_stand_by_system_and_costly_rows_say_how_few_they_are(results: Results) -> None:
    text = tables.by_system(results)
    assert "cubic (2)" in text
    assert "| elements, cell given | 3 | 0.40 / 0.60 |" in text
    assert "| elements alone (indexed first) | 2 | 0.30 / 0.50 |" in text
    assert "| 0.85 / 0.88 | 0.70 / 0.78 |" in text
    unseen = tables.by_system(results.unseen())
    assert "cubic (1)" in unseen
    assert "| elements, cell given | 2 |" in unseen


def test_skill_is_over_the_best_baseline_on_the_same_entries(results: Results) -> None:
    lines = tables.skill(results).splitlines()
    given = next(line for line in lines if line.startswith("| elements, cell given"))
    # (0.70 - 0.20) / (1 - 0.20), and (0.70 - 0.60) / (1 - 0.60)
    assert "+0.63 over another crystal (0.20)" in given
    assert "+0.25 over zero-phase map (0.60)" in given
    indexed = next(line for line in lines if line.startswith("| elements alone (indexed"))
    assert "zero-phase map (0.55)" in indexed


def test_ablations_are_paired_differences(results: Results) -> None:
    text = tables.ablations_by_condition(results)
    assert "| no pattern, cell given | 3 | -0.300 ± 0.113 |" in text
    assert "one sample instead of the best of five | 3 | -0.083" in text


def test_what_the_network_had_to_find_is_told_from_what_it_was_told(results: Results) -> None:
    text = tables.cell_and_contents(results)
    assert "| elements, cell given | told | told | 100 %" in text
    indexed = next(line for line in text.splitlines() if "indexed" in line)
    assert "| 0 % (0 to 66) | 100 % (34 to 100) | 100 %" in indexed
    told = tables.contents(results).splitlines()[2]
    assert "| 50 % (9 to 91) | 100 % (34 to 100) | - | - | 0.200 (0.200) |" in told


def test_the_library_stands_beside_the_same_entries_only(results: Results) -> None:
    text = tables.library(results)
    assert "cubic (1)" in text
    assert "| library candidates | 1 |" in text
    assert "triclinic (0)" in text


def test_ranking_is_set_against_chance_and_the_best(results: Results) -> None:
    text = reliability.ranking(results)
    line = next(x for x in text.splitlines() if x.startswith("| elements alone (indexed"))
    assert "| 0.625 | 0.600 | 0.700 | 0.100 | -33 % | 0.225 | -0.025 | - |" in line
    bins = reliability.reliability(results)
    assert "0.90, 0.93 (2)" in bins
    assert "| 0.60 to 0.70 |" in bins


def test_the_papers_figures_stand_beside_ours(results: Results) -> None:
    text = paper_tables.paper_terms(results)
    assert "| cubic | 1 | 0.550 ± 0.000 | 0.550 | 25.00 | 0.70 / 0.70 | 0.934 ± 0.149 |" in text
    assert "not attempted" in text


def test_other_tables_have_their_rows(results: Results) -> None:
    assert "25 % of 12" in tables.recalled(results)
    assert "| elements, cell given | 0.400 | 0.600 | 0.550 ± 0.000 |" in tables.other_scores(
        results
    )


def test_results_come_back_from_disk(results: Results, tmp_path: Path) -> None:
    results.write(tmp_path / "out" / "evaluation.json")
    again = Results.read(tmp_path / "out" / "evaluation.json")
    assert tables.by_system(again) == tables.by_system(results)
    assert again.entries == results.entries


def test_the_manifest_gets_the_means_of_every_condition(results: Results) -> None:
    found = summary(results)
    assert found["entries"] == 3
    assert found["cell"]["gfcc_first"] == 0.7
    assert found["cell"]["gfcc_best"] == pytest.approx(0.7833)
    assert found["indexed"]["n"] == 2
    assert "another crystal" not in found


def test_trivial_rows_are_taken_apart_by_answer() -> None:
    rows = [{"line": 1, "scores": {"zero": {"gfcc": [0.0]}, "mean": {"gfcc": [0.1]}}}]
    assert by_answer(rows) == {
        "zero": [{"line": 1, "gfcc": [0.0]}],
        "mean": [{"line": 1, "gfcc": [0.1]}],
    }
