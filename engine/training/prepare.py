"""From the data's JSON lines to Niggli-reduced primitive cells, and isotypes made from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import spglib
from numpy.typing import NDArray

from engine.crystal.composition import SYMBOLS, atomic_number, parse_formula
from engine.errors import BadInputError
from engine.progress import Progress
from engine.training.data import CellSet, read_records
from engine.training.tables import build_tables

FloatArray = NDArray[np.float64]
SYMPREC = 0.05  # angstrom, as in the data's own space groups
NIGGLI_TOLERANCE = 1e-3

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


def niggli_cell(
    lattice: FloatArray, numbers: NDArray[Any], frac_coords: FloatArray
) -> tuple[FloatArray, NDArray[Any], FloatArray] | None:
    """The Niggli-reduced primitive cell of a structure; None where spglib finds none.

    Returns
    -------
    lattice (3, 3), numbers (n,), frac_coords (n, 3) in [0, 1)
    """
    cell: Any = (lattice, frac_coords, numbers)
    found = spglib.standardize_cell(cell, to_primitive=True, no_idealize=True, symprec=SYMPREC)
    if found is None:
        return None
    primitive, positions, kinds = (np.asarray(part) for part in found)
    reduced = spglib.niggli_reduce(primitive, eps=NIGGLI_TOLERANCE)
    if reduced is None:
        return None
    transform = np.round(reduced @ np.linalg.inv(primitive))
    if abs(abs(np.linalg.det(transform)) - 1.0) > 1e-6:
        return None
    return transform @ primitive, kinds, (positions @ np.linalg.inv(transform)) % 1.0


def prepare_cells(source: Path, target: Path) -> int:
    """Reduce every structure of `source` (.jsonl.gz) and write `target` (.npz); their number."""
    cells = []
    for line, record in enumerate(read_records(source)):
        numbers = np.array([atomic_number(symbol) for symbol in record["species"]])
        lattice = np.array(record["lattice"], dtype=np.float64)
        reduced = niggli_cell(lattice, numbers, np.array(record["frac_coords"], dtype=np.float64))
        if reduced is not None:
            cells.append((*reduced, int(record["space_group"]), line))
    CellSet.join(cells).save(target)
    return len(cells)


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


def reduced_formula(numbers: NDArray[Any]) -> tuple[tuple[int, int], ...]:
    """Elements and their smallest whole amounts, in order of atomic number."""
    kinds, counts = np.unique(numbers, return_counts=True)
    divisor = int(np.gcd.reduce(counts))
    return tuple((int(z), int(n) // divisor) for z, n in zip(kinds, counts, strict=True))


def formula_key(formula: str) -> tuple[tuple[int, int], ...]:
    """`reduced_formula` of a written formula of whole amounts."""
    parts = parse_formula(formula)
    atoms = [np.full(round(n), atomic_number(s)) for s, n in parts.items()]
    return reduced_formula(np.concatenate(atoms))


def make_isotypes(cells: CellSet, excluded: set[tuple[tuple[int, int], ...]], seed: int) -> CellSet:
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


def held_out_formulas(root: Path) -> set[tuple[tuple[int, int], ...]]:
    """Formulas of every held-out structure and of every measured pattern under the data root."""
    found = set()
    for name in ("val", "val_large", "val_multi"):
        for record in read_records(root / "structures" / f"{name}.jsonl.gz"):
            found.add(reduced_formula(np.array([atomic_number(s) for s in record["species"]])))
    for entry in json.loads((root / "experimental" / "index.json").read_text(encoding="utf-8")):
        found |= _measured_formula(entry)
    return found


def _measured_formula(entry: dict[str, Any]) -> set[tuple[tuple[int, int], ...]]:
    try:
        return {formula_key(entry["formula"])} if entry.get("formula") else set()
    except (BadInputError, ValueError):
        return set()  # solid solutions and mixtures have no whole-number formula


def prepare_all(root: Path, cache: Path, progress: Progress | None = None) -> None:
    """Make everything that `engine.training.loop` reads: cells, isotypes, tables.

    Parameters
    ----------
    root : Path
        `engine.training.data.data_root()`.
    cache : Path
        Where the arrays go; what is already there is kept.
    progress : Progress, optional
    """
    progress = progress or Progress()
    for name in ("val", "train"):
        progress.report(0.0, f"reducing the cells of {name}")
        target = cache / f"{name}_cells.npz"
        if not target.is_file():
            prepare_cells(root / "structures" / f"{name}.jsonl.gz", target)
    excluded = held_out_formulas(root)
    for name, seed in (("val", None), ("train", None), ("isotypes_1", 1), ("isotypes_2", 2)):
        if (cache / name / "coefficients.npy").is_file():
            continue
        progress.report(0.3, f"computing lines and coefficients of {name}")
        source = CellSet.load(cache / f"{'train' if seed else name}_cells.npz")
        cells = source if seed is None else make_isotypes(source, excluded, seed)
        build_tables(cells).save(cache / name)
