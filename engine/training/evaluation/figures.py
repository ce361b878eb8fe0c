"""One sheet of maps: a crystal of each system, the truth beside what answers make of it.

Isosurfaces at one level a row, in the true cell, every map moved to the setting in which it is
most like the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.lattice import CRYSTAL_SYSTEMS
from engine.crystal.symmetry import standardise
from engine.progress import Progress
from engine.solve.result import Problem
from engine.solve.solver import solve
from engine.training.evaluation.conditions import CONDITIONS, GRID, ask
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.library_maps import candidate_maps
from engine.training.evaluation.scores import Target
from engine.training.evaluation.zero_phase import zero_phase_map

FloatArray = NDArray[np.float64]
# Atoms in the primitive cells that are shown: enough to see a structure, few enough to see it.
FEWEST_ATOMS, MOST_ATOMS = 4, 12
INSIDE = 0.07  # share of the true map's volume that the isosurface encloses
COLUMNS = ("truth", "cell given", "elements alone", "zero-phase map", "library")
_KEYS = {"cell given": "cell", "elements alone": "indexed"}
_COLOURS = {"truth": "#7fb0e0"}
_COLOUR = "#f0ab55"


@dataclass(frozen=True, eq=False)
class Panel:
    """One map in the truth's setting, with its gfCC."""

    density: NDArray[Any]
    correlation: float


def chosen_entries(entries: list[Entry], seed: int = 0) -> list[Entry]:
    """One entry of each crystal system, at random among those of a fit size."""
    rng = np.random.default_rng(seed)
    found = []
    for system in CRYSTAL_SYSTEMS:
        fit = [
            entry
            for entry in entries
            if entry.system == system and FEWEST_ATOMS <= len(entry.structure) <= MOST_ATOMS
        ]
        if fit:
            found.append(fit[int(rng.integers(len(fit)))])
    return found


def panels(entry: Entry, device: str = "auto", seed: int = 0) -> dict[str, Panel]:
    """The maps of one row by column, aligned on the truth."""
    target = Target(entry.structure, GRID)
    found = {"truth": Panel(target.density, 1.0)}
    for column, key in _KEYS.items():
        condition = next(condition for condition in CONDITIONS if condition.key == key)
        answer = ask(condition, entry, device=device, seed=seed)
        found[column] = _aligned(target, answer.density[0], answer.cell[0])
    mean, spread = float(target.density.mean()), float(target.density.std())
    lattice = entry.structure.lattice
    zero_phase = zero_phase_map(entry.pattern, lattice, GRID, mean, spread)
    found["zero-phase map"] = _aligned(target, zero_phase, lattice)
    solution = solve(Problem(entry.pattern, entry.elements, top=1, network=False, phasing=False))
    maps, cells = candidate_maps(solution, target)
    found["library"] = _aligned(target, maps[0], cells[0])
    return found


def _aligned(target: Target, density: NDArray[Any], cell: FloatArray) -> Panel:
    alignment = target.truth.align(target.along_axes(density, cell))
    return Panel(alignment.aligned, alignment.correlation)


