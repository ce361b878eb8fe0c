import csv
import json

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.export.fit_files import COLUMNS, plot_fit, plot_observed, write_fit
from engine.export.solution_files import write_solution

# DESIGN's contract, key by key.
RECORD_KEYS = {
    "pattern",
    "elements",
    "radiation",
    "verdict",
    "candidates",
    "timings",
    "device",
    "versions",
    "seed",
    "notes",
    "unexplained_lines",
    "left_out",
    "chosen",
    "settings",
    "optics",
    "pattern_path",
    "pattern_sha256",
    "ranges",
    "checksums",
}
CANDIDATE_KEYS = {
    "rank",
    "cif",
    "formula",
    "space_group",
    "space_group_number",
    "cell",
    "n_atoms",
    "source",
    "rwp",
    "rwp_background_subtracted",
    "rwp_lebail",
    "r_bragg",
    "gof",
    "score",
    "ties",
}
PNG = b"\x89PNG\r\n\x1a\n"


def read_table(path):
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    return tuple(header), rows


def test_solution_folder_holds_what_the_contract_says(tmp_path, make_solution):
    record_path = write_solution(make_solution(3), tmp_path / "new" / "folder")
    folder = record_path.parent
    record = json.loads(record_path.read_text())
    assert set(record) == RECORD_KEYS
    assert record["elements"] == ["Ti", "O"]
    assert record["verdict"] == "solved"
    assert record["seed"] == 7
    assert record["timings"] == {"first_candidate": 0.5, "total": 2.0}
    assert set(record["radiation"]) == {"wavelengths", "weights", "anode", "provenance"}
    assert record["radiation"]["provenance"] == "preset"
    assert [set(c) for c in record["candidates"]] == [CANDIDATE_KEYS] * 3
    first = record["candidates"][0]
    assert first["cif"] == "candidate_01.cif"
    assert first["ties"] == [2]
    assert first["gof"] is None
    assert first["rwp"] == pytest.approx(0.0825)
    np.testing.assert_allclose(first["cell"], [4.594, 4.594, 2.959, 90, 90, 90])
    for candidate in record["candidates"]:
        assert "data_" in (folder / candidate["cif"]).read_text()
    assert (folder / "fit.png").read_bytes().startswith(PNG)


def test_fit_table_has_the_five_columns(tmp_path, make_solution, a_fit):
    write_solution(make_solution(1), tmp_path)
    header, rows = read_table(tmp_path / "fit.csv")
    assert header == COLUMNS
    values = np.array(rows, dtype=float)
    np.testing.assert_allclose(values[:, 0], a_fit.two_theta, atol=1e-6)
    np.testing.assert_allclose(values[:, 4], 3.0, atol=1e-4)


def test_no_solution_still_shows_what_was_observed(tmp_path, make_solution, a_pattern):
    record = json.loads(write_solution(make_solution(0), tmp_path).read_text())
    assert record["verdict"] == "no-solution"
    assert record["candidates"] == []
    header, rows = read_table(tmp_path / "fit.csv")
    assert header == COLUMNS
    assert len(rows) == len(a_pattern)
    assert rows[0][2:] == ["", "", ""]
    assert (tmp_path / "fit.png").read_bytes().startswith(PNG)


def test_a_second_solution_takes_the_first_ones_candidates_away(tmp_path, make_solution):
    (tmp_path / "candidate_of_mine.cif").write_text("kept")
    write_solution(make_solution(4), tmp_path)
    write_solution(make_solution(2), tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*.cif")) == [
        "candidate_01.cif",
        "candidate_02.cif",
        "candidate_of_mine.cif",
    ]
    assert not list(tmp_path.glob(".writing-*"))


def test_fit_folder(tmp_path, a_fit, a_pattern):
    write_fit(a_fit, tmp_path, a_pattern)
    record = json.loads((tmp_path / "fit.json").read_text())
    assert record["rwp"] == pytest.approx(0.0825)
    assert record["parameters"][1] == {"name": "a", "value": 4.594, "su": None, "unit": "A"}
    assert (tmp_path / "fit.png").read_bytes().startswith(PNG)
    assert "data_" in (tmp_path / "refined.cif").read_text()
    assert read_table(tmp_path / "fit.csv")[0] == COLUMNS


def test_a_file_in_the_folders_place_is_refused(tmp_path, make_solution):
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadInputError, match="taken"):
        write_solution(make_solution(1), tmp_path / "taken")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["金红石", "a $\\bad$ sample"])
def test_names_in_any_script_are_drawn_without_a_warning(tmp_path, a_fit, a_pattern, name):
    plot_fit(a_fit, tmp_path / "fit.png", title=name)
    plot_observed(a_pattern, tmp_path / "observed.png", title=name)
    assert len(list(tmp_path.glob("*.png"))) == 2
