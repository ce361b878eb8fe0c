"""Everything that one evaluation measured, as the tables and the card read it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.training.evaluation.entries import Entry
from engine.training.evaluation.store import Row


@dataclass(frozen=True)
class About:
    """What tables need to know of an entry."""

    line: int
    rank: int
    formula: str
    system: str
    unseen_formula: bool

    @classmethod
    def of(cls, entry: Entry) -> About:
        """The same without structure and pattern."""
        return cls(entry.line, entry.rank, entry.formula, entry.system, entry.unseen_formula)


@dataclass(frozen=True, eq=False)
class Results:
    """Scores of one set of weights on one held-out set.

    Attributes
    ----------
    set_name : str
    weights : str
        First digits of their SHA-256.
    entries : list of About
    network : dict
        By key of the condition, rows with ``line``.
    trivial : dict
        By name of the answer, rows with ``line``.
    library, paper_terms, measured : list of dict
    timing : dict
    """

    set_name: str
    weights: str
    entries: list[About]
    network: dict[str, list[Row]]
    trivial: dict[str, list[Row]] = field(default_factory=dict)
    library: list[Row] = field(default_factory=list)
    paper_terms: list[Row] = field(default_factory=list)
    measured: list[Row] = field(default_factory=list)
    timing: dict[str, Any] = field(default_factory=dict)

    def about(self, line: int) -> About:
        """The entry of a line."""
        return next(entry for entry in self.entries if entry.line == line)

    def restricted(self, lines: Iterable[int]) -> Results:
        """The same with these lines of the held-out set only."""
        kept = set(lines)

        def part(rows: Sequence[Row]) -> list[Row]:
            return [row for row in rows if row["line"] in kept]

        return Results(
            self.set_name,
            self.weights,
            [entry for entry in self.entries if entry.line in kept],
            {key: part(rows) for key, rows in self.network.items()},
            {key: part(rows) for key, rows in self.trivial.items()},
            part(self.library),
            part(self.paper_terms),
            self.measured,
            self.timing,
        )

    def unseen(self) -> Results:
        """The same with the entries whose formula was not trained on."""
        return self.restricted(entry.line for entry in self.entries if entry.unseen_formula)

    def write(self, path: Path) -> None:
        """Write everything as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read what `write` wrote."""
        values = json.loads(path.read_text(encoding="utf-8"))
        values["entries"] = [About(**entry) for entry in values["entries"]]
        return cls(**values)


def by_answer(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows ``{line, scores: {answer: ...}}`` as rows of each answer."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        for answer, scores in row["scores"].items():
            found.setdefault(answer, []).append({"line": row["line"], **scores})
    return found
