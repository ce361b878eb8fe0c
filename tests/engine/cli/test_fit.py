"""The options of ``densight fit``."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.cli.command import main
from engine.cli.fit import summary
from engine.crystal.structure_io import read_structure
from engine.export.cif import write_cif
from engine.export.pattern_files import write_pattern
from engine.refine.phases import refine_phases
from tests.made_structures import BY_NAME
from tests.made_whole_patterns import counted, model_of

RUTILE = BY_NAME["rutile"].structure


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with rutile's CIF and a pattern of it."""
    folder = tmp_path_factory.mktemp("fit")
    write_cif(folder / "rutile.cif", RUTILE)
    model, truth = model_of([RUTILE], [2000.0])
    write_pattern(counted(model, truth), folder / "p.xye")
    return folder


def run(*argv: object) -> int:
    return main([str(word) for word in (*argv, "--wavelength", "CuKa")])


def record_of(out) -> dict:
    return json.loads((out / "fit.json").read_text())


def test_a_cell_and_a_space_group_without_atoms(folder, tmp_path, capsys):
    cell = "4.597,4.597,2.961,90,90,90"
    words = ("fit", folder / "p.xye", "--lebail", "--cell", cell, "--space-group", "P 42/m n m")
    assert run(*words, "--out", tmp_path) == 0
    record = record_of(tmp_path)
    assert record["cell"][:3] == pytest.approx([4.594, 4.594, 2.959], abs=0.001)
    assert record["r_bragg"] is None
    assert record["cif"] == "fit.cif"
    assert not (tmp_path / "refined.cif").exists()
    said = capsys.readouterr().out
    assert "R_wp" in said
    assert "R_Bragg" not in said


def test_the_lattice_of_a_structure_without_its_atoms(folder, tmp_path):
    words = ("fit", folder / "p.xye", folder / "rutile.cif", "--lebail", "--out", tmp_path)
    assert run(*words) == 0
    assert record_of(tmp_path)["phases"][0]["space_group"].replace(" ", "") == "P42/mnm"


def test_only_the_named_groups_are_refined(folder, tmp_path):
    words = ("fit", folder / "p.xye", folder / "rutile.cif", "--out", tmp_path)
    assert run(*words, "--refine", "scale", "background", "cell", "--fix", "cell") == 0
    listed = [p["name"].split(":")[-1] for p in record_of(tmp_path)["parameters"]]
    names = {name.split("_")[0] for name in listed}
    assert names == {"scale", "background"}
    # What was held is as it was given.
    held, given = read_structure(tmp_path / "refined.cif"), RUTILE.cell
    assert np.allclose(held.cell, given, atol=1e-5)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--refine", "cells"), "no group"),
        (("--lebail", "--cell", "4,4,4,90,90,90"), "--space-group"),
        (("--particle-size", "3"), "several phases"),
        (("--space-group", "P1"), "--lebail"),
        (("--lebail", "--refine", "cell", "coordinates"), "no atoms"),
        (("--lebail", "--refine", "scale"), "Nothing is left"),
        (("--texture-axis", "0", "0", "0"), "no direction"),
    ],
)
def test_what_makes_no_sense_is_refused(folder, tmp_path, capsys, words, complaint):
    given = ("fit", folder / "p.xye", folder / "rutile.cif", "--out", tmp_path)
    assert run(*given, *words) != 0
    assert complaint in capsys.readouterr().err


def test_uncertainties_and_correlations_are_shown(folder):
    model, truth = model_of([RUTILE], [2000.0])
    said = summary(refine_phases(counted(model, truth), [RUTILE]))
    assert "phase_1:B_iso" in said
    assert "correlation" in said
    assert "4.59" in said.split("cell ")[1]
    assert "(" in said.split("cell ")[1].split()[0]


def test_a_cell_whose_first_reflections_all_lie_below_the_range(folder, tmp_path, capsys):
    salt = BY_NAME["rock salt"].structure
    write_cif(tmp_path / "large.cif", replace(salt, lattice=np.diag([400.0, 400.0, 400.0])))
    words = ("fit", folder / "p.xye", tmp_path / "large.cif", "--out", tmp_path / "out")
    assert run(*words) == 2
    assert "far more reflections in the range" in capsys.readouterr().err


def test_a_structure_that_does_not_explain_the_pattern_is_said(folder, tmp_path, capsys):
    write_cif(tmp_path / "salt.cif", BY_NAME["rock salt"].structure)
    words = ("fit", folder / "p.xye", tmp_path / "salt.cif", "--out", tmp_path / "out")
    assert run(*words) == 0
    said = capsys.readouterr().out
    assert "does not explain the pattern" in said
    assert max(len(word) for word in said.split("written:")[0].split()) < 40


def test_a_structure_that_fits_poorly_is_said(folder, tmp_path, capsys):
    numbers = np.where(RUTILE.numbers == 22, 8, 22)  # the right sites with the wrong atoms
    write_cif(tmp_path / "swapped.cif", replace(RUTILE, numbers=numbers))
    words = ("fit", folder / "p.xye", tmp_path / "swapped.cif", "--out", tmp_path / "out")
    assert run(*words) == 0
    assert "fits poorly (R_Bragg" in capsys.readouterr().out
    words = ("fit", folder / "p.xye", folder / "rutile.cif", "--out", tmp_path / "right")
    assert run(*words) == 0
    assert "fits poorly" not in capsys.readouterr().out


def test_phases_of_files_of_one_name_are_told_apart(folder, tmp_path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    write_cif(other / "rutile.cif", BY_NAME["rock salt"].structure)
    files = (folder / "rutile.cif", other / "rutile.cif", folder / "rutile.cif")
    words = ("fit", folder / "p.xye", *files, "--refine", "scale", "--out", tmp_path / "out")
    assert run(*words) == 0
    named = [phase["name"] for phase in record_of(tmp_path / "out")["phases"]]
    assert named == ["rutile (TiO2) 1", "rutile (NaCl)", "rutile (TiO2) 3"]
    lines = capsys.readouterr().out.splitlines()[1:4]
    assert len({line.index("wt%") for line in lines}) == 1
