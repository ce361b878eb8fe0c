"""Rates of benchmarks with their intervals, and the row-by-row questions that they answer."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.training.bench_results import Row
from engine.training.scoring import wilson_interval

Question = Callable[[Row], bool]


@dataclass(frozen=True)
class Rate:
    """So many of so many.

    Attributes
    ----------
    hits : float
        A sum of shares where the figure is a mean over phases.
    n : int
    """

    hits: float
    n: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of nothing is 0."""
        return self.hits / max(self.n, 1)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, 95 %."""
        return wilson_interval(self.hits, self.n)

    @property
    def in_words(self) -> str:
        """As "3/4 = 75.0 %"."""
        hits = f"{self.hits:.0f}" if self.hits == round(self.hits) else f"{self.hits:.1f}"
        return f"{hits}/{self.n} = {100 * self.share:.1f} %"

    @property
    def interval_in_words(self) -> str:
        """As "30 to 95 %"; tenths near the ends, where they matter."""
        low, high = (100 * bound for bound in self.interval)
        return f"{_bound(low)} to {_bound(high)} %"


def _bound(per_cent: float) -> str:
    near_end = per_cent < 10.0 or per_cent > 97.0
    text = f"{per_cent:.1f}" if near_end else f"{per_cent:.0f}"
    return text.removesuffix(".0")


def rate(rows: Sequence[Row], question: Question) -> Rate:
    """How many rows answer yes; a pattern that ended in an error never does."""
    return Rate(sum(bool(question(row)) for row in rows if "error" not in row), len(rows))


def first(row: Row) -> bool:
    """Right at rank 1 (loose)."""
    return bool(row["rank"] == 1)


def listed(row: Row) -> bool:
    """Right among the first twenty."""
    return row["rank"] is not None


def tied(row: Row) -> bool:
    """Right at rank 1, or listed as a tie of rank 1."""
    return bool(row.get("tied", row["rank"] == 1))


def strict(row: Row) -> bool:
    """Rank 1 right at the matcher's defaults."""
    return bool(row["top"]["strict"])


def crystallographic(row: Row) -> bool:
    """Rank 1 right in unscaled cell and space group too."""
    return bool(row["top"]["crystallographic"])


def called_solved(row: Row) -> bool:
    """The verdict was "solved"."""
    return bool(row["verdict"] == "solved")


def answered(rows: Sequence[Row]) -> list[Row]:
    """The rows without those that ended in an error."""
    return [row for row in rows if "error" not in row]


def by_phase(rows: Sequence[Row]) -> dict[str, float]:
    """Share of each phase's patterns that are right at rank 1."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        hits[row["phase"]].append(row.get("rank") == 1)
    return {phase: sum(found) / len(found) for phase, found in hits.items()}


def median(rows: Sequence[Row], name: str) -> float | None:
    """Of a number that rows hold; None where none does."""
    values = [row[name] for row in answered(rows) if row.get(name) is not None]
    return statistics.median(values) if values else None
