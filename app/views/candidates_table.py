"""The list of candidates: best first, or by any column; pinned ones on top, discarded ones last."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QColor,
    QFont,
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app import text
from app.language import noop, tr
from app.state.session import Session
from app.state.solution import UNMARKED, Mark
from app.state.standing import standing
from app.theme import Theme
from app.views.candidate_rows import BELOW_ROLE, FIT_ROLE, ROW_HEIGHT, CandidateRows
from app.views.candidates_order import (
    CANDIDATE_ROLE,
    GROUP_ROLE,
    MORE_ORDERS,
    SORT_ROLE,
    CandidatesOrder,
)
from app.views.narrow_header import NarrowHeader
from app.views.table_model import LEFT, RIGHT, Index, RowsModel
from app.views.yielding_columns import Stage, first_that_fits
from engine.solve.result import Candidate

COLUMNS = (
    ("#", noop("Rank: 1 is the likeliest")),
    (noop("Formula"), noop("Reduced formula; below it, where the structure was proposed")),
    (
        noop("Space group"),
        noop("Hermann-Mauguin symbol and number; below it, the cell in angstrom and degrees"),
    ),
    (
        noop("Fit"),
        noop(
            "Observed (grey) and calculated (red) intensities, square roots; below, the difference"
        ),
    ),
    ("Rwp %", noop("Weighted profile residual of the fit, background included")),
    (
        noop("Verdict"),
        noop("What the program makes of this candidate; below it, the chance of being right"),
    ),
    (noop("Note"), noop("What you wrote about it")),
)
RANK, FORMULA, SPACE_GROUP, FIT, RWP, VERDICT, NOTE = range(7)
NARROWEST = 44
LEAST_WIDTH, ROWS = 230, 3
NOTE_WIDTH, CELL_WIDTH = 150, 116  # a symbol with its number; a longer cell is shortened
# What a narrow table leaves out, step by step; formula, residual and verdict stay to the last.
STAGES = (
    Stage(()),
    Stage((NOTE,)),
    Stage((NOTE, FIT)),
    Stage((NOTE, FIT), brief=True),
    Stage((NOTE, FIT, RANK), brief=True),
    Stage((NOTE, FIT, RANK, SPACE_GROUP), brief=True),
)
EMPTY = noop("Structures that explain the pattern appear here, best first, after Solve structure.")


class CandidatesModel(RowsModel):
    """Rows of candidates for a table view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without candidates."""
        super().__init__(COLUMNS, parent)
        self.brief = False
        self._marks: tuple[Mark, ...] = ()
        self._standings: tuple[str, ...] = ()

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        """Numbers to the right, words to the left; ranks where the arrow does not cover them."""
        if column == RANK:
            return Qt.AlignmentFlag.AlignCenter
        return RIGHT if column == RWP else LEFT

    def set_rows(
        self, rows: tuple[Candidate, ...], marks: tuple[Mark, ...], standings: tuple[str, ...]
    ) -> None:
        """Show other candidates, with the marks and the standing in words of each."""
        self.beginResetModel()
        self._rows, self._marks, self._standings = rows, marks, standings
        self.endResetModel()

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        """The same candidates, marked otherwise."""
        self._marks = marks
        if marks:
            last = self.index(len(marks) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def headerData(  # noqa: N802
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Headings, as brief as the cells."""
        if self.brief and section == SPACE_GROUP and role == Qt.ItemDataRole.DisplayRole:
            return tr("Sp. gr.")
        return super().headerData(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell of the table."""
        if not index.isValid() or not index.row() < len(self._rows):
            return None
        candidate, column = self._rows[index.row()], index.column()
        mark = self._marks[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            if self.brief and column == SPACE_GROUP:
                return text.space_group(candidate.space_group)
            return _shown(candidate, mark, column)
        if role == BELOW_ROLE:
            return "" if self.brief and column == SPACE_GROUP else _below(candidate, column)
        if role == FIT_ROLE:
            return candidate.fit if column == FIT else None
        if role == SORT_ROLE:
            return _sort_key(candidate, mark, column)
        if role == CANDIDATE_ROLE:
            return candidate
        if role == GROUP_ROLE:
            return 0 if mark.pinned else 2 if mark.discarded else 1
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(candidate, mark, self._standings[index.row()])
        if mark.discarded and role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setStrikeOut(True)
            return font
        if mark.discarded and role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self.theme.muted)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column)
        if column == VERDICT and role in (
            Qt.ItemDataRole.ForegroundRole,
            Qt.ItemDataRole.DecorationRole,
        ):
            theme = self.theme
            colours = {"solved": theme.good, "tentative": theme.caution}
            judged = math.isfinite(candidate.score)
            colour = QColor(colours.get(candidate.verdict if judged else "", theme.muted))
            return colour if role == Qt.ItemDataRole.ForegroundRole else dot(colour)
        if column in (FORMULA, VERDICT) and role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None


def dot(colour: QColor) -> QIcon:
    """A filled circle, which keeps its colour in a selected row."""
    picture = QPixmap(20, 20)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(3, 3, 14, 14)
    painter.end()
    icon = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        icon.addPixmap(picture, mode)
    return icon


def _shown(candidate: Candidate, mark: Mark, column: int) -> str:
    return (
        lambda: f"{'★ ' if mark.pinned else ''}{candidate.rank}{' ✎' if mark.note else ''}",
        lambda: text.formula(candidate.formula),
        lambda: f"{text.space_group(candidate.space_group)}  ({candidate.space_group_number})",
        lambda: "",
        lambda: text.per_cent(candidate.fit.rwp),
        lambda: text.verdict(candidate.verdict, candidate.score),
        lambda: mark.note,
    )[column]()


def _below(candidate: Candidate, column: int) -> str:
    """The second line of a cell; empty where there is none."""
    if column == FORMULA:
        return tr(text.SOURCES.get(candidate.source, candidate.source))
    if column == SPACE_GROUP:
        return text.cell(candidate.cell, candidate.space_group_number)
    return tr("chance {0}", text.chance(candidate.score)) if column == VERDICT else ""


def _sort_key(candidate: Candidate, mark: Mark, column: int) -> Any:
    """What a column is sorted by; unknown residuals count as bad."""
    return (
        lambda: candidate.rank,
        lambda: candidate.formula,
        lambda: candidate.space_group_number,
        lambda: float(candidate.fit.rwp),
        lambda: float(candidate.fit.rwp),
        lambda: -candidate.score if math.isfinite(candidate.score) else 1.0,
        lambda: (not mark.note, mark.note.casefold()),
    )[column]()


def _tip(candidate: Candidate, mark: Mark, standing_in_words: str) -> str:
    fit = candidate.fit
    lines = [
        text.whole_cell(candidate.cell),
        tr(
            "{0} atoms in the primitive cell, V = {1:.2f} Å³",
            candidate.n_atoms,
            candidate.structure.volume,
        ),
        tr(
            "Rwp {0} %, without background {1} %, R Bragg {2} %",
            text.per_cent(fit.rwp),
            text.per_cent(fit.rwp_background_subtracted),
            text.per_cent(fit.r_bragg),
        ),
    ]
    if fit.rwp_lebail is not None:
        lines.append(tr("Le Bail fit of the same cell: Rwp {0} %", text.per_cent(fit.rwp_lebail)))
    lines.append(standing_in_words)
    if mark.note:
        lines.append(tr("Note: {0}", mark.note))
    return "\n".join(lines)


class CandidatesTable(QTableView):
    """Choosing a row chooses the candidate everywhere."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Show `session.solution`."""
        super().__init__(parent)
        self._session = session
        self._rows = CandidatesModel(self)
        self._order = CandidatesOrder(self)
        self._order.setSourceModel(self._rows)
        self.setModel(self._order)
        self.setHorizontalHeader(NarrowHeader(self))
        prepare_table(self)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self._painting = CandidateRows(self)
        self.setItemDelegate(self._painting)
        self.setAccessibleName(tr("Candidates"))
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(NARROWEST)
        header.setSectionResizeMode(NOTE, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(NOTE, NOTE_WIDTH)
        # Long cells are shortened rather than verdicts; the rest of the width goes to one column.
        header.setSectionResizeMode(SPACE_GROUP, QHeaderView.ResizeMode.Stretch)
        header.setSortIndicatorClearable(False)
        header.setProperty("sortable", True)
        self.setSortingEnabled(True)
        self.sortByColumn(RANK, Qt.SortOrder.AscendingOrder)
        header.sectionClicked.connect(lambda _column: self._order.order_by(""))
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for order in MORE_ORDERS:
            action = QAction(tr("Sort by {0}", tr(order).lower()), header)
            action.triggered.connect(lambda _checked=False, order=order: self._sort_by(order))
            header.addAction(action)
        self.selectionModel().currentRowChanged.connect(self._choose)
        session.solution.changed.connect(self._refresh)
        session.solution.chosen_changed.connect(self._show_choice)
        session.solution.marks_changed.connect(self._refresh_marks)
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._rows.theme = self._painting.theme = theme
        self._painting.thumbnails.clear()
        self.viewport().update()

    def _sort_by(self, order: str) -> None:
        """Sort by something that has no column; a click on a heading ends it."""
        self.sortByColumn(RANK, Qt.SortOrder.AscendingOrder)
        self._order.order_by(order)

    def _marks(self) -> tuple[Mark, ...]:
        solution = self._session.solution
        if not solution.marks:
            return (UNMARKED,) * len(solution.candidates)
        return tuple(solution.mark_of(candidate) for candidate in solution.candidates)

    def _refresh(self) -> None:
        solution = self._session.solution
        found = solution.solution
        standings = (
            tuple(standing(found, index) for index in range(len(found.candidates)))
            if found is not None
            else ()
        )
        self._rows.set_rows(solution.candidates, self._marks(), standings)
        self._give_way()
        self.horizontalHeader().setVisible(bool(standings))
        self.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if standings
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self._show_choice()

    def _refresh_marks(self) -> None:
        if self._rows.rowCount() == len(self._session.solution.candidates):
            self._rows.set_marks(self._marks())
            self._give_way()
            self._order.invalidate()
            self._show_choice()

    def _give_way(self) -> None:
        """Show the columns that there is room for; notes only where there is one."""
        rows, header = self._rows, self.horizontalHeader()
        noted = any(mark.note for mark in self._marks())

        def measure_as(brief: bool) -> None:
            rows.brief = brief

        def heading_width(column: int) -> int:
            width = header.sectionSizeFromContents(column).width()
            return NOTE_WIDTH if column == NOTE else max(width, NARROWEST)

        stages = STAGES if noted else STAGES[1:]
        stage = first_that_fits(self, stages, heading_width, measure_as, {SPACE_GROUP: CELL_WIDTH})
        rows.brief = stage.brief
        for column in range(len(COLUMNS)):
            self.setColumnHidden(column, column in stage.hidden)
        stretched = FORMULA if SPACE_GROUP in stage.hidden else SPACE_GROUP
        for column in (FORMULA, SPACE_GROUP):
            ways = QHeaderView.ResizeMode
            way = ways.Stretch if column == stretched else ways.ResizeToContents
            header.setSectionResizeMode(column, way)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """What matters least gives way where it is narrow."""
        super().resizeEvent(event)
        self._give_way()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A few rows; the words below it give way only to these."""
        return QSize(LEAST_WIDTH, self.horizontalHeader().sizeHint().height() + ROWS * ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """What is left of it in the smallest window."""
        return QSize(LEAST_WIDTH, self.horizontalHeader().sizeHint().height() + ROW_HEIGHT)

    def _show_choice(self) -> None:
        chosen = self._session.solution.chosen_index
        if not 0 <= chosen < self._rows.rowCount():
            return
        row = self._order.mapFromSource(self._rows.index(chosen, 0)).row()
        if self.currentIndex().row() != row:
            self.selectRow(row)

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self._session.solution.choose(self._order.mapToSource(current).row())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Say what will be here while there is nothing."""
        super().paintEvent(event)
        if self._rows.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._rows.theme.muted))
            where = self.viewport().rect().adjusted(12, 0, -12, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(where, int(flags), tr(EMPTY))
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Copy the chosen row with all digits."""
        chosen = self._session.solution.chosen
        if event.matches(QKeySequence.StandardKey.Copy) and chosen is not None:
            QGuiApplication.clipboard().setText(in_full(chosen))
            return
        super().keyPressEvent(event)


def in_full(candidate: Candidate) -> str:
    """A candidate as a heading and a line for a spreadsheet, with all digits."""
    fit = candidate.fit
    fields = {
        "rank": candidate.rank,
        "formula": candidate.formula,
        "space_group": candidate.space_group,
        "number": candidate.space_group_number,
        **dict(zip(("a", "b", "c", "alpha", "beta", "gamma"), candidate.cell, strict=True)),
        "volume": candidate.structure.volume,
        "rwp": fit.rwp,
        "probability": candidate.score,
        "verdict": candidate.verdict,
        "source": candidate.source,
    }
    values = (repr(float(v)) if isinstance(v, float) else str(v) for v in fields.values())
    return "\t".join(fields) + "\n" + "\t".join(values) + "\n"


def prepare_table(view: QTableView) -> None:
    """How all tables of this window look and behave."""
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setAlternatingRowColors(True)
    view.setIconSize(QSize(10, 10))
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(24)
    view.horizontalHeader().setHighlightSections(False)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
