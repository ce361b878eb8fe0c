"""From records to cells, and isotypes."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.training.data import CellSet, data_root, read_records
from engine.training.isotypes import (
    atomic_volumes,
    formula_key,
    make_isotypes,
    reduced_formula,
)
from engine.training.metrics import gauge_free_correlation
from engine.training.prepare import prepare_cells

CONVENTIONAL = {
    "id": "made up",
    "formula": "NaCl",
    "space_group": 225,
    "lattice": (5.64 * np.eye(3)).tolist(),
    "species": ["Na"] * 4 + ["Cl"] * 4,
    "frac_coords": [
        [0.0, 0.0, 0.0],
        [0.0, 0.5, 0.5],
        [0.5, 0.0, 0.5],
        [0.5, 0.5, 0.0],
        [0.5, 0.5, 0.5],
        [0.5, 0.0, 0.0],
        [0.0, 0.5, 0.0],
        [0.0, 0.0, 0.5],
    ],
}


@pytest.fixture
def cells(tmp_path: Path) -> CellSet:
    source = tmp_path / "some.jsonl.gz"
    with gzip.open(source, "wt", encoding="utf-8") as file:
        file.write(json.dumps(CONVENTIONAL) + "\n")
    assert prepare_cells(source, tmp_path / "cells.npz") == []
    return CellSet.load(tmp_path / "cells.npz")


def test_a_centred_cell_becomes_its_primitive_one(cells: CellSet) -> None:
    numbers, positions = cells.atoms(0)
    assert sorted(numbers.tolist()) == [11, 17]
    np.testing.assert_allclose(
        np.linalg.norm(cells.lattice[0], axis=1), 5.64 / np.sqrt(2.0), rtol=1e-5
    )
    # Half-way between all three neighbours of its own kind, in every setting of the cell.
    np.testing.assert_allclose((positions[0] - positions[1]) % 1.0, 0.5, atol=1e-5)


def test_isotypes_keep_the_type_and_avoid_what_is_held_out(cells: CellSet) -> None:
    made = [make_isotypes(cells, set(), seed) for seed in range(12)]
    formulas = {reduced_formula(part.atoms(0)[0]) for part in made if len(part)}
    assert len(formulas) > 2
    assert ((11, 1), (17, 1)) not in formulas
    for part in made:
        if len(part):
            np.testing.assert_allclose(part.frac_coords, cells.frac_coords)
    for part in (make_isotypes(cells, formulas, seed) for seed in range(12)):
        assert len(part) == 0


def test_volumes_add_up(cells: CellSet) -> None:
    volumes = atomic_volumes(cells)
    assert volumes[11] + volumes[17] == pytest.approx(5.64**3 / 4.0, rel=0.02)


def test_formulas_are_reduced() -> None:
    assert formula_key("Fe2O3") == ((8, 3), (26, 2))
    assert reduced_formula(np.array([8, 8, 8, 26, 26] * 2)) == ((8, 3), (26, 2))


def test_a_missing_file_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="DENSIGHT_DATA"):
        next(read_records(tmp_path / "none.jsonl.gz"))
    with pytest.raises(BadInputError, match="--prepare"):
        CellSet.load(tmp_path / "none.npz")


def test_the_data_are_found_by_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENSIGHT_DATA", "/some/where")
    assert data_root() == Path("/some/where")
    monkeypatch.delenv("DENSIGHT_DATA")
    assert data_root().parts[-2:] == ("shared", "data")


def test_the_shared_data_are_read(data_root: Path) -> None:
    record = next(read_records(data_root / "structures" / "val.jsonl.gz"))
    assert {"formula", "space_group", "lattice", "species", "frac_coords"} <= set(record)


def test_standard_test_pattern_is_drawn_for_evaluation(data_root: Path) -> None:
    from engine.training.bench_sets import standard_pattern_module
    from engine.training.evaluation.entries import choose_lines, niggli_structure

    record = next(read_records(data_root / "structures" / "val.jsonl.gz"))
    two_theta, counts = standard_pattern_module().standard_pattern(record, 0)
    assert len(two_theta) == len(counts) == 4251
    structure = niggli_structure(record)
    assert structure is not None
    assert len(structure) <= len(record["species"])
    groups = np.array([225, 1, 225, 62, 14, 225])
    chosen = choose_lines(groups, per_system=2)
    assert chosen == choose_lines(groups, per_system=2)
    assert len(chosen) == 5
    assert gauge_free_correlation(np.eye(3)[None].repeat(3, 0), np.ones((3, 3, 3))) == 0.0
