"""Anybody's structures: what is read, and what is left out and why."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from engine.errors import BadInputError
from engine.training.data import CellSet
from engine.training.isotypes import reduced_formula
from engine.training.prepare import (
    OWN,
    OWN_MONITOR,
    own_sets,
    prepare_own_data,
    prepare_sets,
)
from engine.training.sets import TrainingSets, cells_path
from engine.training.structure_sources import LeftOut, SourceCrystal, crystals_of, read_formulas

CIF = """data_{name}
_cell_length_a {a}
_cell_length_b {a}
_cell_length_c {a}
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_space_group_name_H-M_alt 'F m -3 m'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
A {one} 0 0 0 {occupancy}
B {other} 0.5 0.5 0.5 1
"""


@pytest.fixture
def cifs(tmp_path: Path) -> Path:
    folder = tmp_path / "cifs"
    (folder / "deeper").mkdir(parents=True)
    salts = [("Na", "Cl", 5.64), ("K", "Cl", 6.29), ("Mg", "O", 4.21), ("Li", "F", 4.03)]
    for one, other, a in salts:
        text = CIF.format(name=one, one=one, other=other, a=a, occupancy=1)
        (folder / "deeper" / f"{one}{other}.CIF").write_text(text)
    text = CIF.format(name="x", one="Na", other="Cl", a=5.7, occupancy=0.5)
    (folder / "half.cif").write_text(text)
    (folder / "broken.cif").write_text("data_x\nloop_\n_a\n'")
    (folder / "notes.txt").write_text("not a structure")
    return folder


def record(**changes: object) -> dict[str, object]:
    plain = {
        "lattice": [[4.0, 0, 0], [0, 4.0, 0], [0, 0, 4.0]],
        "species": ["Cs", "Cl"],
        "frac_coords": [[0, 0, 0], [0.5, 0.5, 0.5]],
    }
    return plain | changes


def test_a_folder_of_cifs_is_read_with_its_subfolders(cifs: Path) -> None:
    found = list(crystals_of(cifs))
    good = [c for c in found if isinstance(c, SourceCrystal)]
    bad = {c.where: c.reason for c in found if isinstance(c, LeftOut)}
    assert [c.where for c in good] == [f"deeper/{n}.CIF" for n in ("KCl", "LiF", "MgO", "NaCl")]
    assert all(len(c.numbers) == 8 for c in good)
    assert "disordered" in bad["half.cif"]
    assert "no valid CIF" in bad["broken.cif"]
    assert len(bad) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"species": ["Cs", "Xx"]}, "Xx"),
        ({"species": ["Cs"]}, "do not fit"),
        ({"lattice": [[4, 0, 0], [4, 0, 0], [0, 0, 4]]}, "no volume"),
        ({"lattice": "cubic"}, "cubic"),
        ({"frac_coords": [[0, 0, 0], [0, 0, 0.01]]}, "closer"),
        ({"frac_coords": [[0, 0, 0], [0, 0, float("nan")]]}, "not finite"),
        ({"space_group": 231}, "231"),
        ({"species": None}, ""),
    ],
)
def test_wrong_lines_are_left_out_with_a_reason(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(json.dumps(record()) + "\n" + json.dumps(record(**changes)) + "\n")
    good, bad = crystals_of(path)
    assert isinstance(good, SourceCrystal)
    assert isinstance(bad, LeftOut)
    assert bad.where == "some.jsonl line 2"
    assert reason in bad.reason


def test_what_is_no_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no file"):
        next(crystals_of(tmp_path))
    (tmp_path / "x.xyz").write_text("")
    with pytest.raises(BadInputError, match="no data to train on"):
        next(crystals_of(tmp_path / "x.xyz"))
    (tmp_path / "x.jsonl").write_text('{"lattice": []}\n[1]\n')
    with pytest.raises(BadInputError, match="Line 2"):
        list(crystals_of(tmp_path / "x.jsonl"))
    (tmp_path / "x.jsonl.gz").write_text("not compressed")
    with pytest.raises(BadInputError, match="cannot be read"):
        list(crystals_of(tmp_path / "x.jsonl.gz"))


def test_own_data_become_sets_without_what_is_held_out(cifs: Path, tmp_path: Path) -> None:
    held_out = tmp_path / "held_out.txt"
    held_out.write_text("# judged later\nMg2O2\n")
    root = tmp_path / "sets"
    prepare_own_data(cifs, root, held_out)
    names = own_sets(isotypes=1)
    prepare_sets((*names, OWN_MONITOR), tmp_path, root, with_settings=True)
    sets, monitor = TrainingSets(root, names), TrainingSets(root, (OWN_MONITOR,))
    assert sets.settings is not None
    assert len(CellSet.load(cells_path(root, OWN))) == 2
    assert len(monitor.cells) == 1
    formulas = {reduced_formula(sets.cells.atoms(i)[0]) for i in range(len(sets.cells))}
    assert reduced_formula(monitor.cells.atoms(0)[0]) not in formulas
    assert ((8, 1), (12, 1)) not in formulas
    assert set(sets.cells.space_group) == {225}
    with (root / "left_out.csv").open(newline="") as file:
        left_out = {row["where"]: row["reason"] for row in csv.DictReader(file)}
    assert left_out["deeper/MgO.CIF"] == "its formula is held out"
    assert len(left_out) == 3
    prepare_own_data(cifs, root, held_out)  # is there already
    with pytest.raises(BadInputError, match="another --run-folder"):
        prepare_own_data(cifs, root)


def test_one_formula_alone_cannot_be_trained_on(cifs: Path, tmp_path: Path) -> None:
    held_out = tmp_path / "held_out.jsonl"
    lines = [{"species": ["K", "Cl"]}, {"formula": "LiF"}, {"formula": "MgO"}]
    held_out.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(BadInputError, match="one formula alone"):
        prepare_own_data(cifs, tmp_path / "sets", held_out)


def test_held_out_lists_are_read(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl.gz"
    with gzip.open(path, "wt") as file:
        file.write(json.dumps({"species": ["Na", "Cl"]}) + "\n" + json.dumps({"id": 3}) + "\n")
    with pytest.raises(BadInputError, match="neither"):
        read_formulas(path)
    with pytest.raises(BadInputError, match="cannot be read"):
        read_formulas(tmp_path / "none.txt")
