"""Tables of an evaluation."""

import json
from pathlib import Path

from engine.training.report import summary, tables, write_report

SCORES = {
    "gfcc_first": 0.5,
    "gfcc_best": 0.7,
    "ssim_first": 0.4,
    "ssim_best": 0.6,
    "paper_ssim": 0.55,
    "paper_psnr": 25.0,
    "recall": {"light": (1, 4), "middle": (0, 0), "heavy": (3, 4)},
}
FLOOR = {**SCORES, "gfcc_first": 0.25, "gfcc_best": 0.3}


def row(system: str, unseen: bool) -> dict[str, object]:
    names = ("network", "network, no indexing", "network, cell given")
    return {
        "line": 1,
        "formula": "NaCl",
        "system": system,
        "unseen_formula": unseen,
        "scores": {**dict.fromkeys(names, SCORES), "another crystal": FLOOR},
        "expected": dict.fromkeys(names, 0.6),
        "cell_first": True,
        "cell_any": True,
        "cell_first_alone": False,
        "cell_any_alone": True,
        "system_first": True,
        "system_first_alone": False,
        "atoms_first": False,
    }


def test_tables_tell_what_was_measured(tmp_path: Path) -> None:
    rows = [row("cubic", True), row("cubic", False), row("triclinic", False)]
    rows[0]["expected"] = dict.fromkeys(rows[0]["expected"], 0.7)  # type: ignore[call-overload]
    text = tables(rows)
    assert "| network | 0.50 / 0.70 |" in text
    assert "cubic (n = 2)" in text
    assert "25 % of 12" in text
    assert "+0.33" in text  # skill: (0.50 - 0.25) / (1 - 0.25)
    write_report(rows, tmp_path)
    assert len(json.loads((tmp_path / "evaluation.json").read_text())) == 3
    assert summary(rows)["network"]["gfcc_best"] == 0.7
    assert "another crystal" not in summary(rows)


def test_the_solvers_maps_stand_beside_the_network_on_the_same_entries() -> None:
    rows = [row("cubic", True), row("cubic", False)]
    assert "library candidates" not in tables(rows)
    rows[1]["library"] = {**SCORES, "gfcc_first": 0.9, "gfcc_best": 0.95}
    text = tables(rows)
    assert "the first 1 of these entries" in text
    assert "| library candidates | - |" in text
    assert "0.90 / 0.95" in text
