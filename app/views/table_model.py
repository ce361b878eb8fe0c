"""What the window's tables have in common: named columns, and rows of anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from app.language import tr
from app.theme import LIGHT, Theme

Index = QModelIndex | QPersistentModelIndex
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowsModel(QAbstractTableModel):
    """A table model whose columns are fixed; subclasses say what a cell shows."""

    def __init__(self, columns: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """Start without rows; `columns` are pairs of a heading and its explanation."""
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self._columns = columns
        self._rows: Sequence[Any] = ()

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        """How a column is aligned: numbers to the right unless a subclass says otherwise."""
        return RIGHT

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """How many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """How many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(self._columns[section][0])
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(self._columns[section][1])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(section)
        return None
