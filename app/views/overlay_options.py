"""Which patterns are drawn for comparison, and how they are stacked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from app.language import noop, tr
from app.state.session import Session
from app.theme import LIGHT, Theme
from app.views.overlay_chips import CROSS_WIDTH, ChipRow, OverlayChip
from app.views.pattern_overlays import colours

STEPS = 100
OFFSET_WIDTH, NARROW_OFFSET_WIDTH = 80, 60
ROOM_FOR_WORDS = 640
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
        self.add.setAccessibleName(tr("Add patterns"))
        self.add.setToolTip(tr("Draw other patterns for comparison (Ctrl+Shift+A)"))
        self.chips = ChipRow(tr(NOTHING))
        self.chips.setFixedHeight(self.add.sizeHint().height() + 2)
        self.offset = QSlider(Qt.Orientation.Horizontal)
        self.offset.setRange(0, STEPS)
        self.offset.setPageStep(STEPS // 10)
        self.offset.setAccessibleName(tr("Offset of stacked patterns"))
        self.offset.setToolTip(tr("How far each stands above the one before (Shift + wheel)"))
        self.offset.valueChanged.connect(lambda value: state.set_offset(value / STEPS))
        self.same = QCheckBox(tr("Same height"))
        self.same.setToolTip(tr("Scale all to the height of the pattern that is solved"))
        self.same.toggled.connect(state.set_same_height)
        self._label = QLabel(tr("Offset"))
        self._label.setBuddy(self.offset)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.add)
        row.addWidget(self.chips, 1)
        for widget in (self._label, self.offset, self.same):
            row.addWidget(widget)
        state.changed.connect(self._refresh)
        self._listed: tuple[object, ...] | None = None
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where it is narrow the names of patterns have the room; tool tips keep other words."""
        super().resizeEvent(event)
        roomy = self.width() >= ROOM_FOR_WORDS
        self._label.setVisible(roomy)
        self.add.setText(tr("Add…") if roomy else "+")
        self.offset.setFixedWidth(OFFSET_WIDTH if roomy else NARROW_OFFSET_WIDTH)

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
        overlays = self._session.overlays.stack.overlays
        pairs = [
            (self._chip(i, one.pattern.name, one.colour), self._cross(i, one.pattern.name))
            for i, one in enumerate(overlays)
        ]
        self.chips.fill(pairs)

    def _chip(self, index: int, name: str, colour: int) -> OverlayChip:
        known = colours(self._theme)
        chip = OverlayChip(name, known[colour % len(known)])
        chip.setChecked(self._session.overlays.stack.overlays[index].shown)
        chip.setToolTip(tr("Show or hide {0}", name))
        chip.setAccessibleName(tr("Show {0}", name))
        chip.clicked.connect(lambda shown: self._session.overlays.show(index, shown))
        return chip

    def _cross(self, index: int, name: str) -> QToolButton:
        cross = QToolButton()
        cross.setText("✕")
        cross.setAutoRaise(True)
        cross.setFixedWidth(CROSS_WIDTH)
        cross.setToolTip(tr("Remove {0} from the comparison", name))
        cross.setAccessibleName(tr("Remove {0}", name))
        cross.clicked.connect(lambda: self._session.overlays.remove(index))
        return cross
