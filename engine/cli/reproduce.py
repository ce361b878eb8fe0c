"""``densight reproduce``: the same question again, and whether the answer is the same."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.cli.arguments import existing, refuse_overwriting, warn
from engine.cli.progress import TerminalProgress

REPORT = "reproduction.json"
# Relative difference of R_wp that the order of floating-point sums explains.
SAME_RESIDUAL = 1e-4


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "reproduce", help="solve again as a solution.json says, and compare the answers"
    )
    parser.add_argument("record", metavar="SOLUTION.json", type=Path, help="written by solve")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Solve again into a folder, compare, and write ``reproduction.json`` beside it."""
    from engine.export.atomic import make_folder, write_json
    from engine.export.problem_record import problem_of, read_record
    from engine.export.solution_files import RECORD, solution_record, write_solution
    from engine.solve.solver import solve

    refuse_overwriting(arguments.out / RECORD, existing(arguments.record))
    old = read_record(arguments.record)
    problem = problem_of(old, arguments.record.parent)
    folder = make_folder(arguments.out)
    if problem.time_limit is not None:
        warn("The solution had a time limit: a slower or faster machine may answer otherwise.")
    progress = TerminalProgress()
    try:
        solution = solve(problem, progress)
    finally:
        progress.close()
    write_solution(solution, folder)
    new = solution_record(solution)
    differences = compare_records(old, new)
    changed = changed_versions(old, new)
    report = {
        "reproduced": not differences,
        "differences": differences,
        "changed_versions": changed,
        "record": str(arguments.record),
    }
    write_json(folder / REPORT, report)
    for text in changed:
        warn(text)
    print("\n".join(differences) if differences else "The answer is the same.")
    print(f"written: {folder / REPORT}")
    return 0


def compare_records(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """In what two solutions differ, one sentence each; an empty list where they agree.

    Verdict, number of candidates, and of each candidate formula, space group, source and R_wp (to
    1e-4, relative) are compared.
    """
    found = []
    if old.get("verdict") != new["verdict"]:
        found.append(f"The verdict was {old.get('verdict')} and is {new['verdict']}.")
    if len(old["candidates"]) != len(new["candidates"]):
        found.append(
            f"There were {len(old['candidates'])} candidates, now {len(new['candidates'])}."
        )
    for one, two in zip(old["candidates"], new["candidates"], strict=False):
        for key in ("formula", "space_group_number", "source"):
            if one.get(key) != two[key]:
                found.append(f"Candidate {two['rank']}: {key} was {one.get(key)}, is {two[key]}.")
        was, now = one.get("rwp"), two["rwp"]
        if not isinstance(was, int | float) or abs(was - now) > SAME_RESIDUAL * now:
            found.append(f"Candidate {two['rank']}: R_wp was {was}, is {now}.")
    return found


def changed_versions(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Which versions and files of data are others than they were, one sentence each."""
    found = []
    for group, what in (("versions", "version"), ("checksums", "checksum")):
        kept = old.get(group)
        before = kept if isinstance(kept, dict) else {}
        for name, value in new[group].items():
            if before.get(name) != value:
                found.append(f"The {what} of {name} was {before.get(name)} and is {value}.")
    return found
