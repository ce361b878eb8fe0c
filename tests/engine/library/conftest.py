"""A small library made of the made-up structures."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.diffraction.scattering import form_factors
from engine.library.build import TypeEntry, TypeReducer
from engine.library.types import StructureTypes, load
from tests.made_library import reduced, write_library
from tests.made_structures import BY_NAME

TWO_SPECIES = ("rutile", "anatase", "corundum", "rock salt", "pyrite", "magnesium diboride")


@pytest.fixture(scope="session")
def reducer() -> TypeReducer:
    return TypeReducer(form_factors)


@pytest.fixture(scope="session")
def entries() -> dict[str, TypeEntry]:
    found = reduced([BY_NAME[name].structure for name in TWO_SPECIES])
    return dict(zip(TWO_SPECIES, found, strict=True))


@pytest.fixture(scope="session")
def library_file(entries: dict[str, TypeEntry], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("library") / "types.npz"
    write_library(path, list(entries.values()))
    return path


@pytest.fixture(scope="session")
def small_library(library_file: Path) -> StructureTypes:
    return load(library_file, 2)
