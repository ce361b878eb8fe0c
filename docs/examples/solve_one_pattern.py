"""Solve one pattern from its elements: python solve_one_pattern.py PATTERN Ti,O OUT

Without arguments, the example of rutile that comes with Densight.
"""

import sys
from pathlib import Path

from engine import resources
from engine.export.solution_files import write_solution
from engine.pattern.io import read_pattern
from engine.progress import Progress
from engine.solve.result import Problem
from engine.solve.solver import solve


class Lines(Progress):
    """Says on one line how far the solver is."""

    def report(self, fraction: float, message: str = "") -> None:
        """Print the stage."""
        print(f"\r{100 * fraction:3.0f} % {message:<40}", end="", flush=True)


def main(arguments: list[str]) -> int:
    """Read, solve, print the candidates, write the folder."""
    if arguments:
        path, elements, out = Path(arguments[0]), arguments[1], Path(arguments[2])
    else:
        path, elements, out = resources.path("examples/rutile.xy"), "Ti,O", Path("rutile-solved")
    pattern = read_pattern(path)
    for warning in pattern.warnings:
        print("warning:", warning)
    print(f"{pattern.name}: {len(pattern)} points, {pattern.radiation.primary:.5f} A")
    solution = solve(Problem(pattern, tuple(elements.split(","))), Lines())
    print(f"\nverdict: {solution.verdict}")
    for candidate in solution.candidates[:5]:
        a, b, c, alpha, beta, gamma = candidate.cell
        print(
            f"{candidate.rank}. {candidate.formula} {candidate.space_group}, "
            f"{a:.4f} {b:.4f} {c:.4f} A {alpha:.2f} {beta:.2f} {gamma:.2f} deg, "
            f"R_wp {100 * candidate.fit.rwp:.1f} %, chance {candidate.score:.2f}"
        )
    print("written:", write_solution(solution, out))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
