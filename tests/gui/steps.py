"""What a user does, by mouse and keys, for all tests of the window."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.views.message_bar import MessageStrip

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def settle(window: MainWindow, qtbot) -> None:
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=60_000)
    qtbot.wait(60)  # the redraw timer


def drop(window: MainWindow, *paths) -> None:
    """A file manager's drop in the middle of the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where = QPoint(window.width() // 2, window.height() // 2)
    actions, buttons, keys = Qt.DropAction.CopyAction, LEFT, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, actions, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(where), actions, data, buttons, keys))


def opened(window: MainWindow, qtbot, file) -> None:
    drop(window, file)
    qtbot.waitUntil(lambda: window.session.pattern.pattern is not None, timeout=20_000)
    settle(window, qtbot)


def tick(window: MainWindow, qtbot, *symbols: str) -> None:
    for symbol in symbols:
        qtbot.mouseClick(window.sample.table.button(symbol), LEFT)


def solved(window: MainWindow, qtbot, file) -> None:
    opened(window, qtbot, file)
    tick(window, qtbot, "Na", "Cl")
    qtbot.mouseClick(window.sample.solve_button, LEFT)
    settle(window, qtbot)


def messages(window: MainWindow) -> list[MessageStrip]:
    return window.messages.strips
