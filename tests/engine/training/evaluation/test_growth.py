"""The record of trainings: its format, and the trend taken further."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.training.evaluation.growth import (
    ablations_text,
    fit_trend,
    growth_text,
    read_record,
)


def test_a_straight_line_is_found_again() -> None:
    views = 1e5 * 2.0 ** np.arange(5)
    trend = fit_trend(views, 0.6 + 0.02 * np.arange(5))
    assert trend is not None
    assert trend.per_doubling == pytest.approx(0.02)
    assert trend.at == pytest.approx(0.68 + 0.02 * np.log2(10.0))
    assert trend.half_width == pytest.approx(0.0, abs=1e-9)
    assert 0.68 < trend.bounded < 1.0


def test_the_prediction_interval_covers_what_it_says() -> None:
    rng = np.random.default_rng(0)
    views = 1e5 * 2.0 ** np.arange(6)
    true = 0.5 + 0.02 * (np.arange(7) + 0.0)
    hit = 0
    for _ in range(200):
        noise = rng.normal(0.0, 0.01, 7)
        trend = fit_trend(views, true[:6] + noise[:6])
        assert trend is not None
        ahead = 0.5 + 0.02 * (5 + np.log2(10.0)) + noise[6]
        hit += abs(trend.at - ahead) <= trend.half_width
    assert 0.9 < hit / 200 < 0.99


def test_two_sizes_make_no_trend() -> None:
    assert fit_trend(np.array([1e5, 1e5, 2e5]), np.array([0.5, 0.5, 0.6])) is None


def test_a_record_becomes_tables(tmp_path: Path) -> None:
    path = tmp_path / "ablations.json"
    growth = [
        {"views": 1e5 * 2**i, "gfcc_first": 0.7 + 0.01 * i, "gfcc_best": 0.75, "n": 70}
        for i in range(4)
    ]
    ablation = {
        "name": "without the cell's maps",
        "views": 1e5,
        "gfcc_first": 0.65,
        "n": 70,
        "against": {"gfcc_first": 0.70},
    }
    path.write_text(json.dumps({"format": 1, "growth": growth, "ablations": [ablation]}))
    record = read_record(path)
    text = growth_text(record)
    assert "| 800,000 | 0.730 | 0.750 | 70 |" in text
    assert "+0.0100 a doubling" in text
    assert "0.763 ± 0.000" in text
    assert "0.650 (-0.050)" in ablations_text(record)


def test_a_missing_record_is_empty_and_a_bad_one_is_refused(tmp_path: Path) -> None:
    assert growth_text(read_record(tmp_path / "none.json")) == ""
    path = tmp_path / "ablations.json"
    path.write_text('{"format": 2}')
    with pytest.raises(BadInputError, match="format"):
        read_record(path)
    path.write_text('{"format": 1, "growth": [{"views": 1}]}')
    with pytest.raises(BadInputError, match="gfcc_first"):
        read_record(path)
    path.write_text("{")
    with pytest.raises(BadInputError, match="JSON"):
        read_record(path)
