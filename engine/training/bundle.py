"""Base sets in one small file of plain arrays, for machines that have numpy and torch alone.

Isotypes, lines, coefficients and settings are made from it where it is unpacked.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInputError
from engine.training.data import CellSet
from engine.training.prepare import base_of, keep_held_out, kept_held_out
from engine.training.sets import cells_path

FORMAT = 1
STEPS = 1 << 16  # a coordinate is kept to one part in so many, 0.0003 angstrom in 20


def write_bundle(path: Path, names: tuple[str, ...], cache: Path) -> None:
    """Write the cells of the base sets of `names` and the held-out formulas to `path` (.npz).

    Raises
    ------
    BadInputError
        If a base set is not prepared.
    """
    bases = sorted({base_of(name)[0] for name in names})
    arrays: dict[str, Any] = {
        "about": np.array(json.dumps({"format": FORMAT, "sets": bases})),
        "held_out": np.array(json.dumps(sorted(kept_held_out(cache)))),
    }
    for name in bases:
        cells = CellSet.load(cells_path(cache, name))
        coords = np.round((cells.frac_coords.astype(np.float64) % 1.0) * STEPS) % STEPS
        # Column by column the coordinates pack better.
        arrays[f"{name}.frac_coords"] = coords.astype(np.uint16).T
        arrays[f"{name}.numbers"] = cells.numbers.astype(np.uint8)
        arrays[f"{name}.counts"] = np.diff(cells.offsets).astype(np.uint16)
        arrays[f"{name}.lattice"] = cells.lattice
        arrays[f"{name}.space_group"] = cells.space_group.astype(np.uint8)
        arrays[f"{name}.line"] = cells.line.astype(np.uint32)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def unpack_bundle(path: Path, cache: Path) -> tuple[str, ...]:
    """Put the sets of a bundle into `cache`, those that are there already left alone; their names.

    Raises
    ------
    BadInputError
        If `path` is no bundle.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            if about["format"] != FORMAT:
                raise BadInputError(
                    f"The bundle {path} has format {about['format']}, this program reads {FORMAT}."
                )
            formulas = json.loads(str(arrays["held_out"]))
            keep_held_out(cache, {tuple((z, n) for z, n in formula) for formula in formulas})
            for name in about["sets"]:
                target = cells_path(cache, name)
                if not target.is_file():
                    _cells(arrays, name).save(target)
    except (OSError, ValueError, KeyError) as error:
        raise BadInputError(f"{path} is no bundle of training data: {error}.") from error
    return tuple(about["sets"])


def _cells(arrays: np.lib.npyio.NpzFile, name: str) -> CellSet:
    counts = arrays[f"{name}.counts"].astype(np.int64)
    return CellSet(
        lattice=arrays[f"{name}.lattice"],
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        numbers=arrays[f"{name}.numbers"].astype(np.int16),
        frac_coords=(arrays[f"{name}.frac_coords"].T / STEPS).astype(np.float32),
        space_group=arrays[f"{name}.space_group"].astype(np.int16),
        line=arrays[f"{name}.line"].astype(np.int64),
    )
