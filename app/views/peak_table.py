"""Fitted peaks beside the reflections of the chosen candidate, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from app.state.session import Session
from app.views import text
from app.views.candidates_table import prepare_table

if TYPE_CHECKING:
    from engine.pattern.comparison import PeakComparison
    from engine.pattern.peaks import PeakList

Index = QModelIndex | QPersistentModelIndex
COLUMNS = (
    ("hkl", "Indices of the calculated reflection"),
    ("2θ obs", "Fitted position, degrees"),
    ("2θ calc", "Position of the reflection, degrees"),
    ("Δ2θ", "Observed minus calculated, degrees"),
    ("d obs", "Angstrom"),
    ("I obs", "Integrated intensity, the strongest peak 100"),
    ("I calc", "Integrated intensity, on the same scale"),
    ("ΔI", "Observed minus calculated"),
    ("FWHM", "Fitted full width at half maximum, degrees"),
)


@dataclass(frozen=True)
class PeakRow:
    """One line of the table; None where a side has nothing."""

    hkl: str | None
    observed: float | None
    calculated: float | None
    d_spacing: float | None
    intensity: float | None
    intensity_calculated: float | None
    fwhm: float | None

    @property
    def cells(self) -> tuple[str, ...]:
        """What the columns show."""
        both = self.observed is not None and self.calculated is not None
        both_intensities = self.intensity is not None and self.intensity_calculated is not None
        return (
            self.hkl or "–",
            _number(self.observed, 3),
            _number(self.calculated, 3),
            _number(self.observed - self.calculated, 3, True) if both else "",  # type: ignore[operator]
            _number(self.d_spacing, 4),
            _number(self.intensity, 1),
            _number(self.intensity_calculated, 1),
            _number(self.intensity - self.intensity_calculated, 1, True)  # type: ignore[operator]
            if both_intensities
            else "",
            _number(self.fwhm, 3),
        )


def _number(value: float | None, digits: int, signed: bool = False) -> str:
    if value is None or value != value:
        return "–"
    return (f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}").replace("-", "−")


def observed_rows(peaks: PeakList) -> list[PeakRow]:
    """The fitted peaks alone."""
    top = float(max(peaks.area.max(), 1e-12)) if len(peaks) else 1.0
    return [
        PeakRow(
            hkl=None,
            observed=float(peaks.two_theta[i]),
            calculated=None,
            d_spacing=float(peaks.d_spacing[i]),
            intensity=100.0 * float(peaks.area[i]) / top,
            intensity_calculated=None,
            fwhm=float(peaks.fwhm[i]),
        )
        for i in range(len(peaks))
    ]


class PeaksModel(QAbstractTableModel):
    """Rows of peaks for a table view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without peaks."""
        super().__init__(parent)
        self._rows: list[PeakRow] = []
        self._cells: list[tuple[str, ...]] = []

    @property
    def rows(self) -> list[PeakRow]:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: list[PeakRow]) -> None:
        """Show other peaks."""
        self.beginResetModel()
        self._rows = rows
        self._cells = [row.cells for row in rows]
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """How many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """How many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section][0]
        if role == Qt.ItemDataRole.ToolTipRole:
            return COLUMNS[section][1]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell of the table."""
        if not index.isValid() or not index.row() < len(self._rows):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class PeakTable(QTableView):
    """Observed peaks, and what the chosen candidate makes of them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Show peaks and comparison of `session`."""
        super().__init__(parent)
        self._session = session
        self.peaks_model = PeaksModel(self)
        self.setModel(self.peaks_model)
        prepare_table(self)
        self.setAccessibleName("Peaks")
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(52)
        session.pattern.derived_changed.connect(self._refresh)
        session.solution.comparison_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        peaks = self._session.pattern.peaks
        comparison = self._session.solution.comparison
        if peaks is None:
            self.peaks_model.set_rows([])
        elif comparison is None:
            self.peaks_model.set_rows(observed_rows(peaks))
        else:
            self.peaks_model.set_rows(compared_rows(peaks, comparison))


def compared_rows(peaks: PeakList, comparison: PeakComparison) -> list[PeakRow]:
    """Observed and calculated lines joined, in order of angle."""
    return observed_rows(peaks)
