"""The table of a batch: a row a pattern, with its verdict as soon as there is one."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app import text
from app.language import noop, tr
from app.state.batch import BatchRow, BatchState
from app.theme import Theme
from app.views.candidates_table import dot, prepare_table
from app.views.table_model import LEFT, RIGHT, Index, RowsModel
from engine.batch.collected import message_of, table_row
from engine.errors import BadInputError

COLUMNS = (
    (noop("File"), noop("The pattern; the whole path is in the tooltip")),
    (noop("Elements"), noop("What is searched for; F2 changes it for one pattern")),
    (noop("Verdict"), noop("What the program makes of its first candidate")),
    (noop("Formula"), noop("Reduced formula of the first candidate")),
    (noop("Space group"), noop("Hermann-Mauguin symbol and number")),
    ("Rwp %", noop("Weighted profile residual of the fit, background included")),
    (noop("Chance"), noop("Probability that the first candidate is right")),
    (noop("Time"), noop("What the pattern took")),
    (noop("Message"), noop("Why it failed, or what was to be remarked about the file")),
)
FILE, ELEMENTS, VERDICT, FORMULA, SPACE_GROUP, RWP, CHANCE, TIME, MESSAGE = range(9)
# What their contents need; the last column takes what is left. None is narrower than its heading.
WIDTHS = {
    FILE: 86, ELEMENTS: 78, VERDICT: 98, FORMULA: 72, SPACE_GROUP: 114,
    RWP: 64, CHANCE: 70, TIME: 60,
}  # fmt: skip
LEAST_MESSAGE = 76  # the words below the table have all of it
HEADING_MARGIN = 18
WIDE_FILE = 260
NUMBERS = (RWP, CHANCE, TIME)
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
EMPTY = noop(
    "Drop a folder or files here: every pattern gets a row, and a verdict once it is solved."
)
WORDS = {
    "solved": noop("Solved"),
    "tentative": noop("Tentative"),
    "no-solution": noop("No solution"),
    "failed": noop("Failed"),
}
# Good news first, what has no news yet last.
ORDER = {"solved": 0, "tentative": 1, "no-solution": 2, "failed": 3}
CLOCK_MILLISECONDS = 1000


class BatchModel(RowsModel):
    """Rows of the batch for a table view."""

    def __init__(self, state: BatchState, parent: QWidget | None = None) -> None:
        """Follow `state`."""
        super().__init__(COLUMNS, parent)
        self._state = state
        state.rows_changed.connect(self._renew)
        state.row_changed.connect(self._row_changed)
        state.elements.changed.connect(self._all_changed)
        self._renew()

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        """Numbers to the right."""
        return RIGHT if column in NUMBERS else LEFT

    def _renew(self) -> None:
        self.beginResetModel()
        self._rows = self._state.rows
        self.endResetModel()

    def _row_changed(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, MESSAGE))

    def _all_changed(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, MESSAGE))

    def tick(self) -> None:
        """Let running rows show how long they have been running."""
        for row, one in enumerate(self._rows):
            if one.status == "running":
                self.dataChanged.emit(self.index(row, TIME), self.index(row, TIME))

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Elements can be changed while nothing runs."""
        found = super().flags(index)
        if index.column() == ELEMENTS and not self._state.running:
            found |= Qt.ItemFlag.ItemIsEditable
        return found

    def setData(  # noqa: N802
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Take over the elements that were typed for one pattern."""
        if role != Qt.ItemDataRole.EditRole or index.column() != ELEMENTS:
            return False
        try:
            self._state.set_elements_of(index.row(), str(value))
        except BadInputError as error:
            self._state.tell(str(error))
            return False
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell of the table."""
        if not index.isValid() or not index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._shown(row, column)
        if role == Qt.ItemDataRole.EditRole:
            return row.entry.formula or row.entry.elements
        if role == SORT_ROLE:
            return self._sort_key(row, column, index.row())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.FontRole and column in (VERDICT, FORMULA) and row.line:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return self._colour(row, column, role)

    def _colour(self, row: BatchRow, column: int, role: int) -> Any:
        theme = self.theme
        colours = {"solved": theme.good, "tentative": theme.caution, "failed": theme.bad}
        if column == VERDICT and row.status == "running":
            colour = QColor(theme.accent)
        elif column == VERDICT:
            colour = QColor(colours.get(row.verdict, theme.muted))
        elif column == ELEMENTS and not row.entry.elements:
            colour = QColor(theme.muted)
        else:
            return None
        if role == Qt.ItemDataRole.ForegroundRole:
            return colour
        has_dot = column == VERDICT and row.status != "waiting"
        return dot(colour) if role == Qt.ItemDataRole.DecorationRole and has_dot else None

    def _shown(self, row: BatchRow, column: int) -> str:
        line = row.line
        if column == FILE:
            return Path(row.entry.file).name
        if column == ELEMENTS:
            wanted = self._state.elements_of(row)
            return wanted if " " in wanted else text.formula(wanted)
        if column == VERDICT:
            return {"waiting": tr("Waiting"), "running": tr("Solving")}.get(
                row.status, tr(WORDS.get(row.verdict, row.verdict))
            )
        if column == TIME and row.status == "running":
            return seconds_in_words(time.monotonic() - row.since)
        if column == TIME:
            return seconds_in_words(line["seconds"]) if "seconds" in line else ""
        if column == MESSAGE:
            return message_of(line)
        if "formula" not in line:
            return ""
        return {
            FORMULA: lambda: text.formula(line["formula"]),
            SPACE_GROUP: lambda: (
                f"{text.space_group(line['space_group'])}  ({line['space_group_number']})"
            ),
            RWP: lambda: text.per_cent(line["rwp"]),
            CHANCE: lambda: text.chance(_number(line["score"], math.nan)),
        }[column]()

    def _sort_key(self, row: BatchRow, column: int, place: int) -> Any:
        """What a column is sorted by; cells that are still empty come last."""
        line = row.line
        number = {
            VERDICT: float(ORDER.get(row.verdict, 4 if row.status == "running" else 5)),
            SPACE_GROUP: _number(line.get("space_group_number"), math.inf),
            RWP: _number(line.get("rwp"), math.inf),
            CHANCE: -_number(line.get("score"), -math.inf),
            TIME: _number(line.get("seconds"), math.inf),
        }.get(column)
        if number is not None:
            return number, "", place
        shown = self._shown(row, column).casefold()
        return float(not shown), shown, place

    def _tip(self, row: BatchRow, column: int) -> str:
        if column == FILE:
            return tr("{0}\nresults in the folder '{1}'", row.entry.file, row.entry.id)
        if column == ELEMENTS:
            own = tr("Of this pattern alone") if row.entry.elements else tr("Those for all")
            return tr("{0}; F2 to change them for this pattern", own)
        if column == MESSAGE:
            return message_of(row.line)
        if "cell" in row.line:
            return tr("{0}\nDouble-click to open it", text.whole_cell(tuple(row.line["cell"])))
        return ""


def _number(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


def seconds_in_words(seconds: float) -> str:
    """Seconds, with a decimal where there are few."""
    return f"{seconds:.1f} s" if seconds < 100.0 else f"{seconds:.0f} s"


class BatchOrder(QSortFilterProxyModel):
    """Rows by the chosen column."""

    def lessThan(self, left: Index, right: Index) -> bool:  # noqa: N802
        """By what the column is sorted by."""
        source = self.sourceModel()
        return bool(source.data(left, SORT_ROLE) < source.data(right, SORT_ROLE))


class FileNames(QStyledItemDelegate):
    """Names shortened in their middle: those of a series differ at their ends."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        """As others, but for the place of the dots."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


class BatchTable(QTableView):
    """The queue and its verdicts.

    Signals
    -------
    opened(indices)
        The user wants to see the results of these rows.
    """

    opened = Signal(list)

    def __init__(self, state: BatchState, parent: QWidget | None = None) -> None:
        """Show `state`."""
        super().__init__(parent)
        self._state = state
        self.rows = BatchModel(state, self)
        self.order = BatchOrder(self)
        self.order.setSourceModel(self.rows)
        self.setModel(self.order)
        prepare_table(self)
        self.setItemDelegateForColumn(FILE, FileNames(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setAccessibleName(tr("Patterns of the batch and their verdicts"))
        self.setAcceptDrops(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setSortIndicatorClearable(True)
        header.setProperty("sortable", True)
        self._fit_columns()
        header.setMinimumSectionSize(24)
        self._fitting, self._drawn_by_hand = False, False
        header.sectionResized.connect(self._section_resized)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)  # the order of the list
        self.doubleClicked.connect(self._double_clicked)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MILLISECONDS)
        self._clock.timeout.connect(self.rows.tick)
        state.status_changed.connect(self._run_clock)
        self._run_clock()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.rows.theme = theme
        self.viewport().update()

    def _fit_columns(self) -> None:
        """Columns as wide as they must be; where there is room, names of files get some of it."""
        header = self.horizontalHeader()
        font = header.font()
        font.setWeight(QFont.Weight.DemiBold)  # as the style sheet has it
        metrics = QFontMetrics(font)
        widths = {
            column: max(width, metrics.horizontalAdvance(tr(COLUMNS[column][0])) + HEADING_MARGIN)
            for column, width in WIDTHS.items()
        }
        left = self.viewport().width() - sum(widths.values()) - LEAST_MESSAGE
        widths[FILE] = min(widths[FILE] + max(left, 0) // 2, max(WIDE_FILE, widths[FILE]))
        for column, width in widths.items():
            header.resizeSection(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the room that there is, until the user has drawn a column to another width."""
        super().resizeEvent(event)
        if not self._drawn_by_hand:
            self._fitting = True
            self._fit_columns()
            self._fitting = False

    def _section_resized(self, column: int, _before: int, _now: int) -> None:
        # The last column follows the others by itself.
        self._drawn_by_hand |= not self._fitting and column != MESSAGE

    def _run_clock(self) -> None:
        """Only while something runs: an idle window has no timers."""
        if self._state.running != self._clock.isActive():
            if self._state.running:
                self._clock.start()
            else:
                self._clock.stop()

    @property
    def chosen(self) -> list[int]:
        """The selected rows, as the state counts them."""
        found = {self.order.mapToSource(i).row() for i in self.selectionModel().selectedRows()}
        return sorted(found)

    def _double_clicked(self, index: Index) -> None:
        self.opened.emit([self.order.mapToSource(index).row()])

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter opens, Delete takes from the list, Ctrl+C copies with all digits."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen:
            self.opened.emit(self.chosen)
        elif event.key() == Qt.Key.Key_Delete and self.chosen and not self._state.running:
            self._state.remove(self.chosen)
        elif event.matches(QKeySequence.StandardKey.Copy) and self.chosen:
            rows = [self._state.rows[index] for index in self.chosen]
            QGuiApplication.clipboard().setText(in_full(rows))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Say what will be here while there is nothing."""
        super().paintEvent(event)
        if self.rows.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self.rows.theme.muted))
            where = self.viewport().rect().adjusted(24, 0, -24, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(where, int(flags), tr(EMPTY))
            painter.end()


def in_full(rows: list[BatchRow]) -> str:
    """Rows with a heading, for a spreadsheet, with all digits."""
    table = [table_row(row.entry, row.line) for row in rows]
    names = [name for name in table[0] if name != "cif"]
    lines = ["\t".join(names)]
    lines += ["\t".join(str(row[name]) for name in names) for row in table]
    return "\n".join(lines) + "\n"
