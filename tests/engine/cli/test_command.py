import json
import sys
import types

import numpy as np
import pytest

import engine
import engine.cli.info
from engine.cli import main
from engine.cli.density import parse_cell
from engine.errors import BadInputError

NO_SOURCE = ("--no-library", "--no-network", "--no-phasing")


@pytest.fixture
def xy(tmp_path, a_pattern):
    path = tmp_path / "a pattern.xy"
    np.savetxt(path, np.column_stack([a_pattern.two_theta, a_pattern.counts]))
    return str(path)


@pytest.fixture
def fake_solver(monkeypatch, make_solution):
    """A solver that remembers what it was asked and answers at once."""
    asked = []

    def solve(problem, progress=None):
        asked.append(problem)
        return make_solution(2)

    module = types.ModuleType("engine.solve.solver")
    module.solve = solve
    monkeypatch.setitem(sys.modules, "engine.solve.solver", module)
    return asked


def test_help_names_every_subcommand(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for name in ("info", "solve", "density", "simulate", "fit", "batch", "train", "bench"):
        assert name in text


def test_help_says_what_is_so(capsys):
    assert main(["simulate", "--help"]) == 0
    assert "with a warning" not in " ".join(capsys.readouterr().out.split())
    assert main(["solve", "--help"]) == 0
    assert "blanks in quotes" in " ".join(capsys.readouterr().out.split())


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"densight {engine.__version__}"


def test_info_json_has_the_contracts_keys(xy, capsys):
    assert main(["info", xy, "--json"]) == 0
    out, err = capsys.readouterr()
    facts = json.loads(out)
    assert set(facts) == {
        "format",
        "n_points",
        "two_theta_min",
        "two_theta_max",
        "step",
        "radiation",
        "warnings",
    }
    assert facts["n_points"] == 500
    assert facts["two_theta_min"] == 20.0
    assert facts["two_theta_max"] == 69.9
    assert facts["step"] == pytest.approx(0.1)
    assert facts["radiation"]["provenance"] == "assumed"
    assert err.count("assumed") == 1
    assert len(err.splitlines()) == 1


def test_a_wavelength_that_is_given_is_not_assumed(xy, capsys):
    assert main(["info", xy, "--json", "--wavelength", "1.54056,1.54439"]) == 0
    out, err = capsys.readouterr()
    radiation = json.loads(out)["radiation"]
    assert radiation["wavelengths"] == [1.54056, 1.54439]
    assert radiation["provenance"] == "typed"
    assert err == ""


def test_the_stronger_line_of_a_typed_doublet_is_the_shorter_in_either_order(xy, capsys):
    assert main(["info", xy, "--json", "--wavelength", "1.54439,1.54056"]) == 0
    radiation = json.loads(capsys.readouterr().out)["radiation"]
    assert radiation["wavelengths"] == [1.54056, 1.54439]
    assert radiation["weights"] == pytest.approx([2 / 3, 1 / 3])


def test_info_for_people(xy, capsys):
    assert main(["info", xy, "--wavelength", "CoKa"]) == 0
    text = capsys.readouterr().out
    assert "500" in text
    assert "1.788996 and 1.792835 A (Co, preset)" in text


def test_solve_asks_the_solver_what_was_typed(xy, tmp_path, capsys, fake_solver):
    argv = ["solve", xy, "--elements", "Ti,O", "--formula", "TiO2", "--wavelength", "CuKa1"]
    argv += ["--max-atoms", "12", "--top", "5", "--seed", "3", "--time-limit", "9"]
    argv += ["--device", "cpu", "--out", str(tmp_path / "out")]
    assert main(argv) == 0
    problem = fake_solver[0]
    assert problem.elements == ("Ti", "O")
    assert problem.formula == "TiO2"
    assert (problem.max_atoms, problem.top, problem.seed) == (12, 5, 3)
    assert (problem.time_limit, problem.device) == (9.0, "cpu")
    assert problem.pattern.radiation.wavelengths == (1.5405929,)
    assert (tmp_path / "out" / "solution.json").is_file()
    text = capsys.readouterr().out
    assert "solved" in text
    assert "8.25 %" in text
    assert "ties with 2" in text


def bad_arguments():
    return [
        ["frobnicate"],
        ["index", "no such.xy"],
        ["index", "PATTERN", "--top", "0"],
        ["info"],
        ["info", "no such file.xy"],
        ["info", "."],
        ["info", "PATTERN", "--wavelength", "CuKb"],
        ["info", "PATTERN", "--wavelength", "154"],
        ["solve", "PATTERN", "--out", "OUT"],
        ["solve", "PATTERN", "--elements", "", "--out", "OUT"],
        ["solve", "PATTERN", "--elements", "Ti,Qq", "--out", "OUT"],
        ["solve", "PATTERN", "--elements", "Ti,O", "--formula", "NaCl", "--out", "OUT"],
        ["solve", "PATTERN", "--elements", "Ti,O", "--formula", "TiO2)", "--out", "OUT"],
        ["solve", "PATTERN", "--elements", "Ti,O", "--top", "0", "--out", "OUT"],
        ["solve", "PATTERN", "--elements", "Ti,O", "--time-limit", "nan", "--out", "OUT"],
        ["solve", "PATTERN", "--elements", "Ti,O", "--device", "abacus", "--out", "OUT"],
        ["solve", "PATTERN", "--elements", "Ti,O"],
        ["solve", "PATTERN", "--elements", "Ti,O", "--out", "PATTERN"],
        ["solve", "PATTERN", "--elements", "O", "--monochromator", "300", "--out", "OUT"],
        ["solve", "PATTERN", "--elements", "O", *NO_SOURCE, "--out", "OUT"],
        ["density", "PATTERN", "--out", "OUT.npz"],
        ["density", "PATTERN", "--elements", "Ti,O", "--out", "OUT.jpeg"],
        ["density", "PATTERN", "--elements", "Ti,O", "--grid", "5000", "--out", "OUT.npz"],
        ["density", "PATTERN", "--elements", "Ti,O", "--cell", "1,2,3", "--out", "OUT.npz"],
        ["simulate", "no such.cif", "--out", "OUT.xy"],
        ["simulate", "PATTERN", "--range", "90", "5", "--out", "OUT.xy"],
        ["simulate", "PATTERN", "--step", "0", "--out", "OUT.xy"],
        ["fit", "PATTERN", "no such.cif", "--out", "OUT"],
        ["batch", "no such.csv", "--out", "OUT"],
        ["batch", "PATTERN", "--out", "OUT"],
        ["batch", "PATTERN", "--workers", "0", "--out", "OUT"],
    ]


@pytest.mark.parametrize("argv", bad_arguments(), ids=" ".join)
def test_bad_input_is_one_line_and_exit_code_2(argv, xy, tmp_path, capsys, fake_solver):
    out = tmp_path / "out"
    put = {"PATTERN": xy, "OUT": str(out)}
    argv = [put.get(word, word.replace("OUT.", f"{out}.")) for word in argv]
    assert main(argv) == 2
    stdout, stderr = capsys.readouterr()
    lines = [line for line in stderr.splitlines() if "warning:" not in line]
    assert stdout == ""
    assert len(lines) == 1, stderr
    assert lines[0].startswith("densight: ")
    assert not out.exists()


def test_elements_without_quotes_are_told_of_them(xy, tmp_path, capsys):
    words = ["solve", xy, "--elements", "Ti", "O", "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert "a value with blanks needs quotes" in capsys.readouterr().err
    assert main([*words, "--frobnicate"]) == 2
    assert "quotes" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["solve", "batch"])
def test_a_device_that_is_not_there_is_refused_before_the_search(
    command, xy, tmp_path, capsys, fake_solver, monkeypatch
):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    out = tmp_path / "out"
    elements = ["--elements", "Ti,O"] if command == "solve" else []
    assert main([command, xy, *elements, "--device", "cuda", "--out", str(out)]) == 2
    assert "no 'cuda' device" in capsys.readouterr().err
    assert not fake_solver
    assert not out.exists()


def test_an_error_of_ours_is_exit_code_1(xy, monkeypatch, capsys):
    def broken(arguments):
        raise ZeroDivisionError("our mistake")

    monkeypatch.setattr(engine.cli.info, "run", broken)
    assert main(["info", xy]) == 1
    assert "densight: internal error: ZeroDivisionError: our mistake" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["4.6 4.6 2.9 90 90 90", "4,4,4,90,90", "a,b,c,1,2,3", ""])
def test_a_cell_is_six_numbers(text):
    with pytest.raises(BadInputError, match="no cell"):
        parse_cell(text)


def test_angles_that_close_no_cell_are_refused():
    assert parse_cell("4,5,6,90,100,90") == (4.0, 5.0, 6.0, 90.0, 100.0, 90.0)
    with pytest.raises(BadInputError, match="angles"):
        parse_cell("4,5,6,10,10,170")


@pytest.mark.parametrize("name", ["train", "evaluate", "library", "bench"])
def test_subcommands_of_developers_are_there_when_asked_for(name, capsys):
    assert main([name, "--help"]) == 0
    assert f"densight {name}" in capsys.readouterr().out
