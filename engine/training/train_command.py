"""``densight train``: prepare, train, export."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadInputError
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.training.parallel import World
    from engine.training.run import Task, Trainer
    from engine.training.settings import TrainingSettings

EPILOG = """\
Several GPUs: torchrun --nproc-per-node N -m app train --config ... --device cuda
Settings, sets and files are described in docs/development.md.
"""


def add_train_parser(subparsers: Any) -> None:
    """Add ``densight train`` to the command line's subparsers."""
    train = subparsers.add_parser(
        "train",
        help="train a part of the network",
        description="Trains as the settings file says; a run that is in the folder goes on.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.add_argument("--config", type=Path, required=True, metavar="TOML")
    train.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting to use instead of the file's, such as steps=200 or network.channels=16",
    )
    train.add_argument(
        "--run-folder", type=Path, metavar="DIR", help="default: runs/ and the settings file's name"
    )
    train.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    train.add_argument(
        "--stop-after", type=float, metavar="MINUTES", help="stop then, to go on another time"
    )
    data = train.add_argument_group("data")
    data.add_argument(
        "--prepare", action="store_true", help="first make what is missing of the prepared sets"
    )
    data.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER|FILE",
        help="train on these structures instead: a folder of CIFs, a .jsonl or a .jsonl.gz file",
    )
    data.add_argument(
        "--held-out",
        type=Path,
        metavar="FILE",
        help="with --data: formulas, one a line or as JSON lines, that must not be trained on",
    )
    data.add_argument(
        "--isotypes", type=int, default=0, metavar="N", help="with --data: sets of isotypes to add"
    )
    data.add_argument(
        "--write-bundle",
        type=Path,
        metavar="FILE.npz",
        help="write the base sets as plain arrays for another machine, and end",
    )
    data.add_argument(
        "--bundle", type=Path, metavar="FILE.npz", help="first unpack such a file (and prepare)"
    )
    out = train.add_argument_group("results")
    out.add_argument("--export", type=Path, metavar="FILE.safetensors", help="write the weights")
    out.add_argument("--export-only", action="store_true", help="write them without training")
    out.add_argument(
        "--ablations",
        type=Path,
        metavar="TOML",
        help="train once for each list of changed settings in this file, one after the other",
    )
    out.add_argument(
        "--record",
        type=Path,
        metavar="FILE.json",
        help="put the ablations' scores, or else the growth of this run's, into this record",
    )
    train.set_defaults(run=run_train)


def run_train(arguments: argparse.Namespace) -> int:
    """Prepare, train and export as asked."""
    from engine.training.data import cache_root
    from engine.training.settings import read_settings

    settings = read_settings(arguments.config, dict(_change(text) for text in arguments.changes))
    folder = arguments.run_folder or cache_root() / arguments.config.stem
    if arguments.export_only:
        if arguments.export is None:
            raise BadInputError("--export-only needs --export FILE.safetensors.")
        _record(arguments, settings, folder)
        return _export(folder, arguments.export)
    if arguments.data is None and (arguments.held_out is not None or arguments.isotypes):
        raise BadInputError("--held-out and --isotypes go with --data.")
    if arguments.data is not None:
        settings = _with_own_sets(settings, arguments.isotypes)
    cache = cache_root() if arguments.data is None else folder / "data"
    if arguments.write_bundle is not None:
        return _write_bundle(arguments, settings, cache)
    return _run(arguments, settings, folder, cache)


def _run(
    arguments: argparse.Namespace, settings: TrainingSettings, folder: Path, cache: Path
) -> int:
    from engine.training.parallel import World

    until = None
    if arguments.stop_after is not None:
        until = time.time() + 60.0 * arguments.stop_after
    world = World.join(arguments.device)
    progress = _progress(world)
    try:
        if world.leads:
            _prepare(arguments, settings, cache, progress)
        world.agree(0.0)  # the others wait until the sets are there
        if arguments.ablations is not None:
            from engine.training.ablations import run_ablations

            run_ablations(
                arguments.ablations, settings, cache, folder, arguments.record, world, progress
            )
            return 0
        trainer = make_trainer(settings, cache, folder, world)
        if world.leads:
            shutil.copyfile(arguments.config, folder / "settings.toml")
            if trainer.step:
                progress.report(0.0, f"going on from step {trainer.step}")
        trainer.run(progress, until)
        if world.leads:
            _record(arguments, settings, folder)
        if arguments.export is not None and world.leads:
            _export(folder, arguments.export)
    finally:
        progress.close()
        world.leave()
    return 0


