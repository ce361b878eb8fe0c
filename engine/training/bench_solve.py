"""``densight bench``: the solver on simulated and measured patterns, scored and tabulated."""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadInputError
from engine.training import bench_recovery, bench_refine

if TYPE_CHECKING:
    from engine.training.bench_jobs import Conditions, Job
    from engine.training.bench_rows import Options

# Fields of `engine.solve.result.Problem` that switch sources of candidates off.
SOURCES = ("library", "network", "phasing")


def add_parsers(subparsers: Any) -> None:
    """Add ``densight bench`` to the command line."""
    parser = subparsers.add_parser("bench", help="score the solver")
    kinds = parser.add_subparsers(title="what to score", metavar="KIND", required=True)
    _add_solve(kinds)
    measured = kinds.add_parser("measured", help="measured patterns with a known structure")
    measured.add_argument("--files", nargs="*", default=[], help="paths in the index; default: all")
    measured.add_argument(
        "--wrong-elements",
        dest="control",
        action="store_const",
        const="elements",
        default="",
        help="offer every pattern with the elements of another phase",
    )
    _common(measured, run_measured)
    report = kinds.add_parser("report", help="write docs/benchmarks.md from results")
    report.add_argument(
        "results", nargs="+", type=Path, metavar="RESULTS.jsonl", help="of any benchmarks"
    )
    report.add_argument(
        "--calibration",
        nargs="*",
        default=[],
        type=Path,
        metavar="RESULTS.jsonl",
        help="what the verdict was calibrated on",
    )
    _calibration(report)
    report.add_argument(
        "--speed",
        nargs="*",
        default=[],
        type=Path,
        metavar="TABLE.json",
        help="tables that scripts of tests/benchmarks have written",
    )
    report.add_argument(
        "--earlier", type=Path, metavar="FILE.md", help="a page to add as it is, at the end"
    )
    report.add_argument("--machine", required=True, help="what it ran on, in words")
    report.add_argument("--out", type=Path, required=True, metavar="FILE.md")
    report.set_defaults(run=run_report)
    bench_refine.add_parser(kinds)
    bench_recovery.add_parser(kinds)
    calibrate = kinds.add_parser("calibrate", help="fit the verdict's coefficients to results")
    calibrate.add_argument("results", nargs="+", type=Path, help="results.jsonl of earlier runs")
    _calibration(calibrate)
    calibrate.set_defaults(run=run_calibrate)


def _add_solve(kinds: Any) -> None:
    from engine.training.bench_jobs import CONTROLS, FILES

    solve = kinds.add_parser("solve", help="standard test patterns of held-out structures")
    solve.add_argument("--set", default="val", choices=FILES)
    drawn = solve.add_mutually_exclusive_group()
    drawn.add_argument(
        "--count", type=int, default=100, metavar="N", help="patterns at random; default: 100"
    )
    drawn.add_argument(
        "--per-system", type=int, metavar="N", help="so many of each crystal system instead"
    )
    solve.add_argument(
        "--skip",
        type=int,
        default=0,
        metavar="N",
        help="leave out the first N (of each system), to calibrate on",
    )
    changed = solve.add_argument_group("what is changed about the standard test pattern")
    changed.add_argument("--dispersion", action="store_true", help="with anomalous dispersion")
    changed.add_argument(
        "--automatic-slits", action="store_true", help="automatic divergence slits, not told"
    )
    changed.add_argument(
        "--second-phase",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="with this weight fraction of another phase",
    )
    changed.add_argument(
        "--untick-one",
        dest="unticked",
        action="store_true",
        help="one element is not told, but that others are possible",
    )
    changed.add_argument(
        "--control",
        default="",
        choices=CONTROLS,
        help="a pattern to which no answer is right: with another sample's elements; its "
        "intensities permuted among the lines, and these scattered too (with the formula); only "
        "an amorphous hump; only noise (with the formula)",
    )
    changed.add_argument(
        "--wrong-elements",
        dest="control",
        action="store_const",
        const="elements",
        help="the same as --control elements",
    )
    _common(solve, run_simulated)


def _common(parser: argparse.ArgumentParser, run: Any) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--index", action="store_true", help="index every pattern too and score the cells"
    )
    for source, what in (
        ("network", "the network's densities, to see what they add"),
        ("library", "the structure types, as if every type were new"),
        ("phasing", "phasing, to see what it adds"),
    ):
        parser.add_argument(
            f"--no-{source}", dest=source, action="store_false", help=f"solve without {what}"
        )
    parser.set_defaults(run=run)


