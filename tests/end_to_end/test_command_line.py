"""The program through its entry, as a user at a terminal meets it."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import numpy as np
import pytest

from app.__main__ import main
from engine import resources
from engine.crystal.structure_io import read_structure
from engine.export.cif import write_cif
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

RUTILE_ATOMS = (
    "Ti 0 0 0",
    "Ti 0.5 0.5 0.5",
    "O 0.305 0.305 0",
    "O 0.695 0.695 0",
    "O 0.195 0.805 0.5",
    "O 0.805 0.195 0.5",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, rutile):
    """A folder with rutile's CIF and a pattern simulated from it, in a path with a space."""
    folder = tmp_path_factory.mktemp("end to end")
    write_cif(folder / "rutile.cif", rutile)
    argv = ["simulate", str(folder / "rutile.cif"), "--noise", "3", "--fwhm", "0.12"]
    assert main([*argv, "--out", str(folder / "rutile.xy")]) == 0
    return folder


def run(*argv) -> int:
    return main([str(word) for word in argv])


def test_info_of_a_simulated_pattern(folder, capsys):
    assert run("info", folder / "rutile.xy", "--json") == 0
    out, err = capsys.readouterr()
    facts = json.loads(out)
    assert facts["n_points"] == 4251
    assert (facts["two_theta_min"], facts["two_theta_max"], facts["step"]) == (5.0, 90.0, 0.02)
    assert facts["radiation"]["provenance"] == "file"
    assert facts["radiation"]["wavelengths"] == pytest.approx([1.5405929, 1.5444274])
    assert err == ""


def test_simulate_puts_the_lines_where_bragg_wants_them(folder, tmp_path):
    out = tmp_path / "p.xye"
    code = run(
        *("simulate", folder / "rutile.cif", "--wavelength", "1.0", "--range", "10", "40"),
        *("--step", "0.01", "--fwhm", "0.05", "--out", out),
    )
    assert code == 0
    two_theta, counts, _ = np.loadtxt(out).T
    assert (two_theta[0], two_theta[-1]) == pytest.approx((10.0, 40.0))
    d_110 = 4.594 / np.sqrt(2.0)
    assert two_theta[np.argmax(counts)] == pytest.approx(
        2.0 * np.degrees(np.arcsin(1.0 / (2.0 * d_110))), abs=0.011
    )


@pytest.mark.parametrize("suffix", [".npz", ".ccp4", ".cube", ".xsf"])
def test_density_of_a_structure(folder, tmp_path, suffix):
    out = tmp_path / f"map{suffix}"
    assert run("density", folder / "rutile.cif", "--grid", "24", "--out", out) == 0
    assert out.stat().st_size > 1000
    if suffix == ".npz":
        with np.load(out) as content:
            assert content["density"].shape == (1, 24, 24, 24)
            volume = abs(np.linalg.det(content["cell"][0]))
            electrons = float(content["density"].mean()) * volume
            assert content["crystal_system"].tolist() == ["tetragonal"]
            assert content["weights"].tolist() == [1.0]
        assert electrons == pytest.approx(2 * 22 + 4 * 8, rel=0.002)


def test_density_behind_a_pattern(folder, tmp_path):
    out = tmp_path / "map.npz"
    code = run(
        *("density", folder / "rutile.xy", "--elements", "Ti,O", "--samples", "3"),
        *("--grid", "40", "--device", "cpu", "--out", out),
    )
    assert code == 0
    with np.load(out) as content:
        assert content["density"].shape == (3, 40, 40, 40)
        assert content["cell"].shape == (3, 3, 3)
        assert content["crystal_system"].shape == (3,)
        assert content["weights"].sum() == pytest.approx(1.0, abs=0.01)
        assert np.isfinite(content["density"]).all()


def test_what_a_structure_leaves_open_is_told_by_every_command(folder, tmp_path, capsys):
    lines = (folder / "rutile.cif").read_text().splitlines()
    cell = [line for line in lines if line.startswith("_cell_")]
    names = ("label", "type_symbol", "fract_x", "fract_y", "fract_z")
    tags = ["loop_", *(f"_atom_site_{name}" for name in names)]
    atoms = [f"A{i} {atom}" for i, atom in enumerate(RUTILE_ATOMS)]
    path, pattern = tmp_path / "open.cif", folder / "rutile.xy"
    path.write_text("\n".join(["data_a", *cell, *tags, *atoms, ""]))
    scale = ("--refine", "scale", "background")
    lebail = ("--lebail", "--refine", "background", "cell")
    for words in (
        ("simulate", path, "--out", tmp_path / "p.xy"),
        ("density", path, "--grid", "8", "--out", tmp_path / "map.npz"),
        ("info", path),
        ("fit", pattern, path, *scale, "--out", tmp_path / "fit"),
        ("fit", pattern, path, *lebail, "--out", tmp_path / "fit"),
    ):
        assert run(*words) == 0
        said = capsys.readouterr()
        assert (said.out + said.err).count("gives no symmetry") == 1, words


