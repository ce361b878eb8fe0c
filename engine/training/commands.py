"""``densight train`` and ``densight evaluate``: for those who build the model."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.training.train_command import add_train_parser


def add_parsers(subparsers: Any) -> None:
    """Add both subcommands to the command line's subparsers."""
    add_train_parser(subparsers)
    evaluate = subparsers.add_parser(
        "evaluate",
        help="score the shipped network on held-out structures",
        description="Scores the shipped weights beside trivial answers. What was scored is kept "
        "in runs/evaluation (trivial answers by entry, the network's by the checksum of its "
        "weights), so a stopped evaluation goes on, and new weights need only their own rows.",
    )
    evaluate.add_argument(
        "--set",
        dest="sets",
        action="append",
        metavar="NAME",
        help="val, val_multi or val_large; may be repeated, the first leads; default: val",
    )
    evaluate.add_argument(
        "--per-system",
        type=int,
        default=60,
        metavar="N",
        help="entries a crystal system for what is quick: no cell, trivial answers; default: 60",
    )
    evaluate.add_argument(
        "--heavy",
        type=int,
        default=20,
        metavar="N",
        help="the same for the cell given; default: 20",
    )
    evaluate.add_argument(
        "--ablation",
        type=int,
        default=8,
        metavar="N",
        help="the same for indexing, the library and the ablations; default: 8",
    )
    evaluate.add_argument(
        "--conditions", metavar="KEY,...", help="rows of the network to score; default: all"
    )
    evaluate.add_argument(
        "--parts",
        metavar="PART,...",
        help="besides the network: trivial, library, paper, measured, timing; default: all",
    )
    evaluate.add_argument(
        "--paper-run",
        type=Path,
        metavar="DIR",
        help="score a run of engine/training/paper.toml in the paper's terms, on as many entries "
        "as the ablations, and put it into the record of trainings",
    )
    evaluate.add_argument("--seed", type=int, default=0)
    evaluate.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    evaluate.add_argument("--out", type=Path, required=True, metavar="DIR")
    evaluate.add_argument(
        "--model-card", type=Path, metavar="FILE.md", help="write the model card too"
    )
    evaluate.add_argument(
        "--picture", type=Path, metavar="FILE.png", help="draw maps of a crystal of each system"
    )
    evaluate.add_argument(
        "--record", action="store_true", help="put the scores into the weights' manifest"
    )
    evaluate.set_defaults(run=run_evaluate)


def run_evaluate(arguments: argparse.Namespace) -> int:
    """Score, and write the results, the tables and, where asked, model card and picture."""
    from engine.cli.progress import TerminalProgress
    from engine.model.checkpoint import record_scores
    from engine.model.inference import weights_path
    from engine.training.data import cache_root, data_root
    from engine.training.evaluation.card import scores_text, write_model_card
    from engine.training.evaluation.network_rows import Amounts
    from engine.training.evaluation.run import draw_picture, evaluate, plan_of, score_paper, summary

    root, cache = data_root(), cache_root() / "evaluation"
    plan = plan_of(
        Amounts(arguments.per_system, arguments.heavy, arguments.ablation),
        _listed(arguments.conditions),
        _listed(arguments.parts),
        device=arguments.device,
        seed=arguments.seed,
    )
    progress = TerminalProgress()
    try:
        found = [
            evaluate(root, cache, name, plan if i == 0 else plan.of_maps_only(), progress)
            for i, name in enumerate(arguments.sets or ["val"])
        ]
        if arguments.paper_run is not None:
            score_paper(root, cache, plan, arguments.paper_run, progress)
        if arguments.picture is not None:
            draw_picture(root, cache, plan, arguments.picture, progress)
    finally:
        progress.close()
    main, more = found[0], found[1:]
    for results in found:
        results.write(arguments.out / f"evaluation_{results.set_name}.json")
    tables = arguments.out / "evaluation.md"
    tables.write_text(scores_text(main, more), encoding="utf-8")
    print(f"written: {tables}")
    if arguments.record:
        record_scores(weights_path(), summary(main))
    if arguments.model_card is not None:
        write_model_card(main, arguments.model_card, more=more, picture=arguments.picture)
        print(f"written: {arguments.model_card}")
    return 0


def _listed(text: str | None) -> list[str] | None:
    """Words apart by commas; None where nothing was said."""
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]
