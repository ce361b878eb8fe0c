"""A refinement as one asks for it, checked."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset
from engine.refine.wishes import parse_axis, parse_positions, question_of


@pytest.fixture
def pattern():
    x = np.linspace(10.0, 60.0, 501)
    return PowderPattern(x, 100.0 + x, np.sqrt(100.0 + x), preset("CuKa"))


@pytest.mark.parametrize(
    ("typed", "axis"),
    [("", None), ("001", (0, 0, 1)), ("1 -1 0", (1, -1, 0)), ("(1,0,4)", (1, 0, 4)),
     ("-110", (-1, 1, 0)), ("1 0 14", (1, 0, 14))],
)  # fmt: skip
def test_axes_as_they_are_typed(typed, axis):
    assert parse_axis(typed) == axis


@pytest.mark.parametrize("typed", ["0 0 0", "1 0", "c", "1 0 0.5", "1 0 40"])
def test_what_is_no_axis_is_refused(typed):
    with pytest.raises(BadInputError):
        parse_axis(typed)


def test_wishes_become_options_and_a_pattern(pattern):
    asked, options = question_of(pattern, ("scale",), 5, "001", 26.6, "20-30")
    assert (options.refine, options.background_terms) == (("scale",), 5)
    assert asked.radiation.monochromator_two_theta == 26.6
    assert asked.radiation.optics_provenance == "typed"
    assert len(asked) == 400
    same, automatic = question_of(pattern)
    assert same is pattern
    assert automatic.automatic


def test_nothing_ticked_is_refused(pattern):
    with pytest.raises(BadInputError, match="ticked"):
        question_of(pattern, ())


def test_humps_as_they_are_typed(pattern):
    assert parse_positions("") == ()
    assert parse_positions("22.5, 45 °") == (22.5, 45.0)
    _, options = question_of(pattern, humps="22.5;45", robust=True)
    assert options.hump_positions == (22.5, 45.0)
    assert options.robust
    for typed in ("wide", "0", "22 200"):
        with pytest.raises(BadInputError):
            question_of(pattern, humps=typed)
