"""From structures to what training reads: reduced cells, isotypes, lines and coefficients.

Preparation of the base sets from structures needs spglib, and gemmi for CIFs; all that follows
from their cells needs numpy alone, so that it can be done where nothing else is installed.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import atomic_number
from engine.crystal.symmetry_search import symmetry_dataset
from engine.errors import BadInputError
from engine.progress import Progress
from engine.training.data import CellSet, read_records
from engine.training.isotypes import Formula, formula_key, make_isotypes
from engine.training.isotypes import reduced_formula as reduced_formula
from engine.training.sets import cells_path, settings_path
from engine.training.settings_of_cells import SettingsTable
from engine.training.structure_sources import LeftOut, crystals_of, read_formulas
from engine.training.tables import TrainingTables, build_tables

FloatArray = NDArray[np.float64]
SYMPREC = 0.05  # angstrom, as in the data's own space groups
NIGGLI_TOLERANCE = 1e-3
PIECE = 400  # cells that are worked on at a time
HELD_OUT_FILE = "held_out.json"
OWN, OWN_MONITOR = "own", "own_monitor"
MONITORED_SHARE = 0.05  # of the formulas of somebody's own data
Result = TypeVar("Result")


def niggli_cell(
    lattice: FloatArray, numbers: NDArray[Any], frac_coords: FloatArray
) -> tuple[FloatArray, NDArray[Any], FloatArray] | None:
    """The Niggli-reduced primitive cell of a structure; None where spglib finds none.

    Returns
    -------
    lattice (3, 3), numbers (n,), frac_coords (n, 3) in [0, 1)
    """
    import spglib

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


def prepare_cells(
    source: Path,
    target: Path,
    excluded: set[Formula] | None = None,
    progress: Progress | None = None,
) -> list[LeftOut]:
    """Reduce every structure of `source` and write `target` (.npz).

    Parameters
    ----------
    source : Path
        As `engine.training.structure_sources.crystals_of` reads it.
    target : Path
    excluded : set, optional
        Formulas that are left out, the held-out ones.
    progress : Progress, optional

    Returns
    -------
    list of LeftOut
        What was left out, and why.

    Raises
    ------
    BadInputError
        If no structure is left.
    """
    cells: list[tuple[FloatArray, NDArray[Any], FloatArray, int, int]] = []
    left_out: list[LeftOut] = []
    for crystal in crystals_of(source):
        if progress is not None and (len(cells) + len(left_out)) % 500 == 0:
            progress.report(0.0, f"reducing the cells of {source.name}: {len(cells)}")
        if isinstance(crystal, LeftOut):
            left_out.append(crystal)
            continue
        if excluded and reduced_formula(crystal.numbers) in excluded:
            left_out.append(LeftOut(crystal.where, "its formula is held out"))
            continue
        reduced = niggli_cell(crystal.lattice, crystal.numbers, crystal.frac_coords)
        if reduced is None:
            left_out.append(LeftOut(crystal.where, "its cell cannot be reduced"))
            continue
        group = crystal.space_group or space_group_number(*reduced)
        cells.append((*reduced, group, crystal.line))
    if not cells:
        why = f": {left_out[0].where}: {left_out[0].reason}" if left_out else ""
        raise BadInputError(f"No structure of {source} can be trained on{why}.")
    CellSet.join(cells).save(target)
    return left_out


def space_group_number(lattice: FloatArray, numbers: NDArray[Any], frac_coords: FloatArray) -> int:
    """Number of the space group; 1 where spglib finds none."""
    found = symmetry_dataset(lattice, frac_coords, numbers, SYMPREC)
    return int(found.number) if found is not None else 1


def write_left_out(path: Path, left_out: list[LeftOut]) -> None:
    """List what was left out, and why, as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("where", "reason"))
        writer.writerows((entry.where, entry.reason) for entry in left_out)


def held_out_formulas(root: Path) -> set[Formula]:
    """Formulas of every held-out structure and of every measured pattern under the data root."""
    found = set()
    for name in ("val", "val_large", "val_multi"):
        for record in read_records(root / "structures" / f"{name}.jsonl.gz"):
            found.add(reduced_formula(np.array([atomic_number(s) for s in record["species"]])))
    for entry in json.loads((root / "experimental" / "index.json").read_text(encoding="utf-8")):
        found |= _measured_formula(entry)
    return found


