"""``densight batch``: many patterns from a manifest, in parallel."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.cli.arguments import add_device, add_search_limits, device_of, existing, number, warn


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "batch",
        help="solve many patterns, resuming where it was stopped",
        description="MANIFEST.csv has a header row with file,elements and optionally "
        "wavelength,formula,id,others_possible; several elements are separated by spaces.",
    )
    parser.add_argument("manifest", metavar="MANIFEST.csv", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=number(int, 1), metavar="N", help="processes; default: one a core"
    )
    where.add_argument(
        "--scheduler", metavar="tcp://HOST:PORT", help="a running Dask scheduler to use instead"
    )
    add_search_limits(parser)
    add_device(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the batch and say what came out."""
    from engine.batch.manifest import read_manifest
    from engine.batch.run import run_batch
    from engine.batch.task import Options

    # The workers of a cluster may have what this computer has not.
    device = arguments.device if arguments.scheduler else device_of(arguments)
    manifest = read_manifest(existing(arguments.manifest))
    for text in manifest.warnings:
        warn(text)
    options = Options(
        max_atoms=arguments.max_atoms,
        time_limit=arguments.time_limit,
        top=arguments.top,
        seed=arguments.seed,
        device=device,
    )
    count = run_batch(
        manifest,
        arguments.out,
        options,
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        tell=lambda text: print(text, flush=True),
    )
    print(
        f"{count.solved} solved, {count.tentative} tentative, {count.unsolved} without a solution, "
        f"{count.failed} failed, {count.kept} kept from before: {arguments.out / 'results.jsonl'}"
    )
    return 0
