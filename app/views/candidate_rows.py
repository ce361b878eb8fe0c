"""How a candidate's row is painted: two lines of text in a cell, and the fit as a little plot."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.theme import LIGHT, Theme
from app.views.fit_thumbnail import FitThumbnails

BELOW_ROLE = Qt.ItemDataRole.UserRole + 3  # the second, muted line of a cell
FIT_ROLE = Qt.ItemDataRole.UserRole + 4  # the fit whose picture fills a cell
ROW_HEIGHT = 40
FIT_WIDTH = 54  # the rest of a small window is for symbols and cells
LONGEST_LINE = 190
MARGIN = 6


class CandidateRows(QStyledItemDelegate):
    """Paints cells that have a second line or a fit; others as ever."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Paint for a view."""
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.thumbnails = FitThumbnails()

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Wide enough for the longer line, within reason."""
        if index.data(FIT_ROLE) is not None:
            return QSize(FIT_WIDTH, ROW_HEIGHT)
        hint = super().sizeHint(option, index)
        below = index.data(BELOW_ROLE) or ""
        needed = option.fontMetrics.horizontalAdvance(below) + 2 * MARGIN + 2
        return QSize(max(hint.width(), min(needed, LONGEST_LINE)), ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """One cell."""
        fit, below = index.data(FIT_ROLE), index.data(BELOW_ROLE)
        if fit is None and not below:
            super().paint(painter, option, index)
            return
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        if fit is not None:
            self._background(painter, whole)
            inside = option.rect.adjusted(4, 3, -4, -3)
            ratio = painter.device().devicePixelRatio()
            picture = self.thumbnails.picture(
                fit, inside.width(), inside.height(), ratio, self.theme
            )
            painter.drawPixmap(inside.topLeft(), picture)
            return
        # The first line as ever, in the upper half; the background once, for both.
        self._background(painter, whole)
        upper = QStyleOptionViewItem(whole)
        upper.rect = QRect(option.rect.left(), option.rect.top() + 2, option.rect.width(), 19)
        upper.state &= ~(QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus)
        upper.backgroundBrush = QBrush(Qt.BrushStyle.NoBrush)
        upper.features &= ~QStyleOptionViewItem.ViewItemFeature.Alternate
        style = whole.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, upper, painter, whole.widget)
        lower = option.rect.adjusted(MARGIN + 1, 20, -MARGIN, -2)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(QColor(self.theme.muted))
        shown = option.fontMetrics.elidedText(
            below, Qt.TextElideMode.ElideRight, max(lower.width(), 1)
        )
        painter.drawText(
            lower,
            int(whole.displayAlignment & Qt.AlignmentFlag.AlignHorizontal_Mask)
            | Qt.AlignmentFlag.AlignVCenter,
            shown,
        )
        painter.restore()

    @staticmethod
    def _background(painter: QPainter, whole: QStyleOptionViewItem) -> None:
        """The row's own colour: chosen, every second one, or plain."""
        plain = QStyleOptionViewItem(whole)
        plain.text = ""
        plain.features &= ~(
            QStyleOptionViewItem.ViewItemFeature.HasDisplay
            | QStyleOptionViewItem.ViewItemFeature.HasDecoration
        )
        style = whole.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, plain, painter, whole.widget)
