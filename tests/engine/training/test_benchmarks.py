"""The sets that are scored, and the rows of their results."""

from __future__ import annotations

import numpy as np
import pytest

from engine.crystal.structure_io import to_pymatgen
from engine.errors import BadInputError
from engine.training import bench_jobs, bench_rows, bench_sets
from engine.training.bench_jobs import Conditions, Job
from tests.made_library import record_of
from tests.made_structures import BY_NAME

RUTILE = record_of(BY_NAME["rutile"].structure) | {"space_group": 136, "formula": "TiO2"}
SALT = record_of(BY_NAME["rock salt"].structure) | {"space_group": 225, "formula": "NaCl"}


def standard(line: int = 7, training: frozenset[str] = frozenset(), **changed) -> bench_sets.Task:
    job = Job("val", line, Conditions(**changed))
    return bench_sets.standard_task(job, RUTILE, [RUTILE, SALT], training)


def test_a_bad_job_becomes_a_row_with_its_error() -> None:
    found = bench_rows.solve_one(Job("measured", "no such file"))
    assert set(found) == {"name", "phase", "error"}
    assert found["name"] == "no such file"


def test_a_standard_task_holds_its_truth_and_its_pattern_is_repeatable() -> None:
    task, again = (standard(training=frozenset({"TiO2"})) for _ in range(2))
    np.testing.assert_array_equal(task.pattern.counts, again.pattern.counts)
    assert task.elements == ("O", "Ti")
    assert task.seen_formula
    assert task.space_group == 136
    assert task.truth.matches(to_pymatgen(BY_NAME["rutile"].structure))
    assert task.pattern.two_theta[0] == pytest.approx(5.0)
    assert task.pattern.two_theta[-1] == pytest.approx(90.0)
    other = standard(8)
    assert not other.seen_formula
    assert not np.array_equal(other.pattern.counts, task.pattern.counts)


def test_a_pattern_with_nothing_changed_is_the_standard_pattern() -> None:
    _, counts = bench_sets.standard_pattern_module().standard_pattern(RUTILE, 7)
    np.testing.assert_array_equal(standard().pattern.counts, counts)


@pytest.mark.parametrize(
    "changed",
    [
        {"dispersion": True},
        {"automatic_slits": True},
        {"second_phase": 0.02},
        {"control": "permuted"},
        {"control": "scattered"},
        {"control": "hump"},
        {"control": "noise"},
    ],
    ids=str,
)
def test_every_change_changes_the_pattern_alone(changed) -> None:
    task = standard(**changed)
    assert not np.array_equal(task.pattern.counts, standard().pattern.counts)
    np.testing.assert_array_equal(task.pattern.counts, standard(**changed).pattern.counts)
    assert task.elements == ("O", "Ti")


def test_lines_summed_over_reflections_are_those_of_pymatgen() -> None:
    """Without dispersion the sum that dispersion is put into gives pymatgen's intensities."""
    module = bench_sets.standard_pattern_module()
    b_iso = {"Ti": 0.5, "O": 1.2}
    places, intensities = module.bragg_lines(RUTILE, 1.5406, b_iso)
    found, summed = module.summed_lines(RUTILE, 1.5406, b_iso, {"Ti": 0j, "O": 0j})
    kept = summed > 1e-4 * summed.max()
    strong = intensities > 1e-4 * intensities.max()
    np.testing.assert_allclose(found[kept], places[strong], atol=1e-4)
    np.testing.assert_allclose(summed[kept], intensities[strong], rtol=1e-6)


def test_automatic_slits_weaken_low_angles() -> None:
    plain, slits = standard().pattern, standard(automatic_slits=True).pattern
    low = plain.two_theta < 30.0
    high = plain.two_theta > 60.0
    ratio = [p.counts[low].max() / p.counts[high].max() for p in (plain, slits)]
    assert ratio[1] < 0.7 * ratio[0]


def test_a_hump_has_no_lines_and_noise_nothing() -> None:
    hump, noise = standard(control="hump").pattern, standard(control="noise").pattern
    steps = np.abs(np.diff(hump.counts)) / np.sqrt(hump.counts[1:] + hump.counts[:-1])
    assert hump.counts.max() > 9_000
    assert steps.max() < 6.0
    assert noise.counts.max() < 1_000


def test_noise_is_given_with_the_formula_and_the_standard_pattern_without() -> None:
    assert standard(control="noise").formula == "TiO2"
    assert standard().formula is None


def test_one_element_is_left_out() -> None:
    task = standard(unticked=True)
    assert task.unticked in ("O", "Ti")
    assert set(task.elements) == {"O", "Ti"} - {task.unticked}


def test_wrong_elements_are_those_of_another_sample() -> None:
    assert standard(control="elements").elements == ("Cl", "Na")


@pytest.mark.parametrize(
    ("choices", "found"),
    [
        ([("O", "Si"), ("Cl", "Na")], ("Cl", "Na")),
        ([("O", "Ti"), ("Ba", "O"), ("Ba", "O", "Ti")], ("Ba", "O")),
        ([("Cl",), ("Na", "O", "Si")], ("Cl", "Na")),
    ],
)
def test_wrong_elements_share_as_little_as_can_be(choices, found) -> None:
    assert bench_sets._disjoint(("O", "Ti"), choices) == found


@pytest.mark.parametrize("changed", [{"second_phase": 1.0}, {"control": "none such"}])
def test_conditions_that_cannot_be_are_refused(changed) -> None:
    with pytest.raises(BadInputError):
        Conditions(**changed)


def test_only_what_is_changed_is_written_down() -> None:
    assert Conditions().changed() == {}
    assert Conditions(dispersion=True).changed() == {"dispersion": True}


def test_chosen_lines_are_a_seeded_choice(data_root) -> None:
    lines = bench_jobs.chosen_lines("val", 20)
    assert len(set(lines)) == 20
    assert lines[:5] == bench_jobs.chosen_lines("val", 5)


def test_balanced_lines_are_equally_many_of_each_system(data_root) -> None:
    lines = bench_jobs.balanced_lines("val", 3)
    assert len(set(lines)) == 21
    assert lines[:14] == bench_jobs.balanced_lines("val", 2)
    assert lines[7:] == bench_jobs.balanced_lines("val", 2, skip=1)
    records = bench_jobs.read_lines("val")
    groups = [records[line]["space_group"] for line in lines[:7]]
    assert [np.searchsorted([2, 15, 74, 142, 167, 194], g) for g in groups] == list(range(7))


def test_measured_patterns_can_be_chosen_by_name(data_root) -> None:
    names = bench_sets.measured_files()
    assert len(names) > 5
    assert bench_sets.measured_files((names[1],)) == [names[1]]
    task = bench_sets.measured_task(names[0])
    assert task.elements
    assert len(task.pattern) > 100
    assert bench_sets.measured_files(("none such",)) == []
    wrong = bench_sets.measured_task(names[0], wrong_elements=True)
    assert len(wrong.elements) == len(task.elements)
    assert set(wrong.elements) != set(task.elements)
