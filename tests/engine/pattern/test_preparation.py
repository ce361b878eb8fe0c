"""What is chosen about a pattern goes with it: to the lines, to the refinement, to the record."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.export.pattern_files import write_pattern
from engine.export.problem_record import problem_of
from engine.export.solution_files import solution_record
from engine.pattern.background import chosen_background
from engine.pattern.choices import BackgroundChoice, PeakEdits
from engine.pattern.io import read_pattern
from engine.pattern.peaks import find_peaks
from engine.pattern.preparation import Preparation
from engine.pattern.radiation import preset
from engine.refine.phases import refine_phases
from engine.refine.prepared import prepare
from engine.refine.whole_pattern.options import RefinementOptions
from engine.solve.result import Problem, Solution
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

RUTILE = BY_NAME["rutile"].structure
CURVE = BackgroundChoice("spline", ((5.0, 500.0), (40.0, 200.0), (90.0, 110.0)))


@pytest.fixture(scope="module")
def pattern():
    return measured(RUTILE, 1, step=0.04)


@pytest.fixture(scope="module")
def found(pattern):
    return find_peaks(pattern)


def test_a_chosen_background_is_the_one_that_refinements_begin_with(pattern):
    seen = Preparation(background=CURVE).seen(pattern)
    assert np.allclose(prepare(seen).background, chosen_background(pattern, CURVE))
    assert prepare(seen).held_background == "smooth curve through 3 anchors placed by hand"


def test_lines_removed_and_added_are_so_wherever_lines_are_found(pattern, found):
    strongest = float(found.two_theta[np.argmax(found.area)])
    seen = Preparation(peaks=PeakEdits(added=(20.0,), removed=(strongest,))).seen(pattern)
    lines = prepare(seen).peaks
    assert np.abs(lines.two_theta - strongest).min() > 0.3
    assert lines.by_hand.sum() == 1
    assert len(lines) == len(found)


def test_nothing_chosen_leaves_the_pattern_as_it_is(pattern):
    assert Preparation().seen(pattern) is pattern


def test_a_held_background_is_not_refined_unless_it_is_asked_for(pattern):
    seen = Preparation(background=BackgroundChoice("arpls")).seen(pattern)
    held = refine_phases(seen, [RUTILE], RefinementOptions(fix=("coordinates", "texture")))
    curve = np.interp(
        held.two_theta, seen.two_theta, chosen_background(seen, BackgroundChoice("arpls"))
    )
    assert np.allclose(held.background, curve, rtol=2e-3)
    assert held.background_function == "estimate from the pattern (arPLS), held"
    asked = RefinementOptions(refine=("scale", "background", "cell"))
    assert refine_phases(seen, [RUTILE], asked).background_function.startswith("8 Chebyshev")


def test_the_record_of_a_solution_keeps_what_was_chosen(pattern, tmp_path):
    path = tmp_path / "rutile.xy"
    write_pattern(pattern, path)
    read = read_pattern(path, preset("CuKa"))
    edits = PeakEdits((20.0,), (27.4,))
    seen = Preparation(((30.0, 32.0),), edits, CURVE).seen(read)
    problem = Problem(seen, ("Ti", "O"))
    record = json.loads(json.dumps(solution_record(Solution(problem, "no-solution", ()))))
    again = problem_of(record, tmp_path).pattern
    assert again.details == seen.details
    assert np.array_equal(again.two_theta, seen.two_theta)
    record["chosen"]["background"]["method"] = "guess"
    with pytest.raises(BadInputError, match="no background of the kind"):
        problem_of(record, tmp_path)


def test_a_background_of_no_known_kind_is_refused():
    with pytest.raises(BadInputError, match="no background"):
        replace(CURVE, method="guess")  # type: ignore[arg-type]
