"""Fitted peaks beside the reflections of the chosen candidate, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QTableView, QVBoxLayout, QWidget

from app import text
from app.language import noop, tr
from app.state.reflection_names import customary
from app.state.session import Session
from app.theme import Theme
from app.views.candidates_table import prepare_table
from app.views.table_model import RIGHT, Index, RowsModel
from app.views.yielding_text import YieldingText

if TYPE_CHECKING:
    from engine.pattern.comparison import PeakComparison
    from engine.pattern.peaks import PeakList

COLUMNS = (
    ("hkl", noop("Indices of the calculated reflection, the strongest of those that overlap")),
    ("2θ obs", noop("Fitted position, degrees")),
    ("2θ calc", noop("Position of the reflection, degrees")),
    ("Δ2θ", noop("Observed minus calculated, degrees")),
    ("d obs", noop("Angstrom")),
    ("d calc", noop("Angstrom")),
    ("I obs", noop("Integrated intensity, the strongest peak 100")),
    ("I calc", noop("Integrated intensity, on the same scale")),
    ("ΔI", noop("Observed minus calculated")),
)
BY_HAND = noop("Put by hand")
NAMES_SHOWN = 2
HEADING_ROOM = 6


@dataclass(frozen=True)
class PeakRow:
    """One line of the table; None where a side has nothing."""

    hkl: tuple[tuple[int, int, int], ...] = ()
    observed: float | None = None
    calculated: float | None = None
    d_observed: float | None = None
    d_calculated: float | None = None
    intensity: float | None = None
    intensity_calculated: float | None = None
    by_hand: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """What the columns show."""
        return (
            self._names,
            _number(self.observed, 3),
            _number(self.calculated, 3),
            _difference(self.observed, self.calculated, 3),
            _number(self.d_observed, 4),
            _number(self.d_calculated, 4),
            _number(self.intensity, 1),
            _number(self.intensity_calculated, 1),
            _difference(self.intensity, self.intensity_calculated, 1),
        )

    @property
    def _names(self) -> str:
        names = ", ".join(text.hkl(indices) for indices in self.hkl[:NAMES_SHOWN])
        return f"{names} …" if len(self.hkl) > NAMES_SHOWN else names

    @property
    def unexplained(self) -> bool:
        """Observed, and not among the calculated ones."""
        return self.calculated is None

    @property
    def missing(self) -> bool:
        """Calculated, and not among the observed ones."""
        return self.observed is None


def _number(value: float | None, digits: int) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.{digits}f}".replace("-", "−")


def _difference(first: float | None, second: float | None, digits: int) -> str:
    if first is None or second is None:
        return ""
    away = round(first - second, digits)
    return f"{away:+.{digits}f}".replace("-", "−") if away else f"{0.0:.{digits}f}"


def observed_rows(peaks: PeakList) -> list[PeakRow]:
    """The fitted peaks alone."""
    top = float(max(peaks.area.max(), 1e-12)) if len(peaks) else 1.0
    return [
        PeakRow(
            observed=float(peaks.two_theta[i]),
            d_observed=float(peaks.d_spacing[i]),
            intensity=100.0 * float(peaks.area[i]) / top,
            by_hand=bool(peaks.by_hand[i]),
        )
        for i in range(len(peaks))
    ]


def compared_rows(
    comparison: PeakComparison, space_group_number: int, by_hand: frozenset[float] = frozenset()
) -> list[PeakRow]:
    """Observed and calculated lines joined, in order of angle; `by_hand` are observed 2theta."""
    top = max((row.observed_area or 0.0 for row in comparison.rows), default=0.0) or 1.0

    def share(area: float | None) -> float | None:
        return None if area is None else 100.0 * area / top

    return [
        PeakRow(
            hkl=tuple(customary(indices, space_group_number) for indices in row.hkl),
            observed=row.observed_two_theta,
            calculated=row.calculated_two_theta,
            d_observed=row.observed_d,
            d_calculated=row.calculated_d,
            intensity=share(row.observed_area),
            intensity_calculated=share(row.calculated_area),
            by_hand=row.observed_two_theta in by_hand,
        )
        for row in comparison.rows
    ]


def summary(comparison: PeakComparison) -> str:
    """The whole comparison in one line."""
    parts = [
        f"{len(comparison.matched)} matched",
        f"{len(comparison.unmatched_observed)} unexplained",
        f"{len(comparison.unmatched_calculated)} missing",
        tr("{0:.1f} % of the intensity explained", 100.0 * comparison.explained),
    ]
    if comparison.matched:
        parts.append(f"rms Δ2θ {comparison.rms_difference:.3f}°")
        parts.append(f"Fₙ {comparison.figure_of_merit:.0f}")
    return ",  ".join(parts)


class PeaksModel(RowsModel):
    """Rows of peaks for a table view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without peaks."""
        super().__init__(COLUMNS, parent)
        self.compared = False
        self._rows: list[PeakRow] = []
        self._cells: list[tuple[str, ...]] = []

    @property
    def rows(self) -> list[PeakRow]:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: list[PeakRow], compared: bool) -> None:
        """Show other peaks; `compared` if they stand beside calculated ones."""
        self.beginResetModel()
        self.compared = compared
        self._rows = rows
        self._cells = [row.cells for row in rows]
        self.endResetModel()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell of the table."""
        if not index.isValid() or not index.row() < len(self._rows):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT
        row = self._rows[index.row()]
        if row.by_hand and role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setItalic(True)
            return font
        if row.by_hand and role == Qt.ItemDataRole.ToolTipRole:
            return tr(BY_HAND)
        if role == Qt.ItemDataRole.ForegroundRole and self.compared:
            if row.unexplained:
                return QColor(self.theme.bad)
            if row.missing:
                return QColor(self.theme.caution)
        return None


