"""Structure-type libraries made of made-up structures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.crystal.composition import SYMBOLS
from engine.crystal.structure import CrystalStructure
from engine.diffraction.scattering import form_factors
from engine.library.build import TypeEntry, TypeReducer
from engine.library.types import StructureType, StructureTypes, load, save


def record_of(structure: CrystalStructure) -> dict[str, Any]:
    """A structure as a line of the structure files."""
    return {
        "lattice": structure.lattice.tolist(),
        "species": [SYMBOLS[z] for z in structure.numbers],
        "frac_coords": structure.frac_coords.tolist(),
    }


def recoloured(structure: CrystalStructure, **elements: str) -> dict[str, Any]:
    """The record of a structure with other elements on its sites."""
    record = record_of(structure)
    record["species"] = [elements.get(symbol, symbol) for symbol in record["species"]]
    return record


def scaled(record: dict[str, Any], factor: float) -> dict[str, Any]:
    """A record with all lengths multiplied by a factor."""
    return record | {"lattice": (factor * np.array(record["lattice"])).tolist()}


def reduced(structures: Sequence[CrystalStructure]) -> list[TypeEntry]:
    """The type of each structure."""
    reducer = TypeReducer(form_factors)
    entries = [reducer.reduce(record_of(structure)) for structure in structures]
    found = [entry for entry in entries if entry is not None]
    assert len(found) == len(structures)
    return found


def write_library(path: Path, entries: Sequence[TypeEntry]) -> None:
    """Save types in the order given."""
    types = [
        StructureType(
            i, e.space_group, e.lattice, e.species, e.coords, e.hkl, e.multiplicity, e.count
        )
        for i, e in enumerate(entries)
    ]
    save(path, types, [entry.amplitude for entry in entries])


def make_library(
    folder: Path, structures: Sequence[CrystalStructure], n_species: int
) -> StructureTypes:
    """A library of the types of some structures, written and read again."""
    path = folder / f"types_{n_species}.npz"
    write_library(path, reduced(structures))
    return load(path, n_species)
