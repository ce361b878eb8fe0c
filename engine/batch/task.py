"""The work on one entry of a batch; runs in whatever process or machine is told to."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.batch.manifest import Entry
from engine.errors import BadInputError

Line = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """What is the same for all entries; see `engine.solve.result.Problem`."""

    max_atoms: int = 60
    time_limit: float | None = None
    top: int = 20
    seed: int = 0
    device: str = "auto"


def solve_entry(entry: Entry, folder: str, options: Options) -> Line:
    """Solve one entry and write its solution into `folder`.

    Returns
    -------
    dict
        The entry's line: the verdict and the first candidate, or ``{id, error}``. Nothing is
        raised: an entry that fails must not stop the others.
    """
    started = time.perf_counter()
    try:
        line = _solve(entry, Path(folder), options)
    except BadInputError as error:
        return failure(entry, str(error))
    except Exception as error:
        return failure(entry, f"internal error: {type(error).__name__}: {error}")
    line["seconds"] = round(time.perf_counter() - started, 3)
    return line


def failure(entry: Entry, reason: str) -> Line:
    """The line of an entry that could not be read or solved."""
    return {"id": entry.id, "error": " ".join(reason.split())}


def request(entry: Entry, options: Options) -> dict[str, Any]:
    """What was asked, to recognise an answer that a later run may keep."""
    return {**asdict(entry), **asdict(options)}


def _solve(entry: Entry, folder: Path, options: Options) -> Line:
    from engine.crystal.composition import check_contents, parse_elements
    from engine.export.solution_files import write_solution
    from engine.pattern.io import read_pattern
    from engine.pattern.radiation import parse_wavelength
    from engine.solve.result import Problem
    from engine.solve.solver import solve

    elements = parse_elements(entry.elements)
    check_contents(elements, entry.formula, entry.others_possible)
    radiation = parse_wavelength(entry.wavelength) if entry.wavelength else None
    pattern = read_pattern(Path(entry.file), radiation)
    solution = solve(
        Problem(
            pattern=pattern,
            elements=elements,
            formula=entry.formula,
            others_possible=entry.others_possible,
            **asdict(options),
        )
    )
    write_solution(solution, folder)
    line: Line = {"id": entry.id, "verdict": solution.verdict, "warnings": list(pattern.warnings)}
    if solution.candidates:
        best = solution.candidates[0]
        line |= {
            "formula": best.formula,
            "space_group": best.space_group,
            "space_group_number": best.space_group_number,
            "cell": list(best.cell),
            "n_atoms": best.n_atoms,
            "source": best.source,
            "rwp": best.fit.rwp,
            "score": best.score,
        }
    return line
