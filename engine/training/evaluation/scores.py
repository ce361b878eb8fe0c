"""Scores of one answer to one entry."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.cmed import density_on_grid
from engine.crystal.composition import atomic_number
from engine.crystal.extinction_classes import class_of_group
from engine.crystal.lattice import cell_from_matrix, crystal_system
from engine.crystal.structure import CrystalStructure
from engine.model.contents_answer import Contents
from engine.training.evaluation.answers import Answer
from engine.training.evaluation.store import Row
from engine.training.metrics import Truth, in_basis, matching_basis, recalled_sites
from engine.training.similarity import SimilarityTo

FloatArray = NDArray[np.float64]
CELL_TOLERANCE = 0.03  # of each length of the Niggli cell
# Atomic numbers of the groups in which sites are recalled.
RECALL_GROUPS = {"light": (1, 9), "middle": (10, 20), "heavy": (21, 200)}


class Target:
    """A true structure with its map, ready to be compared with answers.

    Parameters
    ----------
    structure : CrystalStructure
        Niggli-reduced primitive cell.
    grid : int
        Points along each edge.
    """

    def __init__(self, structure: CrystalStructure, grid: int) -> None:
        self.structure = structure
        self.grid = grid
        self.density = density_on_grid(structure, grid)

    @cached_property
    def truth(self) -> Truth:
        """For the alignment."""
        return Truth(self.density, self.structure.lattice)

    @cached_property
    def similarity(self) -> SimilarityTo:
        """For SSIM and PSNR."""
        return SimilarityTo(self.density)

    def along_axes(self, density: NDArray[Any], cell: FloatArray) -> NDArray[Any]:
        """A map along the axes of its cell that correspond to the true ones, if there are such."""
        basis = matching_basis(cell, self.structure.lattice)
        if basis is None or np.array_equal(basis, np.eye(3)):
            return density
        return in_basis(density, basis)


def score_maps(maps: NDArray[Any], target: Target, cells: FloatArray | None = None) -> Row:
    """Scores of maps, the first being the one ranked first.

    Parameters
    ----------
    maps : (S, n, n, n) array
    target : Target
    cells : (S, 3, 3) array, optional
        Of each map; without them the maps are on the true cell.

    Returns
    -------
    dict
        ``gfcc`` and ``ssim`` of every map (SSIM periodic, in the setting of the gfCC);
        ``paper_ssim`` and ``paper_psnr``, the best over maps and the cube's rotations, without
        shifts; ``recall``, (sites found, sites) of the first map by group of atomic numbers.
    """
    turned = [target.similarity.best_rotation(density) for density in maps]
    if cells is not None:
        maps = np.array([target.along_axes(m, c) for m, c in zip(maps, cells, strict=True)])
    aligned = [target.truth.align(density) for density in maps]
    return {
        "gfcc": [_rounded(a.correlation) for a in aligned],
        "ssim": [_rounded(target.similarity.periodic_ssim(a.aligned)) for a in aligned],
        "paper_ssim": _rounded(max(t[0] for t in turned)),
        "paper_psnr": _rounded(max(t[1] for t in turned)),
        "recall": recall(aligned[0].aligned, target.structure),
    }


def recall(aligned: NDArray[Any], structure: CrystalStructure) -> dict[str, list[int]]:
    """(Sites found, sites) by group of atomic numbers, of a map in the truth's setting."""
    numbers = structure.numbers
    found = recalled_sites(aligned, structure.lattice, numbers, structure.frac_coords)
    inside = {name: (numbers >= a) & (numbers <= b) for name, (a, b) in RECALL_GROUPS.items()}
    return {name: [int(found[g].sum()), int(g.sum())] for name, g in inside.items()}


def score_answer(
    answer: Answer, target: Target, space_group: int, named: Sequence[str] | None = None
) -> Row:
    """`score_maps`, and whether cell, crystal system and contents are right.

    Parameters
    ----------
    answer : Answer
    target : Target
    space_group : int
        True number in the International Tables.
    named : sequence of str, optional
        Elements that the network was told; without them all of them.

    Returns
    -------
    dict
        With `contents_scores`, where the network says something of the contents.
    """
    system = crystal_system(space_group)
    lattice = target.structure.lattice
    row = score_maps(answer.density, target, answer.cell)
    row |= {
        "expected": [_rounded(x) for x in answer.quality],
        "cell_source": list(answer.cell_source),
        "cell_right": [cell_is_right(cell, lattice) for cell in answer.cell],
        "system_right": [name == system for name in answer.crystal_system],
        "atoms_right": [round(float(n)) == len(target.structure) for n in answer.n_atoms],
        "seconds": round(answer.seconds, 4),
    }
    if answer.contents is not None:
        row |= contents_scores(answer.contents, target.structure, space_group, named)
    return row


def contents_scores(
    contents: Contents,
    structure: CrystalStructure,
    space_group: int,
    named: Sequence[str] | None = None,
) -> Row:
    """How right an answer's extinction class, missing element and amounts are.

    Returns
    -------
    dict
        ``extinction_rank``, the place of the true class (0: first); ``missing_rank``, that of an
        element that was not named, if there is one; ``amounts_off``, half the sum of the
        differences of the elements' shares of the atoms, and ``equal_off``, the same for equal
        shares of all true elements.
    """
    true_class = class_of_group()[space_group]
    numbers, counts = np.unique(structure.numbers, return_counts=True)
    shares = np.zeros_like(contents.amounts)
    shares[numbers] = counts / counts.sum()
    equal = np.zeros_like(shares)
    equal[numbers] = 1.0 / len(numbers)
    row: Row = {
        "extinction_rank": _rank(contents.extinction, true_class),
        "amounts_off": _rounded(0.5 * np.abs(contents.amounts - shares).sum()),
        "equal_off": _rounded(0.5 * np.abs(equal - shares).sum()),
    }
    told = set(numbers.tolist()) if named is None else {atomic_number(s) for s in named}
    missing = [int(z) for z in numbers if z not in told]
    if len(missing) == 1:
        row["missing_rank"] = _rank(contents.missing, missing[0])
    return row


def _rank(chances: FloatArray, index: int) -> int:
    return int((chances > chances[index]).sum())


def cell_is_right(cell: FloatArray, lattice: FloatArray) -> bool:
    """Whether three lengths are within 3 % of the true Niggli cell's."""
    found, true = (np.array(cell_from_matrix(rows)[:3]) for rows in (cell, lattice))
    return bool(np.all(np.abs(found / true - 1.0) <= CELL_TOLERANCE))


def _rounded(value: Any) -> float:
    return round(float(value), 5)
