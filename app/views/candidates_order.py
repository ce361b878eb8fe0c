"""In which order candidates are listed: pinned ones on top, discarded ones last."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSortFilterProxyModel, Qt

from app.language import noop
from app.views.table_model import Index
from engine.solve.result import Candidate

# Orders that have no column of their own; the headings' menu offers them.
MORE_ORDERS = (noop("Volume of the cell"), noop("Source"), noop("Number of atoms"))
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
GROUP_ROLE = Qt.ItemDataRole.UserRole + 2
CANDIDATE_ROLE = Qt.ItemDataRole.UserRole + 5


class CandidatesOrder(QSortFilterProxyModel):
    """Rows by the chosen column, or by `more`, within pinned, other and discarded candidates."""

    more = ""

    def order_by(self, more: str) -> None:
        """Sort by one of `MORE_ORDERS`, or by the column again (an empty word)."""
        if more != self.more:
            self.more = more
            self.invalidate()

    def lessThan(self, left: Index, right: Index) -> bool:  # noqa: N802
        """Whether `left` comes before `right`; groups keep their order in either direction."""
        source = self.sourceModel()
        groups = source.data(left, GROUP_ROLE), source.data(right, GROUP_ROLE)
        if groups[0] != groups[1]:
            ascending = self.sortOrder() == Qt.SortOrder.AscendingOrder
            return bool((groups[0] < groups[1]) == ascending)
        if self.more:
            candidates = source.data(left, CANDIDATE_ROLE), source.data(right, CANDIDATE_ROLE)
            keys = tuple(_more_key(candidate, self.more) for candidate in candidates)
        else:
            keys = source.data(left, SORT_ROLE), source.data(right, SORT_ROLE)
        return bool(keys[0] < keys[1]) if keys[0] != keys[1] else left.row() < right.row()


def _more_key(candidate: Candidate, order: str) -> Any:
    """What an order without a column sorts by."""
    return {
        "Volume of the cell": candidate.structure.volume,
        "Source": candidate.source,
        "Number of atoms": candidate.n_atoms,
    }[order]
