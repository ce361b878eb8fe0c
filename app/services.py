"""The engine's functions that the window calls, as one replaceable set.

Every field is a callable; the standard ones import the engine's modules when they are first
called, which happens in a worker and never on the UI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from app.state.density import DensityMap, Shape
    from engine.crystal.structure import CrystalStructure
    from engine.export.density_answer import DensityAnswer
    from engine.pattern.comparison import PeakComparison
    from engine.pattern.pattern import PowderPattern
    from engine.pattern.peaks import PeakList
    from engine.pattern.radiation import Radiation
    from engine.progress import Progress
    from engine.refine.result import Reflections
    from engine.solve.result import Candidate, Problem, Solution

SHORTEST_GRID, LONGEST_GRID = 48, 80
GRID_SPACING = 0.16


def _read_pattern(path: Path) -> PowderPattern:
    from engine.pattern.io import read_pattern

    return read_pattern(path)


def _derive(
    pattern: PowderPattern,
) -> tuple[NDArray[np.float64], PeakList]:
    from engine.pattern.peaks import find_peaks

    peaks = find_peaks(pattern)
    return peaks.background, peaks


def _compare(peaks: PeakList, reflections: Reflections, radiation: Radiation) -> PeakComparison:
    from engine.pattern.comparison import compare_peaks

    return compare_peaks(peaks, reflections, radiation)


def _solve(problem: Problem, progress: Progress) -> Solution:
    from engine.solve.solver import solve

    return solve(problem, progress)


def _predict_density(
    pattern: PowderPattern,
    elements: tuple[str, ...],
    formula: str | None,
    others_possible: bool,
    progress: Progress,
) -> DensityAnswer:
    from engine.export.density_answer import density_answer
    from engine.model.inference import predict_density

    return density_answer(
        predict_density(
            pattern, elements, formula=formula, others_possible=others_possible, progress=progress
        )
    )


def _grid_for(structure: CrystalStructure) -> int:
    longest = max(structure.cell[:3])
    return int(min(max(longest / GRID_SPACING, SHORTEST_GRID), LONGEST_GRID))


def _candidate_maps(structure: CrystalStructure, label: str) -> dict[Shape, DensityMap]:
    """The structure's own CMED: in its conventional cell, and on the CMED cube."""
    from app.state.density import DensityMap
    from engine.crystal.cmed import density_on_grid, niggli_primitive

    reduced = niggli_primitive(structure)
    return {
        shape: DensityMap(
            values=density_on_grid(cell, n=_grid_for(cell)),
            lattice=cell.lattice,
            structure=cell,
            label=f"{label}, {basis}",
        )
        for shape, cell, basis in (
            ("cell", structure, "conventional cell"),
            ("cube", reduced, "Niggli-reduced cell"),
        )
    }


def _export_cif(path: Path, candidate: Candidate, solution: Solution) -> None:
    from engine.export.cif import write_cif
    from engine.export.solution_files import provenance

    write_cif(
        path,
        candidate.structure,
        fit=candidate.fit,
        provenance=provenance(solution, candidate),
    )


def _export_map(path: Path, density: DensityMap) -> None:
    from engine.export.maps import write_map

    write_map(path, density.values, density.lattice, density.structure)


def _describe_device() -> str:
    from engine.model.device import describe_device

    return describe_device()


def _import(*names: str) -> None:
    import importlib

    for name in names:
        importlib.import_module(name)


def _warm_up_drawing() -> None:
    """Import what the density's canvas needs."""
    _import("app.views.density_canvas", "skimage.measure", "gemmi")
    from skimage import measure

    _ = measure.marching_cubes  # scikit-image imports a function's module on first sight


def _warm_up() -> None:
    """Import what the first pattern and the first solve need, so that they start at once."""
    _import(
        "engine.pattern.io",
        "engine.pattern.peaks",
        "torch",
        "engine.model.inference",
        "engine.crystal.cmed",
        "engine.solve.solver",
    )


@dataclass(frozen=True)
class Services:
    """What the window asks of the engine.

    Attributes
    ----------
    read_pattern : path -> PowderPattern
    derive : pattern -> (background, peaks)
    compare : (peaks, reflections, radiation) -> PeakComparison
    solve : (problem, progress) -> Solution
    predict_density : (pattern, elements, formula, others_possible, progress) -> DensityAnswer
    candidate_maps : (structure, label) -> map for each shape
    export_cif : (path, candidate, solution)
    export_map : (path, density map)
    describe_device : () -> str
    warm_up_drawing, warm_up : () -> None
    """

    read_pattern: Callable[[Path], PowderPattern] = _read_pattern
    derive: Callable[[PowderPattern], Any] = _derive
    compare: Callable[[PeakList, Reflections, Radiation], PeakComparison] = _compare
    solve: Callable[[Problem, Progress], Solution] = _solve
    predict_density: Callable[..., DensityAnswer] = _predict_density
    candidate_maps: Callable[[CrystalStructure, str], dict[Shape, DensityMap]] = _candidate_maps
    export_cif: Callable[..., None] = _export_cif
    export_map: Callable[[Path, DensityMap], None] = _export_map
    describe_device: Callable[[], str] = _describe_device
    warm_up_drawing: Callable[[], None] = _warm_up_drawing
    warm_up: Callable[[], None] = _warm_up