def test_density_behind_pure_noise_is_warned_of(tmp_path, capsys):
    two_theta = np.arange(10.0, 90.0, 0.02)
    counts = np.random.default_rng(4).poisson(100.0, len(two_theta))
    np.savetxt(tmp_path / "noise.xy", np.column_stack([two_theta, counts]), "%.2f %d")
    asked = ("density", tmp_path / "noise.xy", "--elements", "Ti,O", "--wavelength", "CuKa")
    assert run(*asked, "--samples", "1", "--grid", "16", "--out", tmp_path / "map.npz") == 0
    said = capsys.readouterr()
    assert "No line stands out of the noise" in said.err
    assert "(1 sample on" in said.out


def test_fit(folder, tmp_path, capsys):
    out = tmp_path / "fit"
    assert run("fit", folder / "rutile.xy", folder / "rutile.cif", "--out", out) == 0
    record = json.loads((out / "fit.json").read_text())
    assert record["cell"] == pytest.approx([4.594, 4.594, 2.959, 90, 90, 90], abs=0.002)
    assert record["rwp"] < 0.12
    assert record["gof"] < 1.3
    with (out / "fit.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["two_theta", "observed", "calculated", "background", "difference"]
    values = np.array(rows, dtype=float)
    np.testing.assert_allclose(values[:, 1] - values[:, 2], values[:, 4], atol=0.01)
    assert (out / "fit.png").is_file()
    assert len(read_structure(out / "refined.cif")) == 6
    assert "R_wp" in capsys.readouterr().out


def test_solve_rutile_from_its_elements_alone_and_again(folder, tmp_path, capsys):
    from pymatgen.analysis.structure_matcher import StructureMatcher

    from engine.crystal.structure_io import to_pymatgen

    out = tmp_path / "solution"
    assert run("solve", folder / "rutile.xy", "--elements", "Ti,O", "--out", out) == 0
    record = json.loads((out / "solution.json").read_text())
    assert record["verdict"] in ("solved", "tentative")
    best = record["candidates"][0]
    assert best["formula"] == "TiO2"
    assert best["space_group_number"] == 136
    assert best["rwp"] < 0.15
    assert {"first_candidate", "total"} <= set(record["timings"])
    found = to_pymatgen(read_structure(out / best["cif"]))
    truth = to_pymatgen(read_structure(folder / "rutile.cif"))
    assert StructureMatcher(0.3, 0.5, 10).fit(found, truth)
    assert record["verdict"] in capsys.readouterr().out

    again = tmp_path / "again"
    assert run("reproduce", out / "solution.json", "--out", again) == 0
    report = json.loads((again / "reproduction.json").read_text())
    assert report["reproduced"], report["differences"]
    assert report["changed_versions"] == []
    assert (again / "candidate_01.cif").is_file()


def test_angles_far_too_small_for_any_structure_are_no_solution(tmp_path):
    rutile = np.loadtxt(resources.path("examples") / "rutile.xy")
    file, out = tmp_path / "radians.xy", tmp_path / "out"
    np.savetxt(file, np.column_stack([np.radians(rutile[:, 0]), rutile[:, 1]]), "%.6f %.1f")
    asked = ("solve", file, "--elements", "Ti,O", "--no-network", "--no-phasing")
    assert run(*asked, "--wavelength", "CuKa", "--out", out) == 0
    assert json.loads((out / "solution.json").read_text())["verdict"] == "no-solution"


def test_a_second_phase_is_sought_in_what_the_first_leaves(tmp_path, capsys):
    rutile, salt = (measured(BY_NAME[name].structure, 21) for name in ("rutile", "rock salt"))
    file = tmp_path / "mixture.xy"
    columns = np.column_stack([rutile.two_theta, np.round(rutile.counts + 0.2 * salt.counts)])
    np.savetxt(file, columns, "%.4f %.0f")
    out = tmp_path / "out"
    options = ("--no-network", "--no-phasing", "--max-atoms", "8", "--out", out)
    asked = ("solve", file, "--elements", "Ti,O", "--wavelength", "CuKa")
    assert run(*asked, "--second-phase", "Na,Cl", *options) == 0
    first, second = (
        json.loads((folder / "solution.json").read_text()) for folder in (out, out / "second_phase")
    )
    assert first["candidates"][0]["formula"] == "TiO2"
    assert first["unexplained_lines"]
    assert second["elements"] == ["Na", "Cl"]
    assert second["candidates"][0]["formula"] == "NaCl"
    assert capsys.readouterr().out.count("written:") == 2


def test_batch_with_real_workers(folder, tmp_path):
    manifest = folder / "manifest.csv"
    manifest.write_text("file,elements,id\nrutile.xy,Ti O,good\nrutile.xy,Qq,bad\n")
    out = tmp_path / "batch"
    assert run("batch", manifest, "--out", out, "--workers", "1", "--top", "3") == 0
    rows = [json.loads(row) for row in (out / "results.jsonl").read_text().splitlines()]
    lines = {line["id"]: line for line in rows}
    assert set(lines["bad"]) == {"id", "error"}
    assert lines["good"]["formula"] == "TiO2"
    assert (out / "good" / "candidate_01.cif").is_file()
    assert run("batch", manifest, "--out", out, "--workers", "1", "--top", "3") == 0


def two_columns(y, x=None):
    x = np.arange(10.0, 10.0 + 0.1 * len(y), 0.1)[: len(y)] if x is None else x
    return "".join(f"{a:.3f} {b}\n" for a, b in zip(x, y, strict=True)).encode()


def half_a_zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Experiment0/RawData0.xml", "<RawData/>" * 500)
    return buffer.getvalue()[:150]


PEAKS = 50.0 + 900.0 * np.exp(-((np.arange(300) - 150.0) ** 2) / 8.0)

REFUSED = {
    "empty": ("a.xy", b""),
    "only blanks": ("a.xy", b" \n \n\n"),
    "not numeric": ("a.xy", b"these are words\nand no numbers\n" * 20),
    "all NaN": ("a.xy", two_columns(["nan"] * 100)),
    "constant": ("a.xy", two_columns([7.0] * 100)),
    "too few points": ("a.xy", two_columns(PEAKS[140:155])),
    "zero-byte CIF": ("a.cif", b""),
    "a CIF with neither points nor atoms": ("a.cif", b"data_x\n_cell_length_a 5\n"),
    "a CIF whose cell is flat": (
        "a.cif",
        b"data_x\n_cell_length_a 5\n_cell_length_b 5\n_cell_length_c 5\n"
        b"_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 0\n"
        b"loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n"
        b"_atom_site_fract_z\nNa1 0 0 0\n",
    ),
    "container cut short": ("a.brml", half_a_zip()),
    "a picture": ("a.xy", b"\x89PNG\r\n\x1a\n" + bytes(300)),
    "XRDML cut short": ("a.xrdml", b"<?xml version='1.0'?><xrdMeasurements><xrdMeasurement>"),
    "a folder's name": ("a.xy", None),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unusable_files_are_refused_with_one_line(case, tmp_path, capsys):
    name, content = REFUSED[case]
    path = tmp_path / name
    path.mkdir() if content is None else path.write_bytes(content)
    for argv in (["info", path], ["solve", path, "--elements", "Na", "--out", tmp_path / "out"]):
        assert run(*argv) == 2
        out, err = capsys.readouterr()
        # Only `info` tells what every reader said, and not among the errors.
        assert out == "" or (argv[0] == "info" and out.startswith("what was tried:"))
        assert len(err.splitlines()) == 1, err
        assert err.startswith("densight: ")
    assert not (tmp_path / "out").exists()


READ_WITH_A_WARNING = {
    "no wavelength": two_columns(PEAKS),
    "unsorted": b"wavelength: 1.5406 A\n" + two_columns(PEAKS, np.linspace(60.0, 20.0, 300)),
    "some negative": b"wavelength: 1.5406 A\n" + two_columns(np.r_[-4.0, -2.0, PEAKS]),
    "some NaN": b"wavelength: 1.5406 A\n" + two_columns(["nan", "nan", *PEAKS]),
}


@pytest.mark.parametrize("case", READ_WITH_A_WARNING)
def test_mended_files_are_read_with_one_warning(case, tmp_path, capsys):
    path = tmp_path / "a.xy"
    path.write_bytes(READ_WITH_A_WARNING[case])
    assert run("info", path, "--json") == 0
    out, err = capsys.readouterr()
    assert len(json.loads(out)["warnings"]) == 1
    assert len(err.splitlines()) == 1
    assert err.startswith("densight: warning: ")


def test_a_word_that_is_neither_file_nor_subcommand(capsys):
    assert run("slove") == 2
    assert "slove" in capsys.readouterr().err


def test_without_a_display_the_window_says_so(folder, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert run(folder / "rutile.xy") == 2
    assert "display" in capsys.readouterr().err
