"""Training data that travel, and training where little is installed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.training.bundle import unpack_bundle, write_bundle
from engine.training.data import CellSet
from engine.training.prepare import base_of, keep_held_out, kept_held_out
from engine.training.sets import cells_path

ROOT = Path(__file__).resolve().parents[3]

# What a machine for training alone does not have.
PLAIN = """
import sys
ABSENT = {"pymatgen", "gemmi", "spglib", "scipy", "matplotlib", "skimage", "PySide6", "psygnal",
          "platformdirs", "pyqtgraph", "vispy", "tensorboard"}
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from app.__main__ import main
raise SystemExit(main(sys.argv[1:]))
"""

SETTINGS = """
part = "body"
tables = ["few", "few_isotypes_1"]
monitor = "few"
monitored = 4
steps = 2
batch = 2
log_every = 1
[network]
channels = 8
deep_channels = 8
deep_blocks = 1
condition = 16
"""


def test_a_bundle_gives_the_cells_back(few_cells: CellSet, tmp_path: Path) -> None:
    few_cells.save(cells_path(tmp_path / "here", "few"))
    keep_held_out(tmp_path / "here", {((8, 1), (12, 1))})
    write_bundle(tmp_path / "b.npz", ("few", "few_isotypes_3"), tmp_path / "here")
    assert unpack_bundle(tmp_path / "b.npz", tmp_path / "there") == ("few",)
    again = CellSet.load(cells_path(tmp_path / "there", "few"))
    np.testing.assert_array_equal(again.lattice, few_cells.lattice)
    np.testing.assert_array_equal(again.numbers, few_cells.numbers)
    np.testing.assert_array_equal(again.space_group, few_cells.space_group)
    np.testing.assert_allclose(again.frac_coords, few_cells.frac_coords % 1.0, atol=1e-5)
    assert kept_held_out(tmp_path / "there") == {((8, 1), (12, 1))}


def test_what_is_no_bundle_is_refused(few_cells: CellSet, tmp_path: Path) -> None:
    few_cells.save(tmp_path / "cells.npz")
    for name in ("cells.npz", "none.npz"):
        with pytest.raises(BadInputError, match="no bundle"):
            unpack_bundle(tmp_path / name, tmp_path / "there")


def test_names_of_sets_say_what_they_are_made_from() -> None:
    assert base_of("train") == ("train", None)
    assert base_of("isotypes_3") == ("train", 3)
    assert base_of("isotypes_large_1") == ("train_large", 1)
    assert base_of("own_isotypes_2") == ("own", 2)


def test_training_needs_little_besides_numpy_and_torch(few_cells: CellSet, tmp_path: Path) -> None:
    few_cells.save(cells_path(tmp_path / "here", "few"))
    write_bundle(tmp_path / "b.npz", ("few",), tmp_path / "here")
    (tmp_path / "run.toml").write_text(SETTINGS)
    words = "train --config run.toml --bundle b.npz --run-folder run --device cpu --export"
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, *words.split(), "weights.safetensors"],
        cwd=tmp_path,
        env={"DENSIGHT_RUNS": str(tmp_path / "there"), "PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "run" / "log.csv").read_text().splitlines()) == 3
    assert (tmp_path / "weights.safetensors").is_file()
    assert (tmp_path / "run" / "settings.toml").read_text() == SETTINGS
