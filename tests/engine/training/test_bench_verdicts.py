"""Stored results are judged by the coefficients of now."""

from __future__ import annotations

import pytest

import engine.solve.verdict
from engine.solve.verdict import COEFFICIENTS, TEXTURE, probability_of_first
from engine.training.bench_verdicts import judged_anew

GOOD = [0.0, 0.05, 14.0, 0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0]


def row_of(features, verdict="no-solution"):
    return {"name": "a", "verdict": verdict, "best": {"features": features, "score": 0.1}}


def test_a_chance_is_made_from_the_stored_features():
    judged = judged_anew(row_of(GOOD))
    assert judged["best"]["score"] == pytest.approx(probability_of_first(GOOD))
    assert judged["verdict"] == "solved"


def test_other_coefficients_give_another_verdict(monkeypatch):
    never = (-30.0, *([0.0] * len(GOOD)))
    monkeypatch.setattr(engine.solve.verdict, "COEFFICIENTS", never)
    assert judged_anew(row_of(GOOD, "solved"))["verdict"] == "no-solution"


def test_strong_texture_is_never_called_solved():
    textured = list(GOOD)
    textured[TEXTURE] = 1.5
    assert judged_anew(row_of(textured))["verdict"] == "tentative"


@pytest.mark.parametrize(
    "row",
    [
        {"name": "a", "verdict": "no-solution", "best": None},
        {"name": "a", "error": "OSError"},
        row_of(GOOD[:6]),
    ],
)
def test_what_cannot_be_judged_stays(row):
    assert judged_anew(row) is row


def test_there_is_a_coefficient_for_every_feature():
    assert len(COEFFICIENTS) == len(GOOD) + 1
