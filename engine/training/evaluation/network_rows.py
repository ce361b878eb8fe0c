"""The network's scores under every condition, kept on disk by the checksum of its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.model.inference import weights_checksum
from engine.progress import Progress
from engine.training.evaluation.conditions import GRID, Condition, ask, named_elements
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.scores import Target, score_answer
from engine.training.evaluation.store import JsonLines, Row


def network_folder(cache: Path) -> Path:
    """Where the scores of the shipped weights are kept."""
    return cache / "network" / weights_name()


def weights_name() -> str:
    """What the shipped weights are called: the first digits of their checksum."""
    return weights_checksum()[:12]


@dataclass(frozen=True)
class Amounts:
    """How many entries of each crystal system are scored, by the effort of a condition."""

    light: int
    heavy: int
    ablation: int

    def of(self, condition: Condition) -> int:
        """The number for a condition."""
        return int(getattr(self, condition.effort))


def score_network(
    entries: list[Entry],
    conditions: Sequence[Condition],
    folder: Path,
    *,
    amounts: Amounts,
    device: str = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, list[Row]]:
    """Score the shipped network; what is in `folder` already is not asked again.

    Parameters
    ----------
    entries : list of Entry
    conditions : sequence of Condition
    folder : Path
        A JSON-lines file a condition.
    amounts : Amounts
    device : str
    seed : int
        Of the draws, and of what is left out or made inexact.
    progress : Progress, optional

    Returns
    -------
    dict
        By key of the condition: rows as `score_answer` makes them, with ``line``.
    """
    progress = progress or Progress()
    stores = {c.key: JsonLines(folder / f"{c.key}.jsonl") for c in conditions}
    lines = {
        c.key: [entry.line for entry in entries if entry.rank < amounts.of(c)] for c in conditions
    }
    for number, entry in enumerate(entries):
        missing = [
            c for c in conditions if entry.line in lines[c.key] and entry.line not in stores[c.key]
        ]
        if not missing:
            continue
        progress.report(number / len(entries), f"network, {number + 1}: {entry.formula}")
        target = Target(entry.structure, GRID)
        for condition in missing:
            answer = ask(condition, entry, device=device, seed=seed)
            named = named_elements(condition, entry, seed)
            row = score_answer(answer, target, entry.space_group, named)
            stores[condition.key].add({"line": entry.line, **row})
    return {key: stores[key].among(lines[key]) for key in stores}
