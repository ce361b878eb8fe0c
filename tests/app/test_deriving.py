"""Background and peaks, also of patterns with more points than a peak search needs."""

from __future__ import annotations

import numpy as np
import pytest

from app.deriving import derive
from engine.pattern.preparation import Preparation
from engine.pattern.resample import MANY_POINTS
from tests.app.fake_engine import make_pattern


def test_a_very_long_pattern_has_the_peaks_of_a_shorter_one_and_a_background_at_every_point():
    short, long = make_pattern(4001), make_pattern(2 * MANY_POINTS + 1)
    background, peaks = derive(long, Preparation())
    _background, expected = derive(short, Preparation())
    assert len(background) == len(long)
    assert background == pytest.approx(np.full(len(long), 100.0), abs=8.0)
    strong = [found.two_theta[found.area > 0.1 * found.area.max()] for found in (peaks, expected)]
    assert strong[0] == pytest.approx(strong[1], abs=0.03)
