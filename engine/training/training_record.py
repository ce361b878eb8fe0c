"""What trainings teach about training: growth, ablations, comparisons, in one JSON record.

The form is that of `engine.training.evaluation.growth`, which puts it into the model card.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from engine.training.evaluation.growth import FORMAT, read_record

# The score of a log's rows, and that of an ablation: gauge-free correlations on monitored views.
GROWTH = {"body": "val_twice", "branches": "val_cell_first"}
NOTE = "on the monitored views, true cell; at the full learning rate but for the last stages"


def record_growth(path: Path, log: Path, part: str, monitored: int) -> None:
    """Put the stages of a run into the record at `path`; what it says of ablations stays.

    Parameters
    ----------
    path : Path
        ``*.json``; made where there is none.
    log : Path
        ``log.csv`` of the run.
    part : {"body", "branches"}
    monitored : int
        Number of monitored structures.

    Raises
    ------
    BadInputError
        If there is a record that cannot be read.
    """
    with log.open(newline="", encoding="utf-8") as file:
        stages = [row for row in csv.DictReader(file) if row.get(GROWTH[part])]
    growth = [
        {
            "views": int(row["views"]),
            "gfcc_first": round(float(row[GROWTH[part]]), 4),
            "n": monitored,
            "set": "val",
            "note": NOTE if row is stages[-1] else "",
        }
        for row in stages
    ]
    _write(path, {**read_record(path), "growth": growth})


def record_ablations(path: Path, done: list[dict[str, Any]], monitored: int) -> None:
    """Put finished ablations into the record at `path`; the first is what the others go against.

    Parameters
    ----------
    path : Path
    done : list of dict
        As `engine.training.ablations.run_ablations` returns them.
    monitored : int
    """
    rows = []
    for entry in done:
        row = {
            "name": entry["name"],
            "views": entry["views"],
            "gfcc_first": round(entry["val_gfcc_once"], 4),
            "n": monitored,
            "note": entry["setting"],
        }
        if entry is not done[0]:
            row["against"] = {"gfcc_first": round(done[0]["val_gfcc_once"], 4)}
        rows.append(row)
    _write(path, {**read_record(path), "ablations": rows})


def record_paper_run(path: Path, about: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Put the scores of the paper's architecture into the record at `path`.

    Parameters
    ----------
    path : Path
    about : dict
        As `engine.training.evaluation.paper_run.load_paper_run` returns it.
    rows : list of dict
        As `engine.training.evaluation.paper_run.score_paper_run` returns them.
    """
    kept = ("line", "gfcc", "paper_ssim", "paper_psnr")
    scores = [{name: row[name] for name in kept} for row in rows]
    _write(path, {**read_record(path), "paper": {"about": about, "rows": scores}})


def _write(path: Path, record: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**record, "format": FORMAT}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
