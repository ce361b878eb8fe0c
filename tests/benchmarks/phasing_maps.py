"""How good the maps of random phases are, and whether the good ones are found.

    python -m tests.benchmarks.phasing_maps 3653 262 5309 [--starts 100] [--floor 0.1]

For entries of `val` (standard test patterns), on the first indexed cell that is the true one and
in the true space group: the share of trials whose map correlates with the truth by more than 0.7,
over origin, hand and the cell's mappings onto itself; the best correlation; that of the map of
which least is negative, and the best of the eight such (decision 0024).
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import from_pymatgen, to_pymatgen
from engine.crystal.symmetry import primitive_cell
from engine.diffraction.scattering import form_factors
from engine.refine.prepared import prepare
from engine.solve.binned_pattern import BinnedPattern
from engine.solve.cells import CellsOfPattern
from engine.solve.map_proposals import FINE_BIN
from engine.solve.phasing.dual_space import DualSpace, Schedule
from engine.solve.phasing.groups import Symmetriser, likely_groups, reduced_lattice
from engine.solve.phasing.reflections import CellReflections, DensityGrid, cell_reflections
from engine.training.bench_jobs import Job
from engine.training.bench_sets import task_of

FloatArray = NDArray[np.float64]
TYPICAL_B, GOOD, LOOKED_AT = 0.8, 0.7, 8
# Relative and in degrees: how far an indexed cell may be from the true one.
LENGTH_SLACK, ANGLE_SLACK = 0.01, 1.0


def true_factors(truth: CrystalStructure, reflections: CellReflections) -> list[torch.Tensor]:
    """Structure factors of the truth in every way that its cell lies on the indexed one."""
    from pymatgen.core.lattice import Lattice

    indexed = Lattice(reflections.lattice)
    found = []
    if abs(truth.volume / indexed.volume - 1.0) > 3.0 * LENGTH_SLACK:
        return []
    f = form_factors(truth.numbers, reflections.s**2) * np.exp(-TYPICAL_B * reflections.s**2)
    lattice = to_pymatgen(truth).lattice
    for _, _, scale in lattice.find_all_mappings(indexed, LENGTH_SLACK, ANGLE_SLACK):
        waves = np.exp(2j * np.pi * reflections.hkl @ (truth.frac_coords @ np.linalg.inv(scale)).T)
        found.append(torch.as_tensor((f.T * waves).sum(axis=1).astype(np.complex64)))
    return found


def correlations(
    reflections: CellReflections, trials: torch.Tensor, truths: list[torch.Tensor]
) -> FloatArray:
    """(t,) the best correlation of each trial's map with the truth."""
    grid = DensityGrid(reflections.hkl, reflections.shape)
    best = np.full(len(trials), -1.0)
    for truth in truths:
        for hand in (trials, trials.conj()):
            overlap = grid.density(hand.conj() * truth, torch.zeros(len(hand))).amax(dim=(1, 2, 3))
            norm = 2.0 * hand.abs().square().sum(dim=1).sqrt() * truth.abs().square().sum().sqrt()
            best = np.maximum(best, (overlap / norm).numpy())
    return best


def look_at(entry: int, starts: int, plan: Schedule) -> str:
    """One line of the table."""
    task = task_of(Job("val", entry))
    truth = primitive_cell(from_pymatgen(task.truth), 0.01)
    prepared = prepare(task.pattern)
    for cell in CellsOfPattern(task.pattern).likely():
        lattice, basis = reduced_lattice(cell)
        binned = BinnedPattern(prepared, FINE_BIN, FINE_BIN, cell.zero)
        reflections = cell_reflections(lattice, binned)
        truths = true_factors(truth, reflections)
        groups = likely_groups(task.pattern, cell, basis, prepared.peaks)
        groups = [group for group in groups if group.number == task.space_group]
        if truths and groups:
            break
    else:
        return "the true cell or its space group is not among those tried"
    generator = torch.Generator().manual_seed(0)
    phases = torch.rand((starts, len(reflections.hkl)), generator=generator) * (2.0 * np.pi)
    symmetry = [(slice(0, starts), Symmetriser(groups[0], reflections.hkl))]
    trials = DualSpace(reflections).run(phases, symmetry, plan)
    found = correlations(reflections, trials.factors, truths)
    order = np.argsort(trials.negative.numpy())
    words = [f"good {np.mean(found > GOOD):.2f}", f"best {found.max():.2f}"]
    words.append(f"chosen {found[order[0]]:.2f} ({found[order[:LOOKED_AT]].max():.2f})")
    return ", ".join(words)


def main() -> None:
    """Print a line for each entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entries", type=int, nargs="+")
    parser.add_argument("--starts", type=int, default=100)
    parser.add_argument("--floor", type=float, default=Schedule().floor)
    arguments = parser.parse_args()
    for entry in arguments.entries:
        line = look_at(entry, arguments.starts, Schedule(floor=arguments.floor))
        print(f"val-{entry}: {line}", flush=True)


if __name__ == "__main__":
    main()
