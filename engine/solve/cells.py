"""The cells behind a pattern, indexed once for all sources of candidates that need them."""

from __future__ import annotations

from engine.pattern.pattern import PowderPattern
from engine.progress import Progress
from engine.solve.indexing import IndexedCell, index_pattern

MOST_CELLS = 4
# The chance that a cell must have of being right to be tried.
LEAST_CHANCE = 0.04


class CellsOfPattern:
    """Likely cells of one pattern; the lines are indexed when they are first asked for.

    Parameters
    ----------
    pattern : PowderPattern
        With the radiation that is used.
    """

    def __init__(self, pattern: PowderPattern) -> None:
        self._pattern = pattern
        self._found: list[IndexedCell] | None = None

    def likely(self, progress: Progress | None = None) -> list[IndexedCell]:
        """The cells with a fair chance of being right, the likeliest first.

        Parameters
        ----------
        progress : Progress, optional
            Told while the lines are indexed; may raise to stop.
        """
        if self._found is None:
            found = index_pattern(self._pattern, MOST_CELLS, progress)
            self._found = [cell for cell in found if cell.chance >= LEAST_CHANCE]
        return self._found
