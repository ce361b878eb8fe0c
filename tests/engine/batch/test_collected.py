import csv

import pytest

from engine.batch.collected import write_results
from engine.batch.manifest import Entry
from engine.errors import BadInputError

SOLVED = {
    "id": "one",
    "verdict": "solved",
    "formula": "TiO2",
    "space_group": "P 42/m n m",
    "space_group_number": 136,
    "cell": [4.59, 4.59, 2.96, 90.0, 90.0, 90.0],
    "n_atoms": 6,
    "source": "library",
    "rwp": 0.0512,
    "score": 0.97,
    "seconds": 3.2,
    "warnings": ["The wavelength was assumed.", "Two points were mended."],
}


@pytest.fixture
def rows(tmp_path):
    (tmp_path / "out" / "one").mkdir(parents=True)
    (tmp_path / "out" / "one" / "candidate_01.cif").write_text("data_one\n")
    return [
        (Entry("one", "/data/one, the first.xy", "Ti O", formula="TiO2"), SOLVED),
        (Entry("two", "/data/two.xy", "Na Cl"), {"id": "two", "error": "there is no file."}),
        (Entry("three", "/data/three.xy", "Na Cl"), {}),
        (Entry("four", "/data/four.xy", "K Cl"), {"id": "four", "verdict": "no-solution"}),
    ]


def test_a_row_for_every_pattern_and_the_best_structures(tmp_path, rows):
    target = tmp_path / "export"
    assert write_results(rows, tmp_path / "out", target) == (4, 1)
    with (target / "results.csv").open(encoding="utf-8", newline="") as file:
        table = {row["id"]: row for row in csv.DictReader(file)}
    one = table["one"]
    assert one["file"] == "/data/one, the first.xy"
    assert (one["elements"], one["verdict"], one["cif"]) == ("TiO2", "solved", "one.cif")
    assert (float(one["a"]), float(one["c"])) == (4.59, 2.96)
    assert (float(one["rwp"]), float(one["probability"])) == (0.0512, 0.97)
    assert one["message"] == "The wavelength was assumed. Two points were mended."
    assert (table["two"]["verdict"], table["two"]["message"]) == ("failed", "there is no file.")
    assert table["three"]["verdict"] == ""
    assert table["four"]["verdict"] == "no-solution"
    assert [path.name for path in target.glob("*.cif")] == ["one.cif"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path, rows):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInputError, match="file"):
        write_results(rows, tmp_path / "out", tmp_path / "file")
