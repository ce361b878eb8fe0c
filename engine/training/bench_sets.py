"""The problems that the solver is scored on, each with its truth."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable
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
from engine.training.bench_jobs import (
    WITH_FORMULA,
    Conditions,
    Job,
    read_lines,
    training_formulas,
)
from engine.training.data import data_root

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

_STANDARD_PATTERN = Path("tests/benchmarks/standard_pattern.py")
# Seeds, beside the line number, of what is drawn for a pattern apart from the pattern itself.
_ELEMENTS, _IMPURITY, _UNTICKED = 7, 8, 9


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
        Those that the program is told.
    truth : pymatgen Structure
    space_group : int or None
    seen_formula : bool
        Whether the formula occurs, with another structure, among the training structures.
    measured : bool
        Whether the pattern was measured; then hydrogen is left out of the comparison.
    formula : str or None
        Where the program is told.
    unticked : str or None
        The element that the program is not told, but that others are possible.
    control : str
        See `engine.training.bench_jobs.Conditions`.
    """

    name: str
    phase: str
    pattern: PowderPattern
    elements: tuple[str, ...]
    truth: Structure
    space_group: int | None
    seen_formula: bool = False
    measured: bool = False
    formula: str | None = None
    unticked: str | None = None
    control: str = ""


@cache
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


def task_of(job: Job) -> Task:
    """The problem that a job names."""
    if job.source == "measured":
        return measured_task(str(job.entry), job.conditions.control == "elements")
    records, line = read_lines(job.source), int(job.entry)
    return standard_task(job, records[line], records, training_formulas())


def standard_task(
    job: Job, record: dict[str, Any], others: list[dict[str, Any]], training: frozenset[str]
) -> Task:
    """The standard test pattern of one record, changed as the job says.

    Parameters
    ----------
    job : Job
    record : dict
    others : list of dict
        Records to draw second phases and other samples' elements from.
    training : frozenset of str
        Formulas of the training structures.
    """
    from pymatgen.core.lattice import Lattice
    from pymatgen.core.structure import Structure

    conditions, line = job.conditions, int(job.entry)
    elements = tuple(sorted(set(record["species"])))
    asked, unticked = elements, None
    if conditions.control == "elements":
        asked = _elements_of_another(elements, others, line)
    if conditions.unticked and len(elements) > 1:
        unticked = str(np.random.default_rng([_UNTICKED, line]).choice(elements))
        asked = tuple(symbol for symbol in elements if symbol != unticked)
    return Task(
        name=job.name,
        phase=job.name,
        pattern=_standard_pattern(record, line, conditions, others, job.name),
        elements=asked,
        truth=Structure(Lattice(record["lattice"]), record["species"], record["frac_coords"]),
        space_group=int(record["space_group"]),
        seen_formula=record["formula"] in training,
        formula=record["formula"] if conditions.control in WITH_FORMULA else None,
        unticked=unticked,
        control=conditions.control,
    )


def _standard_pattern(
    record: dict[str, Any],
    line: int,
    conditions: Conditions,
    others: list[dict[str, Any]],
    name: str,
) -> PowderPattern:
    kind = conditions.control if conditions.control not in ("", "elements") else "true"
    impurity = None
    if conditions.second_phase > 0.0:
        impurity = others[int(np.random.default_rng([_IMPURITY, line]).integers(len(others)))]
    two_theta, counts = standard_pattern_module().varied_pattern(
        record,
        line,
        dispersion=conditions.dispersion,
        automatic_slits=conditions.automatic_slits,
        impurity=impurity,
        share=conditions.second_phase,
        lines=kind,
    )
    sigma = np.sqrt(np.maximum(counts, 1.0))
    return PowderPattern(two_theta, counts, sigma, preset("CuKa"), name=name)


def _elements_of_another(
    elements: tuple[str, ...], others: list[dict[str, Any]], line: int
) -> tuple[str, ...]:
    """As many elements of another sample, none of them in this one where there is such."""
    order = np.random.default_rng([_ELEMENTS, line]).permutation(len(others))
    return _disjoint(elements, (tuple(sorted(set(others[i]["species"]))) for i in order))


def _disjoint(elements: tuple[str, ...], choices: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The first of `choices` of equal size that shares nothing with `elements`.

    Where all share something, the one that shares least; where none is of that size, elements of
    several choices, those that are not in `elements` first.
    """
    equal: list[tuple[str, ...]] = []
    met: dict[str, None] = {}
    for other in choices:
        met.update(dict.fromkeys(other))
        if len(other) == len(elements) and set(other) != set(elements):
            if not set(other) & set(elements):
                return tuple(other)
            equal.append(tuple(other))
    if equal:
        return min(equal, key=lambda other: len(set(other) & set(elements)))
    return tuple(sorted(met, key=lambda symbol: symbol in elements)[: len(elements)])


def _index() -> list[dict[str, Any]]:
    path = data_root() / "experimental" / "index.json"
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def measured_files(files: tuple[str, ...] = ()) -> list[str]:
    """Paths, in the index, of the measured benchmark, or of those of `files` that are in it."""
    if files:
        return [entry["file"] for entry in _index() if entry["file"] in files]
    return [entry["file"] for entry in _index() if entry.get("heldout_unfiltered")]


def measured_task(file: str, wrong_elements: bool = False) -> Task:
    """A measured pattern with its truth.

    Parameters
    ----------
    file : str
        Its path in the index.
    wrong_elements : bool
        Offer it with the elements of another phase of the benchmark.
    """
    from pymatgen.core.structure import Structure

    from engine.pattern.io import read_pattern

    folder = data_root() / "experimental"
    entries = _index()
    place, entry = next((i, e) for i, e in enumerate(entries) if e["file"] == file)
    elements = tuple(parse_formula(entry["formula"]))
    asked = elements
    if wrong_elements:
        others = sorted({e["formula"] for e in entries if e.get("heldout_unfiltered")})
        order = np.random.default_rng([_ELEMENTS, place]).permutation(len(others))
        asked = _disjoint(elements, (tuple(parse_formula(others[i])) for i in order))
    return Task(
        name=entry["file"],
        phase=f"{entry['formula']} ({entry['spacegroup_number']})",
        pattern=read_pattern(folder / entry["file"], _radiation(entry["wavelength_A"])),
        elements=asked,
        truth=Structure.from_file(str(folder / entry["cif"])),
        space_group=entry["spacegroup_number"],
        measured=True,
        control="elements" if wrong_elements else "",
    )


def _radiation(wavelength: float | list[float]) -> Radiation:
    if isinstance(wavelength, list) and len(wavelength) > 1:
        return doublet(wavelength[0], wavelength[1], provenance="typed")
    first = wavelength[0] if isinstance(wavelength, list) else wavelength
    return single(first)
