"""The problems that the solver is scored on, each with its truth."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.crystal.composition import parse_formula
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation, doublet, preset, single
from engine.training.data import data_root, read_records

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

_STANDARD_PATTERN = Path("tests/benchmarks/standard_pattern.py")
FILES = ("val", "val_multi", "val_large")


@dataclass(frozen=True, eq=False)
class Task:
    """One problem with its truth.

    Attributes
    ----------
    name : str
    phase : str
        What counts as one thing in the score: patterns of one phase are averaged.
    pattern : PowderPattern
    elements : tuple of str
    truth : pymatgen Structure
    space_group : int or None
    seen_formula : bool
        Whether the formula occurs, with another structure, among the training structures.
    measured : bool
        Whether the pattern was measured; then hydrogen is left out of the comparison.
    """

    name: str
    phase: str
    pattern: PowderPattern
    elements: tuple[str, ...]
    truth: Structure
    space_group: int | None
    seen_formula: bool = False
    measured: bool = False


def standard_pattern_module() -> ModuleType:
    """The maker of standard test patterns, which lives with the benchmarks in a checkout.

    Raises
    ------
    BadInputError
        Where the program runs without its checkout.
    """
    path = Path(__file__).resolve().parents[2] / _STANDARD_PATTERN
    if not path.exists():
        raise BadInputError(f"Benchmarks run from a checkout only: {_STANDARD_PATTERN} is missing.")
    spec = importlib.util.spec_from_file_location("standard_pattern", path)
    if spec is None or spec.loader is None:
        raise BadInputError(f"{path} cannot be imported; restore it from the repository.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_lines(name: str) -> list[dict[str, Any]]:
    """All records of one of the structure files (``"val"``, for example)."""
    return list(read_records(data_root() / "structures" / f"{name}.jsonl.gz"))


def chosen_lines(name: str, count: int) -> list[int]:
    """The first `count` line numbers of ``default_rng(0).permutation`` of a file."""
    return [int(i) for i in np.random.default_rng(0).permutation(len(read_lines(name)))[:count]]


def standard_task(
    name: str, line: int, record: dict[str, Any], training: frozenset[str], wrong: bool = False
) -> Task:
    """The standard test pattern of one record.

    Parameters
    ----------
    name : str
        The structure file.
    line : int
        Its line number from 0.
    record : dict
    training : frozenset of str
        Formulas of the training structures.
    wrong : bool
        Offer the pattern with elements that are not in the sample (the control of the verdict).
    """
    from pymatgen.core.lattice import Lattice
    from pymatgen.core.structure import Structure

    two_theta, counts = standard_pattern_module().standard_pattern(record, line)
    pattern = PowderPattern(
        two_theta, counts, np.sqrt(np.maximum(counts, 1.0)), preset("CuKa"), name=f"{name}-{line}"
    )
    elements = tuple(sorted(set(record["species"])))
    return Task(
        name=f"{name}-{line}",
        phase=f"{name}-{line}",
        pattern=pattern,
        elements=_wrong_elements(elements, line) if wrong else elements,
        truth=Structure(Lattice(record["lattice"]), record["species"], record["frac_coords"]),
        space_group=int(record["space_group"]),
        seen_formula=record["formula"] in training,
    )


def _wrong_elements(elements: tuple[str, ...], line: int) -> tuple[str, ...]:
    """As many common elements that are not in the sample."""
    common = "O S F Cl N C Si Al Mg Ca Na K Fe Ti Cu Zn Mn Ni Zr Ba La Sn Pb Ag".split()
    others = [symbol for symbol in common if symbol not in elements]
    rng = np.random.default_rng([7, line])
    return tuple(sorted(rng.choice(others, len(elements), replace=False)))


@cache
def training_formulas() -> frozenset[str]:
    """Formulas of all training structures."""
    return frozenset(
        record["formula"] for name in ("train", "train_large") for record in read_lines(name)
    )


def task_of(job: tuple[Any, ...]) -> Task:
    """The problem that a job names.

    Parameters
    ----------
    job : tuple
        ``("simulated", file, line, wrong_elements)`` or ``("measured", path in the index)``.
    """
    if job[0] == "measured":
        return measured_task(job[1])
    _, name, line, wrong = job
    return standard_task(name, line, _lines(name)[line], training_formulas(), wrong)


@cache
def _lines(name: str) -> list[dict[str, Any]]:
    return read_lines(name)


def _index() -> list[dict[str, Any]]:
    path = data_root() / "experimental" / "index.json"
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def measured_files(files: tuple[str, ...] = ()) -> list[str]:
    """Paths, in the index, of the measured benchmark, or of those of `files` that are in it."""
    if files:
        return [entry["file"] for entry in _index() if entry["file"] in files]
    return [entry["file"] for entry in _index() if entry.get("heldout_unfiltered")]


def measured_task(file: str) -> Task:
    """A measured pattern with its truth.

    Parameters
    ----------
    file : str
        Its path in the index.
    """
    from pymatgen.core.structure import Structure

    from engine.pattern.io import read_pattern

    folder = data_root() / "experimental"
    entry = next(entry for entry in _index() if entry["file"] == file)
    return Task(
        name=entry["file"],
        phase=f"{entry['formula']} ({entry['spacegroup_number']})",
        pattern=read_pattern(folder / entry["file"], _radiation(entry["wavelength_A"])),
        elements=tuple(parse_formula(entry["formula"])),
        truth=Structure.from_file(str(folder / entry["cif"])),
        space_group=entry["spacegroup_number"],
        measured=True,
    )


def _radiation(wavelength: float | list[float]) -> Radiation:
    if isinstance(wavelength, list) and len(wavelength) > 1:
        return doublet(wavelength[0], wavelength[1], provenance="typed")
    first = wavelength[0] if isinstance(wavelength, list) else wavelength
    return single(first)
