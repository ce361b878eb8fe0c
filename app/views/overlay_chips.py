"""Patterns for comparison as buttons: their colours, and as much of their names as has room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from app.views.pattern_options import hint

SQUARE, GAP = 12, 3
CROSS_WIDTH, SPACING = 22, 2
LONGEST_NAME = 150  # pixels: names of files can be of any length
SHORTEST_NAME = 30  # of less there is nothing to be read


class OverlayChip(QToolButton):
    """Pressed while the pattern is shown."""

    def __init__(self, name: str, colour: str) -> None:
        """Show `name` beside a square of `colour`."""
        super().__init__()
        self.setText(name)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIcon(QIcon(_square(colour)))
        self.setIconSize(QSize(SQUARE + GAP, SQUARE))
        self.setCheckable(True)
        self.setProperty("segment", True)
        self.setProperty("place", "chip")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @property
    def shown(self) -> str:
        """What is seen of the name: nothing where the colour alone has room."""
        room = self.width() - self._beside_name()
        mode = Qt.TextElideMode.ElideRight
        return self.fontMetrics().elidedText(self.text(), mode, room) if self._fits(room) else ""

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for the name, within reason."""
        return QSize(
            self._beside_name() + min(self._name_width(), LONGEST_NAME), super().sizeHint().height()
        )

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for the colour."""
        return QSize(self._beside_name(), super().sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """As ever, but for the name."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = self.shown
        if not option.text:
            option.toolButtonStyle = Qt.ToolButtonStyle.ToolButtonIconOnly
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()

    def _fits(self, room: int) -> bool:
        return room >= min(SHORTEST_NAME, self._name_width())

    def _name_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self.text()) + 1  # the rest of a pixel

    def _beside_name(self) -> int:
        return super().sizeHint().width() - self._name_width()


def _square(colour: str) -> QPixmap:
    """A square with a gap before the name, which the style would put right beside it."""
    picture = QPixmap(SQUARE + GAP, SQUARE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.fillRect(0, 0, SQUARE, SQUARE, QColor(colour))
    painter.end()
    return picture


class ChipRow(QScrollArea):
    """Chips side by side, each with its cross; no name has more than its share of the room."""

    def __init__(self, nothing: str) -> None:
        """Start empty; `nothing` says so."""
        super().__init__()
        self._nothing = nothing
        self._chips: list[OverlayChip] = []
        inside = QWidget()
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACING)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # The keyboard and the wheel reach what does not fit; a bar would cover half of it.
        for policy in (self.setVerticalScrollBarPolicy, self.setHorizontalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)

    def fill(self, chips: Sequence[tuple[OverlayChip, QWidget]]) -> None:
        """Show other chips with their crosses."""
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._chips = [chip for chip, _cross in chips]
        for pair in chips:
            for widget in pair:
                self._row.addWidget(widget)
        if not chips:
            self._row.addWidget(hint(self._nothing), 1)
        self._row.addStretch(1 if chips else 0)
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share the new room."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        crosses = len(self._chips) * (CROSS_WIDTH + 2 * SPACING)
        wanted = [chip.sizeHint().width() for chip in self._chips]
        share = fair_share(wanted, self.viewport().width() - crosses)
        for chip in self._chips:
            chip.setMaximumWidth(max(share, chip.minimumSizeHint().width()))


def fair_share(wanted: Sequence[int], room: int) -> int:
    """The most that each may have, where those who want less leave theirs to the others."""
    waiting = sorted(wanted)
    while waiting and waiting[0] <= room // len(waiting):
        room -= waiting.pop(0)
    return room // len(waiting) if waiting else max(wanted, default=0)
