"""``densight solve``: from a pattern and the known elements to ranked structures."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.cli.arguments import (
    add_contents,
    add_corrections,
    add_device,
    add_pattern,
    add_search_limits,
    contents_of,
    device_of,
    pattern_of,
)
from engine.cli.progress import TerminalProgress
from engine.crystal.composition import parse_elements
from engine.errors import BadInputError
from engine.solve.result import Problem, Solution

_SHOWN = 5
SECOND = "second_phase"


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("solve", help="find the crystal structure behind a pattern")
    add_pattern(parser)
    add_corrections(parser)
    add_contents(parser, required=True)
    add_search_limits(parser)
    add_device(parser)
    parser.add_argument(
        "--no-network",
        dest="network",
        action="store_false",
        help="take no candidates from the network's densities",
    )
    parser.add_argument(
        "--no-library",
        dest="library",
        action="store_false",
        help="take no candidates from the structure types",
    )
    parser.add_argument(
        "--no-phasing",
        dest="phasing",
        action="store_false",
        help="take no candidates from phasing on the indexed cells",
    )
    parser.add_argument(
        "--thorough",
        action="store_true",
        help="ask every source of candidates, also where the first have settled the matter",
    )
    parser.add_argument(
        "--second-phase",
        metavar="Na,Cl",
        help="elements of a second phase, to be sought in what the first candidate leaves; "
        f"written to {SECOND} in the folder",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Solve, write the solution's folder and print the best candidates."""
    elements = contents_of(arguments)
    second = None if arguments.second_phase is None else parse_elements(arguments.second_phase)
    if not (arguments.network or arguments.library or arguments.phasing):
        raise BadInputError(
            "--no-library, --no-network and --no-phasing together leave nothing to search: leave "
            "one of them out."
        )
    device = device_of(arguments)
    pattern = pattern_of(arguments)
    from engine.export.atomic import make_folder
    from engine.export.solution_files import write_solution

    folder = make_folder(arguments.out)
    problem = Problem(
        pattern=pattern,
        elements=elements,
        formula=arguments.formula,
        others_possible=arguments.others_possible,
        max_atoms=arguments.max_atoms,
        time_limit=arguments.time_limit,
        top=arguments.top,
        seed=arguments.seed,
        device=device,
        network=arguments.network,
        library=arguments.library,
        phasing=arguments.phasing,
        thorough=arguments.thorough,
    )
    solution = _solved(problem)
    record = write_solution(solution, folder)
    print(summary(solution))
    print(f"written: {record}")
    if second is not None:
        _solve_second(solution, second, folder)
    return 0


def _solved(problem: Problem) -> Solution:
    from engine.solve.solver import solve

    progress = TerminalProgress()
    try:
        return solve(problem, progress)
    finally:
        progress.close()


def _solve_second(solution: Solution, elements: tuple[str, ...], folder: Path) -> None:
    """Look for a second phase in what the first candidate leaves."""
    from engine.export.atomic import make_folder
    from engine.export.solution_files import write_solution
    from engine.solve.second_phase import rest_of

    if not solution.candidates:
        print("no second phase was sought: there is no first candidate to take away")
        return
    rest = rest_of(solution.problem.pattern, solution.candidates[0].fit)
    problem = replace(solution.problem, pattern=rest, elements=elements, formula=None)
    found = _solved(problem)
    record = write_solution(found, make_folder(folder / SECOND))
    print(summary(found))
    print(f"written: {record}")


def summary(solution: Solution) -> str:
    """The verdict and the first candidates, for people."""
    lines = [f"{solution.problem.pattern.name}: {solution.verdict}"]
    for candidate in solution.candidates[:_SHOWN]:
        lengths = " ".join(f"{x:.4f}" for x in candidate.cell[:3])
        angles = " ".join(f"{x:.2f}" for x in candidate.cell[3:])
        ties = f"  ties with {', '.join(map(str, candidate.ties))}" if candidate.ties else ""
        lines.append(
            f"{candidate.rank:3d}  {candidate.formula:<14} {candidate.space_group:<10} "
            f"{lengths}  {angles}  R_wp {100.0 * candidate.fit.rwp:5.2f} %  "
            f"p {candidate.score:.2f}  {candidate.source}{ties}"
        )
    hidden = len(solution.candidates) - _SHOWN
    if hidden > 0:
        lines.append(f"     and {hidden} more")
    lines.extend(f"note: {note}" for note in solution.notes)
    return "\n".join(lines)
