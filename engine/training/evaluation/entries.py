"""The held-out structures that are scored, each with its standard test pattern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import atomic_number
from engine.crystal.lattice import CRYSTAL_SYSTEMS
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset
from engine.progress import Progress
from engine.training.bench_sets import standard_pattern_module
from engine.training.data import crystal_system_index, read_records
from engine.training.evaluation.store import JsonLines
from engine.training.prepare import niggli_cell, reduced_formula

FloatArray = NDArray[np.float64]
SETS = ("val", "val_multi", "val_large")


@dataclass(frozen=True, eq=False)
class Entry:
    """One held-out structure and its test pattern.

    Attributes
    ----------
    line : int
        Of its file, from 0.
    rank : int
        Place among the chosen entries of its crystal system, from 0.
    formula : str
        Reduced.
    space_group : int
    system : str
        Crystal system.
    unseen_formula : bool
        Whether the formula occurs in neither training file.
    structure : CrystalStructure
        Niggli-reduced primitive cell.
    counts : (n,) array
        Of the standard test pattern.
    two_theta : (n,) array
    """

    line: int
    rank: int
    formula: str
    space_group: int
    system: str
    unseen_formula: bool
    structure: CrystalStructure
    counts: FloatArray
    two_theta: FloatArray

    @cached_property
    def pattern(self) -> PowderPattern:
        """The standard test pattern."""
        sigma = np.sqrt(np.maximum(self.counts, 1.0))
        return PowderPattern(
            self.two_theta, self.counts, sigma, preset("CuKa"), name=f"line {self.line}"
        )

    @property
    def elements(self) -> tuple[str, ...]:
        """All elements of the structure."""
        from engine.crystal.composition import parse_formula

        return tuple(parse_formula(self.formula))


def choose_lines(space_groups: NDArray[Any], per_system: int, seed: int = 0) -> list[int]:
    """Lines of a file, the same number from each crystal system (fewer where there are fewer).

    A smaller number chooses a part of what a larger one does.
    """
    order = np.random.default_rng(seed).permutation(len(space_groups))
    systems = crystal_system_index(space_groups)[order]
    return [int(x) for s in range(7) for x in order[systems == s][:per_system]]


def niggli_structure(record: dict[str, Any]) -> CrystalStructure | None:
    """A record's Niggli-reduced primitive cell, made as those trained on are."""
    numbers = np.array([atomic_number(symbol) for symbol in record["species"]])
    found = niggli_cell(np.array(record["lattice"]), numbers, np.array(record["frac_coords"]))
    return None if found is None else CrystalStructure(*found, name=record["formula"])


def seen_formulas(root: Path) -> set[tuple[tuple[int, int], ...]]:
    """Formulas that occur in the training files."""
    found = set()
    for name in ("train", "train_large"):
        for record in read_records(root / "structures" / f"{name}.jsonl.gz"):
            found.add(reduced_formula(np.array([atomic_number(s) for s in record["species"]])))
    return found


def load_entries(
    root: Path,
    cache: Path,
    per_system: int,
    *,
    name: str = "val",
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Entry]:
    """Entries of a held-out file, drawn evenly over the crystal systems.

    Test patterns are made once and kept in `cache`.

    Parameters
    ----------
    root : Path
        Folder of the data sets.
    cache : Path
    per_system : int
    name : {"val", "val_multi", "val_large"}
    seed : int
    progress : Progress, optional

    Raises
    ------
    BadInputError
        If there is no such set.
    """
    if name not in SETS:
        raise BadInputError(f"There is no held-out set '{name}': choose from {', '.join(SETS)}.")
    records = list(read_records(root / "structures" / f"{name}.jsonl.gz"))
    groups = np.array([record["space_group"] for record in records])
    lines = choose_lines(groups, per_system, seed)
    made = JsonLines(cache / "entries" / f"{name}.jsonl")
    _make_patterns([line for line in lines if line not in made], records, root, made, progress)
    return list(_entries(lines, records, made))


def _make_patterns(
    lines: list[int],
    records: list[dict[str, Any]],
    root: Path,
    made: JsonLines,
    progress: Progress | None,
) -> None:
    """Simulate the test patterns of `lines` and note whether their formulas were trained on."""
    if not lines:
        return
    progress = progress or Progress()
    module = standard_pattern_module()
    seen = seen_formulas(root)
    for number, line in enumerate(lines):
        record = records[line]
        progress.report(number / len(lines), f"test pattern {number + 1}: {record['formula']}")
        _, counts = module.standard_pattern(record, line)
        numbers = np.array([atomic_number(symbol) for symbol in record["species"]])
        unseen = reduced_formula(numbers) not in seen
        made.add({"line": line, "unseen_formula": unseen, "counts": counts.astype(int).tolist()})


def _entries(lines: list[int], records: list[dict[str, Any]], made: JsonLines) -> Iterator[Entry]:
    module = standard_pattern_module()
    steps = round((module.STOP - module.START) / module.STEP) + 1
    two_theta = np.arange(steps) * module.STEP + module.START
    ranks = dict.fromkeys(CRYSTAL_SYSTEMS, 0)
    for line in lines:
        record, kept = records[line], made[line]
        structure = niggli_structure(record)
        if structure is None:
            continue
        system = CRYSTAL_SYSTEMS[int(crystal_system_index(np.array(record["space_group"])))]
        yield Entry(
            line=line,
            rank=ranks[system],
            formula=record["formula"],
            space_group=int(record["space_group"]),
            system=system,
            unseen_formula=bool(kept["unseen_formula"]),
            structure=structure,
            counts=np.array(kept["counts"], dtype=np.float64),
            two_theta=two_theta,
        )
        ranks[system] += 1
