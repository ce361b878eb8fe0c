"""The whole evaluation: what is asked for is scored, the rest is taken from what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import resources
from engine.errors import BadInputError
from engine.progress import Progress
from engine.training.evaluation.conditions import Condition, chosen_conditions
from engine.training.evaluation.entries import load_entries
from engine.training.evaluation.figures import chosen_entries, draw_sheet
from engine.training.evaluation.growth import RECORD
from engine.training.evaluation.library_maps import library_store, score_library
from engine.training.evaluation.measured import score_measured
from engine.training.evaluation.network_rows import (
    Amounts,
    network_folder,
    score_network,
    weights_name,
)
from engine.training.evaluation.paper_run import load_paper_run, score_paper_run
from engine.training.evaluation.paper_terms import score_paper_terms
from engine.training.evaluation.results import About, Results, by_answer
from engine.training.evaluation.tables import best, first
from engine.training.evaluation.timing import time_maps
from engine.training.evaluation.trivial import score_trivial, trivial_store
from engine.training.training_record import record_paper_run

SHOWN_AMONG = 20  # entries a system that the picture's are chosen from
PARTS = ("trivial", "library", "paper", "measured", "timing")


@dataclass(frozen=True)
class Plan:
    """What to score.

    Attributes
    ----------
    amounts : Amounts
        Entries of each crystal system; the library is asked about as many as ablations.
    conditions : tuple of Condition
    parts : tuple of str
        Of `PARTS`: what is scored besides the network on simulated patterns.
    device : str
    seed : int
    """

    amounts: Amounts
    conditions: tuple[Condition, ...]
    parts: tuple[str, ...] = PARTS
    device: str = "auto"
    seed: int = 0

    def of_maps_only(self) -> Plan:
        """The same for a further set: network and trivial answers only."""
        parts = tuple(part for part in self.parts if part == "trivial")
        return replace(self, parts=parts)


def plan_of(
    amounts: Amounts,
    conditions: Sequence[str] | None = None,
    parts: Sequence[str] | None = None,
    *,
    device: str = "auto",
    seed: int = 0,
) -> Plan:
    """A plan from the words of the command line; None means all.

    Raises
    ------
    BadInputError
        If a number, a condition or a part makes no sense.
    """
    if amounts.light < 1 or min(amounts.heavy, amounts.ablation) < 0:
        raise BadInputError("Score at least one entry of each crystal system.")
    strange = [part for part in parts or () if part not in PARTS]
    if strange:
        raise BadInputError(f"There is no part '{strange[0]}': choose from {', '.join(PARTS)}.")
    chosen = PARTS if parts is None else tuple(part for part in PARTS if part in parts)
    return Plan(amounts, chosen_conditions(conditions), chosen, device, seed)


def draw_picture(
    root: Path, cache: Path, plan: Plan, path: Path, progress: Progress | None = None
) -> None:
    """Draw the sheet of maps of one crystal of each system of `val`."""
    entries = load_entries(root, cache, SHOWN_AMONG, seed=plan.seed, progress=progress)
    chosen = chosen_entries(entries, plan.seed)
    draw_sheet(chosen, path, device=plan.device, seed=plan.seed, progress=progress)


def score_paper(
    root: Path, cache: Path, plan: Plan, folder: Path, progress: Progress | None = None
) -> None:
    """Score a run of the paper's architecture on entries of `val` and record it."""
    entries = load_entries(root, cache, plan.amounts.ablation, seed=plan.seed, progress=progress)
    rows = score_paper_run(entries, folder, seed=plan.seed, progress=progress)
    record_paper_run(resources.path(RECORD), load_paper_run(folder)[1], rows)


def evaluate(
    root: Path, cache: Path, name: str, plan: Plan, progress: Progress | None = None
) -> Results:
    """Score the shipped weights on one held-out set.

    Everything is kept in `cache`, the network's scores by the checksum of the weights: a stopped
    evaluation goes on where it was, and new weights need only their own rows.

    Parameters
    ----------
    root : Path
        Folder of the data sets.
    cache : Path
    name : {"val", "val_multi", "val_large"}
    plan : Plan
    progress : Progress, optional
    """
    most = max(plan.amounts.light, plan.amounts.heavy, plan.amounts.ablation)
    entries = load_entries(root, cache, most, name=name, seed=plan.seed, progress=progress)
    folder = network_folder(cache)
    more: dict[str, Any] = {"device": plan.device, "seed": plan.seed, "progress": progress}
    few = [entry for entry in entries if entry.rank < plan.amounts.ablation]
    found: dict[str, Any] = {}
    if "trivial" in plan.parts:
        store = trivial_store(cache, name)
        found["trivial"] = by_answer(score_trivial(entries, store, plan.seed, progress))
    if "library" in plan.parts:
        found["library"] = score_library(few, library_store(cache, name), progress)
    network = score_network(entries, plan.conditions, folder / name, amounts=plan.amounts, **more)
    if "paper" in plan.parts:
        usual = [entry for entry in entries if entry.rank < plan.amounts.light]
        found["paper_terms"] = score_paper_terms(usual, folder / name, **more)
    if "measured" in plan.parts:
        found["measured"] = score_measured(cache, folder, **more)
    if "timing" in plan.parts:
        found["timing"] = time_maps(entries)
    about = [About.of(entry) for entry in entries]
    return Results(name, weights_name(), about, network, **found)


def summary(results: Results) -> dict[str, Any]:
    """Mean scores of the network's answers, for the manifest of the weights."""
    found: dict[str, Any] = {
        "entries": len(results.entries),
        "set": f"{results.set_name}, evenly over the crystal systems, standard test pattern",
    }
    for key, rows in results.network.items():
        if not rows:
            continue
        values = {
            "gfcc_first": [first(row) for row in rows],
            "gfcc_best": [best(row) for row in rows],
            "ssim_first": [row["ssim"][0] for row in rows],
            "ssim_best": [max(row["ssim"]) for row in rows],
            "paper_ssim": [row["paper_ssim"] for row in rows],
            "paper_psnr": [row["paper_psnr"] for row in rows],
        }
        found[key] = {name: round(float(np.mean(x)), 4) for name, x in values.items()}
        found[key]["n"] = len(rows)
    return found