def draw_sheet(
    entries: list[Entry],
    path: Path,
    *,
    device: str = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> None:
    """Write the sheet as PNG.

    Parameters
    ----------
    entries : list of Entry
        One row each, see `chosen_entries`.
    path : Path
    device : str
    seed : int
    progress : Progress, optional
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    progress = progress or Progress()
    size = (2.15 * len(COLUMNS) + 0.9, 2.15 * len(entries) + 0.5)
    figure = Figure(figsize=size, dpi=110, facecolor="white")
    figure.subplots_adjust(left=0.085, right=1.0, bottom=0.0, top=0.965, wspace=0.0, hspace=0.0)
    for row, entry in enumerate(entries):
        progress.report(row / len(entries), f"picture, {entry.formula}")
        level = _level(Target(entry.structure, GRID).density)
        for column, (name, panel) in enumerate(panels(entry, device, seed).items()):
            place = row * len(COLUMNS) + column + 1
            axes = figure.add_subplot(len(entries), len(COLUMNS), place, projection="3d")
            _draw_panel(axes, entry, panel, level, name)
            if row == 0:
                x = 0.085 + (column + 0.5) * 0.915 / len(COLUMNS)
                figure.text(x, 0.985, name, ha="center", va="center", fontsize=12)
        y = 0.965 * (1.0 - (row + 0.5) / len(entries))
        label = f"{_subscripts(entry.formula)}\n{entry.system}\n{_group(entry)}"
        figure.text(0.045, y, f"{label}\n{level:.1f} e/Å³", ha="center", va="center", fontsize=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def _level(density: NDArray[Any]) -> float:
    """The level that a given share of the cell's volume exceeds."""
    return float(np.quantile(density, 1.0 - INSIDE))


def _group(entry: Entry) -> str:
    return standardise(entry.structure).symbol


def _subscripts(formula: str) -> str:
    """A formula with its numbers as subscripts."""
    return formula.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _draw_panel(axes: Any, entry: Entry, panel: Panel, level: float, name: str) -> None:
    lattice = upright(entry.structure.lattice)
    _draw_cell(axes, lattice)
    if panel.density.min() < level < panel.density.max():
        vertices, faces = isosurface(panel.density, level)
        surface = axes.plot_trisurf(
            *(vertices @ lattice).T,
            triangles=faces,
            color=_COLOURS.get(name, _COLOUR),
            linewidth=0.0,
            antialiased=False,
            shade=True,
        )
        surface.set_edgecolor("none")
    _frame(axes, lattice)
    if name != "truth":
        axes.text2D(
            0.5, 0.01, f"gfCC {panel.correlation:.2f}", transform=axes.transAxes, ha="center",
            fontsize=9,
        )  # fmt: skip


def isosurface(density: NDArray[Any], level: float) -> tuple[FloatArray, NDArray[np.int64]]:
    """Vertices in fractional coordinates and triangles of the surface in one whole cell."""
    from skimage.measure import marching_cubes

    closed = np.pad(density, (0, 1), mode="wrap")
    found: Any = marching_cubes(closed.astype(np.float32), level)
    vertices, faces = found[:2]
    return np.asarray(vertices, dtype=np.float64) / len(density), np.asarray(faces, dtype=np.int64)


def upright(lattice: FloatArray) -> FloatArray:
    """The same cell with c along z and a in the xz plane, as cells are drawn."""
    z = lattice[2] / np.linalg.norm(lattice[2])
    x = lattice[0] - (lattice[0] @ z) * z
    x /= np.linalg.norm(x)
    return np.asarray(lattice @ np.stack([x, np.cross(z, x), z], axis=1))


def _draw_cell(axes: Any, lattice: FloatArray) -> None:
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)], dtype=float)
    for start in corners:
        for axis in range(3):
            if start[axis] == 0.0:
                end = start + np.eye(3)[axis]
                line = np.array([start, end]) @ lattice
                axes.plot(*line.T, color="#555555", linewidth=0.7)


def _frame(axes: Any, lattice: FloatArray) -> None:
    """Equal scales, no axes, a view a little from above."""
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) @ lattice
    centre = 0.5 * (corners.max(axis=0) + corners.min(axis=0))
    # The sphere around the cell fits whatever the view.
    radius = float(np.linalg.norm(corners - centre, axis=1).max())
    for set_limits, middle in zip(
        (axes.set_xlim, axes.set_ylim, axes.set_zlim), centre, strict=True
    ):
        set_limits(middle - radius, middle + radius)
    axes.set_box_aspect((1.0, 1.0, 1.0), zoom=1.58)
    axes.set_proj_type("ortho")
    axes.set_axis_off()
    axes.view_init(elev=16.0, azim=-62.0)