def _measured_formula(entry: dict[str, Any]) -> set[Formula]:
    try:
        return {formula_key(entry["formula"])} if entry.get("formula") else set()
    except (BadInputError, ValueError):
        return set()  # solid solutions and mixtures have no whole-number formula


def keep_held_out(cache: Path, formulas: set[Formula]) -> None:
    """Write the held-out formulas beside the prepared sets, for isotypes made later."""
    cache.mkdir(parents=True, exist_ok=True)
    (cache / HELD_OUT_FILE).write_text(json.dumps(sorted(formulas)), encoding="utf-8")


def kept_held_out(cache: Path) -> set[Formula]:
    """What `keep_held_out` wrote; empty where nothing was."""
    path = cache / HELD_OUT_FILE
    if not path.is_file():
        return set()
    return {
        tuple((int(z), int(n)) for z, n in formula)
        for formula in json.loads(path.read_text(encoding="utf-8"))
    }


def base_of(name: str) -> tuple[str, int | None]:
    """The set of structures that a set is made from, and the seed where it is of isotypes.

    ``isotypes_3`` are isotypes of ``train``, ``isotypes_large_3`` those of ``train_large``, and
    ``NAME_isotypes_3`` those of any other set.
    """
    found = re.fullmatch(r"isotypes_(?:(\w+)_)?(\d+)", name)
    if found:
        return "train" + (f"_{found[1]}" if found[1] else ""), int(found[2])
    found = re.fullmatch(r"(\w+)_isotypes_(\d+)", name)
    return (found[1], int(found[2])) if found else (name, None)


