"""Tables of an evaluation in Markdown: the maps' scores beside those of trivial answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.crystal.lattice import CRYSTAL_SYSTEMS
from engine.training.evaluation.conditions import CONDITIONS, REFERENCE
from engine.training.evaluation.results import Results
from engine.training.evaluation.scores import RECALL_GROUPS
from engine.training.evaluation.store import Row
from engine.training.scoring import wilson_interval

LIBRARY = "library candidates"
NAMES = {condition.key: condition.name for condition in CONDITIONS}
GIVEN_THE_CELL = ("zero-phase map", "random phases")


def markdown(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A table; empty where it has no rows."""
    if not body:
        return ""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in body]) + "\n"


def mean(values: Sequence[float]) -> float:
    """Mean, NaN of nothing."""
    return float(np.mean(values)) if len(values) else float("nan")


def first(row: Row) -> float:
    """GfCC of the first-ranked map."""
    return float(row["gfcc"][0])


def best(row: Row) -> float:
    """GfCC of the best of the samples."""
    return float(max(row["gfcc"]))


def answers(results: Results) -> dict[str, list[Row]]:
    """Rows of all answers by the name that they have in the tables, the network's first."""
    named = {NAMES[key]: rows for key, rows in results.network.items() if rows}
    return named | {name: rows for name, rows in results.trivial.items() if rows}


def by_system(results: Results, rows_of: dict[str, list[Row]] | None = None) -> str:
    """GfCC first / best of five by crystal system."""
    rows_of = answers(results) if rows_of is None else rows_of
    system_of = {entry.line: entry.system for entry in results.entries}
    groups: list[tuple[str, Callable[[str], bool]]] = [
        (name, lambda system, name=name: system == name)  # type: ignore[misc]
        for name in CRYSTAL_SYSTEMS
    ]
    groups.append(("all", lambda _system: True))
    body = []
    for answer, rows in rows_of.items():
        cells = []
        for _, inside in groups:
            part = [row for row in rows if inside(system_of[row["line"]])]
            pair = f"{mean([first(r) for r in part]):.2f} / {mean([best(r) for r in part]):.2f}"
            cells.append(pair if part else "-")
        body.append([answer, str(len(rows)), *cells])
    counts = [sum(inside(entry.system) for entry in results.entries) for _, inside in groups]
    head = [f"{name} ({n})" for (name, _), n in zip(groups, counts, strict=True)]
    return markdown(["answer", "n", *head], body)


def other_scores(results: Results, rows_of: dict[str, list[Row]] | None = None) -> str:
    """SSIM, and the paper's own column."""
    body = []
    for answer, rows in (answers(results) if rows_of is None else rows_of).items():
        paper = np.array([row["paper_ssim"] for row in rows])
        body.append(
            [
                answer,
                f"{mean([row['ssim'][0] for row in rows]):.3f}",
                f"{mean([max(row['ssim']) for row in rows]):.3f}",
                f"{paper.mean():.3f} ± {paper.std():.3f}",
                f"{np.median(paper):.3f}",
                f"{mean([row['paper_psnr'] for row in rows]):.2f}",
            ]
        )
    head = ["answer", "SSIM first", "SSIM best", "paper SSIM", "its median", "paper PSNR (dB)"]
    return markdown(head, body)


def recalled(results: Results) -> str:
    """Share of the true sites that the first map shows."""
    body = []
    for answer, rows in answers(results).items():
        cells = [answer]
        for group in RECALL_GROUPS:
            found = sum(row["recall"][group][0] for row in rows)
            total = sum(row["recall"][group][1] for row in rows)
            cells.append(f"{100.0 * found / max(total, 1):.0f} % of {total}")
        body.append(cells)
    return markdown(["answer", "Z ≤ 9", "Z 10 to 20", "Z > 20"], body)


def cell_and_contents(results: Results) -> str:
    """Cell, crystal system and number of atoms, where the network has to find them."""
    body = []
    for key, rows in results.network.items():
        if not rows:
            continue
        cell = next(condition.cell for condition in CONDITIONS if condition.key == key)
        found = cell in ("indexed", "none")
        body.append(
            [
                NAMES[key],
                _rate([row["cell_right"][0] for row in rows]) if found else "told",
                _rate([any(row["cell_right"]) for row in rows]) if found else "told",
                _rate([row["system_right"][0] for row in rows]),
                _rate([row["atoms_right"][0] for row in rows]),
            ]
        )
    return markdown(
        [
            "answer",
            "three lengths within 3 %, first",
            "any of five",
            "crystal system, first",
            "atoms in the primitive cell, first",
        ],
        body,
    )


