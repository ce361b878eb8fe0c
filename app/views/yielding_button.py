"""A button whose words give way to a sign or a shorter word where there is no room for them."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
)


class YieldingButton(QToolButton):
    """Shows its words, or `short` where it is narrower than they are.

    A row takes room from all of its buttons alike, so that they give way together. The tool tip
    is where the words stay: the button must have one.
    """

    def __init__(self, text: str, short: str = "") -> None:
        """Show `text`, which never gives way where there is no `short`."""
        super().__init__()
        self._short = short or text
        self.setText(text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @property
    def shown(self) -> str:
        """The words that are seen at this width."""
        return self.text() if self.width() >= self.sizeHint().width() else self._short

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for the shorter words, with the same margins."""
        size, metrics = self.sizeHint(), self.fontMetrics()
        spared = metrics.horizontalAdvance(self.text()) - metrics.horizontalAdvance(self._short)
        return QSize(size.width() - spared, size.height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """As ever, but for the words."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = self.shown
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()
