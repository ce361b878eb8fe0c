"""The choice of entries, and test patterns that are made only once."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.training.evaluation import entries
from engine.training.evaluation.entries import choose_lines, load_entries

SALT = {
    "formula": "NaCl",
    "space_group": 225,
    "lattice": (2.82 * (1.0 - np.eye(3))).tolist(),
    "species": ["Na", "Cl"],
    "frac_coords": [[0.0] * 3, [0.5] * 3],
}


def test_a_smaller_choice_is_part_of_a_larger_one() -> None:
    groups = np.random.default_rng(0).integers(1, 231, 500)
    few, many = choose_lines(groups, 3), choose_lines(groups, 9)
    assert set(few) < set(many)
    assert len(few) == 21


def write(path: Path, records: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in records)


def test_patterns_are_made_once_and_seen_formulas_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = SALT | {"species": ["K", "Br"], "formula": "KBr"}
    write(tmp_path / "structures" / "val.jsonl.gz", [SALT, known])
    write(tmp_path / "structures" / "train.jsonl.gz", [known])
    write(tmp_path / "structures" / "train_large.jsonl.gz", [])
    made = []

    def standard_pattern(record: dict[str, object], line: int) -> tuple[np.ndarray, np.ndarray]:
        made.append(line)
        return np.linspace(5.0, 6.0, 51), np.arange(51.0)

    maker = SimpleNamespace(START=5.0, STOP=6.0, STEP=0.02, standard_pattern=standard_pattern)
    monkeypatch.setattr(entries, "standard_pattern_module", lambda: maker)
    for _ in range(2):
        found = load_entries(tmp_path, tmp_path / "cache", 2)
        assert {e.formula: e.unseen_formula for e in found} == {"NaCl": True, "KBr": False}
    assert sorted(made) == [0, 1]
    assert [e.rank for e in found] == [0, 1]
    assert found[0].pattern.counts[50] == 50.0
    assert found[0].pattern.two_theta[-1] == pytest.approx(6.0)
    assert set(found[0].elements) in ({"Na", "Cl"}, {"K", "Br"})


def test_a_set_that_is_not_held_out_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="held-out"):
        load_entries(tmp_path, tmp_path, 1, name="train")
