"""What the network is told: the list of conditions under which it is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.crystal.lattice import cell_from_matrix
from engine.crystal.symmetry import standardise
from engine.errors import BadInputError
from engine.model.device import choose_device
from engine.model.inference import predict_density
from engine.training.evaluation.answers import Answer, answer_of, masked_answer, timed
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.given_cell import ToldCell, inexact_cell
from engine.training.metrics import in_basis, matching_basis

FloatArray = NDArray[np.float64]
GRID = 50
SAMPLES = 5
CELL_ERROR = 0.02


@dataclass(frozen=True)
class Condition:
    """One way of asking, which becomes one row of each table.

    Attributes
    ----------
    key : str
        Name of its file.
    name : str
        Name in the tables.
    cell : {"given", "inexact", "indexed", "none"}
        True; with a random error of each length; looked for in the lines; not at all.
    contents : {"elements", "amounts", "one missing", "none"}
        All elements; the formula; all but one, with others possible; nothing.
    pattern : bool
    effort : {"light", "heavy", "ablation"}
        On a cell the network takes seconds an entry, so fewer entries are scored; fewer still
        where only a difference between two answers to the same entries is wanted.
    """

    key: str
    name: str
    cell: Literal["given", "inexact", "indexed", "none"] = "given"
    contents: Literal["elements", "amounts", "one missing", "none"] = "elements"
    pattern: bool = True
    effort: Literal["light", "heavy", "ablation"] = "ablation"


CONDITIONS = (
    Condition("indexed", "elements alone (indexed first)", cell="indexed"),
    Condition("alone", "elements alone, no indexing", cell="none", effort="light"),
    Condition("cell", "elements, cell given", effort="heavy"),
    Condition("cell-2-percent", "elements, cell within 2 %", cell="inexact"),
    Condition("amounts", "elements and amounts, cell given", contents="amounts"),
    Condition("one-missing", "one element unknown, cell given", contents="one missing"),
    Condition("no-composition", "no composition, cell given", contents="none"),
    Condition("no-pattern", "no pattern, cell given", pattern=False),
)
# What the ablation table compares the others with.
REFERENCE = "cell"


def chosen_conditions(keys: Sequence[str] | None) -> tuple[Condition, ...]:
    """The conditions of these keys in the list's own order; all where None is given.

    Raises
    ------
    BadInputError
        If a key is not known.
    """
    if keys is None:
        return CONDITIONS
    known = [condition.key for condition in CONDITIONS]
    strange = [key for key in keys if key not in known]
    if strange:
        raise BadInputError(
            f"There is no condition '{strange[0]}': choose from {', '.join(known)}."
        )
    return tuple(condition for condition in CONDITIONS if condition.key in keys)


def named_elements(condition: Condition, entry: Entry, seed: int) -> tuple[str, ...]:
    """The elements that are told; one at random is left out where one is to be missing."""
    if condition.contents == "none":
        return ()
    if condition.contents != "one missing" or len(entry.elements) == 1:
        return entry.elements
    missing = int(np.random.default_rng([seed, entry.line, 1]).integers(len(entry.elements)))
    return tuple(e for i, e in enumerate(entry.elements) if i != missing)


def told_cell(condition: Condition, entry: Entry, seed: int) -> ToldCell | None:
    """The cell that is told; None where there is none."""
    if condition.cell == "given":
        return ToldCell(entry.structure.lattice, entry.structure.lattice)
    if condition.cell == "inexact":
        rng = np.random.default_rng([seed, entry.line, 2])
        return inexact_cell(standardise(entry.structure), CELL_ERROR, rng)
    return None


def ask(
    condition: Condition,
    entry: Entry,
    *,
    device: str = "auto",
    seed: int = 0,
    samples: int = SAMPLES,
    grid: int = GRID,
) -> Answer:
    """The network's answer for one entry under one condition.

    Where a cell is told exactly, maps and cells of the answer are along the axes that were told,
    and the cells are the true ones: whoever tells a cell knows which axis is which.
    """
    elements = named_elements(condition, entry, seed)
    told = told_cell(condition, entry, seed)

    def predicted(cell: FloatArray | None) -> Answer:
        return answer_of(
            predict_density(
                entry.pattern,
                elements,
                formula=entry.formula if condition.contents == "amounts" else None,
                cell=cell,
                others_possible=condition.contents == "one missing",
                samples=samples,
                grid=grid,
                device=device,
                seed=seed,
                index=condition.cell == "indexed",
            )
        )

    if told is None:
        return timed(lambda: predicted(None))
    if condition.cell == "inexact":
        # As six numbers, like a user's: the program refines them on the lines.
        return timed(lambda: predicted(np.array(cell_from_matrix(told.lattice))))
    if elements and condition.pattern:
        answer = timed(lambda: predicted(told.lattice))
    else:
        answer = timed(
            lambda: masked_answer(
                entry.pattern,
                elements,
                told.lattice,
                with_pattern=condition.pattern,
                samples=samples,
                grid=grid,
                device=choose_device(device),
                seed=seed,
            )
        )
    return on_told_axes(answer, told)


def on_told_axes(answer: Answer, told: ToldCell) -> Answer:
    """An answer along the axes that were told, on the true cell.

    The network may reduce a cell to other axes of the same lattice than those that it was given.
    """
    maps, cells = [], []
    for density, cell in zip(answer.density, answer.cell, strict=True):
        basis = matching_basis(cell, told.lattice)
        maps.append(density if basis is None else in_basis(density, basis))
        cells.append(cell if basis is None else told.true)
    return replace(answer, density=np.array(maps), cell=np.array(cells))
