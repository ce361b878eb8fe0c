"""A compact periodic table to tick the elements that are in the sample."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QWidget

from app.language import tr
from app.state.elements import ElementsState
from app.state.periodic_table import ELEMENTS, LANTHANIDE_ROW, N_COLUMNS, Element
from app.theme import LIGHT, Theme

CELL = QSize(17, 22)
LOW_CELL = QSize(17, 19)
GAP_ABOVE_SERIES = 5


class ElementButton(QAbstractButton):
    """One element: ticked or not."""

    def __init__(self, element: Element, table: PeriodicTable) -> None:
        """Show `element` in `table`."""
        super().__init__(table)
        self.element = element
        self._table = table
        self.setCheckable(True)
        self.setText(element.symbol)
        self.setToolTip(f"{tr(element.name)} ({element.number})")
        self.setAccessibleName(f"{tr(element.name)}, {element.symbol}")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(CELL)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for two letters."""
        return self.minimumSize()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """A small tile: filled when ticked, framed under mouse and focus."""
        theme = self._table.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked():
            fill, ink, edge = theme.accent, theme.on_accent, theme.accent
        elif self.underMouse() and self.isEnabled():
            fill, ink, edge = theme.accent_soft, theme.text, theme.accent
        else:
            fill, ink, edge = theme.raised, theme.text, theme.line
        painter.setBrush(QColor(fill))
        painter.setPen(QPen(QColor(edge), 1))
        painter.drawRoundedRect(area, 2.5, 2.5)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.text if self.isChecked() else theme.accent), 2))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 2, 2)
        font = QFont(self.font())
        font.setPixelSize(11)
        font.setBold(self.isChecked())
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class PeriodicTable(QWidget):
    """All elements that scatter X-rays by the tables; arrow keys move, Space ticks."""

    def __init__(self, state: ElementsState, parent: QWidget | None = None) -> None:
        """Show and change `state`."""
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self._state = state
        self._at: dict[tuple[int, int], ElementButton] = {}
        self._buttons: dict[str, ElementButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(1)
        grid.setRowMinimumHeight(LANTHANIDE_ROW, GAP_ABOVE_SERIES)
        for element in ELEMENTS:
            button = ElementButton(element, self)
            button.clicked.connect(
                lambda _checked, symbol=element.symbol: self._state.toggle(symbol)
            )
            button.installEventFilter(self)
            below = element.row + (1 if element.row >= LANTHANIDE_ROW else 0)
            grid.addWidget(button, below, element.column)
            self._at[element.row, element.column] = button
            self._buttons[element.symbol] = button
        # One stop for the Tab key; the arrow keys go on from there.
        self._buttons["H"].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Periodic table"))
        state.changed.connect(self._refresh)
        self._refresh()

    def set_low(self, low: bool) -> None:
        """Lower tiles, for low windows."""
        for button in self._buttons.values():
            button.setMinimumSize(LOW_CELL if low else CELL)

    def button(self, symbol: str) -> ElementButton:
        """The tile of one element."""
        return self._buttons[symbol]

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.theme = theme
        self.update()

    def _refresh(self) -> None:
        for symbol, button in self._buttons.items():
            button.setChecked(symbol in self._state.selected)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Arrow keys move from tile to tile."""
        if isinstance(watched, ElementButton) and isinstance(event, QKeyEvent):
            move = {
                Qt.Key.Key_Left: (0, -1),
                Qt.Key.Key_Right: (0, 1),
                Qt.Key.Key_Up: (-1, 0),
                Qt.Key.Key_Down: (1, 0),
            }.get(event.key())  # type: ignore[call-overload]
            if move is not None and event.type() == QEvent.Type.KeyPress:
                self._move(watched, *move)
                return True
        return super().eventFilter(watched, event)

    def _move(self, start: ElementButton, down: int, right: int) -> None:
        """To the next tile in a direction, past gaps in the table."""
        row, column = start.element.row, start.element.column
        while True:
            row, column = row + down, column + right
            if not (0 <= row <= 8 and 0 <= column < N_COLUMNS):
                return
            if (row, column) in self._at:
                self._at[row, column].setFocus(Qt.FocusReason.TabFocusReason)
                return
