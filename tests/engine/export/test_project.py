from __future__ import annotations

import contextlib
import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.export.project import CandidateMark, Project, read_project, write_project
from engine.pattern.preparation import Preparation
from engine.solve.result import Problem
from tests.app.fake_engine import make_pattern, make_prediction, make_solution


@pytest.fixture
def project():
    pattern = make_pattern(501)
    problem = Problem(pattern, ("Na", "Cl"), formula="NaCl", seed=7)
    return Project(
        pattern=pattern,
        elements=("Na", "Cl"),
        formula="NaCl",
        others_possible=True,
        solution=make_solution(problem),
        chosen=1,
        marks={"0123": CandidateMark(pinned=True, note="looks right")},
        prediction=make_prediction(),
    )


def rewritten(path, change, **others):
    """The same archive with its record changed and members added."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    record = json.loads(members["project.json"])
    change(record)
    members["project.json"] = json.dumps(record).encode()
    members.update(others)
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)


def test_everything_comes_back(project, tmp_path):
    path = tmp_path / "halite.densight"
    write_project(path, project)
    again = read_project(path)
    assert np.array_equal(again.pattern.counts, project.pattern.counts)
    assert again.pattern.radiation == project.pattern.radiation
    assert again.pattern.radiation.provenance == "file"
    assert (again.elements, again.formula, again.others_possible) == (("Na", "Cl"), "NaCl", True)
    assert again.marks == project.marks
    assert again.solution.problem.seed == 7
    assert again.solution.problem.pattern is again.pattern
    for before, after in zip(project.solution.candidates, again.solution.candidates, strict=True):
        assert (after.formula, after.verdict, after.score) == (
            before.formula, before.verdict, before.score,
        )  # fmt: skip
        assert np.array_equal(after.structure.frac_coords, before.structure.frac_coords)
        assert np.array_equal(after.fit.calculated, before.fit.calculated)
        assert np.array_equal(after.fit.reflections.hkl, before.fit.reflections.hkl)
        assert after.fit.rwp == before.fit.rwp
    assert np.array_equal(again.prediction.density, project.prediction.density)
    assert list(tmp_path.iterdir()) == [path]


def test_an_array_that_many_share_is_kept_once(project, tmp_path):
    path = tmp_path / "a.densight"
    write_project(path, project)
    again = read_project(path)
    assert len({id(c.fit.two_theta) for c in again.solution.candidates}) == 1


def test_an_empty_session_can_be_kept(tmp_path):
    write_project(tmp_path / "a.densight", Project())
    assert read_project(tmp_path / "a.densight").pattern is None


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 cut off"])
def test_what_is_no_project_is_refused(tmp_path, content):
    path = tmp_path / "a.densight"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="no Densight project"):
        read_project(path)
    with pytest.raises(BadInputError, match="cannot be read"):
        read_project(tmp_path / "nowhere.densight")


def test_a_cut_or_changed_file_is_refused_or_read_but_never_fails_otherwise(project, tmp_path):
    path = tmp_path / "a.densight"
    write_project(path, project)
    whole = path.read_bytes()
    generator = np.random.default_rng(0)
    for at in generator.integers(0, len(whole), 40):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        for content in (whole[:at], bytes(damaged)):
            path.write_bytes(content)
            with contextlib.suppress(BadInputError):
                read_project(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r.update(format=99), "later version"),
        (lambda r: r.pop("format"), "names no format"),
        (lambda r: r["project"]["pattern"].pop("counts"), "has no counts"),
        (lambda r: r["project"]["pattern"].update(counts={"array": 9999}), "counts is damaged"),
        (lambda r: r["project"]["pattern"].update(counts=[1, 2]), "counts is damaged"),
        (lambda r: r["project"].update(elements=["Xx"]), "no element"),
        (lambda r: r["project"]["solution"].update(verdict="sure"), "verdict is damaged"),
        (lambda r: r["project"]["pattern"]["radiation"].update(wavelengths=[99.0]), "damaged"),
        (lambda r: r["project"].update(chosen=True), "chosen is damaged"),
    ],
)
def test_a_record_that_says_something_else_is_refused(project, tmp_path, change, words):
    path = tmp_path / "a.densight"
    write_project(path, project)
    rewritten(path, change)
    with pytest.raises(BadInputError, match=words):
        read_project(path)


def test_unknown_fields_of_a_later_program_are_passed_over(project, tmp_path):
    path = tmp_path / "a.densight"
    write_project(path, project)
    rewritten(path, lambda r: r["project"].update(colour="blue"))
    assert read_project(path).elements == ("Na", "Cl")


def test_strange_members_and_objects_are_refused(project, tmp_path):
    path = tmp_path / "a.densight"
    write_project(path, project)
    rewritten(path, lambda r: None, **{"../evil": b"x"})
    with pytest.raises(BadInputError, match="do not belong"):
        read_project(path)
    write_project(path, project)
    pickled = io.BytesIO()
    np.save(pickled, np.array([object()], dtype=object), allow_pickle=True)
    rewritten(path, lambda r: None, **{"arrays/0.npy": pickled.getvalue()})
    with pytest.raises(BadInputError, match="damaged"):
        read_project(path)


def test_a_header_that_promises_too_much_allocates_nothing(project, tmp_path):
    path = tmp_path / "a.densight"
    write_project(path, project)
    bomb = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        bomb, {"descr": "<f8", "fortran_order": False, "shape": (1 << 60,)}
    )
    rewritten(path, lambda r: None, **{"arrays/0.npy": bomb.getvalue()})
    with pytest.raises(BadInputError, match="cut off"):
        read_project(path)


def test_what_was_chosen_about_the_pattern_comes_back(project, tmp_path):
    path = tmp_path / "a.densight"
    chosen = Preparation(excluded=((25.0, 27.0), (40.2, 41.0)))
    write_project(path, replace(project, preparation=chosen))
    assert read_project(path).preparation == chosen
    rewritten(path, lambda record: record["project"].pop("preparation"))  # an older version's
    assert read_project(path).preparation == Preparation()


@pytest.mark.parametrize("regions", [[[27.0, 25.0]], [[1.0, 2.0]], [["nan", 30.0]], [[20.0, 90.0]]])
def test_regions_that_the_pattern_does_not_bear_are_refused(project, tmp_path, regions):
    path = tmp_path / "a.densight"
    write_project(path, project)
    rewritten(path, lambda record: record["project"]["preparation"].update(excluded=regions))
    with pytest.raises(BadInputError, match="cannot be opened"):
        read_project(path)
