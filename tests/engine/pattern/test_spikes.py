"""Spikes are found and left out; lines are not."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset
from engine.pattern.spikes import find_spikes, in_words, without_spikes


def pattern(width: float = 0.1, spikes: dict[int, float] | None = None) -> PowderPattern:
    x = np.arange(10.0, 60.0, 0.02)
    y = 200.0 + sum(4000.0 * np.exp(-(((x - c) / width) ** 2)) for c in (20.0, 33.3, 47.1))
    y = np.random.default_rng(5).poisson(y).astype(float)
    for place, height in (spikes or {}).items():
        y[place] += height
    return PowderPattern(x, y, np.sqrt(np.maximum(y, 1.0)), preset("CuKa"))


def test_spikes_of_one_and_two_points_are_found():
    made = pattern(spikes={300: 900.0, 1500: 5000.0, 1501: 4000.0})
    assert list(find_spikes(made)) == [300, 1500, 1501]
    left = without_spikes(made)
    assert len(left) == len(made) - 3
    assert left.details.without_spikes
    assert "16.00" in left.warnings[-1]
    assert len(find_spikes(left)) == 0


@pytest.mark.parametrize("width", [0.04, 0.1, 0.3])
def test_lines_are_no_spikes(width):
    made = pattern(width)
    assert len(find_spikes(made)) == 0
    assert without_spikes(made).warnings == ()
    assert in_words(made, find_spikes(made), "were left out") == ""


def test_lines_of_one_point_are_left_alone():
    lines = dict.fromkeys(range(100, 2400, 150), 4000.0)
    assert len(find_spikes(pattern(spikes=lines))) == 0


def test_measured_patterns_have_hardly_any(data_root):
    from engine.errors import BadInputError
    from engine.pattern.io import read_pattern

    folder = data_root / "experimental" / "qarr_pure"
    if not folder.is_dir():
        pytest.skip("the patterns are not among the data")
    for path in sorted(folder.glob("*.prn")):
        try:
            assert len(find_spikes(read_pattern(path))) == 0, path.name
        except BadInputError:
            continue
