"""Which of a file's ranges is looked at; hidden where there is only one."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from app import text
from app.language import noop, tr
from app.ranges import Ranges

UNITS = {
    "two_theta": "°",
    "two_theta_radian": " rad",
    "q_inverse_angstrom": " Å⁻¹",
    "q_inverse_nm": " nm⁻¹",
    "d_angstrom": " Å",
}
TOGETHER = (
    (
        noop("Merged to one"),
        "merge",
        noop("Join all; counts are scaled to the longest counting time"),
    ),
    (noop("Added up"), "sum", noop("Add repeated scans point by point")),
)


class RangeBar(QWidget):
    """A list of the ranges with what each covers, and of the ways to take them together."""

    def __init__(self, ranges: Ranges, parent: QWidget | None = None) -> None:
        """Show and change the choice of `ranges`."""
        super().__init__(parent)
        self._ranges = ranges
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel(tr("Ranges"))
        self.entry = QComboBox()
        self.entry.setAccessibleName(tr("Ranges of the file"))
        label.setBuddy(self.entry)
        row.addWidget(label)
        row.addWidget(self.entry, 1)
        self.entry.activated.connect(lambda index: ranges.choose(self.entry.itemData(index)))
        ranges.state.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        state = self._ranges.state
        self.setVisible(state.count > 1)
        self.entry.clear()
        if state.count < 2:
            return
        if state.choice is None:
            self.entry.addItem(tr("As the file suggests ({0} ranges)", state.count), None)
        for number in range(1, state.count + 1):
            self.entry.addItem(self._name(number), number)
        for name, value, tip in TOGETHER:
            self.entry.addItem(tr(name), value)
            self.entry.setItemData(self.entry.count() - 1, tr(tip), 3)  # Qt.ToolTipRole
        self.entry.setCurrentIndex(max(self.entry.findData(state.choice), 0))

    def _name(self, number: int) -> str:
        spans = self._ranges.state.spans
        if not spans:
            return tr("Range {0}", number)
        span = spans[number - 1]
        unit = UNITS.get(span.axis, "")
        time = f", {span.seconds:.3g} s" if span.seconds else ""
        points = text.thousands(span.n)
        return tr(
            "{0}: {1:.4g} to {2:.4g}{3}, {4} points{5}",
            number,
            span.low,
            span.high,
            unit,
            points,
            time,
        )
