"""``densight train`` and ``densight evaluate``: for those who build the model."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from engine.training.train_command import add_train_parser


def add_parsers(subparsers: Any) -> None:
    """Add both subcommands to the command line's subparsers."""
    add_train_parser(subparsers)
    evaluate = subparsers.add_parser(
        "evaluate", help="score the shipped network on held-out structures"
    )
    evaluate.add_argument("--per-system", type=int, default=40, metavar="N")
    evaluate.add_argument(
        "--library",
        type=int,
        default=20,
        metavar="N",
        help="entries a system for which the solver's candidates are scored too; default: 20",
    )
    evaluate.add_argument("--seed", type=int, default=0)
    evaluate.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    evaluate.add_argument("--out", type=Path, required=True, metavar="DIR")
    evaluate.add_argument(
        "--model-card", type=Path, metavar="FILE.md", help="write the model card too"
    )
    evaluate.add_argument(
        "--record", action="store_true", help="put the scores into the weights' manifest"
    )
    evaluate.set_defaults(run=run_evaluate)


def run_evaluate(arguments: argparse.Namespace) -> int:
    """Score, and write ``evaluation.json``, ``evaluation.md`` and perhaps the model card."""
    from engine.cli.progress import TerminalProgress
    from engine.model.checkpoint import record_scores
    from engine.model.inference import weights_path
    from engine.training.data import data_root
    from engine.training.evaluate import evaluate, load_entries, score_baselines
    from engine.training.library_baseline import score_library
    from engine.training.report import summary, write_model_card, write_report

    progress = TerminalProgress()
    try:
        entries = load_entries(data_root(), arguments.per_system, arguments.seed)
        place = arguments.out / f"baselines_{arguments.per_system}_{arguments.seed}.json"
        if place.is_file():
            baselines = json.loads(place.read_text(encoding="utf-8"))
        else:
            baselines = score_baselines(entries, arguments.seed, progress)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps(baselines), encoding="utf-8")
        rows = evaluate(
            entries, baselines, device=arguments.device, seed=arguments.seed, progress=progress
        )
        few = load_entries(data_root(), arguments.library, arguments.seed)
        library = score_library(few, progress)
    finally:
        progress.close()
    for row in rows:
        if row["line"] in library:
            row["library"] = library[row["line"]]
    write_report(rows, arguments.out)
    if arguments.record:
        record_scores(weights_path(), summary(rows))
    print(f"written: {arguments.out}/evaluation.md")
    if arguments.model_card is not None:
        write_model_card(rows, arguments.model_card)
        print(f"written: {arguments.model_card}")
    return 0
