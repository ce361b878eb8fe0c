"""The work on one entry of a batch; runs in whatever process or machine is told to."""

from __future__ import annotations

import errno
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from engine.batch.manifest import Entry
from engine.errors import BadInputError

if TYPE_CHECKING:
    from engine.solve.result import Solution

Line = dict[str, Any]
Files = dict[str, bytes]
_RECORD = "solution.json"
PROJECT = "session.densight"


@dataclass(frozen=True)
class Options:
    """What is the same for all entries; see `engine.solve.result.Problem`."""

    max_atoms: int = 60
    time_limit: float | None = None
    top: int = 20
    seed: int = 0
    device: str = "auto"


def solve_into(entry: Entry, out: str, options: Options, project: bool = False) -> Line:
    """Solve one entry into the folder of its id in `out`; see `solve_entry`."""
    return solve_entry(entry, Path(entry.file), Path(out) / entry.id, options, project)


def solve_entry(
    entry: Entry, file: Path, folder: Path, options: Options, project: bool = False
) -> Line:
    """Solve one entry and write its solution into `folder`.

    Parameters
    ----------
    entry : Entry
    file : Path
        Where its pattern lies on this machine.
    folder : Path
    options : Options
    project : bool
        Whether to write `PROJECT` as well, which the window opens.

    Returns
    -------
    dict
        The entry's line: the verdict and the first candidate, or ``{id, error}``. Nothing is
        raised: an entry that fails must not stop the others.
    """
    started = time.perf_counter()
    try:
        line = _solve(entry, file, folder, options, project)
    except BadInputError as error:
        return failure(entry, str(error))
    except OSError as error:
        return failure(entry, unwritable(error, folder))
    except MemoryError:
        return failure(entry, "there is not enough memory for this pattern.")
    except Exception as error:
        return failure(entry, f"internal error: {type(error).__name__}: {error}")
    line["seconds"] = round(time.perf_counter() - started, 3)
    return line


def solve_shipped(entry: Entry, data: bytes, options: Options) -> tuple[Line, Files]:
    """Solve an entry whose file lies on another machine.

    Parameters
    ----------
    entry : Entry
    data : bytes
        What its file holds.
    options : Options

    Returns
    -------
    line : dict
        As by `solve_entry`.
    files : dict of bytes
        What is to be written into the entry's folder there, by name; the record last.
    """
    with TemporaryDirectory(prefix="densight-") as room:
        file = Path(room) / Path(entry.file).name
        folder = Path(room) / "solution"
        try:
            file.write_bytes(data)
        except OSError as error:
            return failure(entry, unwritable(error, file)), {}
        line = solve_entry(entry, file, folder, options)
        if "error" in line:
            # Messages name the file where its owner has it.
            line["error"] = line["error"].replace(str(file), entry.file)
            return line, {}
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    record = json.loads(files.pop(_RECORD))
    record["pattern"], record["pattern_path"] = entry.file, None
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    return line, {**files, _RECORD: text.encode("utf-8", "surrogatepass")}


def failure(entry: Entry, reason: str) -> Line:
    """The line of an entry that could not be read or solved."""
    return {"id": entry.id, "error": " ".join(reason.split())}


def unwritable(error: OSError, place: Path) -> str:
    """Why something could not be written, in a sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"the disk is full: '{place}' could not be written."
    return f"'{error.filename or place}' could not be used: {error.strerror or error}."


def request(entry: Entry, options: Options) -> dict[str, Any]:
    """What was asked, to recognise an answer that a later run may keep."""
    return {**asdict(entry), **asdict(options)}


def _solve(entry: Entry, file: Path, folder: Path, options: Options, project: bool) -> Line:
    from engine.crystal.composition import check_contents, parse_elements
    from engine.export.solution_files import write_solution
    from engine.pattern.io import read_pattern
    from engine.pattern.radiation import parse_wavelength
    from engine.pattern.readers.ranges import parse_range
    from engine.solve.result import Problem
    from engine.solve.solver import solve

    elements = parse_elements(entry.elements)
    check_contents(elements, entry.formula, entry.others_possible)
    radiation = parse_wavelength(entry.wavelength) if entry.wavelength else None
    pattern = read_pattern(file, radiation, parse_range(entry.range) if entry.range else None)
    solution = solve(
        Problem(
            pattern=pattern,
            elements=elements,
            formula=entry.formula,
            others_possible=entry.others_possible,
            **asdict(options),
        )
    )
    if project:
        _write_project(solution, folder)
    write_solution(solution, folder)  # the record comes last: it says that all is there
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


def _write_project(solution: Solution, folder: Path) -> None:
    from engine.export.atomic import make_folder
    from engine.export.project import Project, write_project

    problem = solution.problem
    project = Project(
        pattern=problem.pattern,
        elements=problem.elements,
        formula=problem.formula,
        others_possible=problem.others_possible,
        solution=solution,
    )
    write_project(make_folder(folder) / PROJECT, project)
