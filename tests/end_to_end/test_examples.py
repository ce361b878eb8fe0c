"""The example scripts of the documentation run as they are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import resources
from engine.export.cif import write_cif
from engine.export.pattern_files import write_pattern
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"


def run(name: str, *arguments: object, cwd: Path) -> str:
    """What an example prints; it must end with 0."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    environment = {**os.environ, **one_thread, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_solving_one_pattern(tmp_path):
    out = run("solve_one_pattern.py", resources.path("examples/rutile.xy"), "Ti,O", tmp_path / "s",
              cwd=tmp_path)  # fmt: skip
    assert "1. TiO2 P4_2/mnm" in out
    assert (tmp_path / "s" / "candidate_01.cif").is_file()


@pytest.mark.slow
def test_scoring_a_folder(tmp_path):
    folder = tmp_path / "patterns"
    folder.mkdir()
    made = BY_NAME["rutile"].structure
    write_pattern(measured(made, 1, step=0.05), folder / "rutile.xy")
    write_cif(folder / "rutile.cif", made)
    out = run("score_a_folder.py", folder, tmp_path / "out", cwd=tmp_path)
    assert "first candidate right: 1 of 1" in out


@pytest.mark.slow
def test_training_a_small_model(tmp_path):
    folder = tmp_path / "cifs"
    folder.mkdir()
    for name, made in BY_NAME.items():
        write_cif(folder / f"{name}.cif", made.structure)
    out = run("train_a_small_model.py", folder, tmp_path / "out", cwd=tmp_path)
    assert "\n20 steps, 80 views: " in out