def prepare_sets(
    names: tuple[str, ...],
    root: Path,
    cache: Path,
    with_settings: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> None:
    """Make what is missing of prepared sets: cells, isotypes, tables, settings.

    Parameters
    ----------
    names : tuple of str
        See `base_of`.
    root : Path
        `engine.training.data.data_root()`; used only for base sets whose cells are not there.
    cache : Path
        Where the arrays go; what is already there is kept.
    with_settings : bool
        Whether the settings of the cells are needed too, as for the body.
    workers : int
        Processes that work at a time.
    progress : Progress, optional
    """
    progress = progress or Progress()
    _prepare_every_cell(names, root, cache, workers, progress)
    for index, name in enumerate(names):
        done = index / len(names)
        tables = cache / name / "coefficients.npy"
        settings = settings_path(cache, name)
        if tables.is_file() and (settings.is_file() or not with_settings):
            continue
        cells = CellSet.load(cells_path(cache, name))
        if not tables.is_file():
            progress.report(done, f"computing lines and coefficients of {name}")
            parts = in_pieces(build_tables, cells, workers)
            TrainingTables.join(parts).save(cache / name)
        if with_settings and not settings.is_file():
            progress.report(done, f"finding the settings of the cells of {name}")
            SettingsTable.join(in_pieces(SettingsTable.build, cells, workers)).save(settings)


def _prepare_every_cell(
    names: tuple[str, ...], root: Path, cache: Path, workers: int, progress: Progress
) -> None:
    """Base sets one after the other, then the isotypes of all of them at a time."""
    missing = [name for name in names if not cells_path(cache, name).is_file()]
    for name in missing:
        _prepare_base(base_of(name)[0], root, cache, progress)
    tasks = [
        (name, base, seed, cache)
        for name, (base, seed) in ((name, base_of(name)) for name in missing)
        if seed is not None
    ]
    if not tasks:
        return
    if not (cache / HELD_OUT_FILE).is_file():
        keep_held_out(cache, held_out_formulas(root))
    progress.report(0.0, f"making {', '.join(task[0] for task in tasks)}")
    if workers <= 1 or len(tasks) == 1:
        for task in tasks:
            _make_isotypes(*task)
        return
    with multiprocessing.get_context("spawn").Pool(min(workers, len(tasks))) as pool:
        pool.starmap(_make_isotypes, tasks, chunksize=1)


def _make_isotypes(name: str, base: str, seed: int, cache: Path) -> None:
    source = CellSet.load(cells_path(cache, base))
    make_isotypes(source, kept_held_out(cache), seed).save(cells_path(cache, name))


def prepare_base_sets(names: tuple[str, ...], root: Path, cache: Path) -> None:
    """Make the cells of the sets that `names` are made from, and the list of held-out formulas."""
    for base in sorted({base_of(name)[0] for name in names}):
        _prepare_base(base, root, cache, Progress())
    if not (cache / HELD_OUT_FILE).is_file():
        keep_held_out(cache, held_out_formulas(root))


def _prepare_base(name: str, root: Path, cache: Path, progress: Progress) -> None:
    target = cells_path(cache, name)
    if not target.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        prepare_cells(root / "structures" / f"{name}.jsonl.gz", target, progress=progress)


def in_pieces(function: Callable[[CellSet], Result], cells: CellSet, workers: int) -> list[Result]:
    """What `function` makes of each piece of `cells`, in order, several at a time."""
    pieces = [
        cells.part(first, min(first + PIECE, len(cells))) for first in range(0, len(cells), PIECE)
    ]
    if workers <= 1 or len(pieces) == 1:
        return [function(piece) for piece in pieces]
    with multiprocessing.get_context("spawn").Pool(min(workers, len(pieces))) as pool:
        return pool.map(function, pieces, chunksize=1)


def prepare_own_data(
    source: Path, cache: Path, held_out: Path | None = None, progress: Progress | None = None
) -> None:
    """Cells of anybody's structures, split by formula into what is trained on and the monitor.

    They become the base sets `OWN` and `OWN_MONITOR`; what is left out is listed in
    ``left_out.csv``. What is there from the same source is kept.

    Parameters
    ----------
    source : Path
        As `engine.training.structure_sources.crystals_of` reads it.
    cache : Path
        Where the sets go.
    held_out : Path, optional
        Formulas that must not be trained on, as `read_formulas` reads them.
    progress : Progress, optional

    Raises
    ------
    BadInputError
        If the sets there are of another source, or no two formulas are left.
    """
    about = {"source": str(source.resolve()), "held_out": str(held_out and held_out.resolve())}
    noted = cache / "source.json"
    if noted.is_file():
        if json.loads(noted.read_text(encoding="utf-8")) != about:
            raise BadInputError(
                f"{cache} holds sets made from other data: choose another --run-folder."
            )
        return
    excluded = {formula_key(text) for text in read_formulas(held_out)} if held_out else set()
    cache.mkdir(parents=True, exist_ok=True)
    every = cache / "every_cell.npz"
    left_out = prepare_cells(source, every, excluded, progress)
    write_left_out(cache / "left_out.csv", left_out)
    cells = CellSet.load(every)
    formulas = [reduced_formula(cells.atoms(index)[0]) for index in range(len(cells))]
    looked_at = _some_formulas(sorted(set(formulas)), source)
    chosen = np.array([formula in looked_at for formula in formulas])
    cells.rows(np.flatnonzero(~chosen)).save(cells_path(cache, OWN))
    cells.rows(np.flatnonzero(chosen)).save(cells_path(cache, OWN_MONITOR))
    every.unlink()
    keep_held_out(cache, excluded | looked_at)
    noted.write_text(json.dumps(about), encoding="utf-8")


def own_sets(isotypes: int) -> tuple[str, ...]:
    """Names of the sets to train on after `prepare_own_data`, with so many sets of isotypes."""
    return OWN, *(f"{OWN}_isotypes_{seed + 1}" for seed in range(isotypes))


def _some_formulas(distinct: list[Formula], source: Path) -> set[Formula]:
    """The formulas that are only looked at, the same ones for the same data."""
    if len(distinct) < 2:
        raise BadInputError(
            f"{source} has usable structures of one formula alone: at least two are needed, one "
            "to look at while training on the others."
        )
    order = np.random.default_rng(len(distinct)).permutation(len(distinct))
    return {distinct[i] for i in order[: max(1, round(MONITORED_SHARE * len(distinct)))]}
