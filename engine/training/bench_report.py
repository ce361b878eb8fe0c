"""Benchmark results as tables: shares with their intervals, and every measured pattern."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.training.scoring import wilson_interval

Row = dict[str, Any]

_HEAD = """# Benchmarks

Written by `densight bench report`; nothing here is typed in. *Loose* is pymatgen's
`StructureMatcher(0.3, 0.5, 10)`, *strict* its defaults (0.2, 0.3, 5), *crystallographic* means
unscaled, reduced cell within 1 % and 1 degree, stol 0.3 and the right space group. Top-1 is the
candidate that the program itself ranks first, top-20 any of its first twenty. The elements are
all that is given: no cell, no formula, no number of atoms. Intervals are Wilson's, 95 %.

These are development figures: the solver's constants were set while looking at the measured
patterns below and at the first entries of `val`, and the verdict's coefficients were fitted to
the measured patterns too. Patterns that nobody has tuned anything on will do somewhat worse.
"""

_SIMULATED = """
## Simulated patterns of unseen structures

`densight bench solve --set val --count {n} --out DIR`: the first {n} entries of a seeded
permutation of `val`, none of which shares formula and space group with anything that the library
was built from, as standard test patterns (Cu K-alpha doublet, background, zero error, counting
noise), made with pymatgen and not with our own simulator.

{table}
"""

_MEASURED = """
## Measured patterns

`densight bench measured --out DIR`: {n} single-phase X-ray patterns with a known structure.
Formulas of these phases are left out of the library. Hydrogen is taken out of candidate and truth
before they are compared. Wavelengths are those of the index of the data.

{table}

| pattern | phase | rank of the right one | first candidate | R_wp | verdict | seconds |
| --- | --- | --- | --- | --- | --- | --- |
{rows}
"""

_WRONG = """
## The control: wrong elements

`densight bench solve --set val --count {n} --wrong-elements --out DIR`: the same kind of patterns,
each offered with as many elements, none of which is in it. Nothing can be right; what counts
is that little comes out as solved.

| verdict | patterns |
| --- | --- |
{rows}
"""


_CALIBRATION = """
## How far the probabilities can be trusted

The logistic model behind `score` was fitted on other entries of `val` than those above (the next
ones of the same permutation), on as many wrong-element controls, and on the measured patterns.
The table is from cross-validation with whole phases held out: of the first candidates whose
stated probability fell into a range, how many were right.

{reliability}
"""


def read_rows(path: Path) -> list[Row]:
    """The rows of a results file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def page(rows: dict[str, list[Row]], machine: str, reliability: str) -> str:
    """The whole page.

    Parameters
    ----------
    rows : dict
        Results of ``simulated``, ``measured`` and ``wrong``.
    machine : str
        What the times were measured on.
    reliability : str
        Text of `engine.training.calibration.calibrate`.
    """
    simulated, measured, wrong = rows["simulated"], rows["measured"], rows["wrong"]
    return (
        _HEAD
        + f"\nTimes: one process, on {machine}.\n"
        + _SIMULATED.format(n=len(simulated), table=summary(simulated).rstrip())
        + _MEASURED.format(
            n=len(measured),
            table=summary(measured).rstrip(),
            rows="\n".join(_measured_row(row) for row in measured),
        )
        + _WRONG.format(n=len(wrong), rows=_verdicts(wrong))
        + _CALIBRATION.format(reliability=reliability)
    )


def _measured_row(row: Row) -> str:
    if "error" in row:
        return f"| {row['name']} | {row['phase']} | error | {row['error']} | | | |"
    best = row["best"]
    rank = "not found" if row["rank"] is None else str(row["rank"])
    if best is None:
        return f"| {row['name']} | {row['phase']} | {rank} | none | | {row['verdict']} | |"
    return (
        f"| {row['name']} | {row['phase']} | {rank} | {best['formula']} ({best['space_group']}) | "
        f"{100 * best['rwp']:.1f} % | {row['verdict']} | {row['seconds']:.1f} |"
    )


def _verdicts(rows: list[Row]) -> str:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.get("verdict", "error")] += 1
    order = ("solved", "tentative", "no-solution", "error")
    return "\n".join(
        f"| {name} | {counts[name]} of {len(rows)} |" for name in order if name in counts
    )


def summary(rows: list[Row]) -> str:
    """The table of rates, as Markdown."""
    n = len(rows)
    solved = [row for row in rows if "error" not in row]
    lines = ["| measure | share | 95 % interval |", "| --- | --- | --- |"]

    def add(name: str, hits: int, of: int) -> None:
        low, high = wilson_interval(hits, of)
        share = f"{hits}/{of} = {100 * hits / max(of, 1):.1f} %"
        lines.append(f"| {name} | {share} | {100 * low:.0f} to {100 * high:.0f} % |")

    add("top-1, loose", sum(row["rank"] == 1 for row in solved), n)
    add("top-20, loose", sum(row["rank"] is not None for row in solved), n)
    add("top-1, strict", sum(row["top"]["strict"] for row in solved), n)
    add("top-1, crystallographic", sum(row["top"]["crystallographic"] for row in solved), n)
    add("top-1, loose, hydrogen included", sum(row["with_hydrogen"] for row in solved), n)
    fresh = [row for row in solved if not row["seen_formula"]]
    add("top-1, loose, formula not in training", sum(r["rank"] == 1 for r in fresh), len(fresh))
    called = [row for row in solved if row["verdict"] == "solved"]
    add("called solved", len(called), n)
    add("right among those called solved", sum(r["rank"] == 1 for r in called), len(called))
    phases = _by_phase(rows)
    if len(phases) < n:
        mean = sum(phases.values()) / len(phases)
        lines.append(f"| mean over {len(phases)} phases, top-1 loose | {100 * mean:.1f} % | |")
    if solved:
        times = sorted(row["seconds"] for row in solved)
        lines.append(
            f"| median time | {times[len(times) // 2]:.1f} s | {times[-1]:.1f} s at most |"
        )
    return "\n".join(lines) + "\n"


def _by_phase(rows: Iterable[Row]) -> dict[str, float]:
    """Share of each phase's patterns that are right at rank 1."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        hits[row["phase"]].append(row.get("rank") == 1)
    return {phase: sum(found) / len(found) for phase, found in hits.items()}
