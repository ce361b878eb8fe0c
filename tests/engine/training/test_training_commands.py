"""The subcommands for those who build the model."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.model.checkpoint import read_manifest
from engine.training.commands import add_parsers

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


def run(*words: str) -> int:
    arguments = parse("train", "--device", "cpu", *words)
    return int(arguments.run(arguments))


@pytest.fixture
def config(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    runs = tmp_path / "runs"
    runs.mkdir()
    for name in ("few", "few_cells.npz"):
        (runs / name).symlink_to(prepared / name)
    monkeypatch.setenv("DENSIGHT_RUNS", str(runs))
    path = tmp_path / "small.toml"
    path.write_text(SETTINGS)
    return str(path)


def test_a_run_is_trained_and_its_weights_written(config: str, tmp_path: Path) -> None:
    weights = tmp_path / "net.safetensors"
    assert run("--config", config, "--export", str(weights)) == 0
    folder = tmp_path / "runs" / "small"
    assert (folder / "log.csv").is_file()
    assert (folder / "settings.toml").read_text() == SETTINGS
    training = read_manifest(weights)["training"]
    assert (training["steps"], training["views"]) == (2, 4)
    assert run("--config", config, "--set", "steps=3") == 0
    assert json.loads((folder / "state.json").read_text())["step"] == 3
    weights.unlink()
    assert run("--config", config, "--export-only", "--export", str(weights)) == 0
    assert read_manifest(weights)["training"]["steps"] == 3


def test_structures_of_ones_own_are_trained_on(config: str, tmp_path: Path) -> None:
    lines = []
    for index, symbol in enumerate(("Na", "K", "Rb", "Cs")):
        lattice = ((4.0 + 0.1 * index) * np.eye(3)).tolist()
        coords = [[0, 0, 0], [0.5, 0.5, 0.5]]
        lines.append({"lattice": lattice, "species": [symbol, "Cl"], "frac_coords": coords})
    data = tmp_path / "mine.jsonl"
    data.write_text("".join(json.dumps(line) + "\n" for line in lines))
    folder = tmp_path / "mine"
    words = ("--config", config, "--data", str(data), "--run-folder", str(folder))
    weights = tmp_path / "mine.safetensors"
    assert run(*words, "--isotypes", "1", "--export", str(weights)) == 0
    state = json.loads((folder / "state.json").read_text())
    assert state["settings"]["tables"] == ["own", "own_isotypes_1"]
    assert "user's own" in read_manifest(weights)["data"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "tables=['none']"), "--prepare"),
        (("--set", "steps"), "NAME=VALUE"),
        (("--export-only",), "needs --export"),
        (("--isotypes", "2"), "go with --data"),
    ],
)
def test_what_cannot_be_done_is_said(config: str, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        run("--config", config, *words)


def test_evaluation_needs_a_folder() -> None:
    with pytest.raises(SystemExit):
        parse("evaluate")
