"""What a user does in the pattern plot, by mouse and keys, in the real window."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.views.pattern_plot import PatternPlot

LEFT = Qt.MouseButton.LeftButton
# pyqtgraph drops moves that follow each other faster than a hundred a second.
BETWEEN_MOVES_SECONDS = 0.012


def place(plot: PatternPlot, two_theta: float, counts: float | None = None) -> QPoint:
    """Where on the plot's widget an angle is; half way up where no counts are given."""
    low, high = plot.box.viewRange()[1]
    y = 0.5 * (low + high) if counts is None else float(plot.drawn_counts(counts))
    return plot.mapFromScene(plot.box.mapViewToScene(QPointF(float(plot.x_of(two_theta)), y)))


def _send(plot: PatternPlot, kind: QEvent.Type, where: QPoint, buttons, keys) -> None:
    view = plot.viewport()
    if kind == QEvent.Type.MouseMove:
        time.sleep(BETWEEN_MOVES_SECONDS)
    event = QMouseEvent(
        kind, QPointF(where), QPointF(view.mapToGlobal(where)), LEFT, buttons, keys
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    QApplication.processEvents()


def drag(plot: PatternPlot, start: QPoint, end: QPoint, keys=Qt.KeyboardModifier.NoModifier):
    none = Qt.MouseButton.NoButton
    _send(plot, QEvent.Type.MouseMove, start, none, keys)  # so that items know they are hovered
    _send(plot, QEvent.Type.MouseButtonPress, start, LEFT, keys)
    for share in (0.3, 0.6, 1.0):
        _send(plot, QEvent.Type.MouseMove, start + (end - start) * share, LEFT, keys)
    _send(plot, QEvent.Type.MouseButtonRelease, end, none, keys)


def click(plot: PatternPlot, where: QPoint, keys=Qt.KeyboardModifier.NoModifier) -> None:
    _send(plot, QEvent.Type.MouseButtonPress, where, LEFT, keys)
    _send(plot, QEvent.Type.MouseButtonRelease, where, Qt.MouseButton.NoButton, keys)


def double_click(plot: PatternPlot, where: QPoint) -> None:
    keys = Qt.KeyboardModifier.NoModifier
    click(plot, where)
    _send(plot, QEvent.Type.MouseButtonDblClick, where, LEFT, keys)
    _send(plot, QEvent.Type.MouseButtonRelease, where, Qt.MouseButton.NoButton, keys)


def in_hand(window: MainWindow, tool: str) -> PatternPlot:
    """The plot, after a tool was chosen in the menu."""
    window.pattern_menu.tools[tool].trigger()
    QApplication.processEvents()
    return window.pattern.plot