class PeakTable(QWidget):
    """Observed peaks, and what the chosen candidate makes of them.

    Signals
    -------
    looked_at(two_theta)
        The user went to the row of a line at that angle.
    """

    looked_at = Signal(float)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Show peaks and comparison of `session`."""
        super().__init__(parent)
        self._session = session
        self.model = PeaksModel(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        prepare_table(self.table)
        self.table.setAccessibleName(tr("Peaks"))
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(36)
        for part in (self.table, header):
            part.setProperty("dense", True)
        self.summary = YieldingText()
        self.summary.setProperty("muted", True)
        self.summary.setContentsMargins(8, 2, 8, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addWidget(self.summary)
        self.table.selectionModel().currentRowChanged.connect(self._look_at)
        session.pattern.derived_changed.connect(self._refresh)
        session.solution.comparison_changed.connect(self._refresh)
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.model.theme = theme
        self.table.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Spread the columns over the width, or let them scroll: no number is ever shortened."""
        super().resizeEvent(event)
        self._spread()

    def _spread(self) -> None:
        header = self.table.horizontalHeader()
        font = header.font()
        font.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        needed = [
            max(
                self.table.sizeHintForColumn(column), metrics.horizontalAdvance(name) + HEADING_ROOM
            )
            for column, (name, _tip) in enumerate(COLUMNS)
        ]
        # Of the panel, for the table itself is laid out only after this.
        room = self.width() - self.table.verticalScrollBar().sizeHint().width()
        spare = max(room - sum(needed), 0) // len(COLUMNS)
        for column, width in enumerate(needed):
            header.resizeSection(column, width + spare)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Delete removes the peak of the row from the list."""
        current = self.table.currentIndex()
        if event.key() != Qt.Key.Key_Delete or not current.isValid():
            super().keyPressEvent(event)
            return
        observed = self.model.rows[current.row()].observed
        if observed is not None:
            preparing = self._session.preparing
            preparing.remove_peak(preparing.nearest_peak(observed, 0.0))

    def _look_at(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            row = self.model.rows[current.row()]
            angle = row.observed if row.observed is not None else row.calculated
            if angle is not None:
                self.looked_at.emit(angle)

    def _refresh(self) -> None:
        peaks = self._session.pattern.peaks
        comparison, candidate = self._session.solution.comparison, self._session.solution.chosen
        if comparison is not None and candidate is not None:
            put = peaks.two_theta[peaks.by_hand] if peaks is not None else ()
            by_hand = frozenset(float(angle) for angle in put)
            rows = compared_rows(comparison, candidate.space_group_number, by_hand)
            self.model.set_rows(rows, compared=True)
            self.summary.setText(summary(comparison))
        else:
            self.model.set_rows(observed_rows(peaks) if peaks is not None else [], compared=False)
            self.summary.setText(
                tr("Fitted peaks; a candidate's reflections will stand beside them.")
            )
        self._spread()
