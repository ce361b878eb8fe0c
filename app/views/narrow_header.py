"""Headings of a table that take no more room than they need."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QHeaderView, QWidget

HEADING_ROOM = 20  # margins, and the arrow


class NarrowHeader(QHeaderView):
    """Headings as wide as their words and the arrow of the one that is sorted by."""

    def __init__(self, parent: QWidget) -> None:
        """Lie above the columns of `parent`."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)

    def sectionSizeFromContents(self, section: int) -> QSize:  # noqa: N802
        """The style's own answer has room for an icon and an arrow more."""
        hint = super().sectionSizeFromContents(section)
        words = self.model().headerData(section, Qt.Orientation.Horizontal)
        font = self.font()
        font.setWeight(QFont.Weight.DemiBold)
        return QSize(QFontMetrics(font).horizontalAdvance(words) + HEADING_ROOM, hint.height())
