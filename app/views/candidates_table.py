"""The list of candidates, best first."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app import text
from app.state.session import Session
from app.theme import Theme
from app.views.table_model import LEFT, RIGHT, Index, RowsModel
from engine.solve.result import Candidate

COLUMNS = (
    ("#", "Rank"),
    ("Formula", "Reduced formula"),
    ("Space group", "Hermann-Mauguin symbol and number"),
    ("Rwp %", "Weighted profile residual of the fit, background included"),
    ("Verdict", "What the program makes of this candidate"),
    ("Prob.", "Calibrated probability of being right"),
    ("Source", "Where it was proposed"),
    ("Cell (Å)", "Free parameters of the conventional cell"),
)
FORMULA, VERDICT = 1, 4
_RIGHT = {0, 3, 5}


class CandidatesModel(RowsModel):
    """Rows of candidates for a table view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without candidates."""
        super().__init__(COLUMNS, parent)

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        """Numbers to the right, words to the left."""
        return RIGHT if column in _RIGHT else LEFT

    def set_rows(self, rows: tuple[Candidate, ...]) -> None:
        """Show other candidates."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell of the table."""
        if not index.isValid() or not index.row() < len(self._rows):
            return None
        candidate, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _shown(candidate, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(candidate)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column)
        if column == VERDICT and role in (
            Qt.ItemDataRole.ForegroundRole,
            Qt.ItemDataRole.DecorationRole,
        ):
            theme = self.theme
            colours = {"solved": theme.good, "tentative": theme.caution}
            colour = QColor(colours.get(candidate.verdict, theme.muted))
            return colour if role == Qt.ItemDataRole.ForegroundRole else _dot(colour)
        if column in (FORMULA, VERDICT) and role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None


def _dot(colour: QColor) -> QIcon:
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


def _shown(candidate: Candidate, column: int) -> str:
    return (
        lambda: str(candidate.rank),
        lambda: text.formula(candidate.formula),
        lambda: f"{text.space_group(candidate.space_group)}  ({candidate.space_group_number})",
        lambda: text.per_cent(candidate.fit.rwp),
        lambda: text.CANDIDATE_VERDICTS[candidate.verdict],
        lambda: f"{candidate.score:.2f}",
        lambda: text.SOURCES.get(candidate.source, candidate.source),
        lambda: text.cell(candidate.cell, candidate.space_group_number),
    )[column]()


def _tip(candidate: Candidate) -> str:
    fit = candidate.fit
    lines = [
        text.whole_cell(candidate.cell),
        f"{candidate.n_atoms} atoms in the primitive cell, V = {candidate.structure.volume:.2f} Å³",
        f"Rwp {text.per_cent(fit.rwp)} %, without background "
        f"{text.per_cent(fit.rwp_background_subtracted)} %, R Bragg {text.per_cent(fit.r_bragg)} %",
    ]
    if fit.rwp_lebail is not None:
        lines.append(f"Le Bail fit of the same cell: Rwp {text.per_cent(fit.rwp_lebail)} %")
    if candidate.ties:
        ranks = ", ".join(str(rank) for rank in candidate.ties)
        lines.append(f"The pattern cannot tell it from candidate {ranks}")
    if candidate.reason:
        lines.append(candidate.reason)
    return "\n".join(lines)


class CandidatesTable(QTableView):
    """Choosing a row chooses the candidate everywhere."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Show `session.solution`."""
        super().__init__(parent)
        self._session = session
        self._model = CandidatesModel(self)
        self.setModel(self._model)
        prepare_table(self)
        self.setAccessibleName("Candidates")
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setStretchLastSection(True)
        self.selectionModel().currentRowChanged.connect(self._choose)
        session.solution.changed.connect(self._refresh)
        session.solution.chosen_changed.connect(self._show_choice)
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._model.theme = theme
        self.viewport().update()

    def _refresh(self) -> None:
        self._model.set_rows(self._session.solution.candidates)
        self._show_choice()

    def _show_choice(self) -> None:
        row = self._session.solution.chosen_index
        if 0 <= row < self._model.rowCount() and self.currentIndex().row() != row:
            self.selectRow(row)

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self._session.solution.choose(current.row())


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
