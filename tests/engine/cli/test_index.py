from __future__ import annotations

import json

from engine import resources
from engine.cli.command import main


def test_index_prints_a_table(capsys):
    assert main(["index", str(resources.path("examples/rutile.xy")), "--wavelength", "CuKa"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert "lattice" in rows[0]
    assert rows[1].split()[:2] == ["1", "tP"]


def test_index_as_json(capsys):
    path = str(resources.path("examples/halite.xy"))
    assert main(["index", path, "--wavelength", "CuKa", "--json", "--top", "2"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["radiation"]["anode"] == "Cu"
    assert 1 <= len(answer["cells"]) <= 2
    best = answer["cells"][0]
    assert (best["rank"], best["bravais"], best["crystal_system"]) == (1, "cF", "cubic")
    assert abs(best["cell"][0] - 5.64) < 0.01
    assert 0.0 <= best["chance"] <= 1.0


def test_a_missing_file_is_bad_input(capsys):
    assert main(["index", "no-such-file.xy"]) == 2
    assert "no-such-file.xy" in capsys.readouterr().err
