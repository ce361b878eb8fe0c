"""Scoring goes on where it was stopped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.training.evaluation import network_rows
from engine.training.evaluation.answers import Answer
from engine.training.evaluation.conditions import chosen_conditions
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.network_rows import Amounts


def test_only_what_is_missing_is_asked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    entry: Entry,
    perfect: Callable[[int], Answer],
) -> None:
    asked = []

    def ask(condition: Any, entry: Entry, **_told: Any) -> Answer:
        asked.append(condition.key)
        return perfect(1)

    monkeypatch.setattr(network_rows, "ask", ask)
    first = network_rows.score_network(
        [entry], chosen_conditions(["cell"]), tmp_path, amounts=Amounts(1, 1, 1), seed=0
    )
    both = network_rows.score_network(
        [entry], chosen_conditions(["cell", "indexed"]), tmp_path, amounts=Amounts(1, 1, 1), seed=0
    )
    assert asked == ["cell", "indexed"]
    assert both["cell"] == first["cell"]
    assert both["cell"][0]["line"] == entry.line
    none = network_rows.score_network(
        [entry], chosen_conditions(["indexed"]), tmp_path, amounts=Amounts(1, 0, 0), seed=0
    )
    assert none == {"indexed": []}
