"""Tables in the terms of Guo et al.: CMEDNet, their architecture trained here, their figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.crystal.lattice import CRYSTAL_SYSTEMS
from engine.training.evaluation.results import Results
from engine.training.evaluation.store import Row
from engine.training.evaluation.tables import best, first, markdown, mean

PUBLISHED = {"all": "-", "cubic": "0.934 ± 0.149", "trigonal": "0.741 ± 0.215"}


def paper_terms(results: Results) -> str:
    """Best SSIM over samples and rotations by crystal system, beside what the paper reports."""
    body = [
        [system, *_cells(rows), PUBLISHED.get(system, "not attempted")]
        for system, rows in _by_system(results, results.paper_terms)
    ]
    head = ["system", "n", "SSIM", "median", "PSNR (dB)", "gfCC first / best", "SSIM in the paper"]
    return markdown(head, body)


def retrained(results: Results, record: dict[str, Any]) -> str:
    """Their architecture trained here beside CMEDNet and the best trivial answer, same entries.

    Parameters
    ----------
    results : Results
    record : dict
        Of trainings (`engine.training.evaluation.growth`); its ``paper`` has ``rows``.
    """
    rows = record.get("paper", {}).get("rows", [])
    own = {row["line"]: row for row in results.paper_terms}
    pairs = [row for row in rows if row["line"] in own]
    body = []
    for system, part in _by_system(results, pairs):
        gap = [own[row["line"]]["paper_ssim"] - row["paper_ssim"] for row in part]
        lines = {row["line"] for row in part}
        body.append([system, *_cells(part), _interval(gap), _best_trivial(results, lines)])
    head = ["system", "n", "SSIM", "median", "PSNR (dB)", "gfCC first / best"]
    return markdown([*head, "SSIM of CMEDNet less it", "best trivial answer's SSIM"], body)


def about_retrained(record: dict[str, Any], manifest: dict[str, Any]) -> str:
    """What each of the two trainings was, as a paragraph.

    Parameters
    ----------
    record : dict
    manifest : dict
        Of the branches, which answer where there is no cell.
    """
    about, ours = record["paper"]["about"], manifest["training"]
    return (
        f"\nThe paper's architecture trained by us on this target and these data (`{CONFIG}`; "
        f"width {about['width']}, {about['parameters'] / 1e6:.1f} million parameters, all crystal "
        f"systems at once): {about['views']:,} views in {about['seconds'] / 60.0:.0f} minutes of "
        f"{about['threads']} thread. The part of CMEDNet that answers here had {ours['views']:,} "
        f"views in {ours['seconds'] / 60.0:.0f} minutes of {ours['threads']} thread: "
        f"{_in_words(about, ours)}. Same entries; ± of the difference is the 95 % interval of its "
        "mean. SSIM in a fixed setting favours nearly flat maps over right ones in another place: "
        "read it beside the gfCC.\n"
    )


SAME_COMPUTE = 0.1


def _in_words(theirs: dict[str, Any], ours: dict[str, Any]) -> str:
    """Whether the two had the same compute."""
    one, two = (max(run["seconds"] * run["threads"], 1) for run in (ours, theirs))
    ratio = one / two
    if abs(np.log(ratio)) < SAME_COMPUTE:
        return "the same compute"
    kind = "more" if ratio > 1.0 else "less"
    return f"{kind} compute, so the difference is not of the architectures alone"


CONFIG = "engine/training/paper.toml"


def _by_system(results: Results, rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows of every crystal system that has any, and of all."""
    system_of = {entry.line: entry.system for entry in results.entries}
    known = [row for row in rows if row["line"] in system_of]
    parts = [(s, [row for row in known if system_of[row["line"]] == s]) for s in CRYSTAL_SYSTEMS]
    return [(name, part) for name, part in [*parts, ("all", known)] if part]


def _cells(rows: Sequence[Row]) -> list[str]:
    values = np.array([row["paper_ssim"] for row in rows])
    return [
        str(len(rows)),
        f"{values.mean():.3f} ± {values.std():.3f}",
        f"{np.median(values):.3f}",
        f"{mean([row['paper_psnr'] for row in rows]):.2f}",
        f"{mean([first(r) for r in rows]):.2f} / {mean([best(r) for r in rows]):.2f}",
    ]


def _interval(values: Sequence[float]) -> str:
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else float("nan")
    return f"{mean(values):+.3f} ± {1.96 * error:.3f}"


def _best_trivial(results: Results, lines: set[int]) -> str:
    found = {
        name: mean([row["paper_ssim"] for row in rows if row["line"] in lines])
        for name, rows in results.trivial.items()
    }
    if not found:
        return "-"
    top = max(found, key=lambda name: found[name])
    return f"{found[top]:.3f} ({top})"
