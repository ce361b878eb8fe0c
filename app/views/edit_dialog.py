"""Editing the chosen candidate: an element for every site, and the tolerance of symmetry."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.editing import Editing
from app.language import noop, tr
from app.state.periodic_table import BY_NUMBER
from app.state.session import Session
from app.views.controls import heading, muted, progress_bar
from engine.errors import BadInputError

COLUMNS = (noop("Element"), noop("Wyckoff"), "x", "y", "z")
SETTLE_MILLISECONDS = 250


class EditDialog(QDialog):
    """Stays open beside the window; every refinement adds a candidate."""

    def __init__(self, session: Session, editing: Editing, parent: QWidget | None = None) -> None:
        """Edit the chosen candidate of `session` by `editing`."""
        super().__init__(parent)
        self._session = session
        self._editing = editing
        self.setWindowTitle(tr("Edit candidate"))
        self.setModal(False)
        self.resize(520, 460)
        self._build()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLE_MILLISECONDS)
        self._later.timeout.connect(self._look)
        editing.state.sites_changed.connect(self._show_sites)
        editing.state.status_changed.connect(self._refresh)
        session.solution.chosen_changed.connect(self._look)
        session.solution.status_changed.connect(self._refresh)
        self._look()
        self._refresh()

    def _build(self) -> None:
        self.title = heading("")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.tolerance = QDoubleSpinBox()
        self.tolerance.setDecimals(3)
        self.tolerance.setRange(0.001, 1.0)
        self.tolerance.setSingleStep(0.01)
        self.tolerance.setSuffix(" Å")
        self.tolerance.setKeyboardTracking(False)
        self.tolerance.setAccessibleName(tr("Tolerance of symmetry"))
        self.tolerance.setToolTip(
            tr(
                "How far atoms may be from a symmetric place: a larger one "
                "finds more symmetry, and "
                "puts the atoms there"
            )
        )
        self.tolerance.valueChanged.connect(lambda _value: self._later.start())
        self.group = muted()
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels([tr(name) for name in COLUMNS])
        self.table.verticalHeader().hide()
        self.table.setAccessibleName(tr("Sites"))
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.progress = progress_bar()
        self.status = muted()
        self.status.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.refine = QPushButton(tr("Refine as a new candidate"))
        self.refine.setProperty("primary", True)
        self.stop = QPushButton(tr("Stop"))
        buttons.addButton(self.stop, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.refine, QDialogButtonBox.ButtonRole.ActionRole)
        self.refine.clicked.connect(self._start)
        self.stop.clicked.connect(self._editing.cancel)
        buttons.rejected.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Tolerance")))
        row.addWidget(self.tolerance)
        row.addWidget(self.group, 1)
        column = QVBoxLayout(self)
        column.addWidget(self.title)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        column.addWidget(
            muted(tr("Type another element's symbol; the cell stays, the fit decides."))
        )
        column.addWidget(self.progress)
        column.addWidget(self.status)
        column.addWidget(buttons)
        self.entries: list[QLineEdit] = []

    def showEvent(self, event: object) -> None:  # noqa: N802
        """Look at what is chosen now."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._look()

    def _look(self) -> None:
        if self.isVisible():
            self._editing.look(self.tolerance.value())

    def _show_sites(self) -> None:
        """A row for each site; what was typed is for other sites."""
        state = self._editing.state
        candidate, sites = state.candidate, state.sites
        self.entries = []
        if candidate is None or sites is None:
            self.title.setText(tr("No candidate is chosen"))
            self.group.setText("")
            self.table.setRowCount(0)
            self._refresh()
            return
        self.title.setText(text.candidate(candidate, "  "))
        self.group.setText(f"{text.space_group(sites.symbol)}  ({sites.number})")
        self.table.setRowCount(len(sites.sites))
        for row, site in enumerate(sites.sites):
            entry = QLineEdit(BY_NUMBER[site.number].symbol)
            entry.setAccessibleName(tr("Element of site {0}", row + 1))
            self.table.setCellWidget(row, 0, entry)
            self.entries.append(entry)
            cells = (f"{site.multiplicity}{site.wyckoff}", *(f"{x:.4f}" for x in site.place))
            for column, words in enumerate(cells, start=1):
                item = QTableWidgetItem(words)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                self.table.setItem(row, column, item)
        self._refresh()

    @property
    def changed(self) -> dict[int, str]:
        """The elements that were typed in place of others, by site.

        Raises
        ------
        BadInputError
            If one of them is no element.
        """
        from engine.crystal.composition import atomic_number

        sites = self._editing.state.sites
        found = {}
        for row, entry in enumerate(self.entries):
            number = atomic_number(entry.text().strip())
            if sites is not None and number != sites.sites[row].number:
                found[row] = BY_NUMBER[number].symbol
        return found

    def _start(self) -> None:
        try:
            self._editing.refine(self.changed)
        except BadInputError as error:
            self._editing.state.set_status("failed", 0.0, str(error))

    def _refresh(self) -> None:
        state = self._editing.state
        running = state.status == "running"
        self.refine.setEnabled(self._editing.possible and bool(self.entries) and not running)
        self.stop.setEnabled(running)
        self.progress.setVisible(running)
        self.progress.setValue(round(1000 * state.fraction))
        self.status.setText(state.message)
