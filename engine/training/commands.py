"""``densight train`` and ``densight evaluate``: for those who build the model."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

DEFAULT_RUN = "cmednet"


def add_parsers(subparsers: Any) -> None:
    """Add both subcommands to the command line's subparsers."""
    train = subparsers.add_parser(
        "train",
        help="train the network",
        description="Trains as the settings file says; a run that is in the folder goes on.",
    )
    train.add_argument("--config", type=Path, required=True, metavar="TOML")
    train.add_argument("--run-folder", type=Path, metavar="DIR", help="default: runs/cmednet")
    train.add_argument(
        "--prepare", action="store_true", help="first make the arrays that training reads"
    )
    train.add_argument("--export", type=Path, metavar="FILE.safetensors", help="write the weights")
    train.add_argument("--export-only", action="store_true", help="write them without training")
    train.add_argument("--device", default="cpu", choices=("auto", "cpu", "cuda", "mps"))
    train.set_defaults(run=run_train)

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


def run_train(arguments: argparse.Namespace) -> int:
    """Prepare, train and export as asked."""
    import torch

    from engine.cli.progress import TerminalProgress
    from engine.model.device import choose_device
    from engine.training.data import cache_root, data_root
    from engine.training.loop import Trainer, export_weights, read_settings
    from engine.training.tables import TrainingTables

    settings = read_settings(arguments.config)
    cache = cache_root()
    folder = arguments.run_folder or cache / DEFAULT_RUN
    progress = TerminalProgress()
    try:
        if arguments.prepare:
            from engine.training.prepare import prepare_all

            prepare_all(data_root(), cache, progress)
        if not arguments.export_only:
            torch.set_num_threads(settings.threads)
            tables = TrainingTables.join(
                [TrainingTables.load(cache / name) for name in settings.tables]
            )
            monitor = TrainingTables.load(cache / settings.monitor)
            device = choose_device(arguments.device)
            Trainer(settings, tables, monitor, folder, device).run(progress)
    finally:
        progress.close()
    if arguments.export is not None:
        export_weights(folder, arguments.export)
        print(f"written: {arguments.export}")
    return 0


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
