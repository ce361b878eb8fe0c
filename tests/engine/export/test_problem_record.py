"""The question that a solution answers, kept and asked again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.cli.reproduce import changed_versions, compare_records
from engine.errors import BadInputError
from engine.export.pattern_files import write_pattern
from engine.export.problem_record import data_checksums, problem_of, problem_record, read_record
from engine.export.solution_files import solution_record
from engine.pattern.excluded import without_regions
from engine.pattern.io import read_pattern
from engine.pattern.radiation import single
from engine.pattern.spikes import without_spikes
from engine.solve.result import Problem, Solution
from tests import made_instrument_files
from tests.made_patterns import measured
from tests.made_structures import BY_NAME


@pytest.fixture
def problem(tmp_path):
    path = tmp_path / "pättern.xy"
    write_pattern(measured(BY_NAME["rutile"].structure, 1, step=0.05), path)
    pattern = read_pattern(path, single(1.2))
    return Problem(pattern, ("Ti", "O"), formula="TiO2", max_atoms=30, seed=5, top=7)


@pytest.fixture
def record(problem):
    solution = Solution(problem, "no-solution", (), versions={"torch": "1"}, notes=("A note.",))
    return json.loads(json.dumps(solution_record(solution)))


def test_a_question_comes_back_as_it_was(problem, record, tmp_path):
    again = problem_of(record, tmp_path)
    assert again.pattern.radiation == problem.pattern.radiation
    assert again.pattern.counts.tolist() == problem.pattern.counts.tolist()
    assert vars(again) | {"pattern": None} == vars(problem) | {"pattern": None}
    assert record["notes"] == ["A note."]


def test_the_chosen_range_is_read_again(tmp_path):
    path = tmp_path / "two.raw"
    counts = np.random.default_rng(0).poisson(300, 60)
    path.write_bytes(made_instrument_files.raw3([(20.0, counts), (40.0, counts + 1)]))
    for choice, first in ((2, 40.0), ("merge", 20.0)):
        problem = Problem(read_pattern(path, ranges=choice), ("Zn", "O"))
        record = json.loads(json.dumps(solution_record(Solution(problem, "no-solution", ()))))
        again = problem_of(record, tmp_path)
        assert again.pattern.two_theta[0] == first
        assert len(again.pattern) == len(problem.pattern)


def test_corrections_are_made_again(problem, tmp_path):
    optics = {"monochromator_two_theta": 26.6, "slit_mode": "automatic", "capillary_mu_r": 0.4}
    radiation = replace(problem.pattern.radiation, optics_provenance="typed", **optics)
    pattern = without_spikes(replace(problem.pattern, radiation=radiation))
    pattern = without_regions(pattern, [(30.0, 32.0), (50.0, 51.0)])
    asked = Problem(pattern, ("Ti", "O"))
    record = json.loads(json.dumps(solution_record(Solution(asked, "no-solution", ()))))
    again = problem_of(record, tmp_path).pattern
    assert again.radiation == pattern.radiation
    assert again.two_theta.tolist() == pattern.two_theta.tolist()
    assert again.details.excluded == pattern.details.excluded
    del record["left_out"], record["optics"]["capillary_mu_r"]  # as an older version wrote it
    assert len(problem_of(record, tmp_path).pattern) == len(problem.pattern)


def test_the_pattern_may_have_moved_with_its_record(record, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = tmp_path / "pättern.xy"
    path.rename(elsewhere / path.name)
    assert problem_of(record, elsewhere).pattern.path == elsewhere / path.name
    with pytest.raises(BadInputError, match="neither where it was nor beside"):
        problem_of(record, tmp_path)


def test_a_pattern_given_by_a_relative_path_is_found_from_another_folder(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    write_pattern(measured(BY_NAME["rutile"].structure, 1, step=0.05), Path("p.xy"))
    problem = Problem(read_pattern(Path("p.xy")), ("Ti", "O"))
    record = json.loads(json.dumps(solution_record(Solution(problem, "no-solution", ()))))
    assert record["pattern"] == "p.xy"
    monkeypatch.chdir(tmp_path)
    assert len(problem_of(record, tmp_path / "elsewhere").pattern) == len(problem.pattern)


@pytest.mark.parametrize(("name", "value"), [("max_atoms", -4), ("top", 0), ("time_limit", -1.0)])
def test_limits_that_leave_nothing_are_damage(record, tmp_path, name, value):
    record["settings"][name] = value
    with pytest.raises(BadInputError, match=f"{name} cannot be"):
        problem_of(record, tmp_path)


def test_another_pattern_under_the_same_name_is_refused(record, tmp_path):
    path = tmp_path / "pättern.xy"
    path.write_bytes(path.read_bytes() + b"90.5 3\n")
    with pytest.raises(BadInputError, match="content differs"):
        problem_of(record, tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "no list of candidates"),
        ('{"candidates": []}', "with which settings"),
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("\ud800", "cannot be read"),
    ],
)
def test_files_that_are_no_record_are_refused(tmp_path, text, message):
    path = tmp_path / "solution.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(BadInputError, match=message):
        read_record(path)


def test_missing_files_and_damaged_records_are_refused(record, tmp_path):
    with pytest.raises(BadInputError, match="cannot be read"):
        read_record(tmp_path / "nowhere.json")
    for damage in (
        {"optics": {}},
        {"radiation": {"wavelengths": "x"}},
        {"seed": None},
        {"elements": 3},
    ):
        with pytest.raises(BadInputError, match="damaged"):
            problem_of(record | damage, tmp_path)
    for wrong in ({"top": "x"}, {"top": True}, {"formula": 3}, {"network": 1}, {"device": None}):
        with pytest.raises(BadInputError, match="cannot be"):
            problem_of(record | {"settings": record["settings"] | wrong}, tmp_path)
    newer = record | {"settings": record["settings"] | {"magic": True}}
    with pytest.raises(BadInputError, match="magic"):
        problem_of(newer, tmp_path)


def test_checksums_and_settings_stand_in_the_record(problem):
    kept = problem_record(problem)
    assert set(kept["checksums"]) == {"weights", "structure_types"}
    assert all(len(value) == 64 for value in data_checksums().values())
    assert kept["settings"]["formula"] == "TiO2"
    assert kept["pattern_sha256"] is not None


def test_differences_are_told(record):
    one = {"rank": 1, "formula": "TiO2", "space_group_number": 136, "source": "library"}
    old = record | {"candidates": [one | {"rwp": 0.1}]}
    assert compare_records(old, old) == []
    assert compare_records(old, record | {"candidates": [one | {"rwp": 0.1000001}]}) == []
    other = {"candidates": [one | {"rwp": 0.11, "formula": "TiO"}], "verdict": "solved"}
    told = compare_records(old, record | other)
    assert len(told) == 3
    assert "R_wp" in told[2]
    newer = record | {"versions": record["versions"] | {"torch": "2"}}
    assert changed_versions(record, newer) == ["The version of torch was 1 and is 2."]


def test_regions_that_the_file_itself_leaves_out_are_not_asked_for_again(problem, tmp_path):
    path = tmp_path / "gap.cif"
    two_theta = np.concatenate([np.arange(20.0, 40.0, 0.1), np.arange(45.0, 60.0, 0.1)])
    points = "\n".join(f"{x:.2f} 100" for x in two_theta)
    path.write_text(
        "data_gap\n_pd_proc_info_excluded_regions 'from 40 to 44.95'\n"
        f"loop_\n_pd_meas_2theta_scan\n_pd_meas_counts_total\n{points.replace(' 100', ' 105', 9)}\n"
    )
    pattern = without_regions(read_pattern(path), [(50.0, 51.0)])
    assert pattern.details.excluded == ((40.0, 44.95), (50.0, 51.0))
    record = json.loads(
        json.dumps(solution_record(Solution(replace(problem, pattern=pattern), "no-solution", ())))
    )
    again = problem_of(record, tmp_path).pattern
    assert again.details.excluded == pattern.details.excluded
    assert np.array_equal(again.two_theta, pattern.two_theta)
