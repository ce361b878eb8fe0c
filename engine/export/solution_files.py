"""The folder that holds a solution: its record, a CIF a candidate, and the best one's fit."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import engine
from engine.export.atomic import make_folder, write_json
from engine.export.fit_files import (
    plot_fit,
    plot_observed,
    radiation_record,
    residuals,
    write_fit_table,
    write_observed_table,
)
from engine.export.problem_record import problem_record
from engine.solve.result import Candidate, Solution
from engine.solve.unexplained import UnexplainedLine

RECORD = "solution.json"

_HOW = {
    "network": "a network's electron density (CMEDNet)",
    "library": "search in a library of structure types",
    "phasing": "dual-space phasing of the powder intensities",
}


def write_solution(solution: Solution, folder: Path | str) -> Path:
    """Write ``candidate_NN.cif``, ``fit.csv``, ``fit.png`` and, last of all, ``solution.json``.

    The fit is that of the first candidate; without any candidate the table and the plot hold the
    observed profile alone. CIFs of an earlier, longer list in the same folder are taken away.

    Returns
    -------
    Path
        The record that was written.

    Raises
    ------
    BadInputError
        If the folder cannot be written to.
    """
    from engine.export.cif import write_cif

    target = make_folder(Path(folder))
    pattern = solution.problem.pattern
    for candidate in solution.candidates:
        write_cif(
            target / cif_name(candidate),
            candidate.structure,
            fit=candidate.fit,
            provenance=provenance(solution, candidate),
        )
    _remove_others(target, {cif_name(candidate) for candidate in solution.candidates})
    if solution.candidates:
        best = solution.candidates[0]
        title = f"{pattern.name}: {best.formula}, {best.space_group} ({solution.verdict})"
        write_fit_table(best.fit, target / "fit.csv")
        plot_fit(best.fit, target / "fit.png", title=title)
    else:
        write_observed_table(pattern, target / "fit.csv")
        plot_observed(pattern, target / "fit.png", title=pattern.name)
    record = target / RECORD
    write_json(record, solution_record(solution))
    return record


def solution_record(solution: Solution) -> dict[str, Any]:
    """What ``solution.json`` holds; R values are fractions."""
    problem = solution.problem
    return {
        "pattern": str(problem.pattern.path or problem.pattern.name),
        "elements": list(problem.elements),
        "radiation": radiation_record(problem.pattern.radiation),
        "verdict": solution.verdict,
        "candidates": [candidate_record(candidate) for candidate in solution.candidates],
        "timings": dict(solution.timings),
        "device": solution.device,
        "versions": {"densight": engine.__version__, **solution.versions},
        "seed": problem.seed,
        "notes": list(solution.notes),
        "unexplained_lines": [asdict(line) for line in _left_by_the_first(solution)],
        **problem_record(problem),
    }


def _left_by_the_first(solution: Solution) -> tuple[UnexplainedLine, ...]:
    return solution.candidates[0].unexplained if solution.candidates else ()


def candidate_record(candidate: Candidate) -> dict[str, Any]:
    """One entry of the list of candidates in ``solution.json``."""
    return {
        "rank": candidate.rank,
        "cif": cif_name(candidate),
        "formula": candidate.formula,
        "space_group": candidate.space_group,
        "space_group_number": candidate.space_group_number,
        "cell": list(candidate.cell),
        "n_atoms": candidate.n_atoms,
        "source": candidate.source,
        **residuals(candidate.fit),
        "score": candidate.score,
        "ties": list(candidate.ties),
    }


def cif_name(candidate: Candidate) -> str:
    """File name of a candidate's CIF."""
    return f"candidate_{candidate.rank:02d}.cif"


def provenance(solution: Solution, candidate: Candidate) -> dict[str, str]:
    """How a candidate came about, in words for its CIF."""
    radiation = solution.problem.pattern.radiation
    return {
        "pattern": solution.problem.pattern.name,
        "elements given": " ".join(solution.problem.elements),
        "solution by": _HOW[candidate.source],
        "rank": f"{candidate.rank} of {len(solution.candidates)}",
        "verdict": candidate.verdict,
        "wavelength": f"{radiation.primary:g} A ({radiation.provenance})",
    }


def _remove_others(folder: Path, names: set[str]) -> None:
    for path in folder.glob("candidate_*.cif"):
        if path.name not in names and re.fullmatch(r"candidate_\d+\.cif", path.name):
            path.unlink()
