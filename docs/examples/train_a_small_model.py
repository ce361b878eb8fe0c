"""Train a small branch network on a folder of CIFs: python train_a_small_model.py FOLDER OUT

Far too small and short to be of use; `engine/training/branches.toml` and `body.toml` are the
settings of the shipped weights, and docs/development.md says what a run leaves and how it goes on.
"""

import sys
from pathlib import Path

from engine.cli import main as densight
from engine.model.checkpoint import read_manifest

SETTINGS = """\
part = "branches"
monitored = 2
steps = 20
batch = 4
warmup = 5
decay = 5
log_every = 5
monitor_every = 10
save_every = 20

[network]
width = 32
branch = 32
blocks = 1
head = 16
hypotheses = 2
latent = 4
"""


def main(folder: Path, out: Path) -> int:
    """Write the settings, train, and say what the weights' manifest records."""
    out.mkdir(parents=True, exist_ok=True)
    settings, weights = out / "small.toml", out / "small.safetensors"
    settings.write_text(SETTINGS, encoding="utf-8")
    words = ["train", "--config", settings, "--data", folder, "--run-folder", out / "run"]
    code = densight([*map(str, words), "--export", str(weights), "--device", "cpu"])
    if code == 0:
        training = read_manifest(weights)["training"]
        print(f"{training['steps']} steps, {training['views']} views: {weights}")
        print((out / "run" / "log.csv").read_text(encoding="utf-8"))
    return code


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2])))
