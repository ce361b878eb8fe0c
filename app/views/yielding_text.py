"""Running text that is cut at the end of a line where there is no room for all of its lines."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextLayout
from PySide6.QtWidgets import QLabel, QSizePolicy


class YieldingText(QLabel):
    """Wrapped text that asks for all of its lines and is content with one.

    What does not fit is left out with an ellipsis; the tool tip has it. The lines are broken here:
    a label that wraps its words insists on the height of all of them.
    """

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)

    def text(self) -> str:
        """All of it, seen or not."""
        return self._whole

    def setText(self, text: str) -> None:  # noqa: N802
        """Show other words."""
        self._whole = text
        self._show_what_fits()

    @property
    def lines(self) -> list[str]:
        """What is seen."""
        wrapped, metrics = self._wrapped(), self.fontMetrics()
        fit = max(self.contentsRect().height() // metrics.lineSpacing(), 1)
        if len(wrapped) <= fit:
            return wrapped
        rest, mode = "".join(wrapped[fit - 1 :]), Qt.TextElideMode.ElideRight
        return [*wrapped[: fit - 1], metrics.elidedText(rest, mode, self.contentsRect().width())]

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for all lines at the present width."""
        return self._room_for(len(self._wrapped()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for a line."""
        return self._room_for(1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """At another size other lines fit."""
        super().resizeEvent(event)
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        lines = self.lines
        super().setText("\n".join(line.rstrip() for line in lines))
        self.setToolTip(self._whole if "".join(lines) != self._whole else "")
        self.updateGeometry()

    def _room_for(self, lines: int) -> QSize:
        margins = self.contentsMargins()
        height = max(lines, 1) * self.fontMetrics().lineSpacing()
        return QSize(0, height + margins.top() + margins.bottom())

    def _wrapped(self) -> list[str]:
        layout = QTextLayout(self._whole, self.font())
        layout.beginLayout()
        found = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(self.contentsRect().width(), 1))
            start = line.textStart()
            found.append(self._whole[start : start + line.textLength()])
        layout.endLayout()
        return found
