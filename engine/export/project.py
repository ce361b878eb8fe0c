"""The project file: one session with all its inputs, results and provenance.

A ``.densight`` file is a zip archive of ``project.json`` and ``arrays/N.npy``. The pattern itself
is inside, so that a project needs no other file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

import engine
from engine.crystal.composition import parse_elements
from engine.errors import BadInputError
from engine.export.archive import read_archive, write_archive
from engine.export.density_answer import DensityAnswer
from engine.export.problem_record import data_checksums
from engine.export.records import Arrays, from_record, to_record
from engine.pattern.overlay import Stack
from engine.pattern.pattern import PowderPattern
from engine.pattern.preparation import Preparation
from engine.solve.result import Solution

SUFFIX = ".densight"
FORMAT = 1


@dataclass(frozen=True)
class CandidateMark:
    """What the user has said of a candidate."""

    pinned: bool = False
    discarded: bool = False
    note: str = ""


@dataclass(frozen=True, eq=False)
class Project:
    """Everything that is worth keeping of a session.

    Attributes
    ----------
    pattern : PowderPattern or None
        With its radiation and where that is known from.
    note : str
        Where the pattern comes from, if that is not a measurement.
    elements : tuple of str
    formula : str or None
    others_possible : bool
    solution : Solution or None
        Candidates with their fits, the problem they answer, timings, versions and notes.
    chosen : int
        Index of the candidate that was looked at.
    marks : dict of str to CandidateMark
        By a key of the candidate's structure.
    prediction : DensityAnswer or None
    preparation : Preparation
        What was chosen about the pattern; files of older versions have none.
    stack : Stack
        Patterns drawn for comparison.
    """

    pattern: PowderPattern | None = None
    note: str = ""
    elements: tuple[str, ...] = ()
    formula: str | None = None
    others_possible: bool = False
    solution: Solution | None = None
    chosen: int = 0
    marks: dict[str, CandidateMark] = field(default_factory=dict)
    prediction: DensityAnswer | None = None
    preparation: Preparation = field(default_factory=Preparation)
    stack: Stack = field(default_factory=Stack)


def write_project(path: Path, project: Project) -> None:
    """Write a project, replacing a former file at once.

    Raises
    ------
    BadInputError
        If the file cannot be written.
    """
    arrays = Arrays()
    record = {
        "format": FORMAT,
        "program": f"densight {engine.__version__}",
        "checksums": data_checksums(),
        "project": to_record(project, arrays),
    }
    write_archive(path, record, arrays.arrays)


def read_project(path: Path) -> Project:
    """Read a project.

    Raises
    ------
    BadInputError
        If the file is no project, is damaged, or was written by a later version.
    """
    record, arrays = read_archive(path)
    version = record.get("format")
    if not isinstance(version, int) or version < 1:
        raise BadInputError(f"'{path}' is no Densight project: it names no format.")
    if version > FORMAT:
        raise BadInputError(f"'{path}' was written by a later version of Densight; use that one.")
    try:
        project: Project = from_record(
            record.get("project"), Project, Arrays(arrays), "The project"
        )
        _check(project)
    except BadInputError as error:
        raise BadInputError(f"'{path}' cannot be opened. {error}") from None
    solution = project.solution
    if solution is not None and project.pattern is not None:
        problem = solution.problem
        same = problem.pattern.two_theta is project.pattern.two_theta
        if same and problem.pattern.details == project.pattern.details:  # one object again
            problem = replace(problem, pattern=project.pattern)
            project = replace(project, solution=replace(solution, problem=problem))
    return project


def _check(project: Project) -> None:
    """Refuse arrays that do not go together: they would fail only later, when drawn."""
    if project.elements:
        parse_elements(project.elements)
    patterns = [project.pattern, *(overlay.pattern for overlay in project.stack.overlays)]
    if project.solution is not None:
        patterns.append(project.solution.problem.pattern)
    for pattern in patterns:
        if pattern is not None:
            curves = pattern.two_theta, pattern.counts, pattern.sigma
            _same_shape("The pattern", *curves)
            if not all(np.isfinite(curve).all() for curve in curves):
                raise BadInputError("The pattern is damaged: not all of its numbers are finite.")
    if project.pattern is not None:
        project.preparation.seen(project.pattern)  # refuses what cannot be done to it
    for candidate in project.solution.candidates if project.solution is not None else ():
        fit, name = candidate.fit, f"Candidate {candidate.rank}"
        _same_shape(name, fit.two_theta, fit.observed, fit.calculated, fit.background, fit.sigma)
        lines = fit.reflections
        _same_shape(name, lines.d_spacing, lines.two_theta, lines.intensity, lines.f_squared)
        if lines.hkl.shape != (len(lines.d_spacing), 3):
            raise BadInputError(f"{name} is damaged: its reflections do not go together.")
    answer = project.prediction
    if answer is not None:
        n = len(answer.density)
        parts = (answer.cell_source, answer.crystal_system, answer.weights, answer.quality)
        if (
            answer.density.ndim != 4
            or answer.cell.shape != (n, 3, 3)
            or any(len(part) != n for part in parts)
        ):
            raise BadInputError("The density is damaged: its samples do not go together.")


def _same_shape(name: str, *arrays: Any) -> None:
    if arrays[0].ndim != 1 or len({array.shape for array in arrays}) != 1:
        raise BadInputError(f"{name} is damaged: its curves do not go together.")
