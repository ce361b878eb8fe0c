"""The benchmark of refinements: its table, and one measured pattern."""

from __future__ import annotations

from typing import Any

import pytest

from engine.training.bench_aims import aims
from engine.training.bench_collection import Collection
from engine.training.bench_refine import refine_one
from engine.training.bench_refine_tables import is_textured, rates, section
from engine.training.bench_report import page

RUN: dict[str, Any] = {
    "kind": "refine",
    "set": "refine",
    "conditions": {},
    "sources": {},
    "program": {"version": "1", "code": "c", "weights": "w", "types": "t"},
}


def row(name: str, ratio: float, texture: float | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "phase": "ZrSiO4 (141)",
        "rwp": 0.1 * ratio,
        "rwp_lebail": 0.1,
        "ratio": ratio,
        "r_bragg": 0.05,
        "gof": None,
        "texture": texture,
        "texture_axis": None if texture is None else [0, 0, 1],
        "seconds": 3.0,
    }


ROWS = [
    row("good", 1.1),
    row("poor", 1.5),
    row("weakly textured", 1.2, 0.95),
    row("textured", 2.0, 0.5),
    {"name": "broken", "phase": "MnO (225)", "error": "BadInputError: no lines"},
]


def test_textured_specimens_and_errors_are_counted_as_said():
    assert [r["name"] for r in ROWS if is_textured(r)] == ["textured"]
    found = dict(rates(ROWS))
    assert (found["untextured"].hits, found["untextured"].n) == (2, 4)
    assert (found["all"].hits, found["all"].n) == (2, 5)


def test_every_pattern_is_listed_the_worst_first():
    listed = [line.split(" | ")[0] for line in section(ROWS).splitlines()[4:]]
    names = ["broken", "textured", "poor", "weakly textured", "good"]
    assert listed == [f"| `{name}`" for name in names]
    assert "| **2.00** |" in section(ROWS)
    assert "0 0 1: r 0.95" in section(ROWS)


def test_the_page_has_the_section_and_the_aim():
    collection = Collection.of([(RUN, ROWS)])
    text = page(collection, "a machine")
    assert "## Refinement" in text
    assert "untextured: 2/4 = 50.0 %" in text
    aim = next(aim for aim in aims(collection) if "untextured" in aim.on)
    assert (aim.n, aim.met) == (4, False)
    assert "## Refinement" not in page(Collection([]), "a machine")


def test_a_pattern_that_cannot_be_refined_is_a_row(data_root):
    found = refine_one("nowhere.xy")
    assert "error" in found
    assert found["name"] == "nowhere.xy"


def test_a_measured_pattern_is_refined(data_root):
    if not (data_root / "experimental" / "qarr_pure" / "zircon.prn").exists():
        pytest.skip("the pattern is not among the data")
    found = refine_one("qarr_pure/zircon.prn", "screening")
    assert 1.0 <= found["ratio"] < 2.0
    assert found["phase"] == "ZrSiO4 (141)"
