"""``densight bench``: the solver on simulated and measured patterns, scored and tabulated."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from engine.errors import BadInputError
from engine.training import bench_refine

TOP = 20


def add_parsers(subparsers: Any) -> None:
    """Add ``densight bench`` to the command line."""
    parser = subparsers.add_parser("bench", help="score the solver")
    kinds = parser.add_subparsers(title="what to score", metavar="KIND", required=True)
    solve = kinds.add_parser("solve", help="standard test patterns of held-out structures")
    solve.add_argument("--set", default="val", choices=("val", "val_multi", "val_large"))
    solve.add_argument("--count", type=int, default=100, metavar="N")
    solve.add_argument(
        "--skip", type=int, default=0, metavar="N", help="leave out the first N, to calibrate on"
    )
    solve.add_argument(
        "--wrong-elements",
        action="store_true",
        help="offer every pattern with elements that are not in it: none should come out solved",
    )
    _common(solve, run_simulated)
    measured = kinds.add_parser("measured", help="measured patterns with a known structure")
    measured.add_argument("--files", nargs="*", default=[], help="paths in the index; default: all")
    _common(measured, run_measured)
    report = kinds.add_parser("report", help="write docs/benchmarks.md from results")
    for name in ("simulated", "measured", "wrong"):
        report.add_argument(f"--{name}", type=Path, required=True, metavar="RESULTS.jsonl")
    report.add_argument(
        "--calibration",
        nargs="+",
        type=Path,
        required=True,
        metavar="RESULTS.jsonl",
        help="what the verdict was calibrated on",
    )
    report.add_argument("--machine", required=True, help="what it ran on, in words")
    report.add_argument("--out", type=Path, required=True, metavar="FILE.md")
    report.set_defaults(run=run_report)
    calibrate = kinds.add_parser("calibrate", help="fit the verdict's coefficients to results")
    calibrate.add_argument("results", nargs="+", type=Path, help="results.jsonl of earlier runs")
    calibrate.set_defaults(run=run_calibrate)
    bench_refine.add_parser(kinds)


def _common(parser: argparse.ArgumentParser, run: Any) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--no-network",
        dest="network",
        action="store_false",
        help="solve without the network's densities, to see what they add",
    )
    parser.add_argument(
        "--no-library",
        dest="library",
        action="store_false",
        help="solve without the structure types, as if every type were new",
    )
    parser.add_argument(
        "--no-phasing",
        dest="phasing",
        action="store_false",
        help="solve without phasing, to see what it adds",
    )
    parser.set_defaults(run=run)


def run_simulated(arguments: argparse.Namespace) -> int:
    """Score on standard test patterns."""
    from engine.training.bench_sets import chosen_lines

    lines = chosen_lines(arguments.set, arguments.skip + arguments.count)[arguments.skip :]
    jobs = [("simulated", arguments.set, line, arguments.wrong_elements) for line in lines]
    return _run(arguments, jobs)


def run_measured(arguments: argparse.Namespace) -> int:
    """Score on measured patterns."""
    from engine.training.bench_sets import measured_files

    jobs = [("measured", name) for name in measured_files(tuple(arguments.files))]
    if not jobs:
        raise BadInputError("None of these files is in the index of measured patterns.")
    return _run(arguments, jobs)


def run_calibrate(arguments: argparse.Namespace) -> int:
    """Fit the logistic model of the verdict and print its coefficients."""
    from engine.training.calibration import calibrate, read_examples

    print(calibrate(read_examples(arguments.results)))
    return 0


def run_report(arguments: argparse.Namespace) -> int:
    """Write the page of benchmarks."""
    from engine.training.bench_report import page, read_rows
    from engine.training.calibration import calibrate, read_examples

    rows = {
        name: read_rows(getattr(arguments, name)) for name in ("simulated", "measured", "wrong")
    }
    reliability = calibrate(read_examples(arguments.calibration))
    arguments.out.write_text(page(rows, arguments.machine, reliability), encoding="utf-8")
    print(f"written: {arguments.out}")
    return 0


def _run(arguments: argparse.Namespace, jobs: list[tuple[Any, ...]]) -> int:
    arguments.out.mkdir(parents=True, exist_ok=True)
    rows = []
    with (arguments.out / "results.jsonl").open("w", encoding="utf-8") as out:
        for row in _results(jobs, arguments.workers, _sources(arguments)):
            rows.append(row)
            out.write(json.dumps(row) + "\n")
            out.flush()
            print(_one_line(row), flush=True)
    from engine.training.bench_report import summary

    table = summary(rows)
    (arguments.out / "summary.md").write_text(table, encoding="utf-8")
    print(table)
    return 0


def _sources(arguments: argparse.Namespace) -> dict[str, bool]:
    return {name: getattr(arguments, name) for name in ("network", "library", "phasing")}


def _results(
    jobs: list[tuple[Any, ...]], workers: int, sources: dict[str, bool]
) -> Iterator[dict[str, Any]]:
    solved = partial(solve_one, sources=sources)
    if workers <= 1:
        yield from map(solved, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(solved, jobs)


def solve_one(job: tuple[Any, ...], sources: dict[str, bool] | None = None) -> dict[str, Any]:
    """Solve one problem and compare every candidate with the truth; errors become rows.

    Parameters
    ----------
    job : tuple
        As `engine.training.bench_sets.task_of` takes it.
    sources : dict, optional
        Which of "network", "library" and "phasing" may propose candidates; all by default.
    """
    from engine.training import bench_sets

    task = None
    try:
        task = bench_sets.task_of(job)
        return _score(task, sources or {})
    except Exception as error:
        # One bad pattern must not end a benchmark; the row says what happened.
        name = task.name if task is not None else str(job)
        return {"name": name, "phase": name, "error": f"{type(error).__name__}: {error}"}


def _score(task: Any, sources: dict[str, bool]) -> dict[str, Any]:
    from engine.solve.result import Problem
    from engine.solve.solver import solve
    from engine.training.scoring import Match, compare, without_hydrogen

    began = time.perf_counter()
    solution = solve(
        Problem(
            task.pattern,
            task.elements,
            top=TOP,
            network=sources.get("network", True),
            library=sources.get("library", True),
            phasing=sources.get("phasing", True),
        )
    )
    seconds = time.perf_counter() - began
    truth = without_hydrogen(task.truth) if task.measured else task.truth
    matches: list[Match] = []
    with_hydrogen = False
    for candidate in solution.candidates:
        compared = _bare(candidate.structure) if task.measured else candidate.structure
        match = compare(compared, candidate.space_group_number, truth, task.space_group)
        matches.append(match)
        if candidate.rank == 1:
            full = compare(
                candidate.structure, candidate.space_group_number, task.truth, task.space_group
            )
            with_hydrogen = full.loose
    best = solution.candidates[0] if solution.candidates else None
    return {
        "name": task.name,
        "phase": task.phase,
        "elements": list(task.elements),
        "space_group": task.space_group,
        "seen_formula": task.seen_formula,
        "verdict": solution.verdict,
        "rank": next((i + 1 for i, m in enumerate(matches) if m.loose), None),
        "top": asdict(matches[0]) if matches else asdict(Match(False, False, False)),
        "with_hydrogen": with_hydrogen,
        "seconds": seconds,
        "first_candidate": solution.timings.get("first_candidate"),
        "network_seconds": solution.timings.get("network"),
        "best": None
        if best is None
        else {
            "formula": best.formula,
            "source": best.source,
            "space_group": best.space_group_number,
            "cell": [round(float(x), 4) for x in best.cell],
            "rwp": best.fit.rwp,
            "rwp_background_subtracted": best.fit.rwp_background_subtracted,
            "rwp_lebail": best.fit.rwp_lebail,
            "score": best.score,
            "features": list(best.features),
        },
    }


def _bare(structure: Any) -> Any:
    """The structure without hydrogen."""
    from engine.crystal.structure import CrystalStructure

    kept = structure.numbers != 1
    return CrystalStructure(structure.lattice, structure.numbers[kept], structure.frac_coords[kept])


def _one_line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['name']}: {row['error']}"
    best = row["best"]
    found = "no candidate" if best is None else f"{best['formula']} ({best['space_group']})"
    place = "not found" if row["rank"] is None else f"right at rank {row['rank']}"
    return f"{row['name']}: {place}; first: {found}; {row['verdict']}; {row['seconds']:.1f} s"
