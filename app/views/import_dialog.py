"""Asks which columns of a text hold the pattern, and shows at once what would be read."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.importing import Importing
from app.language import noop, tr
from app.theme import Theme
from app.views.controls import heading, muted
from app.views.radiation_bar import describe
from engine.pattern.radiation import K_ALPHA
from engine.pattern.readers.asked_columns import fields_of

AXES = (
    (noop("2θ in degrees"), "two_theta"),
    (noop("2θ in radians"), "two_theta_radian"),
    ("d in Å", "d_angstrom"),
    ("Q in Å⁻¹", "q_inverse_angstrom"),
    ("Q in nm⁻¹", "q_inverse_nm"),
)
SHOWN_NAMES = {"two_theta": "2θ", "two_theta_radian": "2θ", "d_angstrom": "d"}
FROM_FILE = noop("As the file says, else Cu Kα")
MOST_COLUMNS = 24


class ImportDialog(QDialog):
    """First lines, columns, axis and wavelength on the left, the pattern on the right."""

    def __init__(self, importing: Importing, theme: Theme, parent: QWidget | None = None) -> None:
        """Show and answer the question of `importing`."""
        super().__init__(parent)
        self._importing = importing
        self._theme = theme
        self.setWindowTitle(tr("Which columns hold the pattern?"))
        self.resize(1040, 640)
        self._build()
        state = importing.state
        state.question_changed.connect(self._new_question)
        state.layout_changed.connect(self._refresh)
        state.preview_changed.connect(self._show_preview)
        self.rejected.connect(importing.cancel)

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        self.title = heading("")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.why = muted()
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setWordWrap(True)
        self.lines = QTableWidget()
        self.lines.setAccessibleName(tr("First lines of the file, cut into columns"))
        self.lines.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.lines.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.lines.setTabKeyNavigation(False)
        self.lines.setToolTip(tr("Double-click the line with which the table begins"))
        self.lines.cellDoubleClicked.connect(lambda row, _column: self._change(skip=row))
        self.plot = pg.PlotWidget()
        self.plot.setAccessibleName(tr("The pattern as it would be read"))
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setMenuEnabled(False)
        self.curve = self.plot.plot()
        self.plot.setLabel("bottom", "2θ (°)")
        self.facts = QLabel()
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setWordWrap(True)
        self.facts.setAccessibleName(tr("What would be read"))
        left, right, both = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        left.addWidget(self.lines, 1)
        left.addLayout(self._build_form())
        right.addWidget(self.plot, 1)
        right.addWidget(self.facts)
        both.addLayout(left, 1)
        both.addLayout(right, 1)
        self.buttons = QDialogButtonBox()
        self.read = self.buttons.addButton(
            tr("Read pattern"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.read.setProperty("primary", True)
        self.read.setDefault(True)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._importing.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.title)
        column.addWidget(self.why)
        column.addLayout(both, 1)
        column.addWidget(self.buttons)
        self._paint()

    def _build_form(self) -> QFormLayout:
        form = QFormLayout()
        self.place, self.counts, self.sigma = QComboBox(), QComboBox(), QComboBox()
        self.axis, self.decimal, self.wavelength = QComboBox(), QComboBox(), QComboBox()
        self.skip = QSpinBox()
        self.skip.setRange(0, 100_000)
        for name, value in AXES:
            self.axis.addItem(tr(name), value)
        for name, value in (("point: 1.5", "."), ("comma: 1,5", ",")):
            self.decimal.addItem(tr(name), value)
        self.wavelength.setEditable(True)
        self.wavelength.addItem(tr(FROM_FILE), "")
        for anode in K_ALPHA:
            for suffix, shown in (("Ka", "Kα"), ("Ka1", "Kα1")):
                self.wavelength.addItem(f"{anode} {shown}", f"{anode}{suffix}")
        self.wavelength.setToolTip(tr("Choose a tube, or type a wavelength in Å (1.5406)"))
        form.addRow(tr("&Positions in"), self.place)
        form.addRow(tr("&These are"), self.axis)
        form.addRow(tr("&Intensities in"), self.counts)
        form.addRow(tr("&Uncertainties in"), self.sigma)
        form.addRow(tr("&Lines to skip"), self.skip)
        form.addRow(tr("&Decimal mark"), self.decimal)
        form.addRow(tr("&Wavelength"), self.wavelength)
        self.place.activated.connect(lambda _index: self._change(x=self.place.currentData()))
        self.counts.activated.connect(lambda _index: self._change(y=self.counts.currentData()))
        self.sigma.activated.connect(lambda _index: self._change_sigma())
        self.axis.activated.connect(lambda _index: self._change(axis=self.axis.currentData()))
        self.skip.valueChanged.connect(lambda lines: self._change(skip=lines))
        self.decimal.activated.connect(
            lambda _index: self._change(decimal=self.decimal.currentData())
        )
        self.wavelength.activated.connect(lambda _index: self._change_wavelength())
        line = self.wavelength.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._change_wavelength)
        return form

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        self._paint()
        self._refresh()

    def _paint(self) -> None:
        theme = self._theme
        self.plot.setBackground(theme.raised)
        self.curve.setPen(pg.mkPen(theme.accent, width=1))
        for name in ("left", "bottom"):
            axis = self.plot.getAxis(name)
            axis.setPen(theme.muted)
            axis.setTextPen(theme.muted)

    # -- answering ---------------------------------------------------------------------------

    def _change(self, **changes: Any) -> None:
        self._importing.state.change(**changes)

    def _change_sigma(self) -> None:
        role, column = self.sigma.currentData()
        self._change(
            sigma=column if role == "sigma" else None, weight=column if role == "weight" else None
        )

    def _change_wavelength(self) -> None:
        typed = self.wavelength.currentText().strip()
        typed = "" if typed == tr(FROM_FILE) else typed.replace("Kα", "Ka")
        self._change(wavelength=typed)

    # -- showing -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Show the question that is open, and what would be read by its first answer."""
        self._new_question()
        self._refresh()

    def _new_question(self) -> None:
        question = self._importing.state.question
        if question is None:
            self.hide()
            return
        self.title.setText(question.path.name)
        self.why.setText(question.why)
        self.why.setVisible(bool(question.why))
        self.open()
        self.place.setFocus()

    def _refresh(self) -> None:
        """Everything that shows the answer, without asking it anew."""
        layout = self._importing.state.layout
        question = self._importing.state.question
        if layout is None or question is None:
            return
        cut = [fields_of(line, layout.decimal)[:MOST_COLUMNS] for line in question.lines]
        width = max(len(row) for row in cut[min(layout.skip, len(cut) - 1) :])
        self._fill_lines(cut, width)
        for entry in (self.place, self.counts, self.sigma, self.axis, self.skip, self.decimal):
            entry.blockSignals(True)
        for entry, now in ((self.place, layout.columns.x), (self.counts, layout.columns.y)):
            entry.clear()
            for i in range(max(width, now + 1)):
                entry.addItem(tr("column {0}", i + 1), i)
            entry.setCurrentIndex(now)
        self._fill_sigma(width)
        self.axis.setCurrentIndex(self.axis.findData(layout.columns.axis))
        self.skip.setValue(layout.skip)
        self.decimal.setCurrentIndex(self.decimal.findData(layout.decimal))
        for entry in (self.place, self.counts, self.sigma, self.axis, self.skip, self.decimal):
            entry.blockSignals(False)
        place = self.wavelength.findData(layout.wavelength)
        if place >= 0:
            self.wavelength.setCurrentIndex(place)
        else:
            self.wavelength.setCurrentText(layout.wavelength)

    def _fill_sigma(self, width: int) -> None:
        columns = self._importing.state.layout.columns  # type: ignore[union-attr]
        self.sigma.clear()
        self.sigma.addItem(tr("nowhere: from the counts"), ("", None))
        for role, name in (
            ("sigma", tr("column {}")),
            ("weight", tr("column {}, as weights 1/σ²")),
        ):
            for i in range(width):
                self.sigma.addItem(name.format(i + 1), (role, i))
        now: tuple[str, int | None] = ("", None)
        if columns.sigma is not None:
            now = ("sigma", columns.sigma)
        elif columns.weight is not None:
            now = ("weight", columns.weight)
        places = [i for i in range(self.sigma.count()) if self.sigma.itemData(i) == now]
        self.sigma.setCurrentIndex(places[0] if places else 0)

    def _fill_lines(self, cut: list[list[str]], width: int) -> None:
        layout = self._importing.state.layout
        assert layout is not None
        columns, theme = layout.columns, self._theme
        roles = {columns.x: SHOWN_NAMES.get(columns.axis, "Q"), columns.y: "intensity"}
        if columns.sigma is not None:
            roles[columns.sigma] = "uncertainty"
        if columns.weight is not None:
            roles[columns.weight] = "weight"
        self.lines.setColumnCount(width)
        self.lines.setRowCount(len(cut))
        self.lines.setHorizontalHeaderLabels(
            [f"{i + 1}: {roles[i]}" if i in roles else str(i + 1) for i in range(width)]
        )
        self.lines.clearContents()
        for row, fields in enumerate(cut):
            for column, field in enumerate(fields[:width]):
                item = QTableWidgetItem(field)
                if row < layout.skip:
                    item.setForeground(QColor(theme.muted))
                elif column in roles:
                    item.setBackground(QColor(theme.accent_soft))
                self.lines.setItem(row, column, item)
        self.lines.resizeColumnsToContents()
        first = self.lines.item(min(layout.skip, len(cut) - 1), 0)
        if first is not None:
            self.lines.scrollToItem(first, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _show_preview(self) -> None:
        state = self._importing.state
        pattern = state.preview
        self.read.setEnabled(pattern is not None)
        if pattern is None:
            self.curve.setData([], [])
            self.facts.setText(state.refusal)
            return
        self.curve.setData(pattern.two_theta, pattern.counts)
        low, high = pattern.two_theta[0], pattern.two_theta[-1]
        radiation = pattern.radiation
        assumed = " (assumed)" if radiation.provenance == "assumed" else ""
        said = [
            tr(
                "{0} points, 2θ {1:.4g}° to {2:.4g}°, {3}{4}.",
                text.thousands(len(pattern)),
                low,
                high,
                describe(radiation),
                assumed,
            )
        ]
        said += [warning for warning in pattern.warnings if "assumed" not in warning]
        self.facts.setText(" ".join(said))
