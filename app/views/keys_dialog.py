"""The list of keys and of what the mouse does, made from the menus themselves."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMenu, QMenuBar, QTextBrowser, QVBoxLayout

from app.language import tr
from app.views.help_texts import MOUSE_HELP

PAGE_MARGIN = 10
FIRST_CELL, WIDE_CELL = "<tr><td>", '<tr><td width="230">'  # all tables in line
_NATIVE = QKeySequence.SequenceFormat.NativeText


def keys_of(bar: QMenuBar) -> list[tuple[str, list[tuple[str, str]]]]:
    """For every menu, its actions with keys: what they do, and by which keys."""
    found = []
    for entry in bar.actions():
        menu = entry.menu()
        if isinstance(menu, QMenu):
            rows = [(_plain(a.text()), _keys(a)) for a in menu.actions() if a.shortcuts()]
            if rows:
                found.append((_plain(entry.text()), rows))
    return found


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")


def _keys(action: QAction) -> str:
    return ", ".join(keys.toString(_NATIVE) for keys in action.shortcuts())


class KeysDialog(QDialog):
    """All keys by menu, then mouse and keys of each view."""

    def __init__(self, bar: QMenuBar) -> None:
        """List the actions of `bar`."""
        super().__init__(bar.window())
        self.setWindowTitle(tr("Mouse and keys"))
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(600, 660)
        self.page = QTextBrowser()
        self.page.setAccessibleName(tr("Mouse and keys"))
        self.page.document().setDocumentMargin(PAGE_MARGIN)
        words = MOUSE_HELP + "".join(_table(*menu) for menu in keys_of(bar))
        self.page.setHtml(words.replace(FIRST_CELL, WIDE_CELL))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(self.page, 1)
        column.addWidget(buttons)


def _table(menu: str, rows: list[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td>{escape(keys)}</td><td>{escape(what)}</td></tr>" for what, keys in rows
    )
    return f'<h3>Menu {escape(menu)}</h3><table cellpadding="3">{cells}</table>'
