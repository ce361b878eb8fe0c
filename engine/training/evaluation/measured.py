"""Measured patterns: the network with the refined cell given, against the published structure.

The truth is the CMED of the published structure on a cell that was refined on the pattern itself
(profile fit, atoms held), because published cells, and still more computed ones, are off by up to
a few per cent. Partly occupied sites count with their occupancies. Hydrogen stands in the truth
as published, and once more the score is taken against the truth without it: X-rays hardly see it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.crystal.cmed import niggli_primitive
from engine.crystal.composition import HYDROGEN
from engine.crystal.lattice import crystal_system
from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import read_structure
from engine.crystal.symmetry import standardise
from engine.errors import BadInputError
from engine.model.inference import predict_density
from engine.pattern.pattern import PowderPattern
from engine.progress import Progress
from engine.refine import stages
from engine.refine.prepared import PreparedPattern, prepare
from engine.refine.report import finish
from engine.refine.stages import Refinement
from engine.training.bench_sets import measured_files, measured_task
from engine.training.data import data_root
from engine.training.evaluation.answers import answer_of
from engine.training.evaluation.conditions import GRID, SAMPLES
from engine.training.evaluation.scores import Target, score_answer, score_maps
from engine.training.evaluation.store import JsonLines, Row
from engine.training.evaluation.zero_phase import zero_phase_map

# Computed cells are up to 3 % too long, some up to 1 % too short: sizes that are tried.
SIZES = (1.0, 0.99, 0.98, 0.97, 1.01)
GOOD_FIT = 0.25  # R_wp of the placed pattern at which no other size is tried
MOST_REFLECTIONS = 300
LARGEST_CHANGE = 0.045  # of a length; beyond it the fit has lost the lattice
_STRUCTURE = ("lattice", "numbers", "frac_coords", "occupancies")


@dataclass(frozen=True, eq=False)
class MeasuredCase:
    """A measured pattern with the published structure on the refined cell.

    Attributes
    ----------
    file, phase : str
    space_group : int
    pattern : PowderPattern
    elements : tuple of str
    structure : CrystalStructure
        Niggli-reduced primitive cell.
    """

    file: str
    phase: str
    space_group: int
    pattern: PowderPattern
    elements: tuple[str, ...]
    structure: CrystalStructure


def score_measured(
    cache: Path,
    folder: Path,
    *,
    device: str = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Row]:
    """Scores on the measured benchmark, one row a pattern.

    Parameters
    ----------
    cache : Path
        Refined cells and the zero-phase map's scores are kept there.
    folder : Path
        Of the weights' scores.
    device : str
    seed : int
    progress : Progress, optional

    Returns
    -------
    list of dict
        Rows of `score_answer` with ``file``, ``phase``, ``system``, ``rwp`` of the cell's fit,
        ``cell_change`` (largest relative change of a length from the published cell),
        ``zero_phase`` (gfCC) and ``gfcc_without_hydrogen`` of the first sample.
    """
    progress = progress or Progress()
    fits = JsonLines(cache / "measured" / "fits.jsonl", key="file")
    store = JsonLines(folder / "measured.jsonl", key="file")
    files = measured_files()
    for number, file in enumerate(files):
        if file in store:
            continue
        progress.report(number / len(files), f"measured, {number + 1}: {file}")
        case, fit = measured_case(file, fits)
        target = Target(case.structure, GRID)
        if "zero_phase" not in fit:
            fit = fits.add({**fit, "zero_phase": _zero_phase_score(case, target)})
        answer = answer_of(
            predict_density(
                case.pattern,
                case.elements,
                cell=case.structure.lattice,
                samples=SAMPLES,
                grid=GRID,
                device=device,
                seed=seed,
            )
        )
        row = score_answer(answer, target, case.space_group)
        bare = Target(without_hydrogen(case.structure), GRID)
        row["gfcc_without_hydrogen"] = score_maps(answer.density[:1], bare, answer.cell[:1])["gfcc"]
        about = {"file": file, "phase": case.phase, "system": crystal_system(case.space_group)}
        store.add({**about, **{k: v for k, v in fit.items() if k not in _STRUCTURE}, **row})
    return store.among(files)


def measured_case(file: str, fits: JsonLines) -> tuple[MeasuredCase, Row]:
    """A measured pattern and its truth; the structure on the refined cell is kept in `fits`."""
    task = measured_task(file)
    if file not in fits:
        fits.add({"file": file, **fit_cell(task.pattern, read_structure(_truth_path(file)))})
    fit = fits[file]
    lattice, numbers, frac_coords, occupancies = (np.array(fit[name]) for name in _STRUCTURE)
    structure = CrystalStructure(lattice, numbers, frac_coords, occupancies)
    group = task.space_group or standardise(structure).number
    case = MeasuredCase(
        file, task.phase, group, task.pattern, task.elements, niggli_primitive(structure)
    )
    return case, fit


def fit_cell(pattern: PowderPattern, structure: CrystalStructure) -> Row:
    """A known structure on the cell that a pattern gives it.

    Parameters
    ----------
    pattern : PowderPattern
    structure : CrystalStructure
        Its cell within a few per cent.

    Returns
    -------
    dict
        ``lattice, numbers, frac_coords, occupancies`` of the fitted structure; ``rwp`` of the
        fit, a fraction, null where no fit kept the lattice (then the structure is as it was);
        ``cell_change``, the largest relative change of a length.
    """
    prepared = prepare(pattern)
    published = standardise(structure).conventional
    placed = _placed(prepared, published)
    best, rwp, change = published, np.inf, 0.0
    if placed is not None:
        fit = finish(stages.refine_shape(placed))
        moved = float(np.abs(np.divide(fit.structure.cell[:3], published.cell[:3]) - 1.0).max())
        if moved <= LARGEST_CHANGE:
            best, rwp, change = fit.structure, fit.rwp, moved
    found = {name: getattr(best, name).tolist() for name in _STRUCTURE}
    return {**found, "rwp": rwp if np.isfinite(rwp) else None, "cell_change": change}


def _placed(prepared: PreparedPattern, structure: CrystalStructure) -> Refinement | None:
    """The calculated pattern placed on the measured one from the size of cell that fits best."""
    best: Refinement | None = None
    for size in SIZES:
        begun = replace(structure, lattice=size * structure.lattice)
        try:
            found = stages.start(prepared, begun, most_reflections=MOST_REFLECTIONS)
        except BadInputError:
            continue
        if best is None or found.rwp < best.rwp:
            best = found
        if best.rwp < GOOD_FIT:
            break
    return best


def _zero_phase_score(case: MeasuredCase, target: Target) -> float:
    values = zero_phase_map(case.pattern, case.structure.lattice, GRID, 1.0, 1.0)
    return float(score_maps(values[None], target)["gfcc"][0])


def without_hydrogen(structure: CrystalStructure) -> CrystalStructure:
    """The structure without its hydrogen atoms, on the same cell."""
    return structure.only(structure.numbers != HYDROGEN)


def _truth_path(file: str) -> Path:
    folder = data_root() / "experimental"
    index: list[dict[str, Any]] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return folder / str(next(entry["cif"] for entry in index if entry["file"] == file))
