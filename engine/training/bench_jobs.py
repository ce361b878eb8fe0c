"""Which patterns a benchmark is of, and what is changed about each."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import numpy as np

from engine.errors import BadInputError
from engine.training.data import crystal_system_index, data_root, read_records

FILES = ("val", "val_multi", "val_large")
# Patterns to which no answer is right: other elements than the sample's, or other intensities,
# or none; "noise" and "scattered" are offered with the formula, to see what the pattern adds.
CONTROLS = ("elements", "permuted", "scattered", "hump", "noise")
WITH_FORMULA = ("noise", "scattered")


@dataclass(frozen=True)
class Conditions:
    """What is changed about the standard pattern, or about the question.

    Attributes
    ----------
    dispersion : bool
        The pattern is made with anomalous dispersion.
    automatic_slits : bool
        The pattern is made with automatic divergence slits, which the program is not told.
    second_phase : float
        Weight fraction of a second phase whose elements the program is not told.
    unticked : bool
        One element is left out of the question, with others possible.
    control : str
        One of `CONTROLS`, or "".
    """

    dispersion: bool = False
    automatic_slits: bool = False
    second_phase: float = 0.0
    unticked: bool = False
    control: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises
        ------
        BadInputError
            If the share of the second phase is not below one, or there is no such control.
        """
        if not 0.0 <= self.second_phase < 1.0:
            raise BadInputError(
                f"The weight fraction of the second phase is {self.second_phase:g}; give a number "
                "from 0 to below 1."
            )
        if self.control and self.control not in CONTROLS:
            raise BadInputError(
                f"There is no control '{self.control}'; choose from {', '.join(CONTROLS)}."
            )

    def changed(self) -> dict[str, Any]:
        """Those that are not as in the standard pattern, for the results file."""
        standard = asdict(Conditions())
        return {name: value for name, value in asdict(self).items() if value != standard[name]}


@dataclass(frozen=True)
class Job:
    """One pattern of a benchmark.

    Attributes
    ----------
    source : str
        A structure file (one of `FILES`), or "measured".
    entry : int or str
        The line in the structure file, or the pattern's path in the index of measured ones.
    conditions : Conditions
    """

    source: str
    entry: int | str
    conditions: Conditions = field(default_factory=Conditions)

    @property
    def name(self) -> str:
        """What its row is called."""
        return str(self.entry) if self.source == "measured" else f"{self.source}-{self.entry}"


@cache
def read_lines(name: str) -> list[dict[str, Any]]:
    """All records of one of the structure files (``"val"``, for example)."""
    return list(read_records(data_root() / "structures" / f"{name}.jsonl.gz"))


@cache
def training_formulas() -> frozenset[str]:
    """Formulas of all training structures."""
    return frozenset(
        record["formula"]
        for name in ("train", "train_large")
        for record in read_records(data_root() / "structures" / f"{name}.jsonl.gz")
    )


def chosen_lines(name: str, count: int) -> list[int]:
    """The first `count` line numbers of ``default_rng(0).permutation`` of a file."""
    return [int(i) for i in np.random.default_rng(0).permutation(len(read_lines(name)))[:count]]


def balanced_lines(name: str, per_system: int, skip: int = 0) -> list[int]:
    """Line numbers with equally many of each crystal system, one of each system in turn.

    Of each system they are the first of the same permutation as in `chosen_lines`; where a
    system has too few, all of it is taken. Any beginning of the list is balanced too.

    Parameters
    ----------
    name : str
        The structure file.
    per_system : int
    skip : int
        So many of each system are left out, to calibrate on.
    """
    records = read_lines(name)
    order = np.random.default_rng(0).permutation(len(records))
    systems = crystal_system_index(np.array([r["space_group"] for r in records]))[order]
    columns = [order[systems == s][skip : skip + per_system] for s in range(7)]
    rounds = range(max(len(column) for column in columns))
    return [int(column[i]) for i in rounds for column in columns if i < len(column)]
