"""Isotypes: training cells with elements replaced by their relatives, at adapted volumes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import SYMBOLS, atomic_number, parse_formula
from engine.training.data import CellSet

FloatArray = NDArray[np.float64]
Formula = tuple[tuple[int, int], ...]

# Elements that stand in for each other in isotypes.
FAMILIES: tuple[tuple[str, ...], ...] = tuple(
    tuple(row.split())
    for row in (
        "Li Na K Rb Cs Tl Ag",
        "Be Mg Ca Sr Ba Eu Yb",
        "Sc Y La Ce Pr Nd Sm Gd Tb Dy Ho Er Tm Lu",
        "Ti Zr Hf Th U Np Pu",
        "V Nb Ta Cr Mo W",
        "Mn Tc Re Fe Ru Os",
        "Co Rh Ir Ni Pd Pt",
        "Cu Ag Au Zn Cd Hg Mg",
        "B Al Ga In Tl Sc",
        "C Si Ge Sn Pb",
        "N P As Sb Bi",
        "O S Se Te",
        "F Cl Br I H",
    )
)


def atomic_volumes(cells: CellSet) -> FloatArray:
    """Volume (A^3) of an atom of each element, (119,): least squares over all cells.

    Elements that are too rare to tell get the mean volume.
    """
    contents = np.zeros((len(cells), len(SYMBOLS)))
    owner = np.repeat(np.arange(len(cells)), np.diff(cells.offsets))
    np.add.at(contents, (owner, cells.numbers.astype(int)), 1.0)
    volumes = np.abs(np.linalg.det(cells.lattice.astype(np.float64)))
    atoms = contents.sum(axis=1)
    typical = float(np.sum(volumes) / np.sum(atoms))
    # Relative errors count, and a ridge towards the typical volume settles rare elements.
    scaled = contents / volumes[:, None]
    normal = scaled.T @ scaled + 1e-4 * np.eye(len(SYMBOLS))
    right = scaled.T @ np.ones(len(cells)) + 1e-4 * typical
    return np.clip(np.linalg.solve(normal, right), 3.0, 80.0)


def reduced_formula(numbers: NDArray[Any]) -> Formula:
    """Elements and their smallest whole amounts, in order of atomic number."""
    kinds, counts = np.unique(numbers, return_counts=True)
    divisor = int(np.gcd.reduce(counts))
    return tuple((int(z), int(n) // divisor) for z, n in zip(kinds, counts, strict=True))


def formula_key(formula: str) -> Formula:
    """`reduced_formula` of a written formula of whole amounts."""
    parts = parse_formula(formula)
    atoms = [np.full(round(n), atomic_number(s)) for s, n in parts.items()]
    return reduced_formula(np.concatenate(atoms))


def make_isotypes(cells: CellSet, excluded: set[Formula], seed: int) -> CellSet:
    """One isotype of each cell: some elements replaced by relatives, the volume adapted.

    Parameters
    ----------
    cells : CellSet
    excluded : set
        Formulas (as `reduced_formula` gives them) that must not arise, the held-out ones.
    seed : int
    """
    rng = np.random.default_rng(seed)
    volumes = atomic_volumes(cells)
    families: dict[int, list[int]] = {}
    for family in FAMILIES:
        members = [atomic_number(symbol) for symbol in family]
        for z in members:
            families.setdefault(z, []).extend(other for other in members if other != z)
    made = []
    for index in range(len(cells)):
        numbers, positions = cells.atoms(index)
        swapped = _swap(numbers, families, rng)
        if swapped is None or reduced_formula(swapped) in excluded:
            continue
        # The scatter of 4 % in volume is about that of the additive model itself.
        ratio = volumes[swapped].sum() / volumes[numbers.astype(int)].sum()
        stretch = (ratio * np.exp(rng.normal(0.0, 0.04))) ** (1.0 / 3.0)
        group, line = int(cells.space_group[index]), int(cells.line[index])
        made.append((cells.lattice[index] * stretch, swapped, positions, group, line))
    return CellSet.join(made)


def _swap(
    numbers: NDArray[Any], families: dict[int, list[int]], rng: np.random.Generator
) -> NDArray[np.int64] | None:
    """`numbers` with about half of the elements replaced, all still different; None if none is."""
    kinds = [int(z) for z in np.unique(numbers)]
    new = {z: z for z in kinds}
    for z in kinds:
        choices = [other for other in families.get(z, []) if other not in new.values()]
        if choices and rng.random() < 0.6:
            new[z] = int(rng.choice(choices))
    if all(z == other for z, other in new.items()):
        return None
    return np.array([new[int(z)] for z in numbers], dtype=np.int64)
