"""The subcommands for those who build the model."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.model.checkpoint import load_checkpoint
from engine.training.commands import add_parsers
from engine.training.data import CellSet
from engine.training.tables import build_tables

SETTINGS = """
tables = ["few"]
monitor = "few"
monitored = 2
steps = 2
batch = 2
log_every = 1
[network]
width = 16
branch = 16
blocks = 1
head = 8
hypotheses = 2
latent = 2
"""


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers())
    return parser.parse_args(words)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DENSIGHT_RUNS", str(tmp_path / "runs"))
    salt = 5.64 * np.array([[0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]])
    cell = (salt, np.array([11, 17]), np.array([[0.0] * 3, [0.5] * 3]), 225, 0)
    build_tables(CellSet.join([cell])).save(tmp_path / "runs" / "few")
    path = tmp_path / "settings.toml"
    path.write_text(SETTINGS)
    return path


def test_a_run_is_trained_and_its_weights_written(config: Path, tmp_path: Path) -> None:
    weights = tmp_path / "net.safetensors"
    arguments = parse("train", "--config", str(config), "--export", str(weights))
    assert arguments.run(arguments) == 0
    assert (tmp_path / "runs" / "cmednet" / "log.csv").is_file()
    assert load_checkpoint(weights)[1]["training"]["steps"] == 2


def test_missing_tables_are_said_clearly(config: Path) -> None:
    config.write_text(SETTINGS.replace('["few"]', '["none"]'))
    arguments = parse("train", "--config", str(config))
    with pytest.raises(BadInputError, match="--prepare"):
        arguments.run(arguments)


def test_evaluation_needs_a_folder() -> None:
    assert parse("evaluate", "--out", "x").per_system == 40
    with pytest.raises(SystemExit):
        parse("evaluate")
