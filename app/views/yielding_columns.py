"""Columns of a table that give way, the least important first, where not all have room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QTableView


@dataclass(frozen=True)
class Stage:
    """What is left of a table at some width.

    Attributes
    ----------
    hidden : tuple of int
        Columns that have given way.
    brief : bool
        Whether cells leave out what is not needed.
    """

    hidden: tuple[int, ...]
    brief: bool = False


def first_that_fits(
    view: QTableView,
    stages: Sequence[Stage],
    heading_width: Callable[[int], int],
    set_brief: Callable[[bool], None],
    enough: Mapping[int, int],
) -> Stage:
    """The first of `stages` whose columns are no wider than the table; else the last.

    Parameters
    ----------
    view : QTableView
    stages : sequence of Stage
        From all columns to the few that stay.
    heading_width : callable
        What a column's heading asks for.
    set_brief : callable
        Makes the cells brief or not, so that they can be measured.
    enough : mapping
        Widths that are enough for columns whose cells may be shortened.
    """
    columns = range(view.model().columnCount())

    def width(stage: Stage) -> int:
        set_brief(stage.brief)
        shown = (column for column in columns if column not in stage.hidden)
        return sum(max(contents(column), heading_width(column)) for column in shown)

    def contents(column: int) -> int:
        wanted = view.sizeHintForColumn(column)
        return min(wanted, enough.get(column, wanted))

    room = view.viewport().width()
    return next((stage for stage in stages[:-1] if width(stage) <= room), stages[-1])
