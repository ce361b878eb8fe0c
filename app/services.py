"""The engine's functions that the window calls, as one replaceable set.

Every field is a callable; the standard ones import the engine's modules when they are first
called, which happens in a worker and never on the UI thread. `remote_services` has the heavy ones
done by another process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from app.deriving import derive
from engine.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

    from app.jobs.engine_process import EngineProcess
    from app.state.density import DensityMap, OfSamples, Shape
    from engine.batch.manifest import Entry
    from engine.batch.run import Count
    from engine.batch.watch import BatchWatch
    from engine.crystal.structure import CrystalStructure
    from engine.export.density_answer import DensityAnswer
    from engine.pattern.comparison import PeakComparison
    from engine.pattern.excluded import Region
    from engine.pattern.pattern import PowderPattern
    from engine.pattern.peaks import PeakList
    from engine.pattern.preparation import Preparation
    from engine.pattern.radiation import Radiation
    from engine.pattern.readers.asked_columns import ColumnsQuestion, TextLayout
    from engine.pattern.readers.ranges import RangeChoice, RangeSpan
    from engine.refine.edit import Edited, Sites
    from engine.refine.result import FitResult, Reflections
    from engine.refine.whole_pattern.options import RefinementOptions
    from engine.solve.result import Candidate, Problem, Solution

STRUCTURE_NAMES = (".cif", "poscar", "contcar", ".vasp")
SHORTEST_GRID, LONGEST_GRID = 48, 80
GRID_SPACING = 0.16


def _read_pattern(path: Path) -> PowderPattern:
    from engine.pattern.io import read_pattern

    return read_pattern(path)


def _question_of(path: Path, why: str) -> ColumnsQuestion | None:
    from engine.pattern.io import load
    from engine.pattern.readers.asked_columns import question_of

    return question_of(load(path), why)


def _ask_columns(path: Path) -> ColumnsQuestion | None:
    from engine.pattern.io import load
    from engine.pattern.readers.asked_columns import ask

    return ask(load(path))


def _read_layout(path: Path, layout: TextLayout) -> PowderPattern:
    from engine.pattern.io import load
    from engine.pattern.readers.asked_columns import read_layout

    return read_layout(load(path), layout)


def _read_range(path: Path, choice: RangeChoice, radiation: Radiation | None) -> PowderPattern:
    from engine.pattern.io import read_pattern

    return read_pattern(path, radiation, choice)


def _list_ranges(path: Path) -> tuple[RangeSpan, ...]:
    from engine.pattern.io import list_ranges

    return list_ranges(path)


def _compare(
    peaks: PeakList,
    reflections: Reflections,
    radiation: Radiation,
    excluded: tuple[Region, ...] = (),
) -> PeakComparison:
    from engine.pattern.comparison import compare_peaks

    return compare_peaks(peaks, reflections, radiation, excluded=excluded)


def _solve(problem: Problem, progress: Progress) -> Solution:
    from engine.solve.solver import solve

    return solve(problem, progress)


def _refine(
    pattern: PowderPattern,
    phases: Sequence[CrystalStructure | Path],
    options: RefinementOptions,
    progress: Progress,
) -> FitResult:
    """Refine structures, or those that files hold, together."""
    from engine.crystal.structure import CrystalStructure
    from engine.crystal.structure_io import read_structure
    from engine.refine.phases import refine_phases

    structures = [
        one if isinstance(one, CrystalStructure) else read_structure(one) for one in phases
    ]
    return refine_phases(pattern, structures, options, progress)


def _sites_of(structure: CrystalStructure, symprec: float) -> Sites:
    from engine.refine.edit import sites_of

    return sites_of(structure, symprec)


def _refine_edited(
    pattern: PowderPattern,
    structure: CrystalStructure,
    elements: dict[int, str],
    symprec: float,
    progress: Progress,
) -> tuple[Edited, str]:
    """The refined structure, and its reduced formula."""
    from engine.crystal.reduced_formula import reduced_formula
    from engine.refine.edit import refine_edited

    found = refine_edited(pattern, structure, elements, symprec, progress)
    return found, reduced_formula(found.fit.structure.numbers)


def _solve_all(entries: list[Entry], out: Path, workers: int, watch: BatchWatch) -> Count:
    from engine.batch.run import run_batch
    from engine.batch.task import Options

    return run_batch(entries, out, Options(), workers=workers, watch=watch, projects=True)


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
    shapes: tuple[tuple[Shape, CrystalStructure, str], ...] = (
        ("cell", structure, "conventional cell"),
        ("cube", reduced, "Niggli-reduced cell"),
    )
    return {
        shape: DensityMap(
            values=density_on_grid(cell, n=_grid_for(cell)),
            lattice=cell.lattice,
            structure=cell,
            label=f"{label}, {basis}",
        )
        for shape, cell, basis in shapes
    }


def _density_difference(
    predicted: DensityMap, own: DensityMap, label: str
) -> dict[Shape, DensityMap]:
    """A predicted map minus a structure's own, in its conventional cell and on the CMED cube."""
    from app.state.density import DensityMap
    from engine.training.difference import density_difference

    structure = own.structure
    assert structure is not None  # a candidate's own density has its atoms
    found = density_difference(predicted.values, predicted.lattice, structure)
    # Electrons are those of a primitive cell.
    electrons = f"{found.electrons:+.1f}".replace("-", "−")
    words = f"{label}; correlation {found.correlation:.2f}, {electrons} e"
    drawn = found.on_cell(structure, _grid_for(structure))
    reduced = found.structure
    return {
        "cell": DensityMap(drawn, structure.lattice, structure, words, signed=True),
        "cube": DensityMap(found.values, reduced.lattice, reduced, words, signed=True),
    }


