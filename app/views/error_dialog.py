"""One dialog for errors that nobody foresaw; the report can be copied, and the work goes on."""

from __future__ import annotations

import platform
import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import engine
from app.language import tr
from app.log import LOGGER, log_file


def report(what: str, trace: str) -> str:
    """The text that a user can send on."""
    return (
        f"Densight {engine.__version__}\n"
        f"Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}\n"
        f"Log: {log_file() or 'none'}\n"
        f"While: {what}\n\n{trace}"
    )


class ErrorDialog(QDialog):
    """Shows one report; further ones are added to it while it is open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a dialog without a report."""
        super().__init__(parent)
        self.setWindowTitle(tr("Internal error"))
        self.setModal(False)
        self.resize(640, 380)
        column = QVBoxLayout(self)
        text = QLabel(
            tr(
                "Something went wrong inside the program. Your session is as it was and you can go "
                "on working. Please send this report to the developers."
            )
        )
        text.setWordWrap(True)
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = QPushButton(tr("Copy report"))
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.report.toPlainText())
        )
        buttons.rejected.connect(self.close)
        column.addWidget(text)
        column.addWidget(self.report, 1)
        column.addWidget(buttons)

    def add(self, what: str, trace: str) -> None:
        """Show a report, after those that are already there."""
        if self.isVisible() and self.report.toPlainText():
            self.report.appendPlainText("\n" + report(what, trace))
        else:
            self.report.setPlainText(report(what, trace))
        self.show()
        self.raise_()


class CrashCatcher(QObject):
    """Takes the place of Python's handler for exceptions that reach the event loop.

    Signals
    -------
    caught(what, trace)
    """

    caught = Signal(str, str)

    def install(self) -> None:
        """Catch from now on."""
        self._before = sys.excepthook
        sys.excepthook = self._handle

    def uninstall(self) -> None:
        """Give the former handler its place back."""
        sys.excepthook = self._before

    def _handle(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before(kind, error, trace)
            return
        LOGGER.error("in the window", exc_info=(kind, error, trace))
        self.caught.emit("the window", "".join(traceback.format_exception(kind, error, trace)))
