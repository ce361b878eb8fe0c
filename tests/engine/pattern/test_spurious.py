"""What is left out beside the lines, in words."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pattern.spurious import ForeignLine, much_is_left_out, note_on_wide

LINES = np.array([60.0, 20.0])


def wide(area: float, width: float) -> ForeignLine:
    return ForeignLine(40.0, area, "broad line", width=width)


def test_wide_features_that_hold_much_of_the_intensity_are_told() -> None:
    note = note_on_wide(LINES, [wide(15.0, 0.412), wide(5.0, 1.1)])
    assert "0.41 to 1.1 deg wide hold 20 % of the intensity" in note


@pytest.mark.parametrize(
    "foreign",
    [[], [wide(2.0, 0.4)], [ForeignLine(31.0, 50.0, "Cu K-beta", fwhm=0.1)]],
    ids=["nothing", "little", "a line of its own"],
)
def test_else_there_is_no_note(foreign: list[ForeignLine]) -> None:
    assert note_on_wide(LINES, foreign) == ""


def test_an_answer_beside_broad_lines_is_one_for_part_of_the_pattern() -> None:
    assert much_is_left_out(LINES, [wide(15.0, 0.412)])
    assert not much_is_left_out(LINES, [wide(2.0, 0.412)])
    assert not much_is_left_out(LINES, [wide(15.0, 6.0)])  # amorphous matter
    assert not much_is_left_out(LINES, [])