def _density_ensemble(prediction: DensityAnswer, sample: int) -> dict[OfSamples, DensityMap]:
    """Mean and standard deviation of the samples that share the lattice of one of them."""
    import numpy as np

    from app.state.density import DensityMap
    from engine.training.ensemble import ensemble

    lattice = np.asarray(prediction.cell[sample], dtype=float)
    found = ensemble(prediction.density, prediction.cell, prediction.weights, sample)
    of = f"{len(found.members)} of {len(prediction.density)} samples"
    like = f"{found.correlation:.2f} alike; cell {prediction.cell_source[sample]}"
    return {
        "mean": DensityMap(found.mean, lattice, label=f"Mean of {of}, {like}"),
        "spread": DensityMap(
            found.deviation, lattice, label=f"Standard deviation over {of}, {like}"
        ),
    }


def _export_cif(path: Path, candidate: Candidate, solution: Solution) -> None:
    if candidate.fit.phases:  # refined with uncertainties, which belong into the file
        from engine.export.powder_cif import write_powder_cif

        write_powder_cif(path, candidate.fit, solution.problem.pattern)
        return
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


def describe_device() -> str:
    """Which device the network runs on, in words."""
    from engine.model.device import describe_device

    return describe_device()


def _import(*names: str) -> None:
    import importlib

    for name in names:
        importlib.import_module(name)


def _warm_up_drawing() -> None:
    """Import what the density's canvas needs."""
    _import("app.views.density_canvas", "skimage.measure", "gemmi", "scipy.spatial")
    from skimage import measure

    _ = measure.marching_cubes  # scikit-image imports a function's module on first sight


def import_peaks() -> None:
    """Import what the first pattern needs."""
    _import("engine.pattern.peaks")


def import_engine() -> None:
    """Import what the first solve needs, so that it starts at once."""
    _import(
        "engine.pattern.io",
        "engine.pattern.peaks",
        "torch",
        "engine.model.inference",
        "engine.crystal.cmed",
        "engine.solve.solver",
    )


def _warm_up(_progress: Progress) -> str:
    import_engine()
    return describe_device()


@dataclass(frozen=True)
class Services:
    """What the window asks of the engine.

    Attributes
    ----------
    read_pattern : path -> PowderPattern
    question_of : (path, why) -> ColumnsQuestion or None
        What to ask about a file that was refused.
    ask_columns : path -> ColumnsQuestion or None
        What to ask about any file.
    read_layout : (path, layout) -> PowderPattern
    read_range : (path, choice, radiation or None) -> PowderPattern
    list_ranges : path -> RangeSpan of every range
    derive : (pattern as it is seen, its preparation) -> (background, peaks)
    compare : (peaks, reflections, radiation, excluded regions) -> PeakComparison
    solve : (problem, progress) -> Solution
    refine : (pattern, structure, options, progress) -> FitResult
    sites_of : (structure, tolerance) -> Sites
    refine_edited : (pattern, structure, elements by site, tolerance, progress) -> Edited, formula
    solve_all : (entries, output folder, workers, watch) -> Count
        Solves many patterns in processes of its own.
    predict_density : (pattern, elements, formula, others_possible, progress) -> DensityAnswer
    candidate_maps : (structure, label) -> map for each shape
    density_difference : (predicted map, candidate's own, label) -> map for each shape
    density_ensemble : (prediction, sample) -> map for "mean" and "spread"
    export_cif : (path, candidate, solution)
    export_map : (path, density map)
    warm_up_drawing : () -> None
        Imports what the canvas needs.
    warm_up : progress -> str
        Waits until the engine is loaded; the device it uses, in words.
    """

    read_pattern: Callable[[Path], PowderPattern] = _read_pattern
    question_of: Callable[[Path, str], ColumnsQuestion | None] = _question_of
    ask_columns: Callable[[Path], ColumnsQuestion | None] = _ask_columns
    read_layout: Callable[[Path, TextLayout], PowderPattern] = _read_layout
    read_range: Callable[..., PowderPattern] = _read_range
    list_ranges: Callable[[Path], tuple[RangeSpan, ...]] = _list_ranges
    derive: Callable[[PowderPattern, Preparation], Any] = derive
    compare: Callable[..., PeakComparison] = _compare
    solve: Callable[[Problem, Progress], Solution] = _solve
    refine: Callable[..., FitResult] = _refine
    sites_of: Callable[[CrystalStructure, float], Sites] = _sites_of
    refine_edited: Callable[..., tuple[Edited, str]] = _refine_edited
    solve_all: Callable[[list[Entry], Path, int, BatchWatch], Count] = _solve_all
    predict_density: Callable[..., DensityAnswer] = _predict_density
    candidate_maps: Callable[[CrystalStructure, str], dict[Shape, DensityMap]] = _candidate_maps
    density_difference: Callable[..., dict[Shape, DensityMap]] = _density_difference
    density_ensemble: Callable[..., dict[OfSamples, DensityMap]] = _density_ensemble
    export_cif: Callable[..., None] = _export_cif
    export_map: Callable[[Path, DensityMap], None] = _export_map
    warm_up_drawing: Callable[[], None] = _warm_up_drawing
    warm_up: Callable[[Progress], str] = _warm_up