def make_trainer(
    settings: TrainingSettings, cache: Path, folder: Path, world: World | None = None
) -> Trainer:
    """A run of the part that the settings are for, on the prepared sets in `cache`.

    Raises
    ------
    BadInputError
        If a set is not prepared, or the weights of the branches cannot be read.
    """
    from engine.model.inference import load_network, weights_path
    from engine.training.body_task import BodyTask
    from engine.training.branch_task import BranchTask
    from engine.training.contents_task import ContentsTask
    from engine.training.paper_task import PaperTask
    from engine.training.parallel import World
    from engine.training.run import Trainer
    from engine.training.sets import TrainingSets
    from engine.training.settings import (
        SHIPPED,
        BranchTrainingSettings,
        ContentsTrainingSettings,
        PaperTrainingSettings,
    )

    world = world or World()
    sets = TrainingSets(cache, settings.tables)
    monitor = TrainingSets(cache, (settings.monitor,))
    task: Task
    if isinstance(settings, BranchTrainingSettings):
        task = BranchTask(settings, sets, monitor, world)
    elif isinstance(settings, PaperTrainingSettings):
        task = PaperTask(settings, sets, monitor, world)
    else:
        shipped = settings.branches == SHIPPED
        weights = weights_path() if shipped else Path(settings.branches)
        branches, _ = load_network(weights, world.device)
        if isinstance(settings, ContentsTrainingSettings):
            task = ContentsTask(settings, branches, sets, monitor, world)
        else:
            task = BodyTask(settings, branches, sets, monitor, world)
    return Trainer(settings, task, folder, world, _start_of(settings, world.device))


def _start_of(settings: TrainingSettings, device: str) -> Any:
    """The network that a new run begins with; None where it begins anew."""
    from engine.model.checkpoint import BODY, BRANCHES, HEAD, Part, load_checkpoint
    from engine.model.inference import body_path, head_path, weights_path
    from engine.training.settings import SHIPPED

    if not settings.start:
        return None
    parts: dict[str, tuple[Part[Any], Path]] = {
        "branches": (BRANCHES, weights_path()),
        "body": (BODY, body_path()),
        "contents": (HEAD, head_path()),
    }
    if settings.part not in parts:
        raise BadInputError(
            f"A run of the part '{settings.part}' begins anew: leave 'start' out of its settings."
        )
    part, shipped = parts[settings.part]
    path = shipped if settings.start == SHIPPED else Path(settings.start)
    return load_checkpoint(path, part, device)[0]


def _change(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInputError(f"'--set {text}' is no setting: write --set NAME=VALUE.")
    return name.strip(), value.strip()


def _with_own_sets(settings: TrainingSettings, isotypes: int) -> TrainingSettings:
    from engine.training.prepare import OWN_MONITOR, own_sets

    return replace(settings, tables=own_sets(isotypes), monitor=OWN_MONITOR)


def _prepare(
    arguments: argparse.Namespace, settings: TrainingSettings, cache: Path, progress: Progress
) -> None:
    """Make what is asked for of the sets."""
    from engine.training.data import data_root
    from engine.training.prepare import prepare_own_data, prepare_sets

    if arguments.data is not None:
        prepare_own_data(arguments.data, cache, arguments.held_out, progress)
    if arguments.bundle is not None:
        from engine.training.bundle import unpack_bundle

        unpack_bundle(arguments.bundle, cache)
    if arguments.prepare or arguments.data is not None or arguments.bundle is not None:
        prepare_sets(
            (*settings.tables, settings.monitor),
            data_root(),
            cache,
            with_settings=settings.part == "body",
            workers=max(1, settings.workers),
            progress=progress,
        )


def _write_bundle(arguments: argparse.Namespace, settings: TrainingSettings, cache: Path) -> int:
    from engine.training.bundle import write_bundle
    from engine.training.data import data_root
    from engine.training.prepare import prepare_base_sets

    names = (*settings.tables, settings.monitor)
    if arguments.prepare:
        prepare_base_sets(names, data_root(), cache)
    write_bundle(arguments.write_bundle, names, cache)
    size = arguments.write_bundle.stat().st_size / 2**20
    print(f"written: {arguments.write_bundle} ({size:.1f} MiB)")
    return 0


def _record(arguments: argparse.Namespace, settings: TrainingSettings, folder: Path) -> None:
    from engine.training.training_record import GROWTH, record_growth

    if arguments.record is not None and settings.part in GROWTH:
        record_growth(arguments.record, folder / "log.csv", settings.part, settings.monitored)


def _export(folder: Path, target: Path) -> int:
    from engine.training.export import export_weights

    export_weights(folder, target)
    print(f"written: {target}")
    return 0


def _progress(world: World) -> Any:
    from engine.cli.progress import TerminalProgress

    if not world.leads or sys.stderr.isatty():
        return TerminalProgress()
    return _Lines()


class _Lines(Progress):
    """Progress as lines with the time, for a log file."""

    def report(self, fraction: float, message: str = "") -> None:
        print(f"{time.strftime('%H:%M:%S')} {100.0 * fraction:5.1f} % {message}", flush=True)

    def close(self) -> None:
        """Nothing to take away."""
