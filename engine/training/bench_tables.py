"""Tables of one benchmark: rates, crystal systems, failures by their cause, controls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.crystal.lattice import CRYSTAL_SYSTEMS
from engine.training import bench_figures as figures
from engine.training.bench_causes import CAUSES
from engine.training.bench_figures import Rate, rate
from engine.training.bench_results import Row

VERDICTS = ("solved", "tentative", "no-solution")


def summary(rows: Sequence[Row]) -> str:
    """The table of rates, as Markdown."""
    answered = figures.answered(rows)
    lines = ["| measure | share | 95 % interval |", "| --- | --- | --- |"]

    def add(name: str, found: Rate) -> None:
        lines.append(f"| {name} | {found.in_words} | {found.interval_in_words} |")

    add("top-1, loose", rate(rows, figures.first))
    add("top-1, loose, ties of rank 1 counted", rate(rows, figures.tied))
    add("top-20, loose", rate(rows, figures.listed))
    add("top-1, strict", rate(rows, figures.strict))
    add("top-1, crystallographic", rate(rows, figures.crystallographic))
    add("top-1, loose, hydrogen included", rate(rows, lambda row: bool(row["with_hydrogen"])))
    fresh = [row for row in answered if not row["seen_formula"]]
    add("top-1, loose, formula not in training", rate(fresh, figures.first))
    for known, name in ((True, "in the library"), (False, "absent")):
        part = [row for row in answered if row.get("type_known") is known]
        if part:
            add(f"top-1, loose, type {name}", rate(part, figures.first))
            add(f"top-20, loose, type {name}", rate(part, figures.listed))
    called = [row for row in answered if figures.called_solved(row)]
    add("called solved", rate(rows, figures.called_solved))
    add("right among those called solved", rate(called, figures.first))
    right = [row for row in answered if figures.first(row)]
    add("called solved among the right at rank 1", rate(right, figures.called_solved))
    phases = figures.by_phase(rows)
    if len(phases) < len(rows):
        mean = Rate(sum(phases.values()), len(phases))
        share = f"{100 * mean.share:.1f} %"
        lines.append(
            f"| mean over {len(phases)} phases, top-1 loose | {share} | {mean.interval_in_words} |"
        )
    return "\n".join([*lines, *_times(answered)]) + "\n"


def _times(rows: Sequence[Row]) -> list[str]:
    lines = []
    for name, key in (
        ("median time to the first candidate", "first_candidate"),
        ("median time", "seconds"),
    ):
        wall, cpu = figures.median(rows, key), figures.median(rows, _CPU[key])
        if wall is None:
            continue
        processor = "" if cpu is None else f" ({cpu:.1f} s of processor)"
        most = max(row[key] for row in rows)
        lines.append(f"| {name} | {wall:.1f} s{processor} | {most:.1f} s at most |")
    return lines


_CPU = {"first_candidate": "first_candidate_cpu", "seconds": "cpu_seconds"}


def by_system(rows: Sequence[Row]) -> str:
    """Rates of each crystal system, with what indexing finds where it was asked."""
    lines = [
        "| system | top-1 | ties counted | top-20 | called solved | right cell in the first five |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for system in CRYSTAL_SYSTEMS:
        part = [row for row in rows if row.get("system") == system]
        if not part:
            continue
        questions = (figures.first, figures.tied, figures.listed, figures.called_solved)
        shares = [rate(part, question).in_words for question in questions]
        cells = right_cell(part)
        lines.append(
            f"| {system} | {' | '.join(shares)} | {cells.in_words if cells.n else 'not asked'} |"
        )
    return "\n".join(lines)


def right_cell(rows: Sequence[Row]) -> Rate:
    """Of the patterns whose visible lines generate the lattice: right among the first five."""
    asked = [row for row in figures.answered(rows) if row.get("cells", {}).get("decidable")]
    return rate(asked, lambda row: row["cells"]["five"] == "lattice")


def visible_part(rows: Sequence[Row]) -> Rate:
    """Of those that cannot decide: the lattice, or what the visible lines show of it."""
    asked = [row for row in figures.answered(rows) if not row.get("cells", {}).get("decidable", 1)]
    return rate(asked, lambda row: row["cells"]["five"] != "")


def cause(row: Row) -> str | None:
    """Why the first candidate is wrong; None where it is right."""
    if "error" in row:
        return "error"
    return None if row["rank"] == 1 else row.get("cause")


def causes(rows: Sequence[Row]) -> str:
    """How many failures have which cause, in one sentence; "" where there is none."""
    counts = Counter(found for row in rows if (found := cause(row)) is not None)
    named = [f"{name} {counts[name]}" for name in CAUSES if counts[name]]
    return f"{sum(counts.values())} of {len(rows)}: {', '.join(named)}." if counts else ""


def failures(rows: Sequence[Row]) -> str:
    """Every pattern whose first candidate is wrong, by cause."""
    failed = [row for row in rows if cause(row) is not None]
    if not failed:
        return "None."
    lines = [
        "| cause | pattern | truth | first candidate | from | R_wp | of the truth | verdict |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    order = {name: place for place, name in enumerate(CAUSES)}
    failed.sort(key=lambda row: order.get(cause(row) or "", len(CAUSES)))
    return "\n".join([*lines, *(_failure(row) for row in failed)])


def _failure(row: Row) -> str:
    if "error" in row:
        return f"| error | {row['name']} | | {row['error']} | | | | |"
    best = row["best"]
    found = ("none", "", "")
    if best is not None:
        formula = f"{best['formula']} ({best['space_group']})"
        found = (formula, best["source"], f"{100 * best['rwp']:.1f} %")
    name = cause(row)
    if name == "ranking":
        name = f"ranking: rank {row['rank']}" + (", tied" if figures.tied(row) else "")
    of_truth = row.get("truth_rwp")
    other = "" if of_truth is None else f"{100 * of_truth:.1f} %"
    truth = f"{row.get('formula', '')} ({row['space_group']})"
    return (
        f"| {name} | {row['name']} | {truth} | {' | '.join(found)} | {other} | {row['verdict']} |"
    )


def measured_rows(rows: Sequence[Row]) -> str:
    """Every measured pattern, right or wrong."""
    lines = [
        "| pattern | phase | rank of the right one | first candidate | R_wp | verdict | seconds |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*lines, *(_measured_row(row) for row in rows)])


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


def verdicts(rows: Sequence[Row]) -> str:
    """How many patterns got which verdict, in a few words."""
    counts = Counter(row.get("verdict", "error") for row in rows)
    named = [f"{counts[name]} {name}" for name in (*VERDICTS, "error") if counts[name]]
    return ", ".join(named)


def solved_controls(rows: Sequence[Row]) -> list[str]:
    """Controls that came out as solved, an item each; isotypes are marked."""
    found = []
    for row in figures.answered(rows):
        if not figures.called_solved(row):
            continue
        best = row["best"]
        mark = " (isotype of the truth)" if row.get("isotype") else ""
        found.append(
            f"- {row['name']}, {row.get('formula', '')}: {best['formula']} "
            f"({best['space_group']}), R_wp {100 * best['rwp']:.1f} %{mark}"
        )
    return found
