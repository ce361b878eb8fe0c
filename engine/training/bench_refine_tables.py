"""The section on refinements in the page of benchmarks."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from engine.training.bench_figures import Rate, answered, rate
from engine.training.bench_results import Row

MOST = 1.3
# March and Dollase's r beyond which a specimen counts as textured.
TEXTURED = (0.85, 1.15)


def is_textured(row: Row) -> bool:
    """Whether the refinement found clear preferred orientation."""
    r = row.get("texture")
    return r is not None and not TEXTURED[0] <= r <= TEXTURED[1]


def close_to_free(row: Row) -> bool:
    """Whether R_wp is within 1.3 times that of free intensities."""
    return bool(row["ratio"] <= MOST)


def untextured(rows: Sequence[Row]) -> list[Row]:
    """The rows without clear texture; those that ended in an error among them."""
    return [row for row in rows if not is_textured(row)]


def rates(rows: Sequence[Row]) -> list[tuple[str, Rate]]:
    """How many are close to free intensities: of the untextured, and of all."""
    return [
        ("untextured", rate(untextured(rows), close_to_free)),
        ("all", rate(rows, close_to_free)),
    ]


def section(rows: Sequence[Row]) -> str:
    """Rates and every pattern, as Markdown."""
    lines = [f"{name}: {found.in_words} ({found.interval_in_words})" for name, found in rates(rows)]
    good = answered(rows)
    if good:
        seconds = statistics.median(row["seconds"] for row in good)
        lines.append(f"median time {seconds:.1f} s of processor")
    return "; ".join(lines) + ".\n\n" + table(rows)


def table(rows: Sequence[Row]) -> str:
    """Every pattern, the worst ratio first."""
    lines = [
        "| pattern | phase | R_wp, % | free intensities, % | ratio | R_Bragg, % | texture |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in sorted(rows, key=lambda row: -row.get("ratio", float("inf"))):
        name, phase = f"`{row['name']}`", row.get("phase", "")
        if "error" in row:
            lines.append(f"| {name} | {phase} | {row['error']} | | | | |")
            continue
        ratio = f"{row['ratio']:.2f}" if close_to_free(row) else f"**{row['ratio']:.2f}**"
        shares = [_per_cent(row.get(key)) for key in ("rwp", "rwp_lebail")]
        cells = [name, phase, *shares, ratio, _per_cent(row.get("r_bragg")), _texture(row)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _per_cent(value: float | None) -> str:
    return "" if value is None else f"{100.0 * value:.1f}"


def _texture(row: Row) -> str:
    r, axis = row.get("texture"), row.get("texture_axis")
    if r is None or axis is None:
        return ""
    return f"{' '.join(str(index) for index in axis)}: r {r:.2f}"
