"""Which patterns are drawn for comparison, and how they are stacked."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QToolButton,
    QWidget,
)

from app.language import noop, tr
from app.state.session import Session
from app.theme import LIGHT, Theme
from app.views.controls import muted
from app.views.pattern_overlays import colours

STEPS = 100
NOTHING = noop("None yet: add measured patterns, or a structure (CIF), which is simulated")


class OverlayOptions(QWidget):
    """A button to add, a chip a pattern (shown or hidden, removed), offset and scale."""

    def __init__(self, session: Session) -> None:
        """Show and change the stack of `session`."""
        super().__init__()
        self._session = session
        self._theme: Theme = LIGHT
        state = session.overlays
        self.add = QPushButton(tr("Add…"))
        self.add.setToolTip(tr("Draw other patterns for comparison (Ctrl+Shift+A)"))
        self.chips = QWidget()
        self._row = QHBoxLayout(self.chips)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        area = QScrollArea()
        area.setWidget(self.chips)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        # The keyboard and the wheel reach what does not fit; a bar would cover half of it.
        for policy in (area.setVerticalScrollBarPolicy, area.setHorizontalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        self.chips.setAutoFillBackground(False)
        area.setFixedHeight(self.add.sizeHint().height() + 2)
        self.offset = QSlider(Qt.Orientation.Horizontal)
        self.offset.setRange(0, STEPS)
        self.offset.setPageStep(STEPS // 10)
        self.offset.setFixedWidth(80)
        self.offset.setAccessibleName(tr("Offset of stacked patterns"))
        self.offset.setToolTip(tr("How far each stands above the one before (Shift + wheel)"))
        self.offset.valueChanged.connect(lambda value: state.set_offset(value / STEPS))
        self.same = QCheckBox(tr("Same height"))
        self.same.setToolTip(tr("Scale all to the height of the pattern that is solved"))
        self.same.toggled.connect(state.set_same_height)
        label = QLabel(tr("Offset"))
        label.setBuddy(self.offset)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.add)
        row.addWidget(area, 1)
        for widget in (label, self.offset, self.same):
            row.addWidget(widget)
        state.changed.connect(self._refresh)
        self._listed: tuple[object, ...] | None = None
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme, self._listed = theme, None
        self._refresh()

    def _refresh(self) -> None:
        stack = self._session.overlays.stack
        for widget, value in ((self.offset, round(stack.offset * STEPS)),):
            widget.blockSignals(True)
            widget.setValue(value)
            widget.blockSignals(False)
        self.same.blockSignals(True)
        self.same.setChecked(stack.same_height)
        self.same.blockSignals(False)
        for control in (self.offset, self.same):
            control.setEnabled(bool(stack.overlays))
        if stack.overlays != self._listed:  # a slider that is dragged makes no chips anew
            self._listed = stack.overlays
            self._fill()

    def _fill(self) -> None:
        while self._row.count():
            widget = self._row.takeAt(0).widget()
            if widget is not None:
                widget.deleteLater()
        overlays = self._session.overlays.stack.overlays
        for index, overlay in enumerate(overlays):
            self._row.addWidget(self._chip(index, overlay.pattern.name, overlay.colour))
            self._row.addWidget(self._cross(index, overlay.pattern.name))
        if not overlays:
            self._row.addWidget(muted(tr(NOTHING)))
        self._row.addStretch(1)

    def _chip(self, index: int, name: str, colour: int) -> QToolButton:
        chip = QToolButton()
        # The legend has the names beside these colours; here is room for a few squares only.
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        square = QPixmap(12, 12)
        square.fill(QColor(colours(self._theme)[colour % len(colours(self._theme))]))
        chip.setIcon(QIcon(square))
        chip.setIconSize(QSize(12, 12))
        chip.setCheckable(True)
        chip.setChecked(self._session.overlays.stack.overlays[index].shown)
        chip.setToolTip(tr("Show or hide {0}", name))
        chip.setAccessibleName(tr("Show {0}", name))
        chip.setProperty("segment", True)
        chip.setProperty("place", "only")
        chip.clicked.connect(lambda shown: self._session.overlays.show(index, shown))
        return chip

    def _cross(self, index: int, name: str) -> QToolButton:
        cross = QToolButton()
        cross.setText("✕")
        cross.setAutoRaise(True)
        cross.setToolTip(tr("Remove {0} from the comparison", name))
        cross.setAccessibleName(tr("Remove {0}", name))
        cross.clicked.connect(lambda: self._session.overlays.remove(index))
        return cross
