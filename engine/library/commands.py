"""The subcommand that builds the structure-type library."""

from __future__ import annotations

import argparse
import multiprocessing
from itertools import chain
from pathlib import Path
from typing import Any

_REDUCER: Any = None


def add_parsers(subparsers: Any) -> None:
    """Add ``densight library`` to the command line."""
    parser = subparsers.add_parser(
        "library", help="build the structure-type library from crystal structures"
    )
    parser.add_argument("files", nargs="+", type=Path, help="structures, as .jsonl.gz records")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the folder to write into"
    )
    parser.add_argument("--workers", type=int, default=1)
    parser.set_defaults(run=run)


def _start_worker() -> None:
    global _REDUCER
    from engine.diffraction.scattering import form_factors
    from engine.library.build import TypeReducer

    _REDUCER = TypeReducer(form_factors)


def _reduce(record: dict[str, Any]) -> Any:
    return _REDUCER.reduce(record)


def run(arguments: argparse.Namespace) -> int:
    """Build the library that the arguments ask for."""
    from engine.library import kinship, volumes
    from engine.library.build import merge_entries, occupants_of
    from engine.library.types import LIBRARY_FILE, StructureType, save
    from engine.training.data import read_records

    context = multiprocessing.get_context("spawn")
    with context.Pool(arguments.workers, initializer=_start_worker) as pool:
        records = chain.from_iterable(read_records(path) for path in arguments.files)
        reduced = pool.imap(_reduce, records, chunksize=64)
        entries = merge_entries(entry for entry in reduced if entry is not None)
    entries.sort(key=lambda entry: -entry.count)
    types = [
        StructureType(
            i, e.space_group, e.lattice, e.species, e.coords, e.hkl, e.multiplicity, e.count
        )
        for i, e in enumerate(entries)
    ]
    arguments.out.mkdir(parents=True, exist_ok=True)
    save(arguments.out / Path(LIBRARY_FILE).name, types, [entry.amplitude for entry in entries])
    occupants = occupants_of(entries)
    # Where like species may change places a crystal has several rows, and who replaces whom is not
    # told.
    told = [o.rows for e, o in zip(entries, occupants, strict=True) if len(o.rows) == e.count]
    kinship.save(
        arguments.out / Path(kinship.KINSHIP_FILE).name, occupants, kinship.substitutions(told)
    )
    coefficients, spread = volumes.fit(
        chain.from_iterable(read_records(path) for path in arguments.files)
    )
    volumes.save(arguments.out / Path(volumes.VOLUMES_FILE).name, coefficients, spread)
    merged = sum(entry.count for entry in entries)
    print(f"{len(entries)} structure types from {merged} crystals: {arguments.out}")
    return 0