def run_simulated(arguments: argparse.Namespace) -> int:
    """Score on standard test patterns."""
    from engine.training.bench_jobs import Conditions, Job, balanced_lines, chosen_lines

    conditions = Conditions(
        arguments.dispersion,
        arguments.automatic_slits,
        arguments.second_phase,
        arguments.unticked,
        arguments.control,
    )
    if arguments.per_system is None:
        lines = chosen_lines(arguments.set, arguments.skip + arguments.count)[arguments.skip :]
    else:
        lines = balanced_lines(arguments.set, arguments.per_system, arguments.skip)
    jobs = [Job(arguments.set, line, conditions) for line in lines]
    return _run(arguments, "simulated", arguments.set, conditions, jobs)


def run_measured(arguments: argparse.Namespace) -> int:
    """Score on measured patterns."""
    from engine.training.bench_jobs import Conditions, Job
    from engine.training.bench_sets import measured_files

    conditions = Conditions(control=arguments.control)
    files = measured_files(tuple(arguments.files))
    if not files:
        raise BadInputError("None of these files is in the index of measured patterns.")
    jobs = [Job("measured", name, conditions) for name in files]
    return _run(arguments, "measured", "measured", conditions, jobs)


def run_calibrate(arguments: argparse.Namespace) -> int:
    """Fit the logistic model of the verdict and print its coefficients."""
    print(_calibrated(arguments.results, arguments))
    return 0


def _calibration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--half",
        nargs="+",
        type=Path,
        default=[],
        metavar="RESULTS.jsonl",
        help="further results to calibrate on, whose rows count half",
    )
    parser.add_argument(
        "--last", action="store_true", help="calibrate the constant and the last slope alone"
    )


def _calibrated(results: list[Path], arguments: argparse.Namespace) -> str:
    from engine.training.calibration import calibrate, read_examples

    examples = read_examples([*results, *arguments.half], arguments.half)
    return calibrate(examples, arguments.last)


def run_report(arguments: argparse.Namespace) -> int:
    """Write the page of benchmarks."""
    from engine.training.bench_collection import Collection
    from engine.training.bench_report import page
    from engine.training.bench_results import read_results
    from engine.training.bench_speed import read_table

    collection = Collection.of(read_results(path) for path in arguments.results)
    reliability = ""
    if arguments.calibration:
        reliability = _calibrated(arguments.calibration, arguments)
    earlier = ""
    if arguments.earlier is not None:
        earlier = arguments.earlier.read_text(encoding="utf-8")
    speed = [read_table(path) for path in arguments.speed]
    text = page(collection, arguments.machine, reliability, earlier, speed)
    arguments.out.write_text(text, encoding="utf-8")
    print(f"written: {arguments.out}")
    return 0


def _run(
    arguments: argparse.Namespace,
    kind: str,
    name: str,
    conditions: Conditions,
    jobs: list[Job],
) -> int:
    """Solve what is not solved yet, a row at a time, and print the table."""
    from engine.training.bench_results import ResultFile, state_of_program
    from engine.training.bench_rows import Options
    from engine.training.bench_tables import summary

    sources = {name: bool(getattr(arguments, name)) for name in SOURCES}
    run = {
        "kind": kind,
        "set": name,
        "conditions": conditions.changed(),
        "sources": sources,
        "program": state_of_program(),
    }
    results = ResultFile(arguments.out / "results.jsonl", run)
    left = [job for job in jobs if job.name not in results]
    options = Options(sources, index=arguments.index)
    for row in _results(left, arguments.workers, options):
        results.add(row)
        print(_one_line(row), flush=True)
    table = summary(results.among([job.name for job in jobs]))
    (arguments.out / "summary.md").write_text(table, encoding="utf-8")
    print(table)
    return 0


def _results(jobs: list[Job], workers: int, options: Options) -> Iterator[dict[str, Any]]:
    from engine.training.bench_rows import solve_one

    solved = partial(solve_one, options=options)
    if workers <= 1:
        yield from map(solved, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(solved, jobs)


def _one_line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['name']}: {row['error']}"
    best = row["best"]
    found = "no candidate" if best is None else f"{best['formula']} ({best['space_group']})"
    place = "not found" if row["rank"] is None else f"right at rank {row['rank']}"
    cause = f" [{row['cause']}]" if row.get("cause") else ""
    return (
        f"{row['name']}: {place}{cause}; first: {found}; {row['verdict']}; {row['seconds']:.1f} s"
    )