# What the engine's process does for the window, by name; the last argument is its `Progress`.
REMOTE: dict[str, Callable[..., Any]] = {
    "read_pattern": lambda path, _progress: _read_pattern(path),
    "derive": lambda pattern, preparation, _progress: derive(pattern, preparation),
    "solve": _solve,
    "refine": _refine,
    "sites_of": lambda structure, symprec, _progress: _sites_of(structure, symprec),
    "refine_edited": _refine_edited,
    "predict_density": _predict_density,
    "candidate_maps": lambda structure, label, _progress: _candidate_maps(structure, label),
    "density_difference": lambda one, other, label, _progress: _density_difference(
        one, other, label
    ),
    "density_ensemble": lambda prediction, sample, _progress: _density_ensemble(prediction, sample),
}
EARLY = ("derive",)  # these need little of what the process loads


def remote_services(engine: EngineProcess) -> Services:
    """Services whose heavy part is done by the engine's process."""

    def read_pattern(path: Path) -> PowderPattern:
        # A pattern is simulated from a structure, which takes the engine; others are read here.
        if is_structure(path):
            return cast("PowderPattern", engine.call("read_pattern", path))
        return _read_pattern(path)

    def solve(problem: Problem, progress: Progress) -> Solution:
        reports = _Relabelled(progress, problem)
        found = cast("Solution", engine.call("solve", problem, progress=reports))
        return replace(found, problem=problem)

    def refine(*arguments: Any) -> FitResult:
        *question, progress = arguments
        return cast("FitResult", engine.call("refine", *question, progress=progress))

    def refine_edited(*arguments: Any) -> tuple[Edited, str]:
        *question, progress = arguments
        found = engine.call("refine_edited", *question, progress=progress)
        return cast("tuple[Edited, str]", found)

    def predict_density(*arguments: Any) -> DensityAnswer:
        *question, progress = arguments
        found = engine.call("predict_density", *question, progress=progress)
        return cast("DensityAnswer", found)

    def candidate_maps(structure: CrystalStructure, label: str) -> dict[Shape, DensityMap]:
        maps = engine.call("candidate_maps", structure, label)
        # What was sent comes back as a copy; whoever compares wants the structure itself.
        return {**maps, "cell": replace(maps["cell"], structure=structure)}

    def warm_up(progress: Progress) -> str:
        engine.start()
        return engine.wait_until_ready(progress)

    return Services(
        read_pattern=read_pattern,
        derive=lambda pattern, preparation: engine.call("derive", pattern, preparation),
        solve=solve,
        refine=refine,
        sites_of=lambda structure, symprec: engine.call("sites_of", structure, symprec),
        refine_edited=refine_edited,
        predict_density=predict_density,
        candidate_maps=candidate_maps,
        density_difference=lambda *asked: engine.call("density_difference", *asked),
        density_ensemble=lambda *asked: engine.call("density_ensemble", *asked),
        warm_up=warm_up,
    )


def is_structure(path: Path) -> bool:
    """Whether a file's name says that a structure is in it, not a pattern."""
    return path.name.lower().endswith(STRUCTURE_NAMES)


class _Relabelled(Progress):
    """Gives partial solutions the problem that they answer, not a copy of it."""

    def __init__(self, whole: Progress, problem: Problem) -> None:
        self._whole, self._problem = whole, problem

    def report(self, fraction: float, message: str = "") -> None:
        """Report to the whole."""
        self._whole.report(fraction, message)

    def partial(self, result: Any) -> None:
        """Hand on to the whole."""
        self._whole.partial(replace(result, problem=self._problem))
