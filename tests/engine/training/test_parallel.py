"""Several processes that train together."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from engine.errors import BadInputError
from engine.training.parallel import World
from engine.training.run import Trainer

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = """
part = "body"
tables = ["few"]
monitor = "few"
monitored = 4
steps = 3
batch = 4
log_every = 1
monitor_every = 3
[network]
channels = 8
deep_channels = 8
deep_blocks = 1
condition = 16
"""


def test_batches_are_shared_evenly() -> None:
    shares = [World(rank, 3).share(12) for rank in range(3)]
    assert [(s.start, s.stop) for s in shares] == [(0, 4), (4, 8), (8, 12)]
    with pytest.raises(BadInputError, match="multiple"):
        World(0, 3).share(10)
    assert World().agree(2.5) == 2.5


def test_two_processes_train_one_network(prepared: Path, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(SETTINGS)
    words = "--standalone --nproc-per-node 2 -m app train --device cpu --config"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "torch.distributed.run",
            *words.split(),
            str(tmp_path / "run.toml"),
            "--run-folder",
            str(tmp_path / "run"),
        ],
        cwd=ROOT,
        env={**os.environ, "DENSIGHT_RUNS": str(prepared), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split(",") for line in (tmp_path / "run" / "log.csv").read_text().splitlines()]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3"]
    assert [row[2] for row in rows[1:]] == ["4", "8", "12"]
    assert rows[-1][rows[0].index("val_once")]
    alone = _alone(prepared, tmp_path)
    together = load_file(tmp_path / "run" / "state.safetensors")
    # The same cells, the other half of them measured otherwise: alike, but not the same.
    moved = [(together[n] - alone[n]).norm() / alone[n].norm() for n in together if n[:3] == "net"]
    assert 0.0 < torch.stack(moved).nanmean() < 0.2


def _alone(prepared: Path, tmp_path: Path) -> dict[str, torch.Tensor]:
    from engine.training.settings import read_settings
    from engine.training.train_command import make_trainer

    settings = read_settings(tmp_path / "run.toml")
    trainer: Trainer = make_trainer(settings, prepared, tmp_path / "alone")
    trainer.run()
    return load_file(tmp_path / "alone" / "state.safetensors")
