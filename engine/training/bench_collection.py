"""Results of several benchmarks, found by what they are of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.training.bench_figures import answered
from engine.training.bench_results import Row, Run
from engine.training.bench_verdicts import judged_anew

# What sources of candidates were on: all, the library alone, all but the library.
ALL, LIBRARY, NO_LIBRARY = "all sources", "the library alone", "all but the library"
RIVAL = "rival"


@dataclass(frozen=True, eq=False)
class Result:
    """One benchmark: what it is of, and its rows."""

    run: Run
    rows: list[Row]

    @property
    def source(self) -> str:
        """Which sources of candidates were on, in words: `ALL`, `LIBRARY`, `NO_LIBRARY` ...

        `RIVAL` for another program's results.
        """
        if self.run["kind"] == RIVAL:
            return RIVAL
        on = [name for name, used in self.run["sources"].items() if used]
        off = [name for name, used in self.run["sources"].items() if not used]
        if not off:
            return ALL
        if len(on) == 1:
            return f"the {on[0]} alone" if on[0] != "phasing" else "phasing alone"
        named = [name if name == "phasing" else f"the {name}" for name in off]
        return "all but " + " and ".join(named)


class Collection:
    """Results by what they are of.

    Parameters
    ----------
    results : list of Result
    """

    def __init__(self, results: list[Result]) -> None:
        self.results = results

    @classmethod
    def of(cls, pairs: Iterable[tuple[Run, list[Row]]]) -> Collection:
        """From what `engine.training.bench_results.read_results` gives, judged anew."""
        return cls([Result(run, [judged_anew(row) for row in rows]) for run, rows in pairs])

    def rows(self, name: str, source: str = ALL, **changed: Any) -> list[Row]:
        """The rows of all results of a set, each pattern once, the later result first.

        Parameters
        ----------
        name : str
            "val", "val_multi", "val_large" or "measured".
        source : str
        **changed
            The conditions that are not those of the standard pattern.
        """
        found: dict[str, Row] = {}
        for result in self.results:
            run = result.run
            if run["set"] == name and result.source == source and run["conditions"] == changed:
                found.update({row["name"]: row for row in result.rows})
        return list(found.values())

    def second_phase(self) -> list[Row]:
        """Rows of patterns of `val` with a second phase, whatever its share."""
        shares = {
            result.run["conditions"].get("second_phase", 0.0)
            for result in self.results
            if set(result.run["conditions"]) == {"second_phase"}
        }
        return [row for share in sorted(shares) for row in self.rows("val", second_phase=share)]

    def sources(self, name: str) -> list[str]:
        """What sources the standard patterns of a set were solved with, all of them first."""
        found = {
            result.source
            for result in self.results
            if result.run["set"] == name and not result.run["conditions"]
        }
        return sorted(found - {RIVAL}, key=lambda source: (source != ALL, source))

    def rival(self) -> dict[str, str]:
        """Name, version and effort of the other program whose results are here."""
        run = next(result.run for result in self.results if result.source == RIVAL)
        return {**run["program"], "effort": run["effort"]}

    def pairs(self, rows: list[Row], others: list[Row]) -> list[tuple[Row, Row]]:
        """Rows of the same patterns, errors left out."""
        by_name = {row["name"]: row for row in answered(others)}
        return [(row, by_name[row["name"]]) for row in answered(rows) if row["name"] in by_name]

    def programs(self) -> list[dict[str, str]]:
        """The states of the program that the results are of, each once."""
        found: dict[str, dict[str, str]] = {}
        for result in self.results:
            if result.source == RIVAL:
                continue
            program = result.run["program"]
            found[" ".join(program.values())] = program
        return list(found.values())
