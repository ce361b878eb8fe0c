"""What each idea is worth: runs at equal small compute that differ in one setting."""

from __future__ import annotations

import csv
import json
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import BadInputError
from engine.progress import Progress
from engine.training.parallel import World
from engine.training.settings import TrainingSettings, settings_from
from engine.training.training_record import record_ablations

SCORE = {"body": "val_once", "branches": "val_cell_first"}


def read_ablations(path: Path) -> list[dict[str, Any]]:
    """Read ``[[run]]`` entries: ``name``, ``setting`` (in words), and ``change``, a table.

    Raises
    ------
    BadInputError
        If the file cannot be read, or an entry lacks one of them.
    """
    try:
        runs = tomllib.loads(path.read_text(encoding="utf-8"))["run"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise BadInputError(f"The list of ablations {path} cannot be read: {error}.") from error
    for run in runs:
        if set(run) != {"name", "setting", "change"}:
            raise BadInputError(
                f"A [[run]] of {path} must have exactly 'name', 'setting' and 'change'."
            )
    return list(runs)


def run_ablations(
    path: Path,
    settings: TrainingSettings,
    cache: Path,
    folder: Path,
    record: Path | None = None,
    world: World | None = None,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Train every run of a list in ``folder/NAME``; what is done is not done again.

    Parameters
    ----------
    path : Path
        See `read_ablations`.
    settings : TrainingSettings
        Of which each run changes what it says.
    cache : Path
        Folder of the prepared sets.
    folder : Path
    record : Path, optional
        The scores of all finished runs are put into it after each of them; see
        `engine.training.training_record`.
    world : World, optional
    progress : Progress, optional

    Returns
    -------
    list of dict
        ``name``, ``setting``, ``change``, ``views``, ``seconds`` and ``val_gfcc_once``, the last
        logged gauge-free correlation on the monitored structures.
    """
    from engine.training.train_command import make_trainer

    world, done = world or World(), []
    for run in read_ablations(path):
        changed = settings_from(_merged(_plain(settings), run["change"]), f"{path}: {run['name']}")
        own = folder / run["name"]
        trainer = make_trainer(changed, cache, own, world)
        trainer.run(progress)
        if not world.leads:
            continue
        done.append({**run, **last_scores(own / "log.csv", SCORE[changed.part])})
        if record is not None:
            record_ablations(record, done, settings.monitored)
    return done


def last_scores(log: Path, column: str) -> dict[str, float]:
    """Views, seconds and score of the last row of a log that has the score.

    Raises
    ------
    BadInputError
        If no row has it.
    """
    with log.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.get(column)]
    if not rows:
        raise BadInputError(f"The log {log} has no '{column}': let the run reach its last step.")
    last = rows[-1]
    return {
        "views": int(last["views"]),
        "seconds": int(last["seconds"]),
        "val_gfcc_once": float(last[column]),
    }


def _plain(settings: TrainingSettings) -> dict[str, Any]:
    """Settings as TOML would give them."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(settings)))
    return plain


def _merged(values: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    merged = dict(values)
    for name, value in change.items():
        group = merged.get(name)
        merged[name] = _merged(group, value) if isinstance(group, dict) else value
    return merged