def contents(results: Results) -> str:
    """Extinction class, an element that was not named, and amounts."""
    body = []
    for key, rows in results.network.items():
        told = [row for row in rows if "extinction_rank" in row]
        if not told:
            continue
        classes = [row["extinction_rank"] for row in told]
        missing = [row["missing_rank"] for row in told if "missing_rank" in row]
        off, equal = (mean([row[x] for row in told]) for x in ("amounts_off", "equal_off"))
        body.append(
            [
                NAMES[key],
                _rate([rank == 0 for rank in classes]),
                _rate([rank < 3 for rank in classes]),
                _rate([rank == 0 for rank in missing]) if missing else "-",
                _rate([rank < 5 for rank in missing]) if missing else "-",
                f"{off:.3f} ({equal:.3f})",
            ]
        )
    head = [
        "answer",
        "extinction class, first",
        "among the first three",
        "missing element, first",
        "among the first five",
        "amounts off (equal shares)",
    ]
    return markdown(head, body)


def _rate(right: Sequence[bool]) -> str:
    low, high = wilson_interval(sum(right), len(right))
    share = 100.0 * sum(right) / max(len(right), 1)
    return f"{share:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def skill(results: Results) -> str:
    """(S - S0) / (1 - S0) of the first map over the best trivial answer, on the same entries."""
    body = []
    for key, rows in results.network.items():
        if not rows or not results.trivial:
            continue
        lines = {row["line"] for row in rows}
        score = mean([first(row) for row in rows])
        cells = [NAMES[key]]
        for without in (GIVEN_THE_CELL, ()):
            floor = {
                name: mean([first(row) for row in trivial if row["line"] in lines])
                for name, trivial in results.trivial.items()
                if name not in without
            }
            top = max(floor, key=lambda name: floor[name])
            gain = (score - floor[top]) / (1.0 - floor[top])
            cells.append(f"{gain:+.2f} over {top} ({floor[top]:.2f})")
        body.append(cells)
    return markdown(["answer", "skill, baselines without a cell", "skill, all baselines"], body)


def ablations_by_condition(results: Results) -> str:
    """What each thing that is told is worth: paired differences from the reference."""
    reference = {row["line"]: row for row in results.network.get(REFERENCE, [])}
    body = []
    for key, rows in results.network.items():
        pairs = [(row, reference[row["line"]]) for row in rows if row["line"] in reference]
        if key == REFERENCE or not pairs:
            continue
        body.append([NAMES[key], str(len(pairs)), *(_difference(pairs, f) for f in (first, best))])
    single = [(row, row) for row in reference.values()]
    if single:
        gaps = [best(row) - first(row) for row, _ in single]
        body.append(
            ["one sample instead of the best of five", str(len(gaps)), f"{-mean(gaps):+.3f}", "-"]
        )
    head = ["instead", "n", "change of gfCC, first", "best of five"]
    return markdown(head, body)


def _difference(pairs: Sequence[tuple[Row, Row]], score: Callable[[Row], float]) -> str:
    change = np.array([score(one) - score(other) for one, other in pairs])
    error = change.std(ddof=1) / np.sqrt(len(change)) if len(change) > 1 else float("nan")
    return f"{change.mean():+.3f} ± {1.96 * error:.3f}"


def library(results: Results, keys: Sequence[str] = ("indexed", "alone", "cell")) -> str:
    """The solver's candidates' maps beside the network's and the trivial ones, same entries."""
    if not results.library:
        return ""
    part = results.restricted(row["line"] for row in results.library)
    rows_of = {NAMES[key]: part.network[key] for key in keys if part.network.get(key)}
    rows_of |= {k: v for k, v in part.trivial.items() if k == "zero-phase map"}
    rows_of[LIBRARY] = part.library
    return by_system(part, rows_of) + "\n" + other_scores(part, rows_of)
