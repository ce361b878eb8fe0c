"""What there is to say of the chosen row of a batch, with room for all of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app import text
from app.language import tr
from app.state.batch import BatchRow, BatchState
from engine.batch.collected import message_of

if TYPE_CHECKING:
    from app.views.batch_table import BatchTable

LINES = 2  # so much room is kept, lest the table jump from row to row


class RowWords(QLabel):
    """File, cell and message of one row; where several are chosen, how many."""

    def __init__(self, state: BatchState, table: BatchTable) -> None:
        """Follow what is chosen in `table`."""
        super().__init__()
        self._state, self._table = state, table
        self.setProperty("muted", True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setContentsMargins(10, 4, 10, 0)
        self.setMinimumHeight(LINES * self.fontMetrics().lineSpacing() + 4)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAccessibleName(tr("The chosen row in words"))
        table.selectionModel().selectionChanged.connect(self._refresh)
        state.rows_changed.connect(self._refresh)
        state.row_changed.connect(self._row_changed)

    def _row_changed(self, _index: int) -> None:
        self._refresh()

    def _refresh(self, *_: object) -> None:
        rows = [self._state.rows[i] for i in self._table.chosen if i < len(self._state.rows)]
        words = tr("{0} rows are chosen", len(rows)) if len(rows) > 1 else ""
        if words != self.text() or len(rows) == 1:
            self.setText(in_words(rows[0]) if len(rows) == 1 else words)


def in_words(row: BatchRow) -> str:
    """Where the file is, the cell that was found, and what was remarked."""
    parts = [text.place(Path(row.entry.file))]
    if "cell" in row.line:
        parts.append(text.whole_cell(tuple(row.line["cell"])))
    parts.append(message_of(row.line))
    return "   ".join(part for part in parts if part)
